"""
A CTA strategy through vnpy_rpcservice's RpcGateway, on the server that rpc_server.py has started.

It needs vnpy, vnpy_rpcservice, vnpy_ctastrategy and vnpy_sqlite, and no package of this project:

    python -m venv client && client/bin/pip install vnpy vnpy_rpcservice vnpy_ctastrategy vnpy_sqlite
    client/bin/python examples/remote/rpc_strategy.py --seconds 60

LANGUAGE and the version of vnpy must be those of the server.
"""

# ruff: noqa: E402
import argparse
import os
import signal
from importlib.util import find_spec
from pathlib import Path

# VeighNa keeps its files in .vntrader of the working directory, where there is one, else of your home. This market may be made
# up under real names: nothing of it may get among your own bars.
os.chdir(Path(__file__).resolve().parent)
Path(".vntrader").mkdir(exist_ok=True)

from trade_cta import trade
from vnpy.event import EventEngine
from vnpy.trader.engine import MainEngine
from vnpy_ctastrategy import CtaStrategyApp
from vnpy_rpcservice import RpcGateway

OURS = ("vnpy_mockbinance", "vnpy_hashex", "vnpy_qmtrest", "vnpy_futuopend", "vnpy_webgateway", "vnpy_restgateway", "mockexchange")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--req", default="tcp://127.0.0.1:2014", help="where the server takes requests")
    parser.add_argument("--sub", default="tcp://127.0.0.1:4102", help="where it pushes")
    parser.add_argument("--symbol", default="BTCUSDT_SPOT_BINANCE.GLOBAL", help="a vt_symbol of the server")
    parser.add_argument("--size", type=float, default=0.01)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    print(f"Packages of the project here: {', '.join(filter(find_spec, OURS)) or 'none'}", flush=True)

    signal.signal(signal.SIGINT, signal.default_int_handler)        # vnpy.rpc has taken KeyboardInterrupt away
    main_engine = MainEngine(EventEngine())
    main_engine.add_gateway(RpcGateway)
    main_engine.add_app(CtaStrategyApp)
    try:
        main_engine.connect({"主动请求地址": options.req, "推送订阅地址": options.sub}, "RPC")
        summary = trade(main_engine, options.symbol, options.size, options.seconds)
    finally:
        main_engine.close()
    print(summary)


if __name__ == "__main__":
    main()
