"""The setting ``Symbols``."""

import re
from decimal import Decimal

import pytest

from vnpy_mockbinance.qte.symbols import parse_symbols, split_symbol


def test_symbols() -> None:
    first, second = parse_symbols("BTCUSDT:0.01:0.00001, BTC/USD : 0.5 : 0.001,", "QTE")
    assert (first.contract.symbol, first.contract.name, first.tick, first.step) == (
        "BTCUSDT_SPOT_BINANCE", "BTCUSDT", Decimal("0.01"), Decimal("0.00001")
    )
    assert (first.contract.pricetick, first.contract.min_volume, first.contract.extra["base"]) == (0.01, 0.00001, "BTC")
    assert (second.contract.symbol, second.contract.name) == ("BTCUSD_SPOT_BINANCE", "BTC/USD")
    assert not first.contract.history_data and not first.contract.stop_supported


def test_without_the_setting_it_is_the_documents_symbol() -> None:
    assert [listing.contract.name for listing in parse_symbols("", "QTE")] == ["BTCUSDT"]


@pytest.mark.parametrize(("name", "parts"), [
    ("BTCUSDT", ("BTC", "USDT")), ("DOGEUSDT", ("DOGE", "USDT")), ("ETHBTC", ("ETH", "BTC")), ("A/B", ("A", "B")),
    ("ABCXYZ", ("ABC", "XYZ")),
])
def test_base_and_quote(name: str, parts: tuple[str, str]) -> None:
    assert split_symbol(name) == parts


BAD = [
    ("BTCUSDT", "'BTCUSDT' is not symbol:tick:step"),
    ("BTCUSDT:0.01", "'BTCUSDT:0.01' is not symbol:tick:step"),
    ("BTCUSDT:0.01:0.00001:9", "is not symbol:tick:step"),
    ("BTCUSDT:x:0.00001", "tick 'x' of 'BTCUSDT:x:0.00001' is no number above 0"),
    ("BTCUSDT:0.01:0", "step '0' of 'BTCUSDT:0.01:0' is no number above 0"),
    ("BTCUSDT:nan:1", "tick 'nan'"),
    ("BTC USDT:1:1", "symbol 'BTC USDT'"),
    ("BTCUSDT:1:1,BTCUSDT:2:2", "symbol 'BTCUSDT' is listed twice"),
    (" , ", "lists no symbol"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_bad_entry_is_named(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_symbols(text, "QTE")
