"""The control API under /_mock/ (DESIGN.md 4.3)."""

import re
import socket
from decimal import Decimal
from typing import Any

import pytest
from server_client import call, orders, place

from mockexchange import MockExchange
from mockexchange.server.access import host_name, is_loopback


def test_state(venue: MockExchange) -> None:
    place(venue.rest)
    state = call(venue.rest, "GET", "/_mock/state").body
    assert state["dialect"] == "test" and state["seed"] == 7 and state["faults"] == []
    assert state["symbols"]["BTCUSDT"]["best_bid"] == "39000.00000000"
    assert state["symbols"]["BTCUSDT"]["best_ask"] is None and state["symbols"]["BTCUSDT"]["status"] == "TRADING"
    account = state["accounts"]["mock-key"]
    assert account["open_orders"] == 1
    assert account["balances"]["USDT"] == {"free": "96100.00000000", "locked": "3900.00000000"}
    assert state["feed"]["spec"] == "none" and state["journal"] == len(venue.journal())


def test_journal_pages(venue: MockExchange) -> None:
    first = call(venue.rest, "GET", "/_mock/journal").body
    assert [row["kind"] for row in first["rows"]] == ["command", "balance", "command", "balance"]
    assert first["next"] == 4 and first["rows"] == venue.journal()
    place(venue.rest)
    more = call(venue.rest, "GET", f"/_mock/journal?after={first['next']}").body
    assert [row["n"] for row in more["rows"]] == [5, 6, 7] and more["next"] == 7
    assert [row["kind"] for row in more["rows"]] == ["command", "order", "balance"]
    assert call(venue.rest, "GET", "/_mock/journal?after=7").body == {"rows": [], "next": 7}
    assert call(venue.rest, "GET", "/_mock/journal?after=-1").status == 400


def test_refused_order_is_journalled(venue: MockExchange) -> None:
    answer = place(venue.rest, quantity="9")
    assert answer.status == 400 and answer.body == {"refused": "INSUFFICIENT_BALANCE"}
    assert venue.journal()[-1]["refused"] == "INSUFFICIENT_BALANCE"


def test_price_fills_what_it_crosses(venue: MockExchange) -> None:
    order_id = place(venue.rest).body["order_id"]
    assert call(venue.rest, "POST", "/_mock/price", {"symbol": "BTCUSDT", "price": "38000"}).status == 200
    assert orders(venue.journal()) == [(order_id, "NEW"), (order_id, "FILLED")]
    fill = next(row for row in venue.journal() if row["kind"] == "fill")
    assert Decimal(fill["price"]) == 39000 and fill["maker"] is True
    assert venue.state()["symbols"]["BTCUSDT"]["last_price"] == "38000.00000000"


def test_deposit(venue: MockExchange) -> None:
    assert call(venue.rest, "POST", "/_mock/deposit", {"key": "mock-key", "asset": "BNB", "amount": 2.5}).status == 200
    assert venue.state()["accounts"]["mock-key"]["balances"]["BNB"]["free"] == "2.50000000"
    assert venue.journal()[-1]["kind"] == "balance"


def test_clock(venue: MockExchange) -> None:
    before = venue.state()["now"]
    assert call(venue.rest, "POST", "/_mock/clock", {"offset_ms": -60_000}).status == 200
    assert venue.state()["now"] < before - 50_000 and venue.state()["offset_ms"] == -60_000
    venue.clock(0)
    assert venue.state()["now"] >= before


def test_faults_over_http(venue: MockExchange) -> None:
    spec = {"match": "GET /echo", "stage": "on_reply", "action": "status", "status": 502, "times": 1}
    assert call(venue.rest, "POST", "/_mock/faults", spec).body["id"] == 1
    assert call(venue.rest, "GET", "/echo").status == 502
    assert call(venue.rest, "GET", "/_mock/faults").body == {"faults": [{**spec, "id": 1, "bitten": 1}]}
    assert call(venue.rest, "DELETE", "/_mock/faults").status == 200
    assert call(venue.rest, "GET", "/_mock/faults").body == {"faults": []}


