"""HashExGateway: the HashEx spot exchange, and its siblings of the same platform, for VeighNa."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .gateway import HashExGateway

__all__ = ["HashExGateway"]


def __getattr__(name: str) -> Any:
    # imported when it is asked for: vn.py makes its folder while it is imported, and ``python -m vnpy_hashex`` must be
    # able to say where it may not
    if name == "HashExGateway":
        from .gateway import HashExGateway

        return HashExGateway
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
