"""Sessions on a scripted server: what an answer, a push and a list mean together. Spec 3.1, 5.1, 6, 7.5, 8, 10."""

from logging import ERROR
from typing import Any

import pytest
from vnpy.trader.constant import Direction, Exchange, Offset, Status

from .payloads import COIN, WRONG_WORD, row
from .scripted import ENGLISH_WORDS, FAILED, Answer, Seen, Trader, a_trader, as_json, order_row, trade_row

CURE = "WebTrader's web process has lost its RPC connection to the trading process; restart the web service"


def takes(trader: Trader, vt_orderid: str = "CTP.1_1", keeps: bool = True, status: str = "未成交") -> list[dict[str, Any]]:
    """Orders are accepted under an id and listed, with our reference where the remote gateway keeps it."""
    made: list[dict[str, Any]] = []

    def script(request: Seen) -> Answer | None:
        if request.line != "POST /order":
            return None
        sent = request.json
        made.append(order_row(vt_orderid, volume=sent["volume"], reference=sent["reference"] if keeps else "", status=status, offset=sent["offset"]))
        trader.server.lists["/order"].append(made[-1])
        return as_json(vt_orderid)

    trader.server.script = script
    return made


def test_an_order_its_fills_and_its_end() -> None:
    with a_trader() as trader:
        made = takes(trader)
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        sent = trader.server.sent("POST /order")[0]
        assert sent.json == {
            "symbol": "rb2601", "exchange": "SHFE", "direction": "多", "type": "限价", "volume": 2, "price": 3500, "offset": "开", "reference": orderid,
        }
        trader.server.push("eTrade.", trade_row())
        trader.server.push("eTrade.", trade_row())
        trader.server.push("eTrade.", trade_row("CTP.t2"))
        made[0].update(traded=2.0, status="全部成交", reference="")         # the remote gateway makes its rows anew, without it
        trader.server.lists["/trade"] = [trade_row(), trade_row("CTP.t2")]
        trader.server.push("eOrder.", made[0])
        order = trader.status(orderid, Status.ALLTRADED)
        assert (order.reference, order.offset, order.traded) == ("mine", Offset.OPEN, 2.0)
        assert [(trade.tradeid, trade.orderid) for trade in trader.recorder.trades] == [("CTP.t1", orderid), ("CTP.t2", orderid)]
        kinds = [type(item).__name__ for item in trader.recorder.sequence]
        assert kinds.index("TradeData") < len(kinds) - 1 and kinds[-1] == "OrderData"


def test_a_push_with_our_reference_goes_before_the_answer() -> None:
    with a_trader() as trader:
        def script(request: Seen) -> Answer | None:
            if request.line != "POST /order":
                return None
            trader.server.push("eOrder.", order_row(reference=request.json["reference"]))
            return Answer(hang=True)

        trader.server.script = script
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        trader.server.script = lambda request: None
        trader.cancel(orderid)
        trader.recorder.wait(lambda: trader.server.sent("DELETE /order/CTP.1_1"), "the cancel")


def test_no_id_is_a_refusal_and_so_is_an_unknown_contract() -> None:
    with a_trader() as trader:
        for answer, words in ((as_json(""), "answered without an id: it made no order"), (as_json({"detail": "找不到合约nope SHFE"}, 404), "找不到合约")):
            trader.server.script = lambda request, answer=answer: answer if request.line == "POST /order" else None       # type: ignore[misc]
            trader.status(trader.send(), Status.REJECTED)
            assert trader.recorder.said(words)


def test_executed_after_its_500_it_is_adopted() -> None:
    """Spec 6.3: the push comes while every route answers 500, and the user is told what to restart."""
    with a_trader() as trader:
        trader.server.script = lambda request: FAILED if request.path not in ("/token", "/openapi.json") else None
        orderid = trader.send()
        trader.recorder.wait(lambda: trader.recorder.said("in doubt"), "the doubt")
        trader.recorder.wait(lambda: CURE in [log.msg for log in trader.recorder.logs if log.level == ERROR], "the cure")
        refused = trader.send()
        trader.status(refused, Status.REJECTED)
        assert trader.recorder.orders[orderid].status is Status.SUBMITTING and len(trader.server.sent("POST /order")) == 1
        trader.server.push("eOrder.", order_row(reference=orderid))
        trader.server.push("eTrade.", trade_row())
        trader.recorder.wait(lambda: trader.recorder.orders[orderid].status is Status.NOTTRADED and trader.recorder.trades, "adopted, and its fill")
        trader.server.lists.update({"/order": [order_row(traded=1.0, status="部分成交")], "/trade": [trade_row()]})
        trader.server.script = lambda request: None
        trader.heard("reaches the trading process again")
        trader.status(orderid, Status.PARTTRADED)
        assert [log.msg for log in trader.recorder.logs].count(CURE) == 1


