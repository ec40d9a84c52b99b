"""
Starts WebTrader's web process, and repairs what can be repaired from outside of the package (vnpy_webtrader 1.x).

It imports nothing of this project: copy the file to a server that has only VeighNa and vnpy_webtrader, and run it there in place of
``python -m uvicorn vnpy_webtrader.web:app``:

    python web_process.py --port 8000

| the package by itself | here |
| --- | --- |
| pushes nothing on uvicorn 0.47 and newer | the package is imported inside the running event loop, so pushes flow |
| signs its tokens with the constant ``test``: anybody can make one | a random secret, new at every start |
| one RPC time-out (30 s) ends REST until a restart | the request socket takes new requests after one (REQ_RELAXED, REQ_CORRELATE) |
| writes the token of every websocket into its log | log level "warning" |

User, password and RPC addresses come from ``web_trader_setting.json`` in VeighNa's folder, as ever. The environment variables
WEBTRADER_USERNAME, WEBTRADER_PASSWORD, WEBTRADER_REQ and WEBTRADER_SUB go before the file.

When it listens it prints one JSON line: ``{"event": "ready", "rest": "http://127.0.0.1:8000"}``.
"""

import argparse
import json
import os
import secrets
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn

SETTING_FILE: str = "web_trader_setting.json"
VARIABLES: dict[str, str] = {
    "username": "WEBTRADER_USERNAME", "password": "WEBTRADER_PASSWORD", "req_address": "WEBTRADER_REQ", "sub_address": "WEBTRADER_SUB",
}
GRACE: int = 2              # s that answers on their way get when the process is asked to end
LOOPBACK: tuple[str, ...] = ("127.0.0.1", "::1", "localhost")


def read_environment_first() -> None:
    """The package reads its setting while it is imported, with vn.py's ``load_json``."""
    from vnpy.trader import utility

    given: dict[str, str] = {key: os.environ[name] for key, name in VARIABLES.items() if os.environ.get(name)}
    load: Any = utility.load_json

    def load_json(filename: str) -> dict[str, Any]:
        if Path(filename).name != SETTING_FILE:
            return dict(load(filename))
        found: dict[str, Any] = {} if set(given) == set(VARIABLES) else load(filename)
        return {**found, **given}

    utility.load_json = load_json


def survive_time_outs() -> None:
    """A REQ socket that got no answer refuses every later request, unless these two options are set before it is connected."""
    import zmq
    from vnpy.rpc import RpcClient

    begin: Any = RpcClient.__init__

    def init(client: RpcClient) -> None:
        begin(client)
        client._socket_req.setsockopt(zmq.REQ_RELAXED, 1)
        client._socket_req.setsockopt(zmq.REQ_CORRELATE, 1)

    RpcClient.__init__ = init       # type: ignore[assignment, method-assign]


class Server(uvicorn.Server):
    """Imports the package when its event loop runs."""

    async def serve(self, sockets: Any = None) -> None:
        read_environment_first()
        survive_time_outs()
        import vnpy_webtrader.web

        vnpy_webtrader.web.SECRET_KEY = secrets.token_hex(32)
        await super().serve(sockets)

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            place: str = f"[{host}]" if ":" in host else host
            print(json.dumps({"event": "ready", "rest": f"http://{place}:{port}"}), flush=True)


def end_with_stdin(server: Server) -> None:
    """Whoever started us is gone when our stdin ends."""
    sys.stdin.buffer.read()
    server.should_exit = True


def main() -> None:
    parser = argparse.ArgumentParser(description="WebTrader's web process, repaired from outside.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="0: any free port (default 8000)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin ends")
    options = parser.parse_args()
    if options.host not in LOOPBACK:
        print(f"WARNING: listening at {options.host} in plain HTTP: password and token can be read on the way", file=sys.stderr)
    server: Server = Server(uvicorn.Config("vnpy_webtrader.web:app", host=options.host, port=options.port, log_level="warning", timeout_graceful_shutdown=GRACE))
    if options.exit_with_stdin:
        threading.Thread(target=end_with_stdin, args=(server,), daemon=True).start()
    try:
        server.run()
    except Exception:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(0 if server.started else 1)        # a request that waits for the trading process would keep us for 30 s


if __name__ == "__main__":
    main()
