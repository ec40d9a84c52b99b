"""MockBinanceGateway: Binance spot for VeighNa, on the venue itself or on the embedded mock exchange."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .gateway import MockBinanceGateway

__all__ = ["MockBinanceGateway"]


def __getattr__(name: str) -> Any:
    # imported when it is asked for: vn.py makes its folder while it is imported, and ``python -m vnpy_mockbinance``
    # must be able to say where it may not
    if name == "MockBinanceGateway":
        from .gateway import MockBinanceGateway

        return MockBinanceGateway
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
