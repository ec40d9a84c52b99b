"""User data events against the literal examples of user-data-stream.md and faqs/market_orders_faq.md."""

import json
from typing import Any

import pytest
from msgspec import to_builtins

from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.commands import CancelOrder, Deposit, PlaceOrder
from mockexchange.core.events import (
    BalanceChange,
    BalanceDelta,
    Event,
    OrderReport,
    PublicTrade,
)
from mockexchange.core.exchange import Exchange
from mockexchange.core.numbers import parse_amount as amount
from mockexchange.dialects.binance.user_data import RENDERERS

NOW: int = 1499405658658_000


def user_events(event: Event, now: int, exchange: Exchange, per: int = 1000) -> list[dict[str, Any]]:
    """What the event's account is told, as plain objects; none for events that concern no account."""
    render = RENDERERS.get(type(event))
    return [] if render is None else [to_builtins(render(event, now, exchange, per))]


def report(**changes: Any) -> OrderReport:
    """The order of user-data-stream.md, "Order Update"."""
    values: dict[str, Any] = dict(
        execution_type="NEW", execution_id=8641984, account="k", symbol="ETHBTC", order_id=4293153,
        client_order_id="mUvoqJxFIILMdfAW5iGSOW", side="BUY", type="LIMIT", time_in_force="GTC",
        price=amount("0.10264410"), quantity=amount("1"), quote_quantity=0, stop_price=0, iceberg_quantity=0,
        stp_mode="NONE", status="NEW", executed=0, executed_quote=0, prevented=0, time=1499405658657_000,
        update_time=1499405658657_000, working_time=1499405658657_000, expiry_reason="NONE", reject_reason="NONE",
        is_on_book=True, strategy_id=None, strategy_type=None,
    )
    return OrderReport(**{**values, **changes})


def render(event: Event, now: int = NOW, exchange: Exchange | None = None) -> dict[str, Any]:
    rows = user_events(event, now, exchange or Exchange(default_instruments()))
    assert len(rows) == 1
    return rows[0]


# user-data-stream.md, "Order Update", without "v" ("only visible if the order expired due to STP")
DOCUMENT = """{"e":"executionReport","E":1499405658658,"s":"ETHBTC","c":"mUvoqJxFIILMdfAW5iGSOW","S":"BUY","o":"LIMIT",
"f":"GTC","q":"1.00000000","p":"0.10264410","P":"0.00000000","F":"0.00000000","g":-1,"C":"","x":"NEW","X":"NEW",
"r":"NONE","i":4293153,"l":"0.00000000","z":"0.00000000","L":"0.00000000","n":"0","N":null,"T":1499405658657,"t":-1,
"I":8641984,"w":true,"m":false,"M":false,"O":1499405658657,"Z":"0.00000000","Y":"0.00000000","Q":"0.00000000",
"W":1499405658657,"V":"NONE"}"""

# faqs/market_orders_faq.md, the first TRADE of the sample
TRADE = """{"e":"executionReport","E":1719467634107,"s":"LTCBNB","c":"8LGC97RRgNPVQk979VIhjt","S":"BUY","o":"MARKET",
"f":"GTC","q":"6.00000000","p":"0.00000000","P":"0.00000000","F":"0.00000000","g":-1,"C":"","x":"TRADE",
"X":"PARTIALLY_FILLED","r":"NONE","i":32,"l":"2.00000000","z":"2.00000000","L":"1.00000000","n":"0.00100000","N":"BNB",
"T":1719467634105,"t":7,"I":63,"w":false,"m":false,"M":true,"O":1719467634105,"Z":"2.00000000","Y":"2.00000000",
"Q":"0.00000000","W":1719467634105,"V":"NONE"}"""


def test_execution_report_is_the_documents() -> None:
    assert json.dumps(render(report())) == json.dumps(json.loads(DOCUMENT))


def test_trade_report_is_the_documents() -> None:
    row = render(report(
        execution_type="TRADE", execution_id=63, symbol="LTCBNB", order_id=32, client_order_id="8LGC97RRgNPVQk979VIhjt",
        type="MARKET", price=0, quantity=amount("6"), status="PARTIALLY_FILLED", executed=amount("2"),
        executed_quote=amount("2"), time=1719467634105_000, update_time=1719467634105_000,
        working_time=1719467634105_000, is_on_book=False, last_quantity=amount("2"), last_price=amount("1"),
        trade_id=7, fee=amount("0.001"), fee_asset="BNB",
    ), 1719467634107_000)
    assert json.dumps(row) == json.dumps(json.loads(TRADE))


def test_expired_report_says_why() -> None:
    row = render(report(execution_type="EXPIRED", status="EXPIRED", expiry_reason="INSUFFICIENT_LIQUIDITY", is_on_book=False))
    assert (row["x"], row["X"], row["w"], row["eR"]) == ("EXPIRED", "EXPIRED", False, "INSUFFICIENT_LIQUIDITY")


