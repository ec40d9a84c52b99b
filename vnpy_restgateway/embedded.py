"""The mock exchange as a child process, started by its command line and ended with us."""

import builtins
import importlib.util
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import Any

import msgspec

import __main__

from rest_locale import _

NEEDS: tuple[str, ...] = ("mockexchange", "aiohttp")
INSTALL_HINT: str = 'pip install "vnpy_mockbinance[mock]"'
READY_WITHIN: float = 12.0          # s from its start until the child has printed its ready line,
BYTES_PER_SECOND: float = 1e6       # and more for what it reads first: a tenth of what an old laptop does
PACKED: float = 8.0                 # bytes of a dump in one of its zip
LONGEST_LINE: int = 65_536          # bytes of the child's output that are read as one line
TOLD: tuple[str, ...] = ("WARNING", "ERROR")        # what a line on stderr begins with that is meant for people
READY_KEYS: tuple[str, ...] = ("rest", "stream", "key", "secret")

# python, python3.11, python3.13t, pythonw.exe, python_d.exe, pypy3
PYTHON: re.Pattern[str] = re.compile(
    r"(?:python|pypy|graalpy)w?[0-9.]*[a-z]{0,2}(?:[-_](?:d|dbg|debug|intel64|arm64|x86_64|64|32))?(?:\.exe)?", re.IGNORECASE
)


def packer() -> str:
    """What has packed this program into an executable of its own (PyInstaller, cx_Freeze, Nuitka, ...), "" if nothing has."""
    if "__compiled__" in globals() or hasattr(__main__, "__compiled__") or hasattr(builtins, "__compiled__"):
        return "Nuitka"
    frozen: object = getattr(sys, "frozen", None)
    if frozen:
        return "PyInstaller" if hasattr(sys, "_MEIPASS") else frozen if isinstance(frozen, str) else _("a freezer")
    return "PyOxidizer" if getattr(sys, "oxidized", None) else ""


def find_python() -> str:
    """
    The Python interpreter that can run the child.

    :raises OSError: there is none. A packed program, or one that has Python embedded, is never started a second time:
        it does not know ``-m`` and would open another window of itself.
    """
    by: str = packer()
    if by:
        raise OSError(
            _(
                "this program is an executable packed by {by}, without a Python to run it with; start VeighNa from a Python environment, or run "
                "python -m mockexchange there and choose the other Server with its hosts"
            ).format(by=by)
        )
    folder: Path = Path(sys.exec_prefix)
    beside: list[Path] = [folder / "python.exe", folder / "Scripts" / "python.exe"] if os.name == "nt" else [
        folder / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}", folder / "bin" / "python3"
    ]
    if sys.executable and PYTHON.fullmatch(Path(sys.executable).name):
        return sys.executable
    for path in beside:
        if path.is_file():
            return str(path)
    raise OSError(
        _(
            "{program} is no Python interpreter, and there is none in {folder}; start VeighNa with "
            "python, or run python -m mockexchange there and choose the other Server with its hosts"
        ).format(program=sys.executable or _("this program"), folder=folder)
    )


