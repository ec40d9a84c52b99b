"""Options: what each changes on the wire, and the three ways to set them."""

import json
from typing import Any

import pytest
from hashex_client import Rest

from mockexchange import MockExchange
from mockexchange.dialects.binance import BinanceDialect
from mockexchange.dialects.hashex import HashExOptions
from mockexchange.options import (
    check_options,
    describe_options,
    make_options,
    read_option_texts,
)
from mockexchange.server.venue import Venue

DEFAULTS: dict[str, Any] = {
    "text_key": "message", "market_buy": "base", "create_delay_ms": 0, "ticker_paths": "both", "symbol_configs": True,
    "client_order_id": True, "order_fields": "seed", "batch_answers": "objects", "unknown_order": "error",
    "refusals": "answer", "window_ms": 10_000, "timestamps": "venue", "heartbeat_ms": 60_000, "token_ms": 60_000, "hosts": (),
}


# what they change

@pytest.mark.parametrize("options", [{"text_key": "msg"}], indirect=True)
def test_text_key(rest: Rest) -> None:
    """Spec 1.2."""
    assert list(rest.public("time")) == ["code", "msg", "data"]
    assert rest.public("quotation/depth") == {"code": -1, "msg": "parameter symbol is missing", "data": None}
    assert rest.call("GET", "/nothing")["msg"] == "invalid access URL: GET /nothing"
    batch = rest.private("POST", "trade/order/batch/cancel", orderIdsJson='["1"]')
    assert list(batch["data"][0]) == ["code", "msg", "data"]


def test_ticker_paths(venue: MockExchange, rest: Rest) -> None:
    """Spec 3.5."""
    found = {}
    for paths in ("both", "ticker", "trend"):
        venue.set_options(ticker_paths=paths)
        found[paths] = [
            rest.public(f"quotation/{path}", symbol="BTC_USDT")["code"] for path in ("ticker", "trend/ticker", "tickers")
        ]
    assert found == {"both": [0, 0, 0], "ticker": [0, 1013, 0], "trend": [1013, 0, 0]}


@pytest.mark.parametrize("options", [{"symbol_configs": False}], indirect=True)
def test_no_symbol_configs(rest: Rest) -> None:
    answer = rest.public("symbol/configs")
    assert answer["code"] == 1013 and rest.status == 200


@pytest.mark.parametrize("options", [{"client_order_id": False}], indirect=True)
def test_client_order_ids_are_dropped(rest: Rest) -> None:
    """Spec 3.8: removed from the documents in 2026."""
    order_id = rest.placed(price="39000", clientOrderId="mine")
    assert "clientOrderId" not in rest.detail(order_id)["data"]
    assert "clientOrderId" not in rest.private("GET", "trade/order/list")["data"]["items"][0]


@pytest.mark.parametrize("options", [{"order_fields": "sibling"}], indirect=True)
def test_fields_of_the_sibling_documents(rest: Rest, other: Rest) -> None:
    """Spec 3.12 - 3.15."""
    other.placed(direction="SELL", price="40000", totalAmount="0.5")
    order_id = rest.placed(price="40000", totalAmount="1")
    names = [
        "orderId", "clientOrderId", "symbol", "orderType", "orderSide", "balanceType", "timeInForce", "price", "origQty",
        "avgPrice", "executedQty", "marginFrozen", "sourceId", "forceClose", "state", "createdTime",
    ]
    detail = rest.detail(order_id)["data"]
    row = rest.private("GET", "trade/order/list")["data"]["items"][0]
    assert list(detail) == list(row) == names and detail == row and row["sourceId"] is None
    deal = rest.private("GET", "trade/order/deal")["data"]["items"][0]
    assert list(deal)[3] == "orderSide" and deal["orderSide"] == "BUY"


