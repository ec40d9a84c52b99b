"""Every setting of every gateway: used as it is meant, or named at connect and nothing started."""

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from logging import ERROR
from typing import Any

import pytest
from vnpy.trader.constant import Status

from mockexchange import MockExchange

from .conftest import ALL_CASES
from .harness import Case, Desk

SECRET = "hunter2-hunter2"
VENUES: dict[str, Case] = {case.name: case for case in ALL_CASES if case.name in ("binance", "qte", "hashex")}

TEXTS: list[Any] = [5, True, ["x"], b"x", {"a": 1}, 1.5]
SECRETS: list[Any] = [*TEXTS, f"{SECRET} x", f"{SECRET}é", f"{SECRET}\n{SECRET}", f"a\x00{SECRET}", "ENV:NOT_SET", "ENV:"]
HOSTS: list[Any] = [
    *TEXTS, "example.com", "ftp://example.com", "https://", "https://h:99999", "https://h:0", "https://h:x", "https://h/api",
    "https://h?x=1", "https://h#x", f"https://user:{SECRET}@h", "https://[::1", "https://a b", "https://a..b", "https://-h",
    "https://1.2.3", "https://1.2.3.400", "https://ho\nst", "h" * 5_000, "ENV:NOT_SET",
]
REST_HOSTS: list[Any] = [*HOSTS, "ws://h", "wss://h"]
STREAM_HOSTS: list[Any] = [str(host).replace("https://", "wss://") if isinstance(host, str) else host for host in HOSTS] + [
    "https://h", "http://h", "wss://h/ws", "wss://h/stream?streams=x",
]
CHOICES: list[Any] = [*TEXTS, "NOTHING", "BINANCE,QTE", "ENV:NOT_SET", ["BINANCE"], ("EMBEDDED", "BINANCE")]
PROXY_HOSTS: list[Any] = [
    *TEXTS, "127.0.0.1", "h:0", "h:65536", "h:x", "socks5://h:1", "socks5h://h:1", "socks4://h:1", "https://h:1", "ftp://h:1", "http://",
    "a b:1", "h:1/x", "[::1", "::1", "ENV:NOT_SET", f"user:{SECRET}@h", f"h:1:user:{SECRET}", f"socks5://user:{SECRET}@h:1",
]
PORTS: list[Any] = [True, ["x"], b"x", 1.5, 1e400, -1, 65_536, 10 ** 400, "x", "1.5", "1_0", "0x50", "8080 8081", "ENV:NOT_SET"]
SYMBOLS: list[Any] = [
    *TEXTS, "BTCUSDT", "BTCUSDT:0.01", "BTCUSDT:x:1", "BTCUSDT:0:1", "BTCUSDT:-1:1", "BTCUSDT:nan:1", "BTCUSDT:1e400:1", "BTCUSDT:1:1e-400",
    "BTCUSDT:1e-30:1", "BTC USDT:1:1", "BTCUSDT:1:1,BTCUSDT:1:1", ",,", "ENV:NOT_SET",
]

OPTIONS: list[Any] = [*TEXTS, "--seed '7", '--feed "a.csv', "a\\", "ENV:NOT_SET"]

# a row for each field of each gateway: kind of bad values
BAD: dict[str, dict[str, list[Any]]] = {
    "binance": {
        "API Key": SECRETS, "API Secret (Password 密码)": SECRETS, "Server": CHOICES, "REST Host": REST_HOSTS, "Stream Host": STREAM_HOSTS,
        "Symbols": SYMBOLS, "Embedded Options": OPTIONS, "Proxy Host": PROXY_HOSTS, "Proxy Port": PORTS,
    },
    "hashex": {
        "Access Key": SECRETS, "Secret Key (Password 密码)": SECRETS, "Server": CHOICES, "REST Host": REST_HOSTS, "Stream Host": STREAM_HOSTS,
        "Embedded Options": OPTIONS, "Proxy Host": PROXY_HOSTS, "Proxy Port": PORTS, "Market Buy": CHOICES,
    },
}
BAD["qte"] = BAD["binance"]
# a name and a value that are fine by themselves
TOGETHER: dict[str, list[tuple[dict[str, Any], str]]] = {
    "binance": [({"API Secret": ""}, "API Secret (Password 密码)"), ({"API Key": ""}, "API Key")],
    "qte": [({"API Key": "", "API Secret": SECRET}, "API Key")],
    "hashex": [({"Secret Key": None}, "Secret Key (Password 密码)"), ({"Access Key": " "}, "Access Key")],
}
for _rows in TOGETHER.values():
    _rows += [
        ({"Proxy Port": 8080}, "Proxy Port"), ({"Proxy Host": "h:1", "Proxy Port": 2}, "Proxy Host"), ({"HTTP Proxy": "http://h:1"}, "HTTP Proxy"),
    ]


