"""New TCP connections while a fault may bite them: looked at before aiohttp gets them."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from ..faults import ON_ACCEPT, Dropped, FaultTable, FaultReply
from .control import CONTROL_PREFIX
from .wires import GONE_POLL_SECONDS, abort_with_rst

PATIENCE: float = 0.05                  # seconds a client has to say what it wants
MAX_HEAD: int = 1 << 16
LABEL: str = "ACCEPT http"

Factory = Callable[[], asyncio.Protocol]


class Gates:
    """
    The protocol factory of a listener: ``server``'s own, behind a Gate while a fault can bite connections.

    A gate waits for the head of the first request, or PATIENCE seconds, so that it can spare the control API,
    and leave websocket handshakes to the middleware, which knows their path.
    """

    def __init__(self, faults: FaultTable, server: Factory) -> None:
        self._faults: FaultTable = faults
        self._server: Factory = server
        self._gates: dict[Gate, None] = {}         # in the order they came

    def __call__(self) -> asyncio.Protocol:
        if not self._faults.accepts:
            return self._server()
        return Gate(self._faults, self._server, self._gates)

    def cut(self) -> None:
        """End the connections that have not passed yet."""
        for gate in list(self._gates):
            gate.abort()


class Gate(asyncio.Protocol):
    """One connection that has not passed yet; faults see it as their wire."""

    def __init__(self, faults: FaultTable, server: Factory, gates: "dict[Gate, None]") -> None:
        self._faults: FaultTable = faults
        self._server: Factory = server
        self._gates: dict[Gate, None] = gates
        self._transport: asyncio.Transport | None = None
        self._head: bytes = b""
        self._has_ended: bool = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport     # type: ignore[assignment]
        self._gates[self] = None
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._decide)

    def data_received(self, data: bytes) -> None:
        self._head += data
        if self._task is None and (b"\r\n\r\n" in self._head or len(self._head) > MAX_HEAD):
            self._decide()

    def eof_received(self) -> bool:
        self._has_ended = True
        return self._task is not None

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._gates.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def abort(self) -> None:
        """Cut it."""
        if self._transport is not None:
            self._transport.abort()

    def _decide(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None or self._transport is None:
            return
        head: bytes = self._head.partition(b"\r\n\r\n")[0].lower()
        target: bytes = (head.split(b"\r\n")[0].split(b" ") + [b""])[1]
        if target.startswith(CONTROL_PREFIX.encode()) or b"\r\nupgrade: websocket" in head:
            self._pass()
        else:
            self._task = asyncio.get_running_loop().create_task(self._bitten())

    async def _bitten(self) -> None:
        try:
            reply: FaultReply | None = await self._faults.bite(ON_ACCEPT, LABEL, self)
        except Dropped:
            return
        if reply is None:
            self._pass()
        elif self._transport is not None:
            self._transport.write(render(reply))
            self._transport.close()

    def _pass(self) -> None:
        """Let aiohttp have the connection as if it had just come."""
        transport, self._transport = self._transport, None
        self._gates.pop(self, None)
        if transport is None or transport.is_closing():
            return
        protocol: asyncio.Protocol = self._server()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if self._head:
            protocol.data_received(self._head)
        if self._has_ended:
            protocol.eof_received()

    # what faults do to it

    def reset(self) -> None:
        abort_with_rst(self._transport)

    def finish(self, code: int | None) -> None:
        if self._transport is not None:
            self._transport.close()

    async def closed(self) -> None:
        while self._transport is not None and not self._transport.is_closing():
            await asyncio.sleep(GONE_POLL_SECONDS)


def render(reply: FaultReply) -> bytes:
    """A whole HTTP answer that closes the connection."""
    try:
        phrase: str = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = ""
    lines: list[str] = [
        f"HTTP/1.1 {reply.status} {phrase}",
        f"Content-Type: {reply.content_type}",
        f"Content-Length: {len(reply.body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in reply.headers.items()),
    ]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + reply.body
