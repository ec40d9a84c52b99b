"""The server's end of a websocket: framing, heartbeat, limits, slow readers, resets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from aiohttp import web
from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode

from mockexchange.server.listener import new_event_loop
from mockexchange.transport.sockets import MAX_MESSAGE, Socket, fan_out, text_frame

DEADLINE: float = 10.0


def run(test: Callable[[], Awaitable[None]]) -> None:
    """On the event loop the server uses."""
    loop = new_event_loop()
    try:
        loop.run_until_complete(asyncio.wait_for(test(), DEADLINE))
    finally:
        loop.close()


class Server:
    """Opens a Socket for each client, keeps what it received."""

    def __init__(self, **options: Any) -> None:
        self.options: dict[str, Any] = options
        self.opened: asyncio.Queue[Socket] = asyncio.Queue()
        self.texts: asyncio.Queue[str] = asyncio.Queue()
        self.ended: asyncio.Queue[Socket] = asyncio.Queue()
        self.url: str = ""
        self.port: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        one = Socket(request, **self.options)
        await one.open()
        self.opened.put_nowait(one)
        while (text := await one.receive()) is not None:
            self.texts.put_nowait(text)
        self.ended.put_nowait(one)
        return one.response


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[Server]:
    server = Server(**options)
    app = web.Application()
    app.router.add_get("/", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    server.url = f"ws://127.0.0.1:{server.port}/"
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client(server: Server, **options: Any) -> AsyncIterator[tuple[ClientConnection, Socket]]:
    async with connect(server.url, proxy=None, max_size=None, ping_interval=None, **options) as one:
        yield one, await server.opened.get()


async def silent_client(server: Server) -> tuple[socket.socket, Socket]:
    """A client that does the handshake and then never reads."""
    raw = socket.create_connection(("127.0.0.1", server.port))
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_sendall(raw, (
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ))
    return raw, await server.opened.get()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000])
def test_frames_are_those_of_rfc_6455(size: int) -> None:
    payload = b"x" * size
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


def test_messages_arrive_in_order_and_whole() -> None:
    async def test() -> None:
        async with serving() as server, client(server) as (peer, one):
            sent = [str(number) * (number * 37 % 3000 + 1) for number in range(1500)]
            for number, text in enumerate(sent):
                if number % 2:
                    one.send(text.encode())
                else:
                    one.send_frame(text_frame(text.encode()))
            assert [await peer.recv() for _ in sent] == sent
            await peer.send("back")
            assert await server.texts.get() == "back"
            assert one.buffered == 0

    run(test)


def test_last_words_arrive_before_the_close() -> None:
    async def test() -> None:
        async with serving() as server, client(server) as (peer, one):
            one.send(b"bye")
            await one.close(1001, b"over")
            assert await peer.recv() == "bye"
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await peer.recv()
            assert closed.value.rcvd is not None and (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "over")
            assert await server.ended.get() is one
            await one.closed()
            one.send(b"nobody hears this")
            await one.close()

    run(test)


def test_every_client_gets_the_same_frame_and_a_leaver_costs_nothing() -> None:
    async def test() -> None:
        async with serving() as server, client(server) as (first, a), client(server) as (second, b):
            fan_out([a, b], b"1")
            assert (await first.recv(), await second.recv()) == ("1", "1")
            await first.close()
            assert await server.ended.get() is a
            fan_out([a, b], b"2")
            assert await second.recv() == "2"

    run(test)


def test_client_pings_are_answered_with_their_payload() -> None:
    async def test() -> None:
        async with serving() as server, client(server) as (peer, _):
            await (await peer.ping("abc"))

    run(test)


def test_server_pings_with_a_payload_and_keeps_who_answers() -> None:
    async def test() -> None:
        async with serving(ping_interval=0.02, pong_timeout=0.06) as server, client(server) as (peer, one):
            pongs: asyncio.Queue[bytes] = asyncio.Queue()
            book = one._book_pong

            def spy(payload: bytes) -> None:
                book(payload)
                pongs.put_nowait(payload)

            one._book_pong = spy                 # type: ignore[method-assign]
            for _ in range(8):
                assert await pongs.get()
            assert one.is_open

    run(test)


@pytest.mark.parametrize("unsolicited", [False, True])
def test_who_does_not_pong_is_dropped(unsolicited: bool) -> None:
    """web-socket-streams.md: unsolicited pongs are allowed, but will not prevent disconnection."""

    async def test() -> None:
        async with serving(ping_interval=0.03, pong_timeout=0.09) as server:
            raw, one = await silent_client(server)
            if unsolicited:
                raw.send(bytes((0x8A, 0x80, 0, 0, 0, 0)))
            assert await server.ended.get() is one
            raw.close()

    run(test)


def test_slow_reader_is_dropped_and_the_others_are_not() -> None:
    async def test() -> None:
        async with serving(max_buffer=1 << 20) as server, client(server) as (peer, good):
            raw, stuck = await silent_client(server)
            payload = b"y" * 100_000
            count = 0
            while stuck.is_open:
                fan_out([stuck, good], payload)
                count += 1
                assert len(await peer.recv()) == len(payload)
                assert stuck.buffered <= (1 << 20) + 2 * len(payload)
            assert good.is_open and count < 200
            raw.close()

    run(test)


def test_reset_is_a_reset() -> None:
    async def test() -> None:
        async with serving() as server:
            raw, one = await silent_client(server)
            one.send(b"z" * (4 << 20))
            one.reset()
            assert await server.ended.get() is one
            raw.setblocking(True)
            raw.settimeout(DEADLINE)
            with pytest.raises(ConnectionResetError):
                while raw.recv(1 << 20):
                    pass
            raw.close()

    run(test)


def test_incoming_messages_are_bounded() -> None:
    async def test() -> None:
        async with serving() as server, client(server) as (peer, _):
            await peer.send("x" * (MAX_MESSAGE + 1))
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await peer.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009

    run(test)


def test_binary_messages_are_refused() -> None:
    async def test() -> None:
        async with serving() as server, client(server) as (peer, _):
            await peer.send(b"{}")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await peer.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1003

    run(test)


def test_message_limit_counts_pings_too() -> None:
    async def test() -> None:
        async with serving(messages_per_second=5) as server, client(server) as (peer, _):
            for _ in range(3):
                await peer.send("{}")
            for _ in range(3):
                await peer.ping()
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await peer.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008
            assert server.texts.qsize() == 3

    run(test)


def test_a_plain_request_is_refused() -> None:
    async def test() -> None:
        async with serving() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 400")
            writer.close()

    run(test)
