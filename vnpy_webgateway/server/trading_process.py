"""
A VeighNa without a window that trades through one gateway and serves WebTrader's RPC. Run as a script, by ``processes.py``.

The first line of stdin is a JSON object: ``gateway`` ("module:Class"), ``setting`` (of its connect dialog), ``embedded_arguments`` (words for
its embedded exchange). It ends cleanly on SIGTERM, and when stdin ends. Lines on stdout that begin with ``{"event"``:

    {"event": "ready", "req": "tcp://127.0.0.1:40001", "sub": "tcp://127.0.0.1:40002", "gateway": "MOCKBINANCE"}
    {"event": "venue", "rest": "http://127.0.0.1:40003", "key": "mock-key"}      of an embedded exchange, when the gateway is ready
"""

import json
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from importlib import import_module
from typing import Any


def tell(**line: str) -> None:
    """In one piece: VeighNa's log writes to the same place."""
    os.write(1, f"\n{json.dumps(line)}\n".encode())


def main() -> None:
    options: dict[str, Any] = json.loads(sys.stdin.readline())
    ended: threading.Event = threading.Event()

    import zmq
    from vnpy.event import EventEngine
    from vnpy.trader.engine import MainEngine
    from vnpy_webtrader import WebTraderApp

    # vnpy.rpc, just imported, has set SIGINT to its default
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    def end_with_stdin() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=end_with_stdin, daemon=True).start()
    module, _, name = options["gateway"].partition(":")
    main_engine: MainEngine = MainEngine(EventEngine())
    gateway: Any = main_engine.add_gateway(getattr(import_module(module), name))
    gateway.embedded_arguments = tuple(options["embedded_arguments"])
    engine: Any = main_engine.add_app(WebTraderApp)
    # port *: the operating system gives a free one
    engine.start_server("tcp://127.0.0.1:*", "tcp://127.0.0.1:*")
    main_engine.connect(options["setting"], gateway.gateway_name)
    req, sub = (each.getsockopt_string(zmq.LAST_ENDPOINT) for each in (engine.server._socket_rep, engine.server._socket_pub))
    tell(event="ready", req=req, sub=sub, gateway=gateway.gateway_name)
    told: bool = False
    while not ended.wait(0.05):
        if not told and gateway.ready:
            told = True
            if gateway.embedded:
                tell(event="venue", rest=gateway.venue["rest"], key=gateway.venue["key"])
    main_engine.close()


if __name__ == "__main__":
    status: int = 1
    try:
        main()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:            # whatever may fail in here: whoever reads us may be gone, and vn.py's threads would keep the process alive
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)
