"""The window: an address, and the page that a mock exchange has for people."""

from typing import Any

from vnpy.event import EventEngine
from vnpy.trader.engine import MainEngine
from vnpy.trader.ui import QtCore, QtGui, QtWidgets

from rest_locale import _, language

from ..engine import APP_NAME, EmbeddedVenue, RehearsalEngine, page_of

LOOK_EVERY: int = 1_000         # ms between looks for gateways that have connected
IS_PAGE: str = "document.querySelector('meta[name=application-name]')?.content"
PAGE_NAME: str = "mockexchange"


def make_browser() -> Any:
    """Qt's browser, which is large and loaded only when a window is opened; None for an installation of Qt without it."""
    try:
        from PySide6.QtWebEngineWidgets import QWebEngineView
    except ImportError:
        return None
    view: Any = QWebEngineView()
    view.page().profile().setHttpAcceptLanguage(language().replace("_", "-"))        # the page in VeighNa's language, not in the system's
    return view


class RehearsalManager(QtWidgets.QWidget):
    """
    Shows the embedded exchange of a connected gateway, or any mock exchange whose address is typed.

    The buttons are the page's own, so they do here what they do in a browser.
    """

    def __init__(self, main_engine: MainEngine, event_engine: EventEngine) -> None:
        super().__init__()
        engine = main_engine.get_engine(APP_NAME)
        assert isinstance(engine, RehearsalEngine)
        self.engine: RehearsalEngine = engine
        self.venues: list[EmbeddedVenue] = []
        self.shown: str = ""                    # address of the page
        self.shown_of: str = ""                 # the gateway whose embedded exchange it is, "" for an address that was typed

        self.setWindowTitle("Rehearsal 演练")
        self.resize(1280, 880)

        self.address: QtWidgets.QComboBox = QtWidgets.QComboBox()
        self.address.setEditable(True)
        self.address.setInsertPolicy(QtWidgets.QComboBox.InsertPolicy.NoInsert)
        self.address.setMinimumContentsLength(40)
        line = self.address.lineEdit()
        assert line is not None
        line.setPlaceholderText("http://127.0.0.1:8080")
        line.returnPressed.connect(self.show_typed)
        self.address.activated.connect(self.show_chosen)
        show_button = QtWidgets.QPushButton(_("Show"))
        show_button.clicked.connect(self.show_typed)
        browser_button = QtWidgets.QPushButton(_("Open in browser"))
        browser_button.clicked.connect(self.open_browser)
        self.words: QtWidgets.QLabel = QtWidgets.QLabel()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)

        bar = QtWidgets.QHBoxLayout()
        bar.addWidget(QtWidgets.QLabel(_("Mock exchange")))
        bar.addWidget(self.address, 1)
        bar.addWidget(show_button)
        bar.addWidget(browser_button)
        box = QtWidgets.QVBoxLayout()
        box.addLayout(bar)
        box.addWidget(self.words)
        self.view: Any = make_browser()
        if self.view is not None:
            self.view.loadFinished.connect(self.on_loaded)
            box.addWidget(self.view, 1)
        else:
            box.addStretch(1)
        self.setLayout(box)

        self.timer: QtCore.QTimer = QtCore.QTimer(self)
        self.timer.timeout.connect(self.look)
        self.timer.start(LOOK_EVERY)
        self.say(_("Connect a gateway with Server = EMBEDDED, or type the address of a mock exchange."))
        self.look()

    def look(self) -> None:
        """List the embedded exchanges; show the first, or the new one of the gateway that is shown."""
        venues: list[EmbeddedVenue] = self.engine.venues()
        if venues == self.venues:
            return
        self.venues = venues
        typed: str = self.address.currentText()
        self.address.clear()
        for name, address in venues:
            self.address.addItem(f"{name}  {address}", address)
        self.address.setEditText(typed)
        now: str = next((address for name, address in venues if name == self.shown_of), "")
        if now and now != self.shown or not self.shown and venues:
            self.show_venue(venues[0] if not now else EmbeddedVenue(self.shown_of, now))
        elif self.shown_of and not now:
            self.say(_("The embedded exchange of {gateway} has ended.").format(gateway=self.shown_of))

    def show_chosen(self, index: int) -> None:
        self.show_venue(self.venues[index])

    def show_typed(self) -> None:
        """What stands in the line: one of the list, or an address."""
        text: str = self.address.currentText()
        for venue in self.venues:
            if text == f"{venue.gateway_name}  {venue.address}":
                self.show_venue(venue)
                return
        try:
            self.show_venue(EmbeddedVenue("", page_of(text)))
        except ValueError as error:
            self.say(str(error))

    def show_venue(self, venue: EmbeddedVenue) -> None:
        """Load its page."""
        self.shown_of, self.shown = venue
        self.address.setEditText(f"{venue.gateway_name}  {venue.address}" if venue.gateway_name else venue.address)
        if self.view is None:
            self.say(_("This installation of Qt has no browser (QtWebEngine, in PySide6_Addons): open the page in yours."))
            return
        self.say("")
        self.view.load(QtCore.QUrl(venue.address))

    def on_loaded(self, is_there: bool) -> None:
        if self.view is None:
            return
        if not is_there:
            self.say(_("Nothing answers at {address}").format(address=self.shown))
            return
        self.view.page().runJavaScript(IS_PAGE, 0, self.on_name)

    def on_name(self, name: object) -> None:
        if name != PAGE_NAME and self.view is not None:
            self.say(_("No mock exchange answers at {address}").format(address=self.shown))
            self.view.setHtml("")

    def open_browser(self) -> None:
        if self.shown:
            QtGui.QDesktopServices.openUrl(QtCore.QUrl(self.shown))

    def say(self, words: str) -> None:
        """One line above the page; none when there is nothing to say."""
        self.words.setText(words)
        self.words.setVisible(bool(words))