def test_window(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(window_ms=1_000)
    assert rest.call("GET", "/spot/v1/u/ws/token", rest.headers({}, -3_000))["code"] == 1002
    venue.set_options(window_ms=60_000)
    assert rest.call("GET", "/spot/v1/u/ws/token", rest.headers({}, -3_000))["code"] == 0


# how they are set

def test_defaults_are_the_seeds(venue: MockExchange, rest: Rest) -> None:
    assert describe_options(HashExOptions()) == DEFAULTS
    shown = rest.call("GET", "/_mock/options")
    assert {**shown, "hosts": tuple(shown["hosts"])} == DEFAULTS
    assert venue.state()["options"] == DEFAULTS


def test_by_the_control_api(rest: Rest) -> None:
    answer = rest.call("POST", "/_mock/options", body=json.dumps({"text_key": "msg", "create_delay_ms": "250"}))
    assert rest.status == 200 and (answer["text_key"], answer["create_delay_ms"]) == ("msg", 250)
    assert "msg" in rest.public("time")
    answer = rest.call("POST", "/_mock/options", body=json.dumps({"text_key": "message", "window_ms": 1}))
    assert rest.status == 400 and answer == {"error": "window_ms: 1 is not within 100 .. 86400000"}
    assert "msg" in rest.public("time"), "all of them or none"
    assert rest.call("POST", "/_mock/options", body="[]") == {"error": "options: not an object of names and values: []"}


@pytest.mark.parametrize("options", [{"text_key": "msg"}], indirect=True)
def test_a_restart_keeps_them_and_a_reset_those_of_the_first_day(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(symbol_configs=False, text_key="message")
    venue.restart()
    rest.connection.close()
    assert "message" in rest.public("symbol/configs")
    venue.reset()
    rest.connection.close()
    assert rest.public("symbol/configs")["msg"] == "success"


@pytest.mark.parametrize(("given", "text"), [
    ({"color": "red"}, "options: unknown option 'color' of dialect 'hashex' (value 'red'), there are: text_key, "),
    ({"text_key": "text"}, "text_key: unknown value 'text', must be one of message, msg"),
    ({"text_key": ["msg"]}, "text_key: unknown value ['msg'], must be one of message, msg"),
    ({"create_delay_ms": -1}, "create_delay_ms: -1 is not within 0 .. 60000"),
    ({"create_delay_ms": "soon"}, "create_delay_ms: not a whole number: 'soon'"),
    ({"create_delay_ms": True}, "create_delay_ms: not a whole number: True"),
    ({"symbol_configs": 1}, "symbol_configs: neither true nor false: 1"),
    ({"hosts": [1]}, "hosts: not a list of texts: [1]"),
])
def test_what_is_wrong_is_named(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError) as caught:
        MockExchange("hashex", feed="none", options=given).start()
    assert str(caught.value).startswith(text)


def test_text_stands_for_any_value() -> None:
    texts = {"symbol_configs": "FALSE", "window_ms": "500", "hosts": "10.0.0.1, 10.0.0.2,", "text_key": "msg"}
    assert check_options(HashExOptions, "hashex", texts) == {
        "symbol_configs": False, "window_ms": 500, "hosts": ("10.0.0.1", "10.0.0.2"), "text_key": "msg",
    }


def test_a_dialect_without_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BinanceDialect, "options_type", None)
    assert make_options(None, "binance", {}) is None and describe_options(None) == {}
    with pytest.raises(ValueError, match="unknown option 'text_key' of dialect 'binance' .value 'msg'., it has none"):
        Venue("binance", feed="none", options={"text_key": "msg"})
    with MockExchange("binance", feed="none") as venue:
        assert venue.state()["options"] == {}
        with pytest.raises(ValueError, match="unknown option 'x'"):
            venue.set_options(x=1)


def test_option_texts() -> None:
    assert read_option_texts(["hashex.text_key=msg", "hashex.hosts=a=b", "other.x="]) == {
        "hashex": {"text_key": "msg", "hosts": "a=b"}, "other": {"x": ""},
    }
    for text in ("hashex.text_key", "text_key=msg", ".text_key=msg", "hashex.=msg"):
        with pytest.raises(ValueError, match="not DIALECT.NAME=VALUE"):
            read_option_texts([text])
    with pytest.raises(ValueError, match="given twice"):
        read_option_texts(["hashex.text_key=msg", "hashex.text_key=message"])


def test_on_the_command_line(serve_command: Any) -> None:
    process = serve_command(
        "hashex=0", "--feed", "none", "--exit-with-stdin", "--option", "hashex.text_key=msg",
        "--option", "hashex.symbol_configs=false",
    )
    try:
        assert process.stdout is not None and process.stdin is not None
        ready = json.loads(process.stdout.readline())
        assert list(ready) == ["event", "dialect", "rest", "stream", "key", "secret"] and ready["dialect"] == "hashex"
        rest = Rest(ready["rest"], ready["key"], ready["secret"])
        assert rest.public("time")["msg"] == "success" and rest.public("symbol/configs")["code"] == 1013
        assert rest.private("GET", "balance/spot", coin="USDT")["data"][0]["balance"] == "100000"
        rest.connection.close()
    finally:
        process.communicate(timeout=10)
    assert process.returncode == 0


@pytest.mark.parametrize(("arguments", "text"), [
    (["hashex=0", "--option", "hashex.text_key=text"], "text_key: unknown value 'text', must be one of message, msg"),
    (["hashex=0", "--option", "hashex.color=red"], "options: unknown option 'color' of dialect 'hashex' (value 'red')"),
    (["hashex=0", "--option", "text_key=msg"], "option: not DIALECT.NAME=VALUE: 'text_key=msg'"),
    (["binance=0", "--option", "hashex.text_key=msg"], "option: dialect 'hashex' is not served"),
    (["binance=0", "--option", "binance.text_key=msg"], "options: unknown option 'text_key' of dialect 'binance'"),
])
def test_the_command_line_names_what_is_wrong(serve_command: Any, arguments: list[str], text: str) -> None:
    process = serve_command(*arguments)
    out, err = process.communicate(timeout=15)
    assert process.returncode == 2 and out == ""
    assert err.startswith(f"mockexchange: error: {text}") and err.count("\n") == 1
