"""
A CTA strategy through WEBTRADER, on the server that webtrader_server.py has started.

    python examples/remote/webtrader_strategy.py --host http://127.0.0.1:8000 --user trader --password ... --seconds 60

The strategy is the one of examples/cta_strategy, the vt_symbol is the server's.
"""

# ruff: noqa: E402
import argparse
import os
from pathlib import Path

# VeighNa keeps its files in .vntrader of the working directory, where there is one, else of your home. This market may be made
# up under real names: nothing of it may get among your own bars.
os.chdir(Path(__file__).resolve().parent)
Path(".vntrader").mkdir(exist_ok=True)

from trade_cta import trade
from vnpy.event import EventEngine
from vnpy.trader.engine import MainEngine
from vnpy_ctastrategy import CtaStrategyApp

from vnpy_webgateway import WebTraderGateway


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="http://127.0.0.1:8000", help="http or https, a path may follow")
    parser.add_argument("--user", default=os.environ.get("WEBTRADER_USERNAME", "trader"))
    parser.add_argument("--password", default="ENV:WEBTRADER_PASSWORD", help="or ENV:NAME (default ENV:WEBTRADER_PASSWORD)")
    parser.add_argument("--symbol", default="BTCUSDT_SPOT_BINANCE.GLOBAL", help="a vt_symbol of the server")
    parser.add_argument("--size", type=float, default=0.01)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()

    main_engine = MainEngine(EventEngine())
    main_engine.add_gateway(WebTraderGateway)
    main_engine.add_app(CtaStrategyApp)
    try:
        main_engine.connect({"Server": "WEBTRADER", "Host": options.host, "Username": options.user, "Password": options.password}, "WEBTRADER")
        summary = trade(main_engine, options.symbol, options.size, options.seconds)
    finally:
        main_engine.close()
    print(summary)


if __name__ == "__main__":
    main()