def test_no_order_is_sent_to_a_trading_process_that_hangs() -> None:
    """Spec 6.1: /openapi.json alone tells that the web process lives."""
    with a_trader() as trader:
        trader.server.script = lambda request: Answer(hang=True) if request.path not in ("/token", "/openapi.json") else None
        trader.heard("Trade API disconnected")
        trader.status(trader.send(), Status.REJECTED)
        assert trader.recorder.said("the trading process behind WebTrader does not answer") and not trader.server.sent("POST /order")
        trader.server.script = lambda request: None
        made = takes(trader)
        trader.recorder.wait(lambda: not trader.gateway.session.rpc.reason, "its answer")
        trader.status(trader.send(), Status.NOTTRADED)
        assert len(made) == 1


def test_another_answer_tells_that_the_trading_process_is_back() -> None:
    """Orders need not wait for the next look at the accounts, which may be eight seconds away."""
    with a_trader() as trader:
        made = takes(trader)
        taken, rpc = trader.server.script, trader.gateway.session.rpc
        trader.server.script = lambda request: FAILED if request.path not in ("/token", "/openapi.json") else None
        trader.recorder.wait(lambda: rpc.failures == 3, "three looks without an answer")
        trader.status(trader.send(), Status.REJECTED)
        trader.server.script = lambda request: FAILED if request.path == "/account" else taken(request)
        trader.recorder.wait(lambda: not rpc.reason, "an answer to another question")
        assert rpc.failures >= 3            # the accounts are not answered yet
        trader.status(trader.send(), Status.NOTTRADED)
        assert len(made) == 1


def test_an_order_that_no_list_shows_never_arrived_and_is_not_sent_again() -> None:
    with a_trader() as trader:
        trader.server.script = lambda request: FAILED if request.line == "POST /order" else None
        orderid = trader.send()
        trader.status(orderid, Status.REJECTED)
        assert trader.recorder.said("never reached the venue") and len(trader.server.sent("POST /order")) == 1
        trader.server.push("eOrder.", order_row(reference=orderid))
        trader.status(orderid, Status.NOTTRADED)
        assert trader.recorder.said("turned up at the venue after all")


@pytest.mark.parametrize("told", [{"price": 3501.0}, {"volume": 1.9}, {"price": 3499.0, "volume": 1.5}, {"price": 3501.0, "traded": 1.0, "status": "部分成交"}])
@pytest.mark.parametrize("pushed", [False, True])
@pytest.mark.parametrize(("answered", "keeps"), [(True, True), (False, True), (True, False), (True, None)], ids=["named", "lost", "nameless", "first named"])
def test_rounded_by_the_remote_gateway_it_is_ours_all_the_same(told: dict[str, Any], pushed: bool, answered: bool, keeps: bool | None) -> None:
    """It has our reference, or the id that the answer told: it lives, whatever price and volume the remote gateway has made of ours."""
    with a_trader() as trader:
        made = takes(trader, keeps=keeps is not False)
        taken = trader.server.script

        def script(request: Seen) -> Answer | None:
            answer = taken(request)
            if answer is not None and pushed:
                trader.server.push("eOrder.", {**made[-1], **told})
            if answer is not None:
                made[-1].update({**told, "reference": made[-1]["reference"] if keeps else ""})         # the first push has it
            return answer if answered or answer is None else FAILED

        trader.server.script = script
        orderid = trader.send()
        trader.status(orderid, Status.PARTTRADED if "traded" in told else Status.NOTTRADED)
        wanted = (told.get("price", 3500.0), told.get("volume", 2.0))
        trader.recorder.wait(lambda: (trader.recorder.orders[orderid].price, trader.recorder.orders[orderid].volume) == wanted, "its price and volume")
        assert Status.REJECTED not in [each.status for each in trader.recorder.order_pushes if each.orderid == orderid]
        trader.cancel(orderid)
        trader.recorder.wait(lambda: trader.server.sent("DELETE /order/CTP.1_1"), "the cancel")
        made[0].update(status="已撤销")
        trader.status(orderid, Status.CANCELLED)


