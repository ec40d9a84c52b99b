"""A desk at a gateway whose venue is its own child process, and what tells whether something has ended."""

import hashlib
import hmac
import os
import select
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import msgspec

from vnpy_hashex import HashExGateway
from vnpy_mockbinance import MockBinanceGateway
from vnpy_restgateway.embedded import EmbeddedExchange
from vnpy_restgateway.gateway import RestGateway

from .binance_cases import quick_binance
from .hashex_cases import quick_hashex
from .harness import Case, Desk

OPENER = build_opener(ProxyHandler({}))


def from_dialog(gateway_class: type[RestGateway] = MockBinanceGateway) -> dict[str, Any]:
    """What VeighNa Trader makes of default_setting: of a list, its first line."""
    return {name: value[0] if isinstance(value, list) else value for name, value in gateway_class.default_setting.items()}


class Child:
    """The gateway's own exchange, as the suite's desk sees a venue: over its control API."""

    key: str = "mock-key"

    def __init__(self) -> None:
        self.gateway: Any = None

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data: bytes | None = None if body is None else msgspec.json.encode(body)
        with OPENER.open(Request(f"{self.gateway.venue['rest']}/_mock/{path}", data), timeout=5) as answer:
            return msgspec.json.decode(answer.read())

    def journal(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask("journal")["rows"]
        return rows

    def set_price(self, symbol: str, price: str) -> None:
        self.ask("price", {"symbol": symbol, "price": price})

    def offer(self, price: int, quantity: str) -> None:
        """Another account's limit order to sell."""
        query: str = (
            f"symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&price={price}&quantity={quantity}"
            f"&timestamp={int(time.time() * 1_000)}"
        )
        signature: str = hmac.new(b"other-secret", query.encode(), hashlib.sha256).hexdigest()
        url: str = f"{self.gateway.venue['rest']}/api/v3/order?{query}&signature={signature}"
        OPENER.open(Request(url, b"", {"X-MBX-APIKEY": "other"}), timeout=5).close()


EMBEDDED = Case(
    name="embedded", dialect="binance", gateway_class=MockBinanceGateway, setting=lambda venue: from_dialog(),
    symbol="BTCUSDT_SPOT_BINANCE",
    order_label="WS order.place", cancel_label="WS order.cancel", quick=quick_binance,
)


EMBEDDED_HASHEX = Case(
    name="embedded-hashex", dialect="hashex", gateway_class=HashExGateway, setting=lambda venue: from_dialog(HashExGateway),
    symbol="BTCUSDT_SPOT_HASHEX", order_label="POST /spot/v1/u/trade/order/create",
    cancel_label="POST /spot/v1/u/trade/order/cancel", quick=quick_hashex, names_orders=False,
)


def make_desk(case: Case = EMBEDDED) -> Desk:
    child: Any = Child()
    desk = Desk(case, child)
    child.gateway = desk.gateway
    return desk


def pid(desk: Desk) -> int:
    return int(desk.gateway.embedded.process.pid)


def ended(process: int, seconds: float = 5.0) -> bool:
    """Whether a process, of whatever parent, ends in time."""
    if hasattr(os, "pidfd_open"):
        try:
            handle: int = os.pidfd_open(process)
        except ProcessLookupError:
            return True
        try:
            return bool(select.select([handle], [], [], seconds)[0])
        finally:
            os.close(handle)
    return until(lambda: not exists(process), seconds)


def exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait for what tells nobody that it has happened."""
    never = threading.Event()
    deadline: float = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        never.wait(0.02)
    return True


def renewed(desk: Desk, before: EmbeddedExchange | None) -> bool:
    """Whether the gateway has started another child."""
    embedded: EmbeddedExchange | None = desk.gateway.embedded
    return embedded is not before and embedded is not None and embedded.process is not None


def ready_again(desk: Desk, times: int) -> bool:
    return len(desk.recorder.said("Embedded exchange ready")) > times


def threads_of_ours() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t is not threading.main_thread()]
