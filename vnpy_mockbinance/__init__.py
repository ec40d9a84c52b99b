"""MockBinanceGateway: Binance spot for VeighNa, on the venue itself or on the embedded mock exchange."""

from .gateway import MockBinanceGateway

__all__ = ["MockBinanceGateway"]
