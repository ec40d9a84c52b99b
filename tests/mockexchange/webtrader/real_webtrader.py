"""
The real WebTrader as two child processes: a trading process with an embedded MockBinance gateway, and the web process.

Both get a throw-away home with the settings in it, free ports and the same LANGUAGE. The web process is started by a launcher
that imports the app inside the running loop: on uvicorn 0.47 and later the command line leaves its socket silent (spec 2.2).
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from children import python_path
from waiting import until

READY_SECONDS: float = 60.0

TRADING: str = """
import signal, sys, threading
from vnpy.event import EventEngine
from vnpy.trader.engine import MainEngine
from vnpy_mockbinance import MockBinanceGateway
from vnpy_webtrader import WebTraderApp

done = threading.Event()
signal.signal(signal.SIGTERM, lambda *args: done.set())
main_engine = MainEngine(EventEngine())
main_engine.add_gateway(MockBinanceGateway)
main_engine.add_app(WebTraderApp).start_server(sys.argv[1], sys.argv[2])
main_engine.connect({"Server": "EMBEDDED"}, "MOCKBINANCE")
done.wait()
main_engine.close()
"""
WEB: str = """
import sys, uvicorn
uvicorn.Server(uvicorn.Config("vnpy_webtrader.web:app", host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")).run()
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class RealWebTrader:
    """A context manager; ``rest`` and ``stream`` are the web process's, user and password are both vnpy."""

    def __init__(self, home: Path, language: str) -> None:
        self.port: int = free_port()
        self.rest: str = f"http://127.0.0.1:{self.port}"
        self.stream: str = f"ws://127.0.0.1:{self.port}"
        requests, pushes = (f"tcp://127.0.0.1:{free_port()}" for _ in range(2))
        folder: Path = home / ".vntrader"
        folder.mkdir()
        (folder / "web_trader_setting.json").write_text(json.dumps({
            "username": "vnpy", "password": "vnpy", "req_address": requests, "sub_address": pushes,
        }))
        environment: dict[str, str] = {**os.environ, "HOME": str(home), "LANGUAGE": language, "PYTHONPATH": python_path(os.getcwd())}
        self._log = (home / "log.txt").open("w")
        self._children: list[subprocess.Popen[bytes]] = [
            subprocess.Popen(
                [sys.executable, "-c", text, *arguments], cwd=home, env=environment, stdout=self._log, stderr=self._log,
            )
            for text, arguments in ((TRADING, (requests, pushes)), (WEB, (str(self.port),)))
        ]

    def __enter__(self) -> "RealWebTrader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        trading, web = self._children
        web.kill()
        trading.send_signal(signal.SIGTERM)
        for child in self._children:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._log.close()

    def wait(self) -> None:
        """Until the app serves and the remote gateway's contracts are there. AssertionError when that does not happen."""
        until(self._serves, READY_SECONDS, "the web process answers")

    def _serves(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=READY_SECONDS)
            connection.request("GET", "/openapi.json")
            return connection.getresponse().status == 200
        except OSError:
            return False
