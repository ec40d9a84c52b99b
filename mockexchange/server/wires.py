"""A client's HTTP connection as faults see it, and how to cut one."""

import asyncio
import socket
import struct
import sys

from aiohttp import web

from ..faults import FaultReply

GONE_POLL_SECONDS: float = 0.05

# l_onoff 1, l_linger 0: close() answers with RST. Windows' struct linger holds two u_short.
LINGER_ZERO: bytes = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def abort_with_rst(transport: asyncio.BaseTransport | None) -> None:
    """Cut a connection so that the peer sees ECONNRESET; nothing happens when it is gone already."""
    if transport is None or transport.is_closing():
        return
    connection: socket.socket | None = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    # uvloop's transports have abort() without being asyncio.WriteTransport
    getattr(transport, "abort", transport.close)()


class HttpWire:
    """The connection a request came on."""

    def __init__(self, request: web.Request) -> None:
        self._request: web.Request = request

    def reset(self) -> None:
        """Cut it with a RST."""
        abort_with_rst(self._request.transport)

    def finish(self, code: int | None) -> None:
        """End it with a FIN; HTTP knows no codes."""
        transport: asyncio.BaseTransport | None = self._request.transport
        if transport is not None:
            transport.close()

    async def closed(self) -> None:
        """
        Wait until the client has gone.

        aiohttp tells a handler of that only by cancelling it, and a cancelled handler would
        lose the order that a ``delay`` holds back: hence the looking again and again.
        """
        while (transport := self._request.transport) is not None and not transport.is_closing():
            await asyncio.sleep(GONE_POLL_SECONDS)


def answer_of(response: web.StreamResponse) -> FaultReply:
    """What a dialect answers, as faults edit it."""
    body: object = response.body if isinstance(response, web.Response) else None
    return FaultReply(response.status, bytes(body) if isinstance(body, (bytes, bytearray)) else b"", is_edit=True)


async def send_reply(request: web.Request, reply: FaultReply, own: web.StreamResponse | None) -> web.StreamResponse:
    """The response that says ``reply``: a new one, or the dialect's ``own`` with another body, whole or cut short."""
    if not reply.is_edit or own is None:
        return web.Response(
            status=reply.status, body=reply.body, headers={**reply.headers, "Content-Type": reply.content_type}
        )
    if reply.keep is None:
        if isinstance(own, web.Response):
            own.body = reply.body
        return own
    cut: web.StreamResponse = web.StreamResponse(status=own.status, headers=own.headers)
    cut.content_length = len(reply.body)
    cut.force_close()
    await cut.prepare(request)
    await cut.write(reply.body[:reply.keep])
    if request.transport is not None:
        request.transport.close()
    return cut
