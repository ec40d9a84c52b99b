"""The real package in two child processes, and a WebTraderGateway on it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from children import python_path
from waiting import until
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Status
from vnpy.trader.object import CancelRequest, OrderData, OrderRequest, SubscribeRequest, TradeData

from vnpy_rehearsal.conform.recorder import Recorder
from vnpy_rehearsal.journal_check import disagreements
from vnpy_webgateway import WebTraderGateway

HERE: Path = Path(__file__).parent
SYMBOL: str = "BTCUSDT_SPOT_BINANCE"
USER, SECRET = "trader", "a-password"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Child:
    """A process that prints JSON lines."""

    def __init__(self, words: list[str], home: Path, language: str) -> None:
        names = ("LC_ALL", "LC_MESSAGES", "LANG")
        environment = {**{k: v for k, v in os.environ.items() if k not in names}, "HOME": str(home), "LANGUAGE": language, "PYTHONPATH": python_path()}
        self.lines: list[dict[str, Any]] = []
        self.log = (home / f"{Path(words[0]).stem.strip('-')}.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, *words], cwd=home, env=environment, stdout=subprocess.PIPE, stderr=self.log, start_new_session=True
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(b"{"):
                self.lines.append(json.loads(line))

    def send_signal(self, number: int) -> None:
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


class Package:
    """Both processes, each of which can be killed and started again."""

    def __init__(self, home: Path, language: str, setting: dict[str, Any], gateway: str) -> None:
        self.home, self.language, self.gateway = home, language, gateway
        self.req, self.sub = (f"tcp://127.0.0.1:{free_port()}" for _ in range(2))
        self.port: int = free_port()
        self.url: str = f"http://127.0.0.1:{self.port}"
        self.setting: dict[str, Any] = setting
        (home / ".vntrader").mkdir(exist_ok=True)
        words = {"username": USER, "password": SECRET, "req_address": self.req, "sub_address": self.sub}
        (home / ".vntrader" / "web_trader_setting.json").write_text(json.dumps(words))
        self.trading: Child | None = None
        self.web: Child | None = None

    def start_trading(self) -> None:
        options = {"req": self.req, "sub": self.sub, "gateway": self.gateway, "setting": self.setting}
        self.trading = Child([str(HERE / "trading_process.py"), json.dumps(options)], self.home, self.language)
        until(lambda: self.trading and self.trading.lines, 40.0, "the trading process")

    def start_web(self, *words: str) -> None:
        """By the launcher of these tests, with its options; or by another command line, which begins with -m."""
        command = [word.format(port=self.port) for word in words]
        if words[:1] != ("-m",):
            command = [str(HERE / "web_process.py"), str(self.port), *command]
        self.web = Child(command, self.home, self.language)
        until(self._answers, 40.0, "the web process")

    def _answers(self) -> bool:
        assert self.web is not None and self.web.process.poll() is None
        try:
            with urllib.request.urlopen(self.url + "/openapi.json", timeout=5) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def venue(self) -> dict[str, Any]:
        """Where the venue at the far end is, when the remote gateway has it."""
        assert self.trading is not None
        trading = self.trading
        found: dict[str, Any] = until(lambda: next((line for line in trading.lines if line["event"] == "venue"), None), 40.0, "the venue")
        return found

    def journal(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(self.venue()["rest"] + "/_mock/journal", timeout=5) as reply:
            rows: list[dict[str, Any]] = json.load(reply)["rows"]
        return rows

    def close(self) -> None:
        for child in (self.trading, self.web):
            if child is not None:
                child.kill()


@contextmanager
def package(
    home: Path, language: str, setting: dict[str, Any] | None = None, web: Sequence[str] = (), gateway: str = "vnpy_mockbinance:MockBinanceGateway",
) -> Iterator[Package]:
    """
    Both processes run; the venue is the trading process's own child unless ``setting`` names another. ``gateway``: "module:Class" of
    the remote one. ``web``: see ``start_web``.
    """
    made = Package(home, language, setting or {"Server": "EMBEDDED"}, gateway)
    try:
        made.start_trading()
        made.start_web(*web)
        yield made
    finally:
        made.close()


class Desk:
    """A trader at one gateway on the package."""

    def __init__(self, package: Package, symbol: str = SYMBOL, exchange: Exchange = Exchange.GLOBAL) -> None:
        self.package: Package = package
        self.symbol, self.exchange = symbol, exchange
        self.recorder: Recorder = Recorder(spoils=False)
        self.gateway: Any = WebTraderGateway(self.recorder, "WEBTRADER")     # type: ignore[arg-type]
        timings = self.gateway.timings
        timings.orders_interval, timings.idle_interval, timings.account_interval = 0.5, 1.0, 1.0

    def connect(self, **setting: Any) -> None:
        self.gateway.connect({"Server": "WEBTRADER", "Host": self.package.url, "Username": USER, "Password": SECRET, **setting})
        self.recorder.wait(lambda: self.gateway.ready, "connected", 40)

    def send(self, direction: Direction, price: float, volume: float) -> str:
        request = OrderRequest(self.symbol, self.exchange, direction, OrderType.LIMIT, volume, price, Offset.NONE, "strategy")
        return str(self.gateway.send_order(request)).split(".", 1)[1]

    def cancel(self, orderid: str) -> None:
        self.gateway.cancel_order(CancelRequest(orderid, self.symbol, self.exchange))

    def subscribe(self) -> None:
        self.gateway.subscribe(SubscribeRequest(self.symbol, self.exchange))

    def wait_status(self, orderid: str, status: Status, seconds: float = 40.0) -> OrderData:
        found: Any = self.recorder.wait(
            lambda: (order := self.recorder.orders.get(orderid)) and order.status is status and order, f"{orderid} {status.name}", seconds
        )
        assert isinstance(found, OrderData)
        return found

    def wait_ticks(self, seconds: float = 40.0) -> None:
        seen = len(self.recorder.ticks)
        self.recorder.wait(lambda: len(self.recorder.ticks) > seen, "a tick", seconds)

    def assert_truth(self, seconds: float = 30.0, without: Collection[str] = ()) -> None:
        """Orders and trades are those of the venue at the far end, under the remote gateway's ids; ``without``: those still in doubt."""
        self.recorder.soon(lambda: not self._disagreements(without), seconds)
        found = self._disagreements(without)
        assert not found, "\n".join([*found, *(log.msg for log in self.recorder.logs[-20:])])

    def _disagreements(self, without: Collection[str]) -> list[Any]:
        def remote(orderid: str) -> str:
            entry = self.gateway.flow.table.get(orderid)
            return str(entry.venue_id if entry and entry.venue_id else orderid).removeprefix("MOCKBINANCE.")

        with self.recorder.condition:
            orders = {remote(orderid): order for orderid, order in self.recorder.orders.items() if orderid not in without}
            trades = [TradeData(
                "WEBTRADER", trade.symbol, trade.exchange, remote(trade.orderid), trade.tradeid, trade.direction, price=trade.price, volume=trade.volume,
            ) for trade in self.recorder.trades]
        return list(disagreements(orders, trades, self.package.journal(), self.package.venue()["key"]))

    def close(self) -> None:
        self.gateway.close()


@contextmanager
def desk(package: Package, symbol: str = SYMBOL, exchange: Exchange = Exchange.GLOBAL, **setting: Any) -> Iterator[Desk]:
    """A gateway that is connected."""
    made = Desk(package, symbol, exchange)
    try:
        made.connect(**setting)
        yield made
    finally:
        made.close()
