"""A contract for the payloads of HashEx's documents."""

from vnpy.trader.constant import Exchange, Product
from vnpy.trader.object import ContractData

GATEWAY: str = "HASHEX"


def make_contract(name: str = "BTC_USDT") -> ContractData:
    return ContractData(
        symbol=f"{name.replace('_', '')}_SPOT_HASHEX", exchange=Exchange.GLOBAL, name=name, product=Product.SPOT,
        size=1, pricetick=0.01, min_volume=0.00001, gateway_name=GATEWAY,
    )
