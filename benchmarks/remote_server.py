"""
The server side of remote.py: a VeighNa with MOCKBINANCE on its embedded exchange, served by WebTrader's or rpcservice's RPC.

Usage: remote_server.py webtrader|rpcservice. One JSON line on stdout when it is ready: req, sub. Each line on stdin, "RATE SECONDS", makes it
put ticks into its event engine. It ends when stdin ends.
"""

import json
import os
import sys
import time
from datetime import datetime, timezone
from typing import Any

import zmq
from vnpy.event import EventEngine
from vnpy.trader.constant import Exchange
from vnpy.trader.engine import MainEngine
from vnpy.trader.gateway import BaseGateway
from vnpy.trader.object import TickData

from vnpy_mockbinance import MockBinanceGateway

SYMBOL: str = "BTCUSDT_SPOT_BINANCE"
STORM: float = 7.0          # open interest of a tick that is ours; its turnover is the second at which it was put
BEAT: float = 0.002         # s


def storm(gateway: BaseGateway, rate: float, seconds: float) -> int:
    """Put ticks with five levels for some seconds, ``rate`` a second; how many there were."""
    begin: float = time.perf_counter()
    levels: dict[str, Any] = {f"{side}_{figure}_{n}": 40_000.0 + n for side in ("bid", "ask") for figure in ("price", "volume") for n in range(1, 6)}
    count: int = 0
    while (passed := time.perf_counter() - begin) < seconds:
        for _ in range(int(passed * rate) - count):
            count += 1
            gateway.on_tick(TickData(
                gateway.gateway_name, SYMBOL, Exchange.GLOBAL, datetime.now(timezone.utc), "", open_interest=STORM, volume=float(count), turnover=time.time(),
                last_price=40_000.0, last_volume=1.0, open_price=40_000.0, high_price=40_001.0, low_price=39_999.0, **levels,
            ))
        time.sleep(BEAT)
    return count


def main(kind: str) -> None:
    main_engine: MainEngine = MainEngine(EventEngine())
    gateway: Any = main_engine.add_gateway(MockBinanceGateway)
    main_engine.connect({}, gateway.gateway_name)
    while not main_engine.get_all_contracts() or not main_engine.get_all_accounts():
        time.sleep(0.05)
    anywhere: tuple[str, str] = ("tcp://127.0.0.1:*", "tcp://127.0.0.1:*")
    if kind == "webtrader":
        from vnpy_webtrader import WebTraderApp

        engine: Any = main_engine.add_app(WebTraderApp)
        engine.start_server(*anywhere)
    else:
        from vnpy_rpcservice import RpcServiceApp

        engine = main_engine.add_app(RpcServiceApp)
        engine.start(*anywhere)
    req, sub = (each.getsockopt_string(zmq.LAST_ENDPOINT) for each in (engine.server._socket_rep, engine.server._socket_pub))
    os.write(1, f'\n{json.dumps({"event": "ready", "req": req, "sub": sub})}\n'.encode())
    for line in sys.stdin:
        rate, seconds = map(float, line.split())
        count: int = storm(gateway, rate, seconds)
        os.write(1, f'\n{json.dumps({"event": f"storm {rate:g}", "count": count})}\n'.encode())
    main_engine.close()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