def reading_time(arguments: Sequence[str]) -> float:
    """Seconds a child may take to read what its arguments name: ``--feed`` a dump, ``--state`` a folder of journals."""
    size: float = 0.0
    for name, value in zip([*arguments, ""], [*arguments[1:], "", ""], strict=False):
        option, equals, given = name.partition("=")
        path: Path = Path(given if equals else value)
        if option not in ("--feed", "--state") or not path.name:
            continue
        try:
            files: list[Path] = [each for each in path.iterdir() if each.is_file()] if path.is_dir() else [path]
            size += sum(each.stat().st_size * (PACKED if each.suffix in (".zip", ".gz") else 1.0) for each in files)
        except OSError:
            pass                        # the child says it better
    return size / BYTES_PER_SECOND


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a child at once, and what it has started itself: it is the first of a process group."""
    try:
        if sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        pass
    process.kill()


class EmbeddedExchange:
    """
    One child. Its callbacks run in threads of its own:

    ``on_ready(line)``: the ready line as a dict (keys rest, stream, key, secret).
    ``on_exit(code, text)``: it ended without being asked to, or was ended because it did not get ready in time; ``text``
    is what it said last on stderr.
    ``on_words(level, text)``: it has said something on stderr that its user should know; ``level`` is WARNING or ERROR.
    ``on_slow(seconds)``: it is not ready yet, has a lot to read, and gets so many seconds more.
    ``ready`` tells whether it ever was.
    """

    def __init__(
        self, on_ready: Callable[[dict[str, Any]], Any], on_exit: Callable[[int, str], Any],
        on_slow: Callable[[float], Any] = lambda seconds: None, on_words: Callable[[str, str], Any] = lambda level, text: None,
    ) -> None:
        self.on_words: Callable[[str, str], Any] = on_words
        self.on_slow: Callable[[float], Any] = on_slow
        self.on_ready: Callable[[dict[str, Any]], Any] = on_ready
        self.on_exit: Callable[[int, str], Any] = on_exit
        self.process: subprocess.Popen[bytes] | None = None
        self.ready: bool = False
        self._stopping: bool = False
        self._late: bool = False
        self._lock: Lock = Lock()               # ready or late, never both
        self._last_words: str = ""
        self._last_line: str = ""               # on stdout, where nothing but the ready line belongs

    @staticmethod
    def missing() -> list[str]:
        """Modules that the mock exchange needs and this environment lacks."""
        return [name for name in NEEDS if importlib.util.find_spec(name) is None]

    def start(self, dialect: str, arguments: Sequence[str] = ()) -> None:
        """Start the child; OSError when there is no Python for it, or when the operating system refuses."""
        command: list[str] = [
            find_python(), "-m", "mockexchange", "serve", f"{dialect}=0", "--exit-with-stdin", *arguments
        ]
        environment: dict[str, str] = dict(os.environ)
        spec = importlib.util.find_spec(NEEDS[0])
        if spec and spec.origin:
            # the child finds what we find, wherever vn.py has moved the working directory
            paths: list[str] = [str(Path(spec.origin).parent.parent), environment.get("PYTHONPATH", "")]
            environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        # its words are UTF-8 whatever the code page of the machine; they appear as soon as they are said
        environment |= {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:backslashreplace", "PYTHONUNBUFFERED": "1"}
        for name in ("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT"):
            environment.pop(name, None)
        # a pipe we never write to: the child ends when our end of it is gone, however we died
        # and a group of its own: Ctrl-C in the terminal is for us, we end the child when we are done with it
        flags: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
        apart: dict[str, Any] = {"creationflags": flags} if sys.platform == "win32" else {"start_new_session": True}
        process: subprocess.Popen[bytes] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment, **apart
        )
        self.process = process
        readers: list[Thread] = [
            Thread(target=self._read_stdout, args=(process,), name="mockexchange stdout", daemon=True),
            Thread(target=self._read_stderr, args=(process,), name="mockexchange stderr", daemon=True),
        ]
        for reader in readers:
            reader.start()
        Thread(target=self._mind, args=(process, readers, reading_time(arguments)), name="mockexchange child", daemon=True).start()

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
            kill(process)
            process.wait(0.5)

    def _mind(self, process: "subprocess.Popen[bytes]", readers: list[Thread], more: float) -> None:
        """Wait for the child's end; bring it about when it is not ready in time."""
        if not self._ends(process, READY_WITHIN):
            if more and not self.ready and not self._stopping:
                self.on_slow(more)
                self._ends(process, more)
            with self._lock:
                self._late = not self.ready and not self._stopping and process.poll() is None
            if self._late:
                kill(process)
        code: int = process.wait()
        for reader in readers:
            reader.join(0.5)            # a grandchild may hold the pipes
        try:
            if process.stdin:
                process.stdin.close()
        except OSError:
            pass
        if self._stopping and not self._late:
            return
        words: str = self._last_words or self._last_line
        if self._late:
            words = self._with_last(_("not ready within {seconds:.0f} s, ended").format(seconds=READY_WITHIN + more), words)
        elif not self.ready and not self._last_words:
            words = self._with_last(_("exit status {code} without a ready line").format(code=code), words)
        self.on_exit(code, words)

    @staticmethod
    def _with_last(reason: str, words: str) -> str:
        return _("{reason}; its last words: {words}").format(reason=reason, words=words) if words else reason

    def _ends(self, process: "subprocess.Popen[bytes]", seconds: float) -> bool:
        """Wait for the child's end, as long as it is not ready; whether it has ended."""
        deadline: float = monotonic() + seconds
        while not self.ready and monotonic() < deadline:
            try:
                process.wait(min(0.25, max(0.0, deadline - monotonic())))
                return True
            except subprocess.TimeoutExpired:
                continue
        return process.poll() is not None

    def _read_stdout(self, process: "subprocess.Popen[bytes]") -> None:
        """The ready line, whatever else is printed before it."""
        assert process.stdout
        with process.stdout as stdout:
            while line := stdout.readline(LONGEST_LINE):
                if self.ready:
                    continue
                try:
                    ready: Any = msgspec.json.decode(line)
                except (msgspec.MsgspecError, ValueError, RecursionError):
                    ready = None
                if not isinstance(ready, dict) or ready.get("event") != "ready":
                    self._last_line = line.decode("utf-8", "replace").strip() or self._last_line
                elif all(isinstance(ready.get(key), str) for key in READY_KEYS):
                    with self._lock:
                        self.ready = not self._late
                    if self.ready:
                        self.on_ready(ready)

    def _read_stderr(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stderr
        with process.stderr as stderr:
            while line := stderr.readline(LONGEST_LINE):
                text: str = line.decode("utf-8", "replace").strip()
                if not text:
                    continue
                self._last_words = text
                level, __, words = text.partition(" ")
                if level in TOLD and not self._stopping:
                    self.on_words(level, words)
