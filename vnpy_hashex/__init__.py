"""HashExGateway: the HashEx spot exchange, and its siblings of the same platform, for VeighNa."""

from .gateway import HashExGateway

__all__ = ["HashExGateway"]
