"""Orders, cancels, subscriptions, and what is pushed of them: spec 3.3 to 3.5, 4.1, 8.1."""

import math
from typing import Any

import pytest
from webtrader_client import SYMBOL, VT_SYMBOL, Rest, Stream, meanwhile, stream
from waiting import until

from mockexchange import MockExchange


def journal(venue: MockExchange, kind: str = "order") -> list[dict[str, Any]]:
    return [row for row in venue.journal() if row["kind"] == kind]


def test_an_order_that_rests(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """Pushes with the reference: on its way without a time, then not traded, then the cash that is locked."""
    vt_orderid = rest.order()
    gateway, _, orderid = vt_orderid.partition(".")
    assert gateway == "MOCKBINANCE"
    first, second = ws.wait("eOrder.", 2)
    assert list(first) == [
        "gateway_name", "symbol", "exchange", "orderid", "type", "direction", "offset", "price", "volume", "traded", "status", "datetime",
        "reference", "vt_symbol", "vt_orderid",
    ]
    assert first == {
        "gateway_name": "MOCKBINANCE", "symbol": SYMBOL, "exchange": "GLOBAL", "orderid": orderid, "type": "限价", "direction": "多",
        "offset": "", "price": 30000.0, "volume": 0.01, "traded": 0, "status": "提交中", "datetime": None, "reference": "ref-1",
        "vt_symbol": VT_SYMBOL, "vt_orderid": vt_orderid,
    }
    assert second["datetime"].endswith("+00:00") and " " in second["datetime"]
    assert second == {**first, "status": "未成交", "datetime": second["datetime"]}
    [account] = ws.wait("eAccount.")
    assert (account["frozen"], account["available"]) == (300.0, 99700.0)
    assert ws.topics() == ["eOrder.", "eOrder.", "eAccount."]
    assert rest.rows("order") == [second] and rest.rows("account") == [account]
    assert ws.frames[0].startswith('{"topic": "eOrder.", "data": {"gateway_name": "MOCKBINANCE", "symbol": ')       # blanks (spec 4.1)


def test_an_order_that_is_filled_at_once(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """On its way, the fill, all traded, position, cash: in the order in which MockBinance tells them."""
    vt_orderid = rest.order(50_000)
    ws.wait("eAccount.")
    assert ws.topics() == ["eOrder.", "eTrade.", "eOrder.", "ePosition.", "eAccount."]
    [fill] = journal(venue, "fill")
    [trade] = ws.data("eTrade.")
    assert list(trade) == [
        "gateway_name", "symbol", "exchange", "orderid", "tradeid", "direction", "offset", "price", "volume", "datetime", "vt_symbol",
        "vt_orderid", "vt_tradeid",
    ]
    assert (trade["vt_orderid"], trade["price"], trade["volume"]) == (vt_orderid, float(fill["price"]), 0.01)
    assert trade["tradeid"] == f"BTCUSDT-{fill['exec_id']}-{fill['order_id']}" and trade["vt_tradeid"] == f"MOCKBINANCE.{trade['tradeid']}"
    done = ws.data("eOrder.")[-1]
    assert (done["status"], done["traded"], done["price"]) == ("全部成交", 0.01, 50000.0)
    assert ws.data("ePosition.")[0]["volume"] == 1.00999             # the fee is taken from what is received
    assert rest.rows("trade") == [trade] and rest.row(vt_orderid) == done


def test_an_order_that_is_filled_later(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    vt_orderid = rest.order(39_000)
    venue.set_price("BTCUSDT", "38900")
    assert ws.reaches(vt_orderid, "全部成交")
    assert [row["status"] for row in ws.orders(vt_orderid)] == ["提交中", "未成交", "全部成交"]
    topics = ws.topics()
    assert topics.index("eTrade.") < len(topics) - 1 - topics[::-1].index("eOrder.")      # the fill before the order it completes


@pytest.mark.parametrize(("kind", "price", "statuses"), [
    ("市价", 0, ["提交中", "全部成交"]), ("STOP", 45_000, ["提交中", "未成交"]), ("FAK", 30_000, ["提交中", "已撤销"]), ("FOK", 50_000, ["提交中", "全部成交"]),
])
def test_types(rest: Rest, ws: Stream, kind: str, price: float, statuses: list[str]) -> None:
    vt_orderid = rest.order(price, type=kind)
    found = until(lambda: len(rows := ws.orders(vt_orderid)) == len(statuses) and rows)
    assert [row["status"] for row in found] == statuses
    assert {row["type"] for row in found} == {kind} and found[-1]["price"] == price


def test_a_stop_triggers(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    vt_orderid = rest.order(40_100, type="STOP")
    venue.set_price("BTCUSDT", "40150")
    assert ws.reaches(vt_orderid, "全部成交")


@pytest.mark.parametrize("more", [
    {"volume": 0}, {"volume": -1}, {"volume": math.inf}, {"price": math.nan}, {"direction": "净"}, {"type": "ETF"}, {"type": "询价"},
    {"volume": 1e-6}, {"volume": 1e9}, {"price": 0}, {"volume": 0.0001},
])
def test_what_the_remote_gateway_refuses(venue: MockExchange, rest: Rest, ws: Stream, more: dict[str, Any]) -> None:
    """An id, and one push that says it is refused; the exchange has never heard of it."""
    vt_orderid = rest.order(**more)
    [row] = ws.wait("eOrder.")
    assert (row["vt_orderid"], row["status"], row["traded"]) == (vt_orderid, "拒单", 0)
    assert row["datetime"] and not journal(venue) and rest.row(vt_orderid) == row


def test_what_the_exchange_refuses(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    vt_orderid = rest.order(30_000, 50)
    assert [row["status"] for row in ws.wait("eOrder.", 2)] == ["提交中", "拒单"]
    assert rest.row(vt_orderid)["status"] == "拒单" and ws.topics() == ["eOrder.", "eOrder."]


def test_numbers_as_the_server_takes_them(rest: Rest) -> None:
    """Text is converted, true is 1, and all is rounded down to tick and step (spec 3.4)."""
    row = rest.row(rest.order("30000.019", "0.010009", extra=1))       # type: ignore[arg-type]
    assert (row["price"], row["volume"]) == (30_000.01, 0.01)
    assert rest.row(rest.order(30_000, True))["volume"] == 1.0
    assert rest.row(rest.order(30_000, 0.1 + 0.2, offset="开"))["offset"] == "开"


def test_the_same_reference_makes_two_orders(venue: MockExchange, rest: Rest) -> None:
    first, second = rest.order(), rest.order()
    assert first != second and [row["reference"] for row in rest.rows("order")] == ["ref-1", "ref-1"]
    assert len({row["order_id"] for row in journal(venue)}) == 2


def test_what_the_journal_calls_an_order(venue: MockExchange, rest: Rest) -> None:
    """The first word of its reference, else its remote id."""
    rest.order(reference="own-7 strategy's own")
    bare = rest.order(reference="").partition(".")[2]
    assert [row["client_order_id"] for row in journal(venue)] == ["own-7", bare]
    assert rest.rows("order")[0]["reference"] == "own-7 strategy's own"
    rest.order(reference="x" * 100_000)
    assert len(journal(venue)[-1]["client_order_id"]) == 64 and len(rest.rows("order")[-1]["reference"]) == 100_000


def test_what_is_wrong_with_a_body(venue: MockExchange, rest: Rest) -> None:
    """422, word for word (spec 3.4): nothing was sent."""
    body = rest.body(direction="Long")
    assert rest.call("POST", "/order", body).json == {"detail": [{
        "type": "enum", "loc": ["body", "direction"], "msg": "Input should be '多', '空' or '净'", "input": "Long",
        "ctx": {"expected": "'多', '空' or '净'"},
    }]}
    del body["symbol"]
    many = rest.call("POST", "/order", {**body, "direction": "多", "volume": "abc", "price": None, "reference": 5}).json["detail"]
    assert [(one["type"], one["loc"][1]) for one in many] == [
        ("missing", "symbol"), ("float_parsing", "volume"), ("float_type", "price"), ("string_type", "reference"),
    ]
    assert rest.call("POST", "/order", "{bad", Content_Type="application/json").json == {"detail": [{
        "type": "json_invalid", "loc": ["body", 1], "msg": "JSON decode error", "input": {},
        "ctx": {"error": "Expecting property name enclosed in double quotes"},
    }]}
    assert rest.call("POST", "/order").json == {"detail": [{"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}]}
    for given, kind in (("[]", "application/json"), ('"x"', "application/json"), ('{"symbol":"a"}', "text/plain")):
        answer = rest.call("POST", "/order", given, Content_Type=kind)
        assert (answer.status, answer.json["detail"][0]["type"]) == (422, "model_attributes_type")
    assert rest.call("POST", "/order", b"\xff", Content_Type="application/json").json == {"detail": "There was an error parsing the body"}
    assert not journal(venue)


def test_unknown_contracts_and_orders(rest: Rest) -> None:
    """404, word for word (spec 3.3 to 3.5)."""
    for answer, words in (
        (rest.send(symbol="nope", exchange="SHFE"), "找不到合约nope SHFE"), (rest.subscribe("nope.SHFE"), "找不到合约nope.SHFE"),
        (rest.subscribe(SYMBOL), f"找不到合约{SYMBOL}"), (rest.cancel("CTP.nope"), "找不到委托CTP.nope"),
        (rest.cancel("CTP.1 &#?%螺"), "找不到委托CTP.1 &#?%螺"), (rest.subscribe("a/b.SHFE"), "Not Found"), (rest.cancel("CTP.1/2"), "Not Found"),
    ):
        assert (answer.status, answer.json) == (404, {"detail": words})


def test_cancels(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """``null`` whatever comes of it; only the push tells (spec 3.5)."""
    vt_orderid = rest.order()
    for _ in range(3):
        answer = rest.cancel(vt_orderid)
        assert (answer.status, answer.text) == (200, "null")
    rows = until(lambda: len(rows := ws.orders(vt_orderid)) == 3 and rows)
    assert (rows[-1]["status"], rows[-1]["reference"], rows[-1]["datetime"]) == ("已撤销", "ref-1", rows[1]["datetime"])
    venue.set_options(cancels="ignored")
    kept = rest.order()
    assert rest.cancel(kept).text == "null"
    assert rest.row(kept)["status"] == "未成交" and journal(venue)[-1]["status"] == "NEW"


def test_no_id(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """``200 ""``: refused by the remote gateway before it was sent (spec 3.4)."""
    venue.set_options(order_answer="empty")
    answer = rest.send()
    assert (answer.status, answer.text) == (200, '""')
    assert not rest.rows("order") and not journal(venue) and not ws.frames
    venue.set_options(order_answer="id")
    assert rest.order()


@pytest.mark.parametrize(("references", "shown"), [("first", ["ref-1", "", ""]), ("never", ["", "", ""]), ("kept", ["ref-1"] * 3)])
def test_references(venue: MockExchange, rest: Rest, ws: Stream, references: str, shown: list[str]) -> None:
    """Later pushes are built anew without it at many gateways, and the list loses it then (spec 8.1)."""
    venue.set_options(references=references)
    vt_orderid = rest.order()
    rest.cancel(vt_orderid)
    rows = until(lambda: len(found := ws.orders(vt_orderid)) == 3 and found)
    assert [row["reference"] for row in rows] == shown
    assert rest.row(vt_orderid)["reference"] == shown[-1]


def test_ticks_go_to_everybody(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    assert (rest.subscribe().text, rest.subscribe().text) == ("null", "null")
    venue.set_price("BTCUSDT", "40111")
    assert until(lambda: ws.data("eTick.") and ws.data("eTick.")[-1]["last_price"] == 40_111.0)
    with stream(venue.stream, rest.token) as other:
        venue.set_price("BTCUSDT", "40123")
        for one in (ws, other):
            assert until(lambda one=one: one.data("eTick.") and one.data("eTick.")[-1]["last_price"] == 40_123.0)
    tick = ws.data("eTick.")[-1]
    levels = [f"{side}_{what}_{n}" for what in ("price", "volume") for side in ("bid", "ask") for n in range(1, 6)]
    assert list(tick) == [
        "gateway_name", "symbol", "exchange", "datetime", "name", "volume", "turnover", "open_interest", "last_price", "last_volume",
        "limit_up", "limit_down", "open_price", "high_price", "low_price", "pre_close", *levels, "localtime", "vt_symbol",
    ]
    assert tick["bid_price_1"] < tick["ask_price_1"] and tick["name"] == "BTCUSDT" and tick["high_price"] >= 40_123.0
    assert rest.rows("tick") == [tick] and {row["symbol"] for row in ws.data("eTick.")} == {SYMBOL}


def test_an_order_that_is_answered_and_executed_later(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """A fault of the exchange behind: accepted, and in no book for a while; a cancel waits for it."""
    venue.faults.add(match="POST /order", stage="before_engine", action="delay", ms=300, ack=True)
    vt_orderid = rest.order()
    assert [row["status"] for row in ws.wait("eOrder.", 2)] == ["提交中", "未成交"] and not journal(venue)
    assert rest.cancel(vt_orderid).text == "null"
    assert ws.reaches(vt_orderid, "已撤销")
    assert journal(venue)[-1]["status"] == "CANCELED"


def test_the_answer_can_be_slow(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """The pushes come before the answer (spec 7.3)."""
    venue.set_options(answer_ms=2_000)
    with meanwhile() as begin:
        answer = begin(rest.send)
        vt_orderid = ws.wait("eOrder.", 2)[0]["vt_orderid"]
        assert not answer.done()
        assert answer.result().json == vt_orderid


def test_restart_of_everything(venue: MockExchange, rest: Rest) -> None:
    """The exchange keeps its orders; the remote VeighNa reports them under the same ids, without the reference it does not know."""
    open_order, filled = rest.order(offset="开"), rest.order(50_000)
    venue.restart()
    rest.login()
    rows = {row["vt_orderid"]: row for row in rest.rows("order")}
    assert set(rows) == {open_order, filled}
    assert (rows[open_order]["status"], rows[open_order]["reference"], rows[open_order]["offset"]) == ("未成交", "", "")
    assert [row["vt_orderid"] for row in rest.rows("trade")] == [filled]
    assert rest.order() not in rows
    assert rest.cancel(open_order).status == 200 and rest.row(open_order)["status"] == "已撤销"


def test_an_order_that_is_amended_elsewhere(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    vt_orderid = rest.order()
    venue.amend("0.02", client_order_id="ref-1")
    assert until(lambda: ws.orders(vt_orderid)[-1:] and ws.orders(vt_orderid)[-1]["volume"] == 0.02)
    row = rest.row(vt_orderid)
    assert (row["volume"], row["status"], row["reference"]) == (0.02, "未成交", "ref-1")


def test_rules_that_change(venue: MockExchange, rest: Rest) -> None:
    """The remote gateway goes by the rules it has read, and reads them again when the exchange refuses an order by one."""
    venue.set_rules("BTCUSDT", tick_size="0.1", step_size="0.001", min_quantity="0.001")
    assert rest.rows("contract")[0]["pricetick"] == 0.01
    assert rest.row(rest.order(30_000.01, 0.10001))["status"] == "拒单"
    contract = rest.rows("contract")[0]
    assert (contract["pricetick"], contract["min_volume"]) == (0.1, 0.001)
    row = rest.row(rest.order(30_000.19, 0.10099))
    assert (row["price"], row["volume"], row["status"]) == (30_000.1, 0.1, "未成交")


def test_a_symbol_that_is_removed(venue: MockExchange, rest: Rest) -> None:
    """It stays in the list; orders are refused. One that is listed again is read at once."""
    venue.remove_symbol("ETHUSDT")
    symbol = "ETHUSDT_SPOT_BINANCE"
    assert symbol in {row["symbol"] for row in rest.rows("contract")}
    assert rest.subscribe(f"{symbol}.GLOBAL").status == 200
    assert rest.row(rest.order(1_000, 0.1, symbol=symbol))["status"] == "拒单"
    venue.add_symbol("ETHUSDT")
    assert rest.row(rest.order(1_000, 0.1, symbol=symbol))["status"] == "未成交"
