"""The mock exchange as a child process, started by its command line and ended with us."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec

NEEDS: tuple[str, ...] = ("mockexchange", "aiohttp")
INSTALL_HINT: str = 'pip install "vnpy_mockbinance[mock]"'


class EmbeddedExchange:
    """
    One child. Its callbacks run in a thread of its own:

    ``on_ready(line)``: the ready line as a dict (keys rest, stream, key, secret).
    ``on_exit(code, text)``: it ended without being asked to; ``text`` is what it said last on stderr.
    ``ready`` tells whether it ever was.
    """

    def __init__(self, on_ready: Callable[[dict[str, Any]], Any], on_exit: Callable[[int, str], Any]) -> None:
        self.on_ready: Callable[[dict[str, Any]], Any] = on_ready
        self.on_exit: Callable[[int, str], Any] = on_exit
        self.process: subprocess.Popen[bytes] | None = None
        self.ready: bool = False
        self._stopping: bool = False
        self._last_words: str = ""

    @staticmethod
    def missing() -> list[str]:
        """Modules that the mock exchange needs and this environment lacks."""
        return [name for name in NEEDS if importlib.util.find_spec(name) is None]

    def start(self, arguments: Sequence[str] = ()) -> None:
        """Start the child; OSError when the operating system refuses."""
        command: list[str] = [
            sys.executable, "-m", "mockexchange", "serve", "binance=0", "--exit-with-stdin", *arguments
        ]
        environment: dict[str, str] = dict(os.environ)
        spec = importlib.util.find_spec(NEEDS[0])
        if spec and spec.origin:
            # the child finds what we find, wherever vn.py has moved the working directory
            paths: list[str] = [str(Path(spec.origin).parent.parent), environment.get("PYTHONPATH", "")]
            environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        # a pipe we never write to: the child ends when our end of it is gone, however we died
        # and a group of its own: Ctrl-C in the terminal is for us, we end the child when we are done with it
        apart: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)} if sys.platform == "win32"
            else {"start_new_session": True}
        )
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment, **apart
        )
        listener: Thread = Thread(target=self._listen, args=(self.process,), name="mockexchange child", daemon=True)
        listener.start()

    def stop(self) -> None:
        """End the child: asked first, killed after a second."""
        process: subprocess.Popen[bytes] | None = self.process
        self._stopping = True
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(1.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(0.5)

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        words: Thread = Thread(target=self._read_stderr, args=(process,), name="mockexchange stderr", daemon=True)
        words.start()
        assert process.stdout and process.stdin
        with process.stdout as stdout:
            line: bytes = stdout.readline()
            try:
                ready: Any = msgspec.json.decode(line) if line else None
            except msgspec.DecodeError:
                ready = None
            if isinstance(ready, dict) and ready.get("event") == "ready":
                self.ready = True
                self.on_ready(ready)
            for _ in stdout:
                pass
        code: int = process.wait()
        words.join(0.5)
        try:
            process.stdin.close()
        except OSError:
            pass
        if not self._stopping:
            self.on_exit(code, self._last_words)

    def _read_stderr(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stderr
        with process.stderr as stderr:
            for line in stderr:
                text: str = line.decode("utf-8", "replace").strip()
                if text:
                    self._last_words = text