def test_found_by_what_was_sent_where_references_are_dropped() -> None:
    with a_trader() as trader:
        def script(request: Seen) -> Answer | None:
            if request.line != "POST /order":
                return None
            trader.server.lists["/order"] += [order_row("CTP.9", offset="平"), order_row("CTP.1_1")]       # one of another's, and ours
            return FAILED

        trader.server.script = script
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        trader.heard("recognised by its symbol, side, price and volume")
        assert trader.recorder.orders["CTP.9"].offset is Offset.CLOSE
        trader.cancel("CTP.9")
        trader.recorder.wait(lambda: trader.server.sent("DELETE /order/CTP.9"), "the cancel of the foreign one")


def test_the_language_of_a_refusal() -> None:
    """Spec 5.1: a 422 that names the words of another language proves that nothing was sent."""
    with a_trader(connect=False) as trader:
        trader.server.words = []                # the schema is closed
        trader.connect()
        trader.gateway.session.language = "English"
        made = takes(trader)
        accepted = trader.server.script

        def script(request: Seen) -> Answer | None:
            if request.line == "POST /order" and request.json["direction"] == "Long":
                return Answer(422, WRONG_WORD.encode())
            return accepted(request)

        trader.server.script = script
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        assert [request.json["direction"] for request in trader.server.sent("POST /order")] == ["Long", "多"] and len(made) == 1
        assert {request.json["reference"] for request in trader.server.sent("POST /order")} == {orderid}


def test_the_servers_language_is_asked_for() -> None:
    with a_trader(connect=False) as trader:
        trader.server.words = ENGLISH_WORDS
        trader.connect()
        takes(trader)
        trader.status(trader.send(), Status.NOTTRADED)
        assert trader.server.sent("POST /order")[0].json["direction"] == "Long"


def test_a_login_as_the_manual_has_it() -> None:
    """Spec 10, row 1: JSON, where a form is refused."""
    with a_trader(connect=False) as trader:
        trader.server.as_form = False
        trader.connect()
        kinds = [request.headers["content-type"] for request in trader.server.sent("POST /token")]
        assert kinds == ["application/x-www-form-urlencoded", "application/json"]
        trader.server.tokens.append("expired")      # what we have is good no more
        trader.recorder.wait(lambda: len(trader.server.sent("POST /token")) > 2, "a new token")
        assert trader.server.sent("POST /token")[-1].headers["content-type"] == "application/json"


def test_a_token_that_ends_in_mid_order_is_renewed_and_never_shown() -> None:
    with a_trader() as trader:
        takes(trader)
        trader.gateway.session.api.login._at -= 10.0            # the last login was long ago
        trader.server.tokens.append("another")
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        assert not [log.msg for log in trader.recorder.logs if "token-" in log.msg or "secret-word" in log.msg]


def test_an_order_is_cancelled_while_its_token_is_renewed() -> None:
    with a_trader() as trader:
        trader.server.script = lambda request: as_json({"detail": "Could not validate credentials"}, 401) if request.line == "POST /order" else None
        orderid = trader.send()
        trader.recorder.wait(lambda: trader.server.sent("POST /order"), "the first sending")
        trader.cancel(orderid)
        trader.status(orderid, Status.CANCELLED)
        assert len(trader.server.sent("POST /order")) == 1


def test_a_wrong_password_is_said_once() -> None:
    with a_trader(connect=False) as trader:
        trader.connect(ready=False, Password="wrong-word")
        trader.heard("Authentication failed, message: Incorrect username or password")
        trader.recorder.pass_time(0.5)
        assert len(trader.server.seen) == 1 and not trader.recorder.said("wrong-word")
        trader.status(trader.send(), Status.REJECTED)