@pytest.mark.parametrize("path, body, words", [
    ("price", b"{", "body"),
    ("price", b"[]", "price"),
    ("price", {"symbol": "BTCUSDT"}, "price"),
    ("price", {"symbol": "BTCUSDT", "price": "1e5"}, "price.*1e5"),
    ("price", {"symbol": "BTCUSDT", "price": None}, "price.*None"),
    ("price", {"symbol": "BTCUSDT", "price": "-1"}, "price.*-1"),
    ("price", {"symbol": "NONESUCH", "price": "1"}, "symbol.*NONESUCH"),
    ("price", {"symbol": "BTCUSDT", "price": "1", "prize": 2}, "prize.*2"),
    ("deposit", {"key": "nobody", "asset": "BTC", "amount": "1"}, "key.*nobody"),
    ("deposit", {"key": "mock-key", "asset": "BTCC", "amount": "1"}, "asset.*BTCC"),
    ("deposit", {"key": "mock-key", "asset": "BTC", "amount": "-5"}, "amount.*-5"),
    ("clock", {"offset_ms": "5"}, "offset_ms.*5"),
    ("clock", {"offset_ms": 1e300}, "offset_ms"),
    ("reset", {"hard": True}, "hard"),
    ("faults", {"match": "*", "stage": "on_reply", "action": "explode"}, "action.*explode"),
    ("faults", b"", "match"),
])
def test_bad_input_names_the_field_and_the_value(venue: MockExchange, path: str, body: Any, words: str) -> None:
    answer = call(venue.rest, "POST", f"/_mock/{path}", body)
    assert answer.status == 400
    assert re.search(words, answer.body["error"]), answer.body


def test_reset_is_the_first_day_again(venue: MockExchange) -> None:
    first = venue.journal()
    order_id = place(venue.rest).body["order_id"]
    venue.faults.add(match="*", stage="on_reply", action="hang")
    venue.clock(5_000)
    assert call(venue.rest, "POST", "/_mock/reset").status == 200
    state = venue.state()
    assert state["faults"] == [] and state["offset_ms"] == 0 and state["symbols"]["BTCUSDT"]["best_bid"] is None
    assert state["accounts"]["mock-key"] == {
        "balances": {
            "USDT": {"free": "100000.00000000", "locked": "0.00000000"},
            "BTC": {"free": "1.00000000", "locked": "0.00000000"},
        },
        "open_orders": 0,
    }
    assert [{**row, "t": 0} for row in venue.journal()] == [{**row, "t": 0} for row in first]
    assert place(venue.rest).body["order_id"] == order_id           # same seed, same ids


def test_token_is_asked_for() -> None:
    with MockExchange("test", feed="none", control_token="open sesame") as venue:
        assert call(venue.rest, "GET", "/_mock/state").status == 401
        assert call(venue.rest, "GET", "/_mock/state", headers={"X-Mock-Token": "no"}).status == 401
        assert call(venue.rest, "GET", "/_mock/state", headers={"X-Mock-Token": "open sesame"}).status == 200
        assert call(venue.rest, "GET", "/_mock/state", headers={"Authorization": "Bearer open sesame"}).status == 200
        assert call(venue.rest, "GET", "/echo").status == 200       # the dialect has keys of its own


@pytest.mark.parametrize("host, status", [
    ("evil.example", 403), ("evil.example:80", 403), ("10.0.0.1", 403), ("", 403),
    ("localhost:5", 200), ("127.0.0.1", 200), ("[::1]:80", 200),
])
def test_foreign_host_header_is_refused(venue: MockExchange, host: str, status: int) -> None:
    assert call(venue.rest, "GET", "/_mock/state", headers={"Host": host}).status == status
    assert call(venue.rest, "GET", "/echo", headers={"Host": host}).status == 200


