"""
Socket to OMS handler, bookTicker: our gateway's MdApi against vnpy_websocket and vnpy_binance as they are.

A child process sends prepared frames of ten symbols as fast as they are taken. Both gateways
publish into a real EventEngine with vn.py's OmsEngine on it, and a chunk ends when the OMS has
the tick of the last frame. What is counted is messages, each of which both apply to their
state; vnpy_binance publishes a tick for every one, ours one per symbol and socket read. Once on
one core for everybody, the sender too, and once free.

The last rows are their like-for-like twin: 2,000 messages a second, which both keep up with, and for every tick the time from the
writing of its frame, which the frame carries, to the OMS.
"""

import os
import socket
import threading
from multiprocessing.connection import Connection
from statistics import quantiles
from time import perf_counter, sleep
from types import SimpleNamespace
from typing import Any

from desks import names_of, our_desk, stock_desk
from market import book_tickers
from side_by_side import (
    Row,
    alternate,
    child,
    install_hint,
    main,
    one_core,
    peer_module,
    ratio_of,
    row,
)
from vnpy.event import Event, EventEngine
from vnpy.trader.engine import OmsEngine
from vnpy.trader.event import EVENT_TICK

PEER: str = "vnpy_websocket + vnpy_binance"
SYMBOLS: int = 10
CHUNK: dict[str, int] = {"ours": 20_000, "stock": 2_000}
LAST: float = 123_456.0             # the bid's volume in the last frame of a chunk
PACE: int = 2_000                   # messages a second
PACED: int = 1_000                  # messages of a chunk at that pace

ACCEPT: bytes = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n"
)


def frame(text: bytes) -> bytes:
    """A server's text frame (RFC 6455, 5.2)."""
    if len(text) < 126:
        return bytes((0x81, len(text))) + text
    return b"\x81\x7e" + len(text).to_bytes(2, "big") + text


def serve(pipe: Connection) -> None:
    """The sender: a plain TCP server that knows the handshake, and blasts "ours" or "stock" when told to."""
    import base64
    import hashlib

    listening: socket.socket = socket.create_server(("127.0.0.1", 0))
    pipe.send(listening.getsockname()[1])
    data: dict[str, bytes] = {}
    for kind, count in CHUNK.items():
        messages = book_tickers(count, names_of(SYMBOLS))
        texts: list[bytes] = [m.combined if kind == "ours" else m.raw.encode() for m in messages]
        name: str = messages[-1].raw.partition('"s":"')[2].partition('"')[0]
        raw: str = f'{{"u":{count + 1},"s":"{name}","b":"39000.00","B":"{LAST}","a":"39000.01","A":"1.0"}}'
        combined: str = f'{{"stream":"{name.lower()}@bookTicker","data":{raw}}}'
        texts[-1] = combined.encode() if kind == "ours" else raw.encode()
        data[kind] = b"".join(map(frame, texts))
    peers: dict[str, socket.socket] = {}

    def accept() -> None:
        while True:
            connection, _ = listening.accept()
            head: bytes = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(4096)
            key: bytes = head.lower().partition(b"sec-websocket-key:")[2]
            key = head[len(head) - len(key):].partition(b"\r\n")[0].strip()
            digest: bytes = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
            connection.sendall(ACCEPT % base64.b64encode(digest))
            peers["ours" if b"GET /stream" in head else "stock"] = connection
            threading.Thread(target=drain, args=(connection,), daemon=True).start()

    def drain(connection: socket.socket) -> None:
        while connection.recv(65536):       # subscriptions and pings; the data is sign of life enough
            pass

    threading.Thread(target=accept, daemon=True).start()
    try:
        while True:
            kind = pipe.recv()
            if kind in data:
                peers[kind].sendall(data[kind])
            else:
                pace(peers[kind.removeprefix("paced ")], kind == "paced ours")
    except EOFError:
        pass


def pace(peer: socket.socket, combined: bool) -> None:
    """A chunk at PACE; each frame carries the time of its writing, perf_counter seconds, as the bid's volume."""
    names: list[str] = names_of(SYMBOLS)
    begin: float = perf_counter()
    for number in range(PACED):
        while (wait := begin + number / PACE - perf_counter()) > 0:
            sleep(wait)
        name: str = names[number % SYMBOLS]
        ask: str = "9" if number + 1 == PACED else "1"
        raw: str = f'{{"u":{number + 1},"s":"{name}","b":"39000.00","B":"{perf_counter():.7f}","a":"39000.01","A":"{ask}"}}'
        peer.sendall(frame((f'{{"stream":"{name.lower()}@bookTicker","data":{raw}}}' if combined else raw).encode()))


