"""
Runs tests again and again, each time in a process that has not imported the packages yet.

Started with a folder that holds the packages. Every line of standard input is a JSON list of tests; the answer is one line:
``[exit code of pytest, what it printed]``. The libraries are imported once, here, and each run is a fork: that is five times as
fast as a new interpreter.
"""

import json
import os
import sys
import tempfile
from importlib import import_module

LIBRARIES: tuple[str, ...] = (
    "pytest", "hypothesis", "aiohttp.web", "msgspec", "websockets.sync.client", "requests", "urllib3", "numpy",
    "vnpy.trader.object", "vnpy.trader.constant", "vnpy.trader.utility", "vnpy.trader.gateway", "vnpy.event",
)


def run(arguments: list[str], seconds: int) -> tuple[int, str]:
    """One run of pytest in a fork; exit code 99 when it was not over in time."""
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            import signal

            signal.alarm(seconds)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            import pytest

            code = int(pytest.main(arguments))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        output.seek(0)
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 99, output.read().decode(errors="replace")


def main(folder: str, seconds: int) -> None:
    sys.path.insert(0, folder)
    for name in LIBRARIES:
        import_module(name)
    loaded = [name for name in sys.modules if name.split(".")[0] in ("mockexchange", "vnpy_restgateway", "vnpy_mockbinance", "vnpy_hashex")]
    if loaded:
        raise RuntimeError(f"imported too early: {loaded}")
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line), seconds)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