def test_nothing_is_pushed_and_it_trades() -> None:
    """Spec 2.2, 7.5: by REST alone, said once."""
    with a_trader() as trader:
        made = takes(trader)
        trader.subscribe("BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL)
        trader.recorder.wait(lambda: trader.gateway.session.watch._based == {"order", "trade"}, "lists to compare with")
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        made[0].update(traded=2.0, status="全部成交")
        trader.server.lists["/trade"] = [trade_row(), trade_row("CTP.t2")]
        trader.status(orderid, Status.ALLTRADED)
        trader.heard("The WebTrader server pushes nothing")
        for second in (3, 4):
            trader.server.lists["/tick"] = [tick_row(second)]
            trader.recorder.wait(lambda second=second: [tick for tick in trader.recorder.ticks if tick.datetime.second == second], "the tick")     # type: ignore[misc]
        assert len(trader.recorder.said("pushes nothing")) == 1 and len(trader.recorder.trades) == 2


def test_pushes_are_lost_on_an_open_socket() -> None:
    with a_trader() as trader:
        trader.server.push("ePosition.", {**held("多"), "volume": 5})
        trader.recorder.wait(lambda: trader.recorder.positions, "a push")
        trader.recorder.wait(lambda: trader.gateway.session.watch._based == {"order", "trade"}, "lists to compare with")
        for number in (1, 2):
            takes(trader, f"CTP.{number}")
            trader.status(trader.send(), Status.NOTTRADED)
            trader.server.push("ePosition.", {**held("多"), "volume": 50 + number})       # other pushes come
            trader.recorder.wait(lambda number=number: trader.gateway.session.watch._occasions == number, "a push that never came")        # type: ignore[misc]
            assert len(trader.recorder.said("The WebTrader server")) == 0 or number == 2
        trader.heard("The WebTrader server loses pushes")
        assert not trader.gateway.health()["push"]
        for number in (3, 4, 5):
            made = takes(trader, f"CTP.{number}")
            trader.send()
            trader.recorder.wait(lambda made=made: made, "the order")        # type: ignore[misc]
            trader.server.push("eOrder.", made[0])
        trader.heard("The WebTrader server pushes again")


def held(direction: str, gateway_name: str = "CTP") -> dict[str, Any]:
    return {
        "gateway_name": gateway_name, "symbol": "rb2601", "exchange": "SHFE", "direction": direction, "volume": 3, "frozen": 1, "price": 3500.0,
        "pnl": 120.0, "yd_volume": 2, "vt_symbol": "rb2601.SHFE", "vt_positionid": "x",
    }


def tick_row(second: int, symbol: str = "BTCUSDT_SPOT_BINANCE", exchange: str = "GLOBAL") -> dict[str, Any]:
    return {
        "gateway_name": "MOCKBINANCE", "symbol": symbol, "exchange": exchange, "datetime": f"2026-11-28 03:36:{second:02}+00:00",
        "last_price": 40_000.0 + second, "volume": 1, "name": "x",
    }


def test_two_gateways_with_one_symbol_and_one_account() -> None:
    """Spec 8.2: nothing is overwritten."""
    with a_trader(connect=False) as trader:
        first = {"gateway_name": "CTP", "accountid": "1", "balance": 100.0, "frozen": 0.0, "available": 90.0}
        trader.server.lists["/account"] = [first]
        trader.server.lists["/position"] = [held("多"), held("空"), held("多", "XTP")]
        trader.connect()
        trader.recorder.wait(lambda: "1" in trader.recorder.accounts and "rb2601" in trader.recorder.positions, "both")
        assert trader.recorder.accounts["1"].available == 90.0
        trader.server.lists["/account"] = [first, {**first, "gateway_name": "XTP", "balance": 7.0, "available": 7.0}]
        trader.recorder.wait(lambda: {"CTP.1", "XTP.1"} <= trader.recorder.accounts.keys(), "their long names")
        assert (trader.recorder.accounts["1"].balance, trader.recorder.accounts["CTP.1"].balance, trader.recorder.accounts["XTP.1"].balance) == (0.0, 100.0, 7.0)
        held_now = trader.gateway.session.positions._held
        assert {key[1] for key in held_now} == {Direction.LONG, Direction.SHORT} and len(held_now) == 2


def test_one_remote_gateway_only() -> None:
    with a_trader(setting={"Remote Gateway": "MOCKBINANCE"}) as trader:
        assert list(trader.recorder.contracts) == ["BTCUSDT_SPOT_BINANCE"]
        trader.server.push("eOrder.", order_row())
        trader.server.push("eOrder.", {**order_row("MOCKBINANCE.2"), "gateway_name": "MOCKBINANCE", "symbol": "BTCUSDT_SPOT_BINANCE", "exchange": "GLOBAL"})
        trader.recorder.wait(lambda: "MOCKBINANCE.2" in trader.recorder.orders, "its order")
        assert "CTP.1_1" not in trader.recorder.orders


def test_one_trade_id_for_two_orders() -> None:
    """Spec 8.2: an exchange gives both sides of a self-trade one id."""
    with a_trader() as trader:
        trader.server.lists["/order"] = [order_row("CTP.1"), order_row("CTP.2", direction="空")]
        trader.recorder.wait(lambda: {"CTP.1", "CTP.2"} <= trader.recorder.orders.keys(), "the orders")
        trader.server.push("eTrade.", trade_row("CTP.t1", "CTP.1"))
        trader.server.push("eTrade.", trade_row("CTP.t1", "CTP.2", direction="空"))
        trader.recorder.wait(lambda: len(trader.recorder.trades) == 2, "both")
        assert [(trade.tradeid, trade.orderid) for trade in trader.recorder.trades] == [("CTP.t1", "CTP.1"), ("CTP.t1:CTP.2", "CTP.2")]


def test_what_cannot_be_read_is_asked_for() -> None:
    with a_trader() as trader:
        made = takes(trader)
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        for odd in ({"price": None}, {"status": "BRAND_NEW"}, {"vt_orderid": [1]}, {"traded": "NaN"}):
            trader.server.push("eOrder.", {**made[0], **odd})
        trader.server.push_text('{"topic": "eOrder.", "data": {"price": NaN}}')
        trader.server.push_text('{"topic": "eOrder.", "da')
        trader.server.push("eNothing.", 5)
        trader.server.push("eAccount.", None)
        trader.server.push("eTrade.", trade_row(direction="BRAND_NEW", offset="BRAND_NEW"))
        trader.recorder.wait(lambda: trader.recorder.trades, "the fill")
        assert trader.recorder.trades[0].direction is Direction.LONG
        assert trader.recorder.said("Push eOrder. not understood") and not trader.recorder.said("Gateway exception")
        made[0].update(traded=1.0, status="部分成交")
        trader.status(orderid, Status.PARTTRADED)


def test_a_list_that_fails_alone() -> None:
    """Spec 5.3: /order answers 500 while /account does not; pushes tell."""
    with a_trader() as trader:
        trader.server.script = lambda request: FAILED if request.line == "GET /order" else as_json("CTP.1_1") if request.line == "POST /order" else None
        trader.heard("GET /order fails while /account answers")
        orderid = trader.send()
        trader.server.push("eOrder.", order_row())
        trader.status(orderid, Status.NOTTRADED)
        trader.server.push("eTrade.", trade_row())
        trader.recorder.wait(lambda: trader.recorder.trades, "the fill")
        trader.server.push("eOrder.", order_row(traded=1.0, status="已撤销"))
        trader.status(orderid, Status.CANCELLED)


def test_a_restart_of_the_trading_process() -> None:
    """Spec 8.3: lists begin anew, nothing is concluded, subscriptions are made again."""
    with a_trader() as trader:
        made = takes(trader)
        trader.subscribe("BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL)
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        lists = dict(trader.server.lists)
        subscribed = len(trader.server.sent("POST /tick/BTCUSDT_SPOT_BINANCE.GLOBAL"))
        trader.recorder.wait(lambda: "CTP.1_1" in trader.gateway.session.restarts._known.get("order", ()), "the list")
        trader.server.lists.update({"/order": [], "/account": [], "/contract": []})
        trader.heard("was restarted")
        trader.recorder.pass_time(1.5)
        assert trader.recorder.orders[orderid].status is Status.NOTTRADED
        trader.server.lists.update(lists)
        made[0].update(reference="", traded=2.0, status="全部成交")
        trader.server.lists.update({"/order": [made[0]], "/trade": [trade_row(), trade_row("CTP.t2")]})
        trader.status(orderid, Status.ALLTRADED)
        trader.recorder.wait(lambda: len(trader.server.sent("POST /tick/BTCUSDT_SPOT_BINANCE.GLOBAL")) > subscribed, "the subscription")
        assert len(trader.recorder.said("was restarted")) == 1 and len(trader.recorder.trades) == 2


def test_a_cancel_that_is_not_found_concludes_nothing() -> None:
    """Spec 3.5: OMS lag."""
    with a_trader() as trader:
        made = takes(trader)
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        missing = [as_json({"detail": "找不到委托CTP.1_1"}, 404)] * 2
        trader.server.script = lambda request: missing.pop() if request.method == "DELETE" and missing else None
        trader.cancel(orderid)
        trader.recorder.wait(lambda: len(trader.server.sent("DELETE /order/CTP.1_1")) > 2, "cancelled again")
        assert trader.recorder.orders[orderid].status is Status.NOTTRADED
        made[0].update(status="已撤销")
        trader.status(orderid, Status.CANCELLED)


def test_a_socket_that_wants_the_token_as_text() -> None:
    """Spec 10, row 11."""
    with a_trader(connect=False) as trader:
        trader.server.closes_socket = 1008
        trader.connect()
        assert trader.server.sockets and not [log for log in trader.recorder.logs if "token-" in log.msg]


def test_heartbeats_of_other_servers_are_echoed() -> None:
    """Spec 10, row 12; and no binary frame is ever sent."""
    with a_trader() as trader:
        trader.server.push_text("ping")
        trader.server.push_text('{"type":"heartbeat"}')
        trader.recorder.wait(lambda: trader.server.texts == ["ping", '{"type":"heartbeat"}'], "the echo")


def test_a_redirect_is_a_wrong_host() -> None:
    with a_trader() as trader:
        moved = Answer(307, b"", headers={"Location": "http://elsewhere/order/"})
        trader.server.script = lambda request: moved if request.line == "POST /order" else None
        trader.status(trader.send(), Status.REJECTED)
        assert trader.recorder.said("Host is not the address of the WebTrader server")


def test_a_subscription_by_the_bare_symbol() -> None:
    """Spec 10, row 5."""
    with a_trader() as trader:
        trader.server.script = lambda request: as_json({"detail": "no"}, 404) if request.line == "POST /tick/BTCUSDT_SPOT_BINANCE.GLOBAL" else None
        trader.subscribe("BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL)
        trader.recorder.wait(lambda: trader.server.sent("POST /tick/BTCUSDT_SPOT_BINANCE"), "the bare symbol")
        trader.server.push("eTick.", tick_row(5))
        trader.server.push("eTick.", tick_row(4))           # overtaken
        trader.server.push("eTick.", tick_row(6, "rb2601", "SHFE"))     # another client's
        trader.server.push("eTick.", tick_row(7))
        trader.recorder.wait(lambda: len(trader.recorder.ticks) == 2, "the ticks")
        assert [tick.datetime.second for tick in trader.recorder.ticks] == [5, 7]


def test_no_history_and_no_contracts_yet() -> None:
    with a_trader(connect=False) as trader:
        trader.server.lists["/contract"] = []
        trader.connect(ready=False)
        trader.heard("no contracts yet, the remote gateway is not connected")
        trader.server.lists["/contract"] = [row(COIN)]
        trader.recorder.wait(lambda: trader.gateway.ready, "ready")


def test_the_time_of_an_order_may_change() -> None:
    """Spec 8.2: another symbol, direction, price or volume makes another order of an id, another time does not, while it lives."""
    with a_trader() as trader:
        made = takes(trader)
        orderid = trader.send()
        trader.status(orderid, Status.NOTTRADED)
        for second, fields in ((1, {}), (5, {"traded": 1.0, "status": "部分成交"}), (9, {"traded": 1.0, "status": "已撤销"})):
            made[0].update(datetime=f"2026-11-28 21:00:0{second}+08:00", **fields)
            trader.server.push("eOrder.", made[0])
        trader.server.push("eTrade.", trade_row())
        trader.status(orderid, Status.CANCELLED)
        # a list that was asked for before the end, and comes after it
        trader.server.push("eOrder.", {**made[0], "datetime": "2026-11-28 21:00:05+08:00", "status": "部分成交"})
        trader.recorder.pass_time(0.5)
        assert not trader.recorder.said("cannot be") and list(trader.recorder.orders) == [orderid]
