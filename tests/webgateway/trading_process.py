"""
A VeighNa that trades: the real WebTraderApp and one of our gateways, in a process of its own. Argument: a JSON object with ``req`` and
``sub`` (RPC addresses), ``gateway`` ("module:Class") and its ``setting``. Prints one JSON line when its RPC server listens.
"""

import json
import os
import signal
import sys
import threading
from importlib import import_module
from typing import Any


def tell(**line: str) -> None:
    """In one piece: VeighNa's log writes to the same place."""
    os.write(1, f"\n{json.dumps(line)}\n".encode())


def main(options: dict[str, Any]) -> None:
    from vnpy.event import EventEngine
    from vnpy.trader.engine import MainEngine
    from vnpy_webtrader import WebTraderApp

    module, _, name = options["gateway"].partition(":")
    main_engine = MainEngine(EventEngine())
    gateway: Any = main_engine.add_gateway(getattr(import_module(module), name))
    engine: Any = main_engine.add_app(WebTraderApp)
    main_engine.connect(options["setting"], gateway.gateway_name)
    engine.start_server(options["req"], options["sub"])
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: ended.set())
    tell(event="ready")
    while not ended.wait(0.05):
        if gateway.ready and not options.get("told"):
            options["told"] = True
            tell(event="venue", rest=gateway.venue["rest"], key=gateway.venue["key"])
    main_engine.close()
    os._exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
