"""Where the page is: ``/_mock/``, its files below ``/_mock/page/``, and its websocket ``/_mock/watch``."""

import asyncio
from typing import Any

import msgspec
from aiohttp import web

from ...fields import Fields
from ...plain import encodable
from ...transport.clock import SystemClock
from ...transport.sockets import CLOSE_POLICY, Socket
from ..access import Access
from ..venue import Venue
from .files import File, page_files
from .viewer import Viewer

HOME: str = "/_mock/"
MOST_VIEWERS: int = 16              # of one venue
TOKEN_SECONDS: float = 5.0          # that a browser is given to bring the token
UNREAD_BYTES: int = 2 << 20         # of a viewer that reads nothing, before it is dropped: the first message of a big venue fits
MESSAGES_PER_SECOND: int = 20
NO_TOKEN: int = 4401                # close codes of a socket that brought no token in time, or a wrong one
TOO_MANY: int = 4429

# A page that another one frames could be clicked through it; what it shows comes from this venue only.
HEADERS: dict[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def leads_browser(request: web.Request) -> bool:
    """Whether a request is that of a browser for the venue's root, which no client of any dialect makes."""
    headers = request.headers
    return request.method == "GET" and "text/html" in headers.get("Accept", "") and "Upgrade" not in headers


def to_page() -> web.Response:
    """The answer that leads a browser to the page."""
    return web.Response(status=302, headers={"Location": HOME, "Vary": "Accept", "Cache-Control": "no-store"})


class Page:
    """
    The page of one venue. ``access``: who may, as for the control API. With a token the files are given to anybody: nothing of
    the venue is in them, and a browser that opens an address can bring no token. The websocket asks for it in its first message.
    """

    def __init__(self, venue: Venue, access: Access) -> None:
        self._venue: Venue = venue
        self._access: Access = access
        self._viewers: int = 0

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get(HOME, self._home)
        app.router.add_get(HOME.rstrip("/"), self._lead)
        app.router.add_get(HOME + "page/{name:.+}", self._file)
        app.router.add_get(HOME + "watch", self._watch)

    async def _lead(self, request: web.Request) -> web.Response:
        return to_page()

    async def _home(self, request: web.Request) -> web.Response:
        return self._serve(request, "index.html")

    async def _file(self, request: web.Request) -> web.Response:
        return self._serve(request, request.match_info["name"])

    def _serve(self, request: web.Request, name: str) -> web.Response:
        refused: tuple[int, str] | None = None if self._access.needs_token else self._access.refusal(request)
        if refused is not None:
            return web.json_response({"error": refused[1]}, status=refused[0])
        found: File | None = page_files().get(name)
        if found is None:
            return web.json_response({"error": f"page: no file {name[:100]!r}"}, status=404)
        return web.Response(body=found.content, content_type=found.type, charset="utf-8", headers=HEADERS)

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        is_known: bool = not self._access.needs_token or self._access.has_token(request)
        refused: tuple[int, str] | None = self._access.refusal(request) if is_known else None
        if refused is not None:
            return web.json_response({"error": refused[1]}, status=refused[0])
        # Of the machine's own time: a clock that is being advanced must not wait for the pong of somebody who only looks.
        socket: Socket = Socket(
            request, clock=SystemClock(self._venue.clock.machine), max_buffer=UNREAD_BYTES, messages_per_second=MESSAGES_PER_SECOND
        )
        await socket.open()
        if not (is_known or await self._brings_token(socket)):
            socket.drop(NO_TOKEN, b"the control token is missing or wrong")
        elif self._viewers >= MOST_VIEWERS:
            socket.drop(TOO_MANY, b"too many viewers")
        else:
            await self._serve_viewer(socket)
        return socket.response

    async def _serve_viewer(self, socket: Socket) -> None:
        viewer: Viewer = Viewer(self._venue, socket)
        self._viewers += 1
        try:
            viewer.begin()
            while (text := await socket.receive()) is not None:
                try:
                    viewer.obey(text)
                except ValueError as error:
                    socket.drop(CLOSE_POLICY, encodable(str(error)).encode()[:100])
        finally:
            viewer.pause()
            self._viewers -= 1

    async def _brings_token(self, socket: Socket) -> bool:
        """Whether the first message is ``{"token": "..."}`` with the right one."""
        try:
            text: str | None = await asyncio.wait_for(socket.receive(), TOKEN_SECONDS)
            data: Any = msgspec.json.decode(text or "")
            return self._access.is_token(Fields(data, "message").text("token"))
        except (asyncio.TimeoutError, msgspec.DecodeError, RecursionError, ValueError):
            return False
