"""
VeighNa Trader with the gateways of this project.

Menu "System" (系统), "Connect MOCKBINANCE" (连接MOCKBINANCE), button "Connect" (连接): with the
defaults it runs on the embedded mock exchange, no key and no network needed. Then type
BTCUSDT_SPOT_BINANCE into the trading panel's symbol field and press Enter.

Shares are at QMTREST: choose SZSE in the trading panel, and type 000001. Hong Kong's are at FUTUOPEND: SEHK, and 00700.
WEBTRADER has the symbols of the VeighNa it trades through; its embedded exchange has MOCKBINANCE's, so connect one of the two.

    pip install ".[mock]"
    python examples/veighna_trader/run.py
"""

# ruff: noqa: E402
import os
from pathlib import Path

# VeighNa keeps its files in .vntrader of the working directory, where there is one, else of your home. This market is made
# up under real names: nothing of it may get among your own bars.
os.chdir(Path(__file__).resolve().parent)
Path(".vntrader").mkdir(exist_ok=True)

from vnpy.event import EventEngine
from vnpy.trader.engine import MainEngine
from vnpy.trader.ui import MainWindow, create_qapp
from vnpy_ctastrategy import CtaStrategyApp

from vnpy_mockbinance import MockBinanceGateway

try:
    from vnpy_rehearsal.app import RehearsalApp
except ImportError:             # an installation may have the gateways alone
    RehearsalApp = None
try:
    from vnpy_hashex import HashExGateway
except ImportError:             # or one gateway without the others
    HashExGateway = None
try:
    from vnpy_qmtrest import QmtRestGateway
except ImportError:
    QmtRestGateway = None
try:
    from vnpy_futuopend import FutuOpenDGateway
except ImportError:
    FutuOpenDGateway = None
try:
    from vnpy_webgateway import WebTraderGateway
except ImportError:
    WebTraderGateway = None


def main() -> None:
    qapp = create_qapp()

    event_engine = EventEngine()
    main_engine = MainEngine(event_engine)
    for gateway_class in (MockBinanceGateway, HashExGateway, QmtRestGateway, FutuOpenDGateway, WebTraderGateway):
        if gateway_class:
            main_engine.add_gateway(gateway_class)
    main_engine.add_app(CtaStrategyApp)
    if RehearsalApp:
        main_engine.add_app(RehearsalApp)

    main_window = MainWindow(main_engine, event_engine)
    main_window.showMaximized()

    qapp.exec()


if __name__ == "__main__":
    main()
