"""Whatever a request holds, there is an answer of one of the known forms, and never a handler's own failure."""

import json
import logging
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from webtrader_client import FORM, STILL, Rest

from mockexchange import MockExchange

ROUNDS: int = 150
ODD: list[Any] = [
    None, True, False, 0, -1, 0.01, 30_000, 1e308, -1e308, 10 ** 400, float("nan"), float("inf"), "", "0.01", "1e400", "nan", "x" * 5_000, "\ud800", "\u0000",
    "密", [], {}, [1], {"a": 1}, "多", "Long", "限价", "GLOBAL", "BTCUSDT_SPOT_BINANCE", "a b", "#1",
]
BODIES: list[bytes] = [b"", b"{", b"null", b"[" * 50_000, b"\xff\xfe", b'{"symbol":"\\ud800"}', b"NaN", b'"x"', b"{}" * 2]


@pytest.fixture(scope="module")
def rest() -> Iterator[Rest]:
    with MockExchange("webtrader", seed=7, speed=STILL) as venue:
        client = Rest(venue.rest)
        client.login()
        yield client


def test_orders(rest: Rest, caplog: pytest.LogCaptureFixture) -> None:
    random = Random("orders")
    with caplog.at_level(logging.ERROR):
        for _ in range(ROUNDS):
            body = rest.body()
            for name in random.sample(sorted(body), random.choice((1, 1, 2, 4))):
                body[name] = random.choice(ODD)
            answer = rest.call("POST", "/order", json.dumps(body), Content_Type="application/json")
            assert answer.status in (200, 404, 422), (answer.text, body)
            assert isinstance(answer.json, str) if answer.status == 200 else set(answer.json) == {"detail"}
        for raw in BODIES:
            assert rest.call("POST", "/order", raw, Content_Type="application/json").status in (400, 422), raw[:20]
    assert not caplog.records
    assert all(row["status"] in ("未成交", "全部成交", "已撤销", "拒单") for row in rest.rows("order"))


def test_paths(rest: Rest, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for value in ("", "x", "%", "..", "a.b.c", "SIM00001.LOCAL", "SIM-1.LOCAL", "_SPOT_BINANCE.GLOBAL", "é", "\u0000", "x" * 3_000, "/"):
            assert rest.call("DELETE", f"/order/{quote(value, safe='')}").status in (307, 404), value
            assert rest.call("POST", f"/tick/{quote(value, safe='')}").status in (307, 404), value
        assert rest.call("DELETE", "/order/%ff").status == 404
    assert not caplog.records


def test_logins(rest: Rest, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for kind in (FORM, "multipart/form-data; boundary=b", "multipart/form-data", "application/json", "", "é"):
            for raw in (*BODIES, b"username=%ff&password=%00", b"--b\r\n\r\n--b--", b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n"):
                answer = rest.call("POST", "/token", raw, Content_Type=kind.encode().decode("latin-1"))
                assert answer.status in (400, 401, 422) or answer.is_bare_500, (kind, raw[:20])
    assert not caplog.records


@pytest.mark.parametrize("text", [b"username", b'{"username":', b"[]", b'{"username":1,"password":2}'])
def test_logins_of_the_seed(text: bytes) -> None:
    with MockExchange("webtrader", options={"build": "seed"}) as venue:
        assert Rest(venue.rest).call("POST", "/token", text).status == 400
