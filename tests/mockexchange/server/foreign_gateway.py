"""A gateway class that the matrix knows nothing of."""

from vnpy_mockbinance import MockBinanceGateway


class ForeignGateway(MockBinanceGateway):
    """MOCKBINANCE under another name."""
