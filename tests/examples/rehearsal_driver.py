"""
VeighNa Trader with the rehearsal's window, worked as a user would: ``python rehearsal_driver.py WINDOW.png TRADER.png``. The embedded exchange is
connected, a strategy runs, the window is opened from the menu, and the page's button "Drop all" is clicked with the mouse. Then the window is given
an address where no mock exchange is. Prints what was seen as one JSON line.
"""

import json
import os
import re
import sys
import traceback
from collections.abc import Callable
from time import monotonic
from typing import Any

from PySide6 import QtCore, QtTest, QtWidgets
from vnpy.event import Event, EventEngine
from vnpy.trader.engine import MainEngine
from vnpy.trader.event import EVENT_LOG
from vnpy.trader.ui import MainWindow, create_qapp
from vnpy_ctastrategy import CtaStrategyApp

from vnpy_mockbinance import MockBinanceGateway
from vnpy_rehearsal.app import RehearsalApp
from vnpy_rehearsal.app.ui import RehearsalManager
from vnpy_rehearsal.strategy import RehearsalStrategy

WITHIN: float = 60.0
PRICE: re.Pattern[str] = re.compile(r"\b(39|40),\d{3}\.\d\d\b")          # the market begins at 40,000 and wanders
SYMBOL: str = "BTCUSDT_SPOT_BINANCE.GLOBAL"
# the middle of the button, and how many colours the chart's canvases have: 1 to 5 before anything is drawn
BUTTON: str = """(() => { const box = document.getElementById("drop").getBoundingClientRect(); return `${Math.round(box.x + box.width / 2)} ${Math.round(box.y + box.height / 2)}`; })()"""
DRAWN: str = """(() => {
    const colours = new Set();
    for (const canvas of document.querySelectorAll("#chart canvas")) {
        if (!canvas.width || !canvas.height) continue;
        const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
        for (let place = 0; place < pixels.length; place += 7) colours.add(pixels[place]);
    }
    return colours.size;
})()"""


class Desk:
    """The application, and what its log has said."""

    def __init__(self) -> None:
        self.app: QtWidgets.QApplication = create_qapp()
        self.engine: MainEngine = MainEngine(EventEngine())
        self.engine.add_gateway(MockBinanceGateway)
        self.cta: Any = self.engine.add_app(CtaStrategyApp)
        self.engine.add_app(RehearsalApp)
        self.log: list[str] = []
        self.engine.event_engine.register(EVENT_LOG, self.on_log)
        self.trader: MainWindow = MainWindow(self.engine, self.engine.event_engine)
        self.trader.resize(1500, 900)
        self.trader.show()

    def on_log(self, event: Event) -> None:
        self.log.append(event.data.msg)

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        ends: float = monotonic() + WITHIN
        while not (found := condition()):
            if monotonic() > ends:
                raise SystemExit(f"gave up waiting for {what}; the log: {self.log[-20:]}")
            QtCore.QCoreApplication.processEvents(QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
        return found

    def ask(self, view: Any, script: str) -> Any:
        """What a script of the page gives."""
        answers: list[Any] = []
        view.page().runJavaScript(script, 0, answers.append)
        return self.until(lambda: answers, "the page's answer")[0]

    def trade(self) -> None:
        """Connect the embedded exchange, and let a strategy run."""
        self.engine.connect({}, "MOCKBINANCE")
        self.until(lambda: self.engine.get_contract(SYMBOL) and self.engine.get_all_accounts(), "the contract and the account")
        self.cta.init_engine()
        self.cta.classes["RehearsalStrategy"] = RehearsalStrategy
        self.cta.add_strategy("RehearsalStrategy", "rehearsal", SYMBOL, {})
        self.until(self.cta.init_strategy("rehearsal").done, "the strategy")
        self.cta.start_strategy("rehearsal")
        self.until(self.engine.get_all_trades, "a fill")

    def open_window(self) -> RehearsalManager:
        """From the menu of VeighNa Trader."""
        actions = [action for menu in self.trader.menuBar().findChildren(QtWidgets.QMenu) for action in menu.actions()]
        next(action for action in actions if action.text() == RehearsalApp.display_name).trigger()
        window: RehearsalManager = self.trader.widgets["Rehearsal"]
        return window


def main(picture: str, trader_picture: str) -> None:
    desk = Desk()
    window = desk.open_window()
    seen: dict[str, Any] = {"at first": window.words.text()}
    desk.trade()
    seen["shown"] = desk.until(lambda: window.shown and window.shown == desk.engine.get_engine("Rehearsal").venues()[0].address, "the embedded exchange's page")
    page = desk.until(lambda: next((text for text in [desk.ask(window.view, "document.body.innerText")] if PRICE.search(str(text))), ""), "the page")
    desk.until(lambda: desk.ask(window.view, DRAWN) > 20, "the chart")
    seen |= {"page": page[:400], "colours": desk.ask(window.view, DRAWN), "said": window.words.text()}

    before, trades = len(desk.log), len(desk.engine.get_all_trades())
    x, y = map(int, desk.ask(window.view, BUTTON).split())
    target = window.view.focusProxy()
    QtTest.QTest.mouseClick(target, QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier, QtCore.QPoint(x, y))
    desk.until(lambda: len(desk.engine.get_all_trades()) > trades and all(desk.engine.get_gateway("MOCKBINANCE").health().values()), "a fill after the cut")
    seen["log"] = desk.log[before:]
    window.grab().save(picture)
    desk.trader.grab().save(trader_picture)

    window.address.setEditText("no address")
    window.show_typed()
    seen["wrong"] = window.words.text()
    desk.cta.stop_strategy("rehearsal")
    desk.engine.close()
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    status: int = 1
    try:
        main(*sys.argv[1:])
        status = 0
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(status)        # Chromium's own end may wait for a screen
