"""
The window of the rehearsal, without a screen: ``python rehearsal_driver.py PICTURE`` shows a mock exchange's page in it, then an address
where none is, and prints what was seen as JSON.
"""

import json
import sys
from collections.abc import Callable
from time import monotonic

from vnpy.event import EventEngine
from vnpy.trader.engine import MainEngine
from vnpy.trader.ui import QtWidgets

from mockexchange import MockExchange
from vnpy_rehearsal.app import RehearsalApp
from vnpy_rehearsal.app.ui import RehearsalManager

WITHIN: float = 40.0


def main(picture: str) -> None:
    app = QtWidgets.QApplication(sys.argv[:1])
    engine = MainEngine(EventEngine())
    engine.add_app(RehearsalApp)
    window = RehearsalManager(engine, engine.event_engine)
    window.show()
    seen: dict[str, object] = {"at first": window.words.text()}
    found: list[object] = []

    def until(condition: Callable[[], object]) -> None:
        deadline: float = monotonic() + WITHIN
        while not condition() and monotonic() < deadline:
            app.processEvents()

    def ask() -> bool:
        window.view.page().runJavaScript("document.body.innerText", 0, found.append)
        return any("40," in str(text) for text in found)

    with MockExchange("binance") as venue:
        window.address.setEditText(venue.rest)
        window.show_typed()
        until(ask)
        window.grab().save(picture)
        seen |= {"shown": window.shown == f"{venue.rest}/_mock/", "page": str(found[-1])[:400] if found else "", "said": window.words.text()}
    window.address.setEditText("no address")
    window.show_typed()
    seen["wrong"] = window.words.text()
    engine.close()
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
    sys.stdout.flush()
    import os

    os._exit(0)             # Chromium's own end may wait for a screen
