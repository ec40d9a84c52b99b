"""Cash is an account, everything else a position, as the official gateway splits them."""

import pytest
from payloads import GATEWAY, make_contract
from vnpy.trader.constant import Direction
from vnpy.trader.object import AccountData, PositionData

from vnpy_mockbinance.balances import split_balance

NAMES = {name: make_contract(name) for name in ("BTCUSDT", "ETHUSDT", "ETHUSDC", "XYZUSDC", "BNBUSDT", "USDCUSDT")}


@pytest.mark.parametrize("asset", ["USDT", "USDC", "BNB"])
def test_cash_is_an_account_even_where_it_is_traded(asset: str) -> None:
    item = split_balance(asset, 70.0, 30.0, NAMES, GATEWAY)
    assert isinstance(item, AccountData)
    assert (item.accountid, item.balance, item.frozen, item.available) == (asset, 100.0, 30.0, 70.0)


@pytest.mark.parametrize("asset, symbol", [("BTC", "BTCUSDT"), ("ETH", "ETHUSDT"), ("XYZ", "XYZUSDC")])
def test_a_traded_asset_is_a_net_position(asset: str, symbol: str) -> None:
    item = split_balance(asset, 0.5, 0.25, NAMES, GATEWAY)
    assert isinstance(item, PositionData)
    assert item.symbol == f"{symbol}_SPOT_BINANCE" and item.direction is Direction.NET
    assert (item.volume, item.frozen) == (0.75, 0.25)


def test_an_asset_without_a_pair_is_not_dropped() -> None:
    item = split_balance("NOPAIR", 1.0, 0.0, NAMES, GATEWAY)
    assert isinstance(item, AccountData) and item.accountid == "NOPAIR"


def test_zero_is_told_too() -> None:
    item = split_balance("BTC", 0.0, 0.0, NAMES, GATEWAY)
    assert isinstance(item, PositionData) and item.volume == 0.0