@pytest.fixture(params=VENUES, ids=str)
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Not connected; its venue is nobody's business."""
    found = Desk(VENUES[request.param], MockExchange("binance"))
    try:
        yield found
    finally:
        found.close()


class Nowhere:
    """Where good settings point to: a venue that is never asked."""

    rest, stream, key, secret = "http://127.0.0.1:9", "ws://127.0.0.1:9", "some-key", "some-secret"


def good(desk: Desk) -> dict[str, Any]:
    venue: Any = Nowhere
    return desk.case.setting(venue)


def refuse(desk: Desk, setting: Any, name: str) -> None:
    """One line that names the field, and nothing has started."""
    desk.recorder.logs.clear()
    threads = threading.active_count()
    desk.gateway.connect(setting)
    desk.recorder.wait(lambda: desk.recorder.logs, f"a line about {name}")
    assert not desk.gateway.executor.alive and threading.active_count() <= threads       # fewer: an older one has ended
    lines = [log for log in desk.recorder.logs if log.level == ERROR]
    assert len(lines) == 1 and repr(name) in lines[0].msg, [log.msg for log in desk.recorder.logs]
    assert "hunter2" not in lines[0].msg and len(lines[0].msg) < 500


def test_the_table_has_every_field(desk: Desk) -> None:
    assert list(BAD[desk.case.name]) == [field.name for field in desk.gateway.fields]


def test_a_bad_value_is_named_and_nothing_starts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    rows = BAD[desk.case.name]
    for name, values in rows.items():
        assert values
        short = {alias: None for field in desk.gateway.fields if field.name == name for alias in field.aliases}
        for value in values:
            refuse(desk, {**good(desk), **short, name: value}, name)


def test_values_that_do_not_fit_each_other_are_named(desk: Desk) -> None:
    for changed, name in TOGETHER[desk.case.name]:
        refuse(desk, {**good(desk), **changed}, name)


@pytest.mark.parametrize("setting", [None, [], "x", 5])
def test_no_setting_at_all(desk: Desk, setting: Any) -> None:
    desk.gateway.connect(setting)
    desk.recorder.wait(lambda: desk.recorder.logs, "a line")
    assert type(setting).__name__ in desk.recorder.logs[0].msg and not desk.gateway.executor.alive


# as they are meant, on a running venue

def dirty(setting: dict[str, Any]) -> dict[str, Any]:
    """As people copy and type it."""
    changed: dict[str, Any] = {"Market Buy": " base\n"}
    for name, value in setting.items():
        if name == "Server":
            changed[name] = value.lower()
        elif "Host" in name:
            changed[name] = f"\ufeff{value.upper()}/ \r\n"
        elif "Key" in name or "Secret" in name:
            changed[name] = f"  {value}\t\n"
        elif name == "Symbols":
            changed[name] = value.replace(",", "，").replace(":", "：").lower() + " ,"
    return {name: changed.get(name, value) for name, value in setting.items()}


