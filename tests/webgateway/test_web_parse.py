"""Rows and pushes as the document shows them, and rows that are none. Spec 3.2, 4.1, 5.2, 5.3."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Product, Status

from vnpy_restgateway.net.outcome import Outcome, Reply, classify
from vnpy_webgateway.login import life_of, read_token
from vnpy_webgateway.outcomes import REFUSALS, read_error
from vnpy_webgateway.parse import (
    parse_account,
    parse_contract,
    parse_order,
    parse_position,
    parse_tick,
    parse_trade,
    read_time,
)
from vnpy_webgateway.streams import decode

from . import payloads
from .payloads import row

CHINA = timezone(timedelta(hours=8))
NO_NUMBERS: tuple[Any, ...] = (None, float("nan"), float("inf"), "", "<html>", True, [], "1e400", 1e30)


def test_contracts() -> None:
    future = parse_contract(row(payloads.FUTURE), "WEBTRADER")
    assert (future.vt_symbol, future.product, future.size, future.pricetick, future.max_volume) == ("rb2601.SHFE", Product.FUTURES, 10, 1, None)
    coin = parse_contract(row(payloads.COIN), "WEBTRADER")
    assert (coin.gateway_name, coin.min_volume, coin.max_volume, coin.net_position) == ("WEBTRADER", 1e-05, 9000.0, True)
    assert coin.history_data is False and coin.extra == {"base": "BTC", "quote": "USDT", "status": "TRADING"}
    option = parse_contract({**row(payloads.FUTURE), "product": "Option", "option_type": "看跌期权", "option_strike": 3500, "option_expiry": "2026-12-15 00:00:00"}, "WEBTRADER")
    assert option.option_type is not None and option.option_type.name == "PUT" and option.option_expiry == datetime(2026, 12, 15, tzinfo=CHINA)


def test_an_order() -> None:
    order, venue_id = parse_order(row(payloads.ORDER), "WEBTRADER", False)
    assert (venue_id, order.orderid, order.vt_orderid) == ("CTP.1_1", "CTP.1_1", "WEBTRADER.CTP.1_1")
    assert (order.symbol, order.exchange, order.direction, order.offset) == ("rb2601", Exchange.SHFE, Direction.LONG, Offset.OPEN)
    assert (order.type, order.status, order.price, order.volume, order.traded) == (OrderType.LIMIT, Status.SUBMITTING, 3500.0, 1.0, 0.0)
    assert order.datetime == datetime(2026, 11, 28, 11, 14, 24, 683_235, CHINA) and order.reference == "ref-1"
    english = {**row(payloads.ORDER), "direction": "Long", "type": "Limit", "offset": "Open", "status": "Submitting"}
    names = {**row(payloads.ORDER), "direction": "LONG", "type": "LIMIT", "offset": "OPEN", "status": "SUBMITTING"}
    assert parse_order(english, "WEBTRADER", False).order == parse_order(names, "WEBTRADER", False).order == order


@pytest.mark.parametrize(("key", "values"), [
    ("price", (*NO_NUMBERS, -1.0)), ("volume", (*NO_NUMBERS, 0, -1.0)), ("traded", (*NO_NUMBERS, -1.0)), ("vt_orderid", (None, 1, True, "", ["x"])),
    ("status", ("BRAND_NEW", None, 1)), ("direction", (None, "up")), ("exchange", ("MARS", None)), ("datetime", (1, "yesterday", True)),
])
def test_an_order_that_cannot_be_read_is_none(key: str, values: tuple[Any, ...]) -> None:
    for value in values:
        with pytest.raises((ValueError, KeyError, TypeError)):
            parse_order({**row(payloads.ORDER), key: value}, "WEBTRADER", False)


def test_a_trade_keeps_its_fill_whatever_its_words() -> None:
    trade, venue_id = parse_trade(row(payloads.TRADE), "WEBTRADER", False)
    assert (venue_id, trade.tradeid, trade.vt_tradeid) == ("CTP.1_1", "CTP.t1", "WEBTRADER.CTP.t1")
    assert (trade.price, trade.volume, trade.direction, trade.offset) == (3500.0, 1.0, Direction.LONG, Offset.OPEN)
    odd = parse_trade({**row(payloads.TRADE), "direction": "BRAND_NEW", "offset": "BRAND_NEW"}, "WEBTRADER", False).trade
    assert (odd.direction, odd.offset, odd.volume) == (None, Offset.NONE, 1.0)
    for key in ("price", "volume"):
        for value in (*NO_NUMBERS, 0):
            with pytest.raises((ValueError, TypeError)):
                parse_trade({**row(payloads.TRADE), key: value}, "WEBTRADER", False)


def test_accounts_and_positions() -> None:
    account = parse_account(row(payloads.ACCOUNT), "WEBTRADER", True)
    assert (account.accountid, account.balance, account.frozen, account.available) == ("123456", 100_000.0, 2_500.5, 97_499.5)
    held = parse_position(row(payloads.LONG_POSITION), "WEBTRADER", True)
    assert (held.direction, held.volume, held.frozen, held.yd_volume, held.pnl) == (Direction.LONG, 3.0, 1.0, 2.0, 120.0)
    assert parse_position(row(payloads.NET_POSITION), "WEBTRADER", False).pnl == -20.0
    with pytest.raises(ValueError):
        parse_position({**row(payloads.NET_POSITION), "volume": -1}, "WEBTRADER", False)
    with pytest.raises(ValueError):
        parse_account({**row(payloads.ACCOUNT), "balance": None}, "WEBTRADER", True)


def test_a_tick_and_what_is_no_number_in_it() -> None:
    contract = parse_contract(row(payloads.COIN), "WEBTRADER")
    now = datetime.now(timezone.utc)
    pushed = row(payloads.TICK_PUSH)["data"]
    tick = parse_tick(pushed, contract, "WEBTRADER", now)
    assert tick is not None and (tick.last_price, tick.bid_price_1, tick.ask_volume_5, tick.name) == (39995.15, 39995.15, 0.20607, "BTCUSDT")
    assert tick.datetime == datetime(2026, 11, 28, 3, 36, 3, 731_000, timezone.utc)
    for value in (*NO_NUMBERS, "-1"):
        spoilt = parse_tick({**pushed, "bid_price_1": value}, contract, "WEBTRADER", now)
        assert spoilt is not None and spoilt.bid_price_1 == 0.0
        assert parse_tick({**pushed, "last_price": value}, contract, "WEBTRADER", now) is None


@pytest.mark.parametrize(("text", "exchange", "expected"), [
    ("2026-11-28 21:00:00.500000+08:00", Exchange.SHFE, datetime(2026, 11, 28, 21, 0, 0, 500_000, CHINA)),
    ("2026-11-28 21:00:00+00:00", Exchange.GLOBAL, datetime(2026, 11, 28, 21, tzinfo=timezone.utc)),
    ("2026-11-28 21:00:00", Exchange.SHFE, datetime(2026, 11, 28, 21, tzinfo=CHINA)),
    ("2026-11-28 21:00:00", Exchange.GLOBAL, datetime(2026, 11, 28, 21, tzinfo=timezone.utc)),
    (None, Exchange.SSE, None),
])
def test_times(text: str | None, exchange: Exchange, expected: datetime | None) -> None:
    assert read_time(text, exchange) == expected
    assert read_time("1900-01-01 00:00:00+08:05:43", exchange) is not None


def test_frames_with_nan_are_read_all_the_same() -> None:
    assert str(decode(b'{"topic": "eOrder.", "data": {"price": NaN}}')["data"]["price"]) == "nan"
    for broken in (b"ping", b'{"topic": "eOrder.", "da', b"[" * 100_000):
        with pytest.raises(ValueError):
            decode(broken)


@pytest.mark.parametrize(("status", "body", "outcome"), [
    (200, '"CTP.1_1"', Outcome.ACCEPTED), (200, '""', Outcome.REFUSED), (404, payloads.NO_CONTRACT, Outcome.REFUSED),
    (422, payloads.WRONG_WORD, Outcome.REFUSED), (400, '{"detail":"bad"}', Outcome.REFUSED), (401, payloads.BAD_TOKEN, Outcome.REFUSED),
    (403, "", Outcome.REFUSED), (404, "<html>nginx</html>", Outcome.UNKNOWN), (500, "Internal Server Error", Outcome.UNKNOWN),
    (502, '{"detail":"bad gateway"}', Outcome.UNKNOWN), (504, "", Outcome.UNKNOWN), (200, '"CTP', Outcome.UNKNOWN),
])
def test_what_an_answer_to_an_order_proves(status: int, body: str, outcome: Outcome) -> None:
    """Spec 6.4."""
    assert classify(Reply.parse(status, {}, body.encode()), None, REFUSALS, read_error)[0] is outcome


def test_tokens() -> None:
    token = read_token(row(payloads.TOKEN))
    assert life_of(token, 1_795_837_462 - 1_800, 7.0) == 1_800
    assert life_of(token, 1_795_837_462 + 5, 7.0) == 7.0            # a clock that is wrong
    for odd in ("abc", "a.b.c", "a.e30.c", "a.bnVsbA.c"):
        assert life_of(odd, 0.0, 7.0) == 7.0
    data: Any
    for data in (None, [], {}, {"access_token": ""}, {"access_token": 5}, {"access_token": "a b"}, {"access_token": "中"}):
        with pytest.raises(ValueError):
            read_token(data)
