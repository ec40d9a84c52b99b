"""
A simulated exchange that speaks real wire dialects.

``python -m mockexchange serve binance=8801`` serves it; ``MockExchange`` is the same
inside a Python process, in a background thread.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import MockExchange

__all__ = ["MockExchange"]


def __getattr__(name: str) -> Any:
    # Imported when asked for: the pytest plugin loads this package in runs that never use it.
    if name == "MockExchange":
        from .api import MockExchange

        return MockExchange
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
