"""What VeighNa Trader looks for: the app's window."""

from .widget import RehearsalManager

__all__ = ["RehearsalManager"]
