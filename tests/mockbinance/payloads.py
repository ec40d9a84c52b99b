"""Contracts the payloads of Binance's documents are about."""

from vnpy.trader.constant import Exchange, Product
from vnpy.trader.object import ContractData

GATEWAY: str = "MOCKBINANCE"


def make_contract(name: str = "ETHBTC") -> ContractData:
    return ContractData(
        symbol=f"{name}_SPOT_BINANCE", exchange=Exchange.GLOBAL, name=name, product=Product.SPOT,
        size=1, pricetick=0.000001, min_volume=0.001, gateway_name=GATEWAY,
    )
