"""
The dialect beside the real server: vnpy_webtrader with a MockBinance gateway that trades on an embedded exchange of its own.

The same requests go to both; statuses, headers, bodies and frames are compared. Numbers are compared by their type, times and
ids by their form, everything else by its value.
"""

import json
import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from real_webtrader import RealWebTrader
from webtrader_client import EN, FORM, VT_SYMBOL, ZH, Answer, Rest, Stream, stream
from websockets.exceptions import InvalidStatus
from waiting import until

from mockexchange import MockExchange

LACKING: list[str] = [name for name in ("vnpy", "vnpy_webtrader", "uvicorn", "fastapi") if find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"not installed: {', '.join(LACKING)}")

HEADERS: tuple[str, ...] = ("content-type", "allow", "www-authenticate")
TIME: re.Pattern[str] = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?(\+00:00)?")
MULTIPART: str = (
    '--b\r\nContent-Disposition: form-data; name="username"\r\n\r\nvnpy\r\n'
    '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nvnpy\r\n--b--\r\n'
)
Pair = tuple[Rest, Rest]


def plain(value: Any) -> Any:
    """Without what must differ."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return "float"
    if isinstance(value, str):
        value = TIME.sub(lambda found: f"time{found[2] or ''}", value)
        value = re.sub(r"\bv[0-9a-z]{3,}-(\d+)", r"id-\1", value)
        return re.sub(r"eyJ[\w.-]+", "token", re.sub(r"([A-Z]+)-\d+-\d+", r"\1-trade-order", value))
    return value


def seen(answer: Answer) -> tuple[Any, ...]:
    """What is compared of an answer."""
    headers = tuple(answer.headers.get(name) for name in HEADERS)
    if answer.headers.get("content-type") != "application/json":
        return answer.status, headers, answer.text if answer.status != 200 else ""
    body = plain(answer.json) if answer.text else None
    return answer.status, headers, body, list(body[0]) if isinstance(body, list) and body else None


def names(orders: list[str]) -> list[str]:
    return [each.rpartition("-")[2] for each in orders]


@pytest.fixture(params=["zh_CN", "en"] if os.environ.get("LONG") else ["zh_CN"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Any, Any, dict[str, str]]]:
    """The real one and the dialect, in the same language."""
    language: str = request.param[:2]
    accounts, options = ["vnpy:vnpy:USDT=100000,BTC=1"], {"language": language}
    with (
        RealWebTrader(tmp_path, request.param) as real,
        MockExchange("webtrader", seed=7, accounts=accounts, options=options) as venue,
    ):
        real.wait()
        yield real, venue, ZH if language == "zh" else EN


def compare(pair: Pair, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """The dialect's answer, when it is as the real one's."""
    real, ours = (rest.call(method, path, body, **headers) for rest in pair)
    assert seen(ours) == seen(real), (method, path, body)
    return ours


def compare_frames(feeds: tuple[Stream, Stream], count: int) -> None:
    for feed in feeds:
        until(lambda feed=feed: len(feed.frames) >= count)
    real, ours = ([plain(row) for row in map(frame_of, feed.frames)] for feed in feeds)
    assert ours == real and [list(row["data"]) for row in ours] == [list(row["data"]) for row in real]


def frame_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_side_by_side(servers: tuple[Any, Any, dict[str, str]]) -> None:
    real, venue, words = servers
    pair: Pair = (Rest(real.rest, "vnpy", "vnpy", words), Rest(venue.rest, "vnpy", "vnpy", words))
    for rest in pair:
        rest.login()
    until(lambda: pair[0].rows("contract") and pair[0].rows("account") and pair[0].rows("position"))

    for name in ("contract", "account", "position", "order", "trade", "tick"):
        compare(pair, "GET", f"/{name}")
    schemas = [rest.call("GET", "/openapi.json").json for rest in pair]
    for name in ("Direction", "Offset", "OrderType", "Exchange"):
        assert schemas[1]["components"]["schemas"][name]["enum"] == schemas[0]["components"]["schemas"][name]["enum"]
    routes = [{path: sorted(methods) for path, methods in schema["paths"].items()} for schema in schemas]
    assert routes[1] == routes[0]

    compare_what_is_refused(pair)
    with stream(real.stream, pair[0].token) as first, stream(venue.stream, pair[1].token) as second:
        compare_orders(pair, (first, second))
    compare_ticks(pair, (real.stream, venue.stream))
    compare_logins(pair)
    compare_handshakes((real.stream, venue.stream), pair)


def compare_what_is_refused(pair: Pair) -> None:
    for method, path in (
        ("GET", "/nope"), ("GET", "/order/CTP.1"), ("GET", "/token"), ("PUT", "/order"), ("HEAD", "/account"), ("OPTIONS", "/order"),
        ("POST", "/tick"), ("GET", "/ws/"), ("GET", "/ws"), ("DELETE", "/order/nope"), ("DELETE", "/order/a%2Fb"), ("POST", "/tick/nope.SHFE"),
        ("POST", "/tick/a%2Fb"), ("GET", "//order"), ("GET", "/order/"), ("POST", "/order/"), ("DELETE", "/order/"), ("GET", "/"), ("GET", "/docs"),
    ):
        compare(pair, method, path)
    for header in ("Basic x", "Bearer x", "Bearer", "bearer x", ""):
        compare(pair, "GET", "/account", Authorization=header)
        compare(pair, "POST", "/order", "{bad", Authorization=header, Content_Type="application/json")
        compare(pair, "POST", "/order", {}, Authorization=header)
    body = pair[0].body()
    for change in (
        {"symbol": "nope"}, {"direction": "x", "type": "x", "exchange": "x", "offset": 5}, {"volume": "abc", "price": None, "reference": 5},
        {"volume": [], "price": {}, "symbol": 1}, {"direction": None},
    ):
        compare(pair, "POST", "/order", {**body, **change})
    for raw in ("{bad", "", "[]", '"x"', "null", "1", "{}"):
        compare(pair, "POST", "/order", raw, Content_Type="application/json")
        compare(pair, "POST", "/order", raw, Content_Type="text/plain")
    compare(pair, "POST", "/order", b"\xff", Content_Type="application/json")


def compare_orders(pair: Pair, feeds: tuple[Stream, Stream]) -> None:
    """Every kind of order, and what is pushed of it."""
    words, count = pair[0].words, 0
    steps: list[tuple[dict[str, Any], int]] = [
        ({}, 3), ({"price": 50_000}, 5), ({"direction": words["short"], "volume": 0.002}, 5), ({"type": words["market"], "price": 0}, 5),
        ({"type": "STOP", "price": 45_000}, 3), ({"type": "FAK"}, 3), ({"type": "FOK", "price": 50_000}, 5), ({"type": "ETF"}, 1),
        ({"volume": 0}, 1), ({"volume": 50}, 2), ({"volume": "0.01", "price": "30000.019", "more": 1}, 3), ({"price": float("nan")}, 1),
        ({"volume": -1}, 1), ({"reference": ""}, 3),
    ]
    for change, frames in steps:
        compare(pair, "POST", "/order", {**pair[0].body(volume=0.001), **change})     # little: one level of either market fills it
        count += frames
        compare_frames(feeds, count)
    placed = [names([row["vt_orderid"] for row in rest.rows("order")]) for rest in pair]
    assert placed[1] == placed[0]
    first = [rest.rows("order")[0]["vt_orderid"] for rest in pair]
    for rest, vt_orderid in zip(pair, first, strict=True):
        assert rest.cancel(vt_orderid).text == "null"
    compare_frames(feeds, count + 2)
    for rest, vt_orderid in zip(pair, first, strict=True):
        assert rest.cancel(vt_orderid).text == "null"
    for name in ("order", "trade", "position", "account"):
        compare(pair, "GET", f"/{name}")
    assert all(feed.is_quiet() and len(feed.frames) == count + 2 for feed in feeds)


def compare_ticks(pair: Pair, streams: tuple[str, str]) -> None:
    found: list[dict[str, Any]] = []
    for rest, url in zip(pair, streams, strict=True):
        with stream(url, rest.token) as feed:
            assert rest.subscribe(VT_SYMBOL).text == "null"
            found += [feed.wait("eTick.")[-1], until(lambda rest=rest: rest.rows("tick"))[0]]
    assert len({tuple(row) for row in found}) == 1
    assert {plain(row["datetime"]) for row in found} == {"time+00:00"} and {plain(row["localtime"]) for row in found} == {"time"}
    for name in ("gateway_name", "symbol", "exchange", "name", "open_interest", "limit_up", "vt_symbol"):
        assert len({row[name] for row in found}) == 1


def compare_logins(pair: Pair) -> None:
    form = {"Content_Type": FORM, "Authorization": ""}
    for body in (
        "username=vnpy&password=vnpy", "username=vnpy&password=x", "username=%E4%B8%AD&password=vnpy", "username=vnpy&password=vnpy&grant_type=x",
        "username=vnpy", "username=&password=", "", "username=vnpy&password=vnpy&username=x",
    ):
        compare(pair, "POST", "/token", body, **form)
    compare(pair, "POST", "/token", {"username": "vnpy", "password": "vnpy"})
    compare(pair, "POST", "/token", MULTIPART, Content_Type="multipart/form-data; boundary=b")


def compare_handshakes(streams: tuple[str, str], pair: Pair) -> None:
    for path, has_token in (("/ws/", False), ("/ws/?token=", False), ("/ws/?token=x", False), ("/ws?token=", True), ("/order?token=", True)):
        failures: list[tuple[int, bytes]] = []
        for url, rest in zip(streams, pair, strict=True):
            with pytest.raises(InvalidStatus) as refused, stream(url + path + (rest.token if has_token else ""), "", path=""):
                pass
            failures.append((refused.value.response.status_code, bytes(refused.value.response.body or b"")))
        assert failures[1] == failures[0], path
