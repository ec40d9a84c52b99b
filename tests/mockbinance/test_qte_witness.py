"""Balances as the only witness of an order that cannot be found."""

from vnpy.trader.constant import Direction, Exchange
from vnpy.trader.object import TradeData

from vnpy_mockbinance.qte.balance_evidence import BalanceEvidence


def trade(volume: float, direction: Direction = Direction.LONG) -> TradeData:
    return TradeData(
        symbol="BTCUSDT", exchange=Exchange.GLOBAL, orderid="o", tradeid="t", direction=direction, price=1.0, volume=volume,
        gateway_name="QTE",
    )


def witness() -> BalanceEvidence:
    found = BalanceEvidence()
    found.on_balances({"BTC": 1.0, "USDT": 1_000.0}, 1.0)
    return found


def test_nothing_moved() -> None:
    found = witness()
    before = found.mark("BTC")
    found.on_balances({"BTC": 1.0}, 2.0)
    assert found.explains_no_fill(before, "BTC", 0.1) is True


def test_what_was_bought_or_sold_moved() -> None:
    for total in (1.0999, 0.9, 1.01):       # with a fee, the other way, a part of it
        found = witness()
        before = found.mark("BTC")
        found.on_balances({"BTC": total}, 2.0)
        assert found.explains_no_fill(before, "BTC", 0.1) is False


def test_known_fills_explain_and_their_fees_do_not_count() -> None:
    found = witness()
    before = found.mark("BTC")
    found.on_trade(trade(0.5), "BTC", 1.5)
    found.on_balances({"BTC": 1.4995}, 2.0)
    assert found.explains_no_fill(before, "BTC", 0.1) is True
    found.on_trade(trade(0.5, Direction.SHORT), "BTC", 2.5)
    found.on_balances({"BTC": 0.9995}, 3.0)
    assert found.explains_no_fill(before, "BTC", 0.1) is True


def test_balances_older_than_a_fill_say_nothing() -> None:
    found = witness()
    before = found.mark("BTC")
    found.on_trade(trade(0.5), "BTC", 1.5)
    assert found.mark("BTC") is None
    assert found.explains_no_fill(before, "BTC", 0.1) is None
    assert BalanceEvidence().mark("BTC") is None
    found.on_balances({"BTC": 1.5}, 2.0)
    assert found.explains_no_fill(None, "BTC", 0.1) is None, "nobody looked before it was sent"