def test_no_working_time_before_a_stop_triggers() -> None:
    row = render(report(type="STOP_LOSS_LIMIT", stop_price=amount("0.2"), working_time=0, is_on_book=False))
    assert "W" not in row and row["w"] is False and row["P"] == "0.20000000"


def test_strategy_fields_appear_when_given() -> None:
    assert not {"j", "J", "eR", "A", "B", "v"} & set(render(report()))
    row = render(report(strategy_id=1, strategy_type=1000000))
    assert (row["j"], row["J"]) == (1, 1000000)


def test_microseconds() -> None:
    row = user_events(report(), NOW + 1, Exchange(default_instruments()), 1)[0]
    assert (row["E"], row["T"], row["W"]) == (NOW + 1, 1499405658657_000, 1499405658657_000)


def test_account_position_is_the_documents() -> None:
    event = BalanceChange("k", 1564034571073_000, {"ETH": (amount("10000"), 0)})
    assert json.dumps(render(event, 1564034571105_000)) == json.dumps({
        "e": "outboundAccountPosition", "E": 1564034571105, "u": 1564034571073,
        "B": [{"a": "ETH", "f": "10000.00000000", "l": "0.00000000"}],
    })


def test_balance_update_is_the_documents() -> None:
    event = BalanceDelta("k", "BTC", amount("100"), 1573200697068_000)
    assert json.dumps(render(event, 1573200697110_000)) == json.dumps({
        "e": "balanceUpdate", "E": 1573200697110, "a": "BTC", "d": "100.00000000", "T": 1573200697068,
    })
    assert render(event._replace(delta=amount("-0.5")))["d"] == "-0.50000000"


def test_public_events_concern_nobody() -> None:
    assert user_events(PublicTrade("ETHBTC", 1, 1, 1, 1, 1, True, 1), NOW, Exchange(default_instruments())) == []


@pytest.fixture
def exchange() -> Exchange:
    made = Exchange(default_instruments(), seed=1)
    made.apply(Deposit("k", "USDT", amount("100000")), NOW)
    made.apply(Deposit("k", "BTC", amount("10")), NOW)
    return made


def place(exchange: Exchange, side: str, price: str, quantity: str, **more: Any) -> list[dict[str, Any]]:
    command = PlaceOrder("k", "BTCUSDT", side, "LIMIT", amount(quantity), amount(price), **more)
    events = exchange.apply(command, NOW)
    return [row for event in events for row in user_events(event, NOW, exchange)]


def test_cancel_names_both_ids(exchange: Exchange) -> None:
    place(exchange, "BUY", "40000", "0.01", client_order_id="mine")
    events = exchange.apply(CancelOrder("k", "BTCUSDT", client_order_id="mine", new_client_order_id="the-cancel"), NOW)
    row = next(row for event in events for row in user_events(event, NOW, exchange) if row["e"] == "executionReport")
    assert (row["x"], row["X"], row["c"], row["C"]) == ("CANCELED", "CANCELED", "the-cancel", "mine")


@pytest.mark.parametrize(("mode", "prevented"), [
    ("EXPIRE_MAKER", {"maker": "0.01000000"}),
    ("EXPIRE_TAKER", {"taker": "0.02000000"}),
    ("EXPIRE_BOTH", {"maker": "0.01000000", "taker": "0.02000000"}),
    ("DECREMENT", {"maker": "0.01000000", "taker": "0.01000000"}),
])
def test_self_trade_prevention(exchange: Exchange, mode: str, prevented: dict[str, str]) -> None:
    """stp_faq.md: A and B on the reports of the orders involved, the rest as user-data-stream.md lists it."""
    maker = place(exchange, "SELL", "40000", "0.01", client_order_id="maker")[0]
    rows = place(exchange, "BUY", "40010", "0.02", client_order_id="taker", stp_mode=mode)
    taker = rows[0]
    seen = {row["c"]: row for row in rows if row.get("x") == "TRADE_PREVENTION"}
    assert {name: row["B"] for name, row in seen.items()} == prevented
    counter = {"maker": taker["i"], "taker": maker["i"]}
    for name, row in seen.items():
        assert row["A"] == row["B"] and row["u"] == -1 and row["U"] == counter[name] and row["Cs"] == "BTCUSDT"
        assert row["v"] > 0 and (row["l"], row["L"], row["Y"]) == ("0.00000000",) * 3
        assert (row["pl"], row["pL"], row["pY"]) == ("0.01000000", "40000.00000000", "400.00000000") and row["t"] == -1
        if mode != "DECREMENT" or name == "maker":
            assert row["X"] == "EXPIRED_IN_MATCH"
