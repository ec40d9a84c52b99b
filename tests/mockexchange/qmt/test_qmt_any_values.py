"""Whatever values a signed request has, the answer is one of the server's, nothing is logged as a fault of ours, and the venue lives on."""

import http.client
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from qmt_client import JSON, NOON, STILL, TRADE, Rest, canonical

from mockexchange import MockExchange

TEXTS: list[str] = ["", "0", "\ud800", "\x00", "9" * 5_000, "000001\n", "🚀", "sh600000", ".SZ", "a#b#3"]
VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 100, 10 ** 300, 10 ** 12, -(10 ** 400), 1e308, float("nan"), float("inf"), -float("inf"), [], {}, [1], {"a": 1}, *TEXTS,
]
# path -> the fields that it reads
FIELDS: dict[str, tuple[str, ...]] = {
    f"{TRADE}/outer/trade/buy": ("symbol", "trade_price", "price_type", "order_num", "position_pct", "trader_index", "strategy_name"),
    f"{TRADE}/outer/trade/sell": ("trade_price", "price_type", "order_num"),
    f"{TRADE}/trade/allin": ("symbol", "cur_price"),
    f"{TRADE}/trade/nhg": ("reserve_amount", "trader_index"),
    f"{TRADE}/cancel_orders/buy": ("trader_index",),
    f"{TRADE}/cancel_order": ("order_id", "trader_index"),
    f"{TRADE}/order": ("order_id",),
    f"{TRADE}/orders": ("trader_index", "cancelable_only"),
    "/send_msg": ("msg",),
}
PATHS: list[str] = list(FIELDS)
BASE: dict[str, Any] = {"symbol": "000001", "trade_price": 10.5, "order_num": 100, "trader_index": 0, "cur_price": 10.5, "order_id": 1000}


def sent(rest: Rest, path: str, data: Any, connection: http.client.HTTPConnection) -> None:
    connection.request("POST", path, json.dumps(data), rest.headers("POST", path, canonical(data)))
    response = connection.getresponse()
    text = response.read().decode()
    assert response.status in (200, 400, 500), text
    if text != "Internal Server Error":
        json.loads(text)


@pytest.mark.parametrize("build", ["A", "B"])
def test_any_value_in_any_field(build: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    options = {"build": build}
    with MockExchange("qmt", seed=7, state=tmp_path, clock=f"manual={NOON}", speed=STILL, options=options) as venue:
        rest = Rest(venue.rest, now=lambda: NOON / 1000)
        connection = http.client.HTTPConnection(rest.address, timeout=10)
        with caplog.at_level(logging.WARNING):
            for path in PATHS if build == "A" else PATHS[:1]:
                for field in FIELDS[path]:
                    for value in VALUES:
                        sent(rest, path, {**BASE, field: value}, connection)
                for data in (None, 5, "x", [], [1], True):
                    sent(rest, path, data, connection)
        connection.close()
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
        before = [(row["order_id"], row["volume"], row["time"]) for row in rest.orders()]
        venue.restart(keep_state=True)
        assert [(row["order_id"], row["volume"], row["time"]) for row in rest.orders()] == before


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"[" * 100_000, b'{"a":' * 20_000, b'{"trader_index": 1e999999}', b"\xef\xbb\xbf{}", b"{}" * 2])
def test_bodies_that_are_no_json(rest: Rest, raw: bytes) -> None:
    path = f"{TRADE}/orders"
    answer = rest.call("POST", path, rest.headers("POST", path), raw)
    assert answer.status in (400, 401, 500)


@pytest.mark.parametrize("stamp", ["9" * 4_000, "9" * 8_000, "-1", "1e5", "²", "0x10", "1_0"])
def test_timestamps(rest: Rest, stamp: str) -> None:
    headers = {**JSON, "X-Client-ID": "mock-key", "X-Timestamp": stamp.encode().decode("latin-1"), "X-Signature": "x"}
    answer = rest.call("GET", f"{TRADE}/accounts", headers)
    assert answer.error in ((401, "无效的时间戳格式"), (401, "请求时间戳过期"))