class Oms:
    """A running event engine with vn.py's OMS, and the end of a chunk."""

    def __init__(self) -> None:
        self.engine: EventEngine = EventEngine()
        self.oms: OmsEngine = OmsEngine(SimpleNamespace(), self.engine)    # type: ignore[arg-type]
        self.ticks: int = 0
        self.delays: list[float] | None = None      # seconds, of every tick while a chunk is paced
        self.done: threading.Event = threading.Event()
        self.engine.register(EVENT_TICK, self.on_tick)      # behind the OMS
        self.engine.start()

    def on_tick(self, event: Event) -> None:
        """One more tick has reached the handlers."""
        self.ticks += 1
        if self.delays is not None:
            self.delays.append(perf_counter() - event.data.bid_volume_1)
            if event.data.ask_volume_1 == 9.0:
                self.done.set()
        if event.data.bid_volume_1 == LAST:
            self.done.set()


def compare(pipe: Connection, core: int | None, rounds: int, at_a_pace: bool = False) -> None:
    """
    A process that receives, bound to a core or free: sends the two lists of rates and our ticks per message; ``at_a_pace``:
    the two lists of delays, seconds.
    """
    if core is not None:
        os.sched_setaffinity(0, {core})
    ours_oms, stock_oms = Oms(), Oms()
    ours = our_desk(ours_oms.engine, names_of(SYMBOLS))
    stock: Any = stock_desk(stock_oms.engine, names_of(SYMBOLS))
    with child(serve) as sender:
        url: str = f"ws://127.0.0.1:{sender.recv()}"
        opened: list[threading.Event] = []
        for api in (ours.session.md, stock.md_api):
            is_open: threading.Event = threading.Event()
            api.on_connected = is_open.set
            opened.append(is_open)
        ours.session.md.connect(url, "", 0)
        stock.md_api.init(url + "/ws", "", 0, receive_timeout=24 * 3_600)
        stock.md_api.start()
        for is_open in opened:
            if not is_open.wait(10):
                raise TimeoutError("no connection")

        def chunk(kind: str, oms: Oms) -> float:
            for book in ours.session.md.books.values():
                book.reset()
            oms.done.clear()
            begin: float = perf_counter()
            sender.send(kind)
            if not oms.done.wait(60):
                raise TimeoutError(f"{kind}: the last tick does not come")
            return CHUNK[kind] / (perf_counter() - begin)

        def paced(kind: str, oms: Oms) -> float:
            for book in ours.session.md.books.values():
                book.reset()
            oms.done.clear()
            oms.delays = delays[kind]
            sender.send(f"paced {kind}")
            if not oms.done.wait(60):
                raise TimeoutError(f"{kind}: the last tick does not come")
            oms.delays = None
            return 0.0

        delays: dict[str, list[float]] = {"ours": [], "stock": []}
        run_chunk = paced if at_a_pace else chunk
        rates = alternate(
            {"ours": lambda: run_chunk("ours", ours_oms), "stock": lambda: run_chunk("stock", stock_oms)}, rounds
        )
        ours.session.md.stop()
        stock.md_api.stop()
    for oms in (ours_oms, stock_oms):
        oms.engine.stop()
    pipe.send(delays if at_a_pace else (rates, ours_oms.ticks / ((rounds + 1) * CHUNK["ours"])))


def run(quick: bool) -> list[Row]:
    """One row on one core, one free."""
    rows: list[Row] = []
    for where, at_least in (("one core", 5.0), ("free", 2.5)):
        path: str = f"socket to OMS handler, bookTicker, {where}"
        core: int | None = one_core() if where == "one core" else None
        if peer_module("vnpy_binance") is None:
            rows.append(row(path, PEER, None, at_least, note=install_hint("vnpy_binance")))
        elif where == "one core" and core is None:
            rows.append(row(path, PEER, None, at_least, note="this system cannot bind a process to a core"))
        else:
            with child(compare, core, 4 if quick else 15) as pipe:
                rates, ticks = pipe.recv()
            ours: float = sorted(rates["ours"])[len(rates["ours"]) // 2]
            note: str = f"{ours / 1_000:.0f} k messages/s; a tick for every {1 / ticks:.0f}th message, stock for each"
            rows.append(row(path, PEER, ratio_of(rates["ours"], rates["stock"]), at_least, note=note))
    return rows + twin(quick)


def twin(quick: bool) -> list[Row]:
    """p50 and p99 of the delay at a pace both keep up with."""
    paths: list[str] = [f"frame to OMS handler at {PACE:,} messages/s, {name}" for name in ("p50", "p99")]
    if peer_module("vnpy_binance") is None:
        return [row(path, PEER, None, 1.0, "lower", install_hint("vnpy_binance")) for path in paths]
    with child(compare, None, 4 if quick else 15, True) as pipe:
        delays: dict[str, list[float]] = pipe.recv()
    rows: list[Row] = []
    for path, which in zip(paths, (49, 98), strict=True):
        ours, stock = (quantiles(delays[kind], n=100)[which] for kind in ("ours", "stock"))
        each: float = len(delays["ours"]) / len(delays["stock"])
        rows.append(row(path, PEER, ours / stock, 1.0, "lower", f"{ours * 1e6:.0f} µs, {stock * 1e6:.0f} µs; {each:.2f} ticks to each of the peer's"))
    return rows


if __name__ == "__main__":
    main(run, __doc__)