def test_host_names() -> None:
    assert host_name("[::1]:80") == "::1" and host_name("a:80") == "a" and host_name("") == ""
    assert is_loopback("127.8.0.1") and is_loopback("::1") and is_loopback("LOCALHOST") and not is_loopback("a.localhost.evil")


# -- who may


@pytest.mark.parametrize("host", [
    "127.0.0.1:80@evil.example", "evil.example#127.0.0.1", "127.0.0.1.evil.example", "localhost.evil.example",
    "127.0.0.1:80:80", "127.0.0.1:port", "[::1]evil", "[127.0.0.1", "0.0.0.0", "::1", "2130706433", "127.1", "\xff",
])
def test_what_only_looks_like_the_loopback_is_refused(venue: MockExchange, host: str) -> None:
    assert call(venue.rest, "GET", "/_mock/state", headers={"Host": host}).status == 403


def test_two_host_headers_are_refused(venue: MockExchange) -> None:
    with socket.create_connection(("127.0.0.1", int(venue.rest.rpartition(":")[2])), timeout=5) as sock:
        sock.sendall(b"GET /_mock/state HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
        assert sock.recv(4096).split(b" ")[1] in (b"400", b"403")


@pytest.mark.parametrize("origin, status", [
    ("http://evil.example", 403), ("https://evil.example:8801", 403), ("null", 403), ("", 403), ("file://", 403),
    ("http://127.0.0.1.evil.example", 403), ("http://10.0.0.1", 403),
    ("http://127.0.0.1:3000", 200), ("http://localhost", 200), ("http://[::1]:80", 200),
])
def test_a_web_page_from_elsewhere_is_refused(venue: MockExchange, origin: str, status: int) -> None:
    """A page may post text/plain to any address without asking (CSRF); browsers then say whose page it is."""
    body = {"key": "mock-key", "asset": "BTC", "amount": "1"}
    before = len(venue.journal())
    headers = {"Origin": origin, "Content-Type": "text/plain"}
    assert call(venue.rest, "POST", "/_mock/deposit", body, headers).status == status
    assert (len(venue.journal()) > before) == (status == 200)


def test_who_has_the_token_may_come_from_anywhere() -> None:
    with MockExchange("test", feed="none", control_token="sesame") as venue:
        foreign = {"Host": "venue.example", "Origin": "https://desk.example"}
        assert call(venue.rest, "GET", "/_mock/state", headers={**foreign, "X-Mock-Token": "sesame"}).status == 200
        assert call(venue.rest, "GET", "/_mock/state", headers={**foreign, "X-Mock-Token": "seasme"}).status == 403
        assert call(venue.rest, "GET", "/_mock/state", headers={"X-Mock-Token": "\xff"}).status == 401
        assert call(venue.rest, "GET", "/_mock/state", headers={"Authorization": "Bearer"}).status == 401


def own_address() -> str:
    """This machine's address on a network, "" without one. Nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
        except OSError:
            return ""
        found: str = sock.getsockname()[0]
        return "" if is_loopback(found) else found


def test_other_machines_need_a_token() -> None:
    """Seen from a venue that listens on all addresses, this machine's own address is a peer like any other."""
    address = own_address()
    if not address:
        pytest.skip("this machine has no address but the loopback")
    for token, status in (("", 403), ("sesame", 200)):
        with MockExchange("test", feed="none", host="0.0.0.0", control_token=token) as venue:
            there = f"http://{address}:{venue.rest.rpartition(':')[2]}"
            headers = {"X-Mock-Token": token}
            assert call(there, "GET", "/_mock/state", headers=headers).status == status
            assert call(there, "GET", "/echo").status == 200
            assert call(venue.rest, "GET", "/_mock/state", headers=headers).status == 200


def test_loopback_addresses() -> None:
    assert is_loopback("::ffff:127.0.0.1") and not is_loopback("::ffff:10.0.0.1") and not is_loopback("")
