"""Both processes of a WebTrader server as our children, started and ended together."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import Any

from rest_locale import N_, _
from vnpy_restgateway.embedded import find_python, kill

HERE: Path = Path(__file__).parent
NEEDS: tuple[str, ...] = ("vnpy_webtrader", "uvicorn")
READY_WITHIN: float = 30.0      # s, each step of the start
ENDS_WITHIN: float = 5.0        # s, asked to end


def missing(*more: str) -> list[str]:
    """Modules that a server needs and this environment lacks. ``more``: what its gateway needs."""
    return [name for name in (*NEEDS, *more) if importlib.util.find_spec(name) is None]


class Child:
    """A process that prints JSON lines among others. ``on_line`` gets the others, in a thread of its own."""

    def __init__(self, words: Sequence[str], folder: Path, environment: dict[str, str], on_line: Callable[[str], object]) -> None:
        # a group of its own: Ctrl-C in the terminal is for us, we end the child when we are done with it
        flags: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
        apart: dict[str, Any] = {"creationflags": flags} if sys.platform == "win32" else {"start_new_session": True}
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            [find_python(), *words], cwd=folder, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **apart,
        )
        self.told: dict[str, dict[str, Any]] = {}       # by event
        self.last_line: str = ""
        self._on_line: Callable[[str], object] = on_line
        self._changed: Condition = Condition()
        self._reader: Thread = Thread(target=self._read, daemon=True)
        self._reader.start()

    def write(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for raw in self.process.stdout:
            line: str = raw.decode("utf-8", "replace").rstrip()
            if line.startswith('{"event"'):
                with self._changed:
                    found: dict[str, Any] = json.loads(line)
                    self.told[found["event"]] = found
                    self._changed.notify_all()
            elif line:
                self.last_line = line
                self._on_line(line)
        with self._changed:
            self._changed.notify_all()

    def wait(self, event: str, what: str, seconds: float = READY_WITHIN) -> dict[str, Any]:
        """
        The JSON line of an event.

        :raises RuntimeError: the process has ended, or the time is over
        """
        deadline: float = monotonic() + seconds
        with self._changed:
            while event not in self.told:
                if self.process.poll() is not None or monotonic() > deadline:
                    if self.process.poll() is None:
                        line: str = _("{what} did not come up: not within {seconds:.0f} s")
                    else:
                        line = _("{what} did not come up: it ended with status {status}")
                    line = line.format(what=what, seconds=seconds, status=self.process.poll())
                    raise RuntimeError(_("{reason}; its last words: {words}").format(reason=line, words=self.last_line) if self.last_line else line)
                self._changed.wait(0.2)
            return self.told[event]

    def stop(self) -> None:
        """Asked first, then killed."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                kill(self.process)
        self.process.wait()
        if self.process.stdin:
            try:
                self.process.stdin.close()
            except OSError:
                pass
        self._reader.join(1.0)


class WebTraderServer:
    """
    A trading process with one gateway, and the web process in front of it, in VeighNa's folder under ``folder``.

    ``gateway``: "module:Class". ``language``: of both processes, "" as ours. Once started, ``url`` is where WebTrader is, and
    ``venue`` the base URL and account (``rest``, ``key``) of an embedded exchange. The RPC between the two is on free ports of the loopback.
    """

    def __init__(
        self, folder: Path, gateway: str, setting: dict[str, Any], username: str, password: str, *, host: str = "127.0.0.1", port: int = 0,
        embedded_arguments: Sequence[str] = (), language: str = "", on_line: Callable[[str], object] = lambda line: None,
    ) -> None:
        self.folder: Path = folder
        self.gateway: str = gateway
        self.gateway_name: str = ""
        self.url: str = ""
        self.venue: dict[str, str] = {}
        self.trading: Child | None = None
        self.web: Child | None = None
        self._options: dict[str, Any] = {"gateway": gateway, "setting": setting, "embedded_arguments": list(embedded_arguments)}
        self._login: dict[str, str] = {"WEBTRADER_USERNAME": username, "WEBTRADER_PASSWORD": password}
        self._place: tuple[str, str] = (host, str(port))
        self._on_line: Callable[[str], object] = on_line
        self._environment: dict[str, str] = dict(os.environ)
        if language:
            self._environment["LANGUAGE"] = language
        # the children find what we find, wherever the working directory is
        self._environment["PYTHONPATH"] = os.pathsep.join([str(HERE.parents[1]), *filter(None, [os.environ.get("PYTHONPATH", "")])])
        self._environment |= {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}

    def start(self, wait_for_venue: bool = False) -> None:
        """
        Both processes. ``wait_for_venue``: until the gateway is ready on its embedded exchange.

        :raises RuntimeError: one of them does not come up; everything is ended then
        :raises OSError: there is no Python to run them with
        """
        (self.folder / ".vntrader").mkdir(parents=True, exist_ok=True)
        try:
            self.trading = Child([str(HERE / "trading_process.py")], self.folder, self._environment, self._on_line)
            self.trading.write(json.dumps(self._options) + "\n")
            ready: dict[str, Any] = self.trading.wait("ready", _("the trading process"))
            self.gateway_name = ready["gateway"]
            host, port = self._place
            self.web = Child(
                [str(HERE / "web_process.py"), "--host", host, "--port", port, "--exit-with-stdin"], self.folder,
                {**self._environment, **self._login, "WEBTRADER_REQ": ready["req"], "WEBTRADER_SUB": ready["sub"]}, self._on_line,
            )
            self.url = self.web.wait("ready", _("the web process"))["rest"]
            if wait_for_venue:
                self.venue = self.trading.wait("venue", _("the gateway of the trading process"))
        except BaseException:
            self.stop()
            raise

    def trouble(self) -> str:
        """Which process has ended, "" while both run."""
        for child, line in ((self.trading, N_("the trading process has ended ({name})")), (self.web, N_("the web process has ended ({name})"))):
            if child and (code := child.process.poll()) is not None:
                name: str = signal.Signals(-code).name if code < 0 else _("status {code}").format(code=code)
                return _(line).format(name=name) + (f": {child.last_line}" if child.last_line else "")
        return ""

    def stop(self) -> None:
        """End both, the web process first."""
        for child in (self.web, self.trading):
            if child:
                child.stop()