def environment(setting: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Every value by ENV:."""
    for name, value in setting.items():
        monkeypatch.setenv(f"MY_{name.upper().replace(' ', '_')}", f" {value}\n")
    return {name: f"ENV:MY_{name.upper().replace(' ', '_')}" for name in setting}


def lower_names(setting: dict[str, Any]) -> dict[str, Any]:
    return {name.lower().replace(" ", "_"): value for name, value in setting.items()}


@pytest.mark.parametrize("shape", ["dirty", "environment", "lower_names"])
@pytest.mark.parametrize("name", VENUES)
def test_values_are_used_as_they_are_meant(name: str, shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = VENUES[name]
    with case.open_venue() as venue:
        setting = case.setting(venue)
        shaped: dict[str, dict[str, Any]] = {
            "dirty": dirty(setting), "environment": environment(setting, monkeypatch), "lower_names": lower_names(setting),
        }
        desk = Desk(case, venue)
        try:
            desk.gateway.connect(shaped[shape])
            desk.recorder.wait(lambda: desk.recorder.said(case.ready_line) and case.symbol in desk.recorder.contracts, "connected", 20)
            orderid = desk.send("BUY", 30_000, 0.01)
            desk.wait_status(orderid, Status.NOTTRADED)
        finally:
            desk.close()


# through a proxy that wants to know who it is, all of it: REST, streams, orders

def forwarder(seen: list[str], refuse_all: bool = False) -> Callable[[socket.socket], None]:
    """CONNECT and absolute targets, led to where they point."""
    def serve(client: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = client.recv(65536)
            if not piece:
                return
            data += piece
        head, _, rest = data.partition(b"\r\n\r\n")
        first, *others = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        seen.append(next((line for line in others if line.lower().startswith("proxy-authorization:")), "none"))
        if refuse_all:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        host, _, port = target.removeprefix("http://").partition("/")[0].rpartition(":")
        with socket.create_connection((host, int(port)), timeout=5) as upstream:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                upstream.sendall(rest)
            else:
                upstream.sendall(data)      # the venue takes a target of this form, too
            upstream.settimeout(None)

            def back() -> None:
                with suppress(OSError):
                    while piece := upstream.recv(65536):
                        client.sendall(piece)
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)

            threading.Thread(target=back, daemon=True).start()
            with suppress(OSError):
                while piece := client.recv(65536):
                    upstream.sendall(piece)
    return serve


@contextmanager
def running(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    clients: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                clients.append(client)
                threading.Thread(target=guarded, args=(client,), daemon=True).start()

    def guarded(client: socket.socket) -> None:
        with suppress(OSError), client:
            serve(client)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        for client in clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("name", VENUES)
def test_everything_goes_through_the_proxy_that_was_asked_for(name: str) -> None:
    case = VENUES[name]
    seen: list[str] = []
    with case.open_venue() as venue, running(forwarder(seen)) as port:
        desk = Desk(case, venue)
        try:
            desk.gateway.connect({**case.setting(venue), "Proxy Host": f"http://us%40er:{SECRET}@127.0.0.1:{port}"})
            desk.recorder.wait(lambda: desk.recorder.said(case.ready_line) and case.symbol in desk.recorder.contracts, "connected", 20)
            desk.subscribe()
            desk.recorder.wait(lambda: desk.recorder.ticks, "ticks", 20)
            orderid = desk.send("BUY", 30_000, 0.01)
            desk.wait_status(orderid, Status.NOTTRADED)
        finally:
            desk.close()
    word = "Basic " + base64.b64encode(f"us@er:{SECRET}".encode()).decode()
    assert len(seen) >= (3 if case.pushed else 1) and set(seen) == {f"Proxy-Authorization: {word}"}
    shown = " ".join(log.msg for log in desk.recorder.logs)
    assert SECRET not in shown and word not in shown


@pytest.mark.parametrize("name", VENUES)
def test_a_proxy_that_refuses_is_said_and_its_password_is_not(name: str) -> None:
    case = VENUES[name]
    seen: list[str] = []
    with case.open_venue() as venue, running(forwarder(seen, refuse_all=True)) as port:
        desk = Desk(case, venue)
        try:
            desk.gateway.connect({**case.setting(venue), "Proxy Host": f"http://user:{SECRET}@127.0.0.1:{port}"})
            desk.recorder.wait(lambda: desk.recorder.said("407"), "the proxy's answer", 20)
        finally:
            desk.close()
        assert seen and not desk.recorder.contracts
        assert not any(SECRET in log.msg or base64.b64encode(f"user:{SECRET}".encode()).decode() in log.msg for log in desk.recorder.logs)
