"""
Runs examples/veighna_trader/run.py and works its window as a user would; prints one JSON line of what it saw.

A program of its own: vn.py reads its folder and Qt its platform when they are imported.
Usage: trader_driver.py RUN_PY [PICTURE]   (a file for the picture of the HASHEX dialog)
"""

import json
import runpy
import sys
from collections.abc import Callable
from time import monotonic
from typing import Any

from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from vnpy.trader.constant import Direction, Status
from vnpy.trader.ui import MainWindow
from vnpy.trader.ui.widget import ConnectDialog

SYMBOL: str = "BTCUSDT_SPOT_BINANCE"
PICTURE: str = sys.argv[2] if len(sys.argv) > 2 else ""
seen: dict[str, Any] = {}


def until(condition: Callable[[], Any], what: str, seconds: float = 15.0) -> Any:
    """Process Qt's events until ``condition`` holds, and return what it gave."""
    ends: float = monotonic() + seconds
    while not (answer := condition()):
        if monotonic() > ends:
            raise SystemExit(f"gave up waiting for {what} after {seconds:.0f} s")
        QtCore.QCoreApplication.processEvents(QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
    return answer


def press(button: QtWidgets.QAbstractButton) -> None:
    QtTest.QTest.mouseClick(button, QtCore.Qt.MouseButton.LeftButton)


def button_of(widget: QtWidgets.QWidget, number: int = 0) -> QtWidgets.QPushButton:
    return widget.findChildren(QtWidgets.QPushButton)[number]


def answer_dialog(kind: type[QtWidgets.QDialog], act: Callable[[Any], None]) -> QtCore.QTimer:
    """Let ``act`` have the modal dialog as soon as it is up; its ``exec`` blocks whoever opened it."""
    timer: QtCore.QTimer = QtCore.QTimer()

    def look() -> None:
        dialog = QtWidgets.QApplication.activeModalWidget()
        if isinstance(dialog, kind):
            timer.stop()
            act(dialog)

    timer.timeout.connect(look)
    timer.start(20)
    return timer


def look_at(dialog: ConnectDialog) -> None:
    """Which fields of a connect dialog do not show what is typed."""
    seen[f"masked {dialog.gateway_name}"] = [
        name for name, (widget, _) in dialog.widgets.items()
        if isinstance(widget, QtWidgets.QLineEdit) and widget.echoMode() is QtWidgets.QLineEdit.EchoMode.Password
    ]


def connect(dialog: ConnectDialog) -> None:
    look_at(dialog)
    press(button_of(dialog))


def look_and_leave(dialog: ConnectDialog) -> None:
    look_at(dialog)
    if PICTURE:
        dialog.grab().save(PICTURE)
    dialog.reject()


def open_dialog(window: MainWindow, gateway_name: str, act: Callable[[ConnectDialog], None]) -> None:
    """The menu's Connect of a gateway; ``act`` has the dialog, and must end it."""
    timer = answer_dialog(ConnectDialog, act)
    next(each for each in window.findChildren(QtGui.QAction) if gateway_name in each.text()).trigger()
    timer.stop()


def work(window: MainWindow) -> None:
    """Connect with the defaults, look at the ticks, send an order from the trading panel, open the CTA window."""
    engine = window.main_engine
    actions: list[QtGui.QAction] = window.findChildren(QtGui.QAction)
    open_dialog(window, "WEBTRADER", look_and_leave)
    open_dialog(window, "FUTUOPEND", look_and_leave)
    open_dialog(window, "QMTREST", look_and_leave)
    open_dialog(window, "HASHEX", look_and_leave)
    open_dialog(window, "MOCKBINANCE", connect)

    contract = until(lambda: engine.get_contract(f"{SYMBOL}.GLOBAL"), "contracts")
    seen["contracts"] = len(engine.get_all_contracts())
    until(lambda: engine.get_all_accounts() and engine.get_all_positions(), "the account")
    panel = window.trading_widget
    panel.exchange_combo.setCurrentText("GLOBAL")
    panel.symbol_line.setFocus()
    QtTest.QTest.keyClicks(panel.symbol_line, SYMBOL)
    QtTest.QTest.keyClick(panel.symbol_line, QtCore.Qt.Key.Key_Return)
    seen["name"] = panel.name_line.text()
    tick = until(lambda: engine.get_tick(contract.vt_symbol), "ticks")
    until(lambda: panel.bp5_label.text() and panel.ap5_label.text(), "the depth display")
    ticks = next(each for each in window.monitors.values() if type(each).__name__ == "TickMonitor")
    until(ticks.rowCount, "a row in the tick monitor")

    orders = next(each for each in window.monitors.values() if type(each).__name__ == "OrderMonitor")
    trades = next(each for each in window.monitors.values() if type(each).__name__ == "TradeMonitor")
    panel.direction_combo.setCurrentText(Direction.LONG.value)

    def send(price: float, status: Status) -> None:
        known: set[str] = {order.vt_orderid for order in engine.get_all_orders()}
        panel.price_line.setText(f"{price:.2f}")
        panel.volume_line.setText("0.01")
        press(button_of(panel, 0))
        order = until(
            lambda: next((each for each in engine.get_all_orders() if each.vt_orderid not in known and each.status is status), None),
            f"an order that is {status.name}",
        )
        until(lambda: orders.rowCount() == len(known) + 1, "the order's row in the monitor")
        seen.setdefault("orders", []).append([order.status.name, order.volume, order.traded])

    send(tick.last_price * 0.95, Status.NOTTRADED)
    send(tick.last_price * 1.01, Status.ALLTRADED)
    until(trades.rowCount, "a row in the trade monitor")
    press(button_of(panel, 1))
    until(lambda: not engine.get_all_active_orders(), "the cancel")

    display_name: str = engine.get_all_apps()[0].display_name
    next(each for each in actions if each.text() == display_name).trigger()
    seen["cta"] = until(lambda: [type(each).__name__ for each in window.widgets.values() if each.isVisible()], "the CTA window")


def drive() -> int:
    window = next(each for each in QtWidgets.QApplication.topLevelWidgets() if isinstance(each, MainWindow))
    try:
        work(window)
    finally:
        window.main_engine.close()
    print(json.dumps(seen), flush=True)
    return 0


if __name__ == "__main__":
    QtWidgets.QApplication.exec = staticmethod(drive)       # where the example would begin to wait for the user
    runpy.run_path(sys.argv[1], run_name="__main__")
