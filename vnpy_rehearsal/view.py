"""The main job in a terminal, drawn by rich."""

import signal
import sys
from collections import deque
from logging import ERROR, WARNING
from threading import Event, Lock, current_thread, main_thread
from time import monotonic
from types import FrameType
from typing import Any

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from vnpy.trader.object import LogData, OrderData, TickData, TradeData

from rest_locale import _

from .bad_day.outcome import ARMED, MISSED, OVER, STRIKING
from .figures import Figures
from .printed import Printed
from .rehearsal import Rehearsal
from .shown import (
    DOWN,
    UP,
    Column,
    cash_text,
    feed_text,
    log_line,
    plain,
    pnl_of,
    position_text,
    price_of,
    side_of,
    sparkline,
    status_line,
    status_of,
    table_of,
)

LEVELS: int = 5
HEAD_LINES: int = 6             # four, and the panel's border
BOOK_LINES: int = 2 * LEVELS + 4    # header, last, the panel's border
BOOK_WIDTH: int = 24            # at least
LOG_LINES: range = range(4, 11)     # the panel's height: what the book leaves of the screen, within this
TABLE_ROWS: int = 30            # more than any panel shows; the panel cuts
NARROW: int = 50                # columns; below it there is no book
FLAT: int = 8                   # lines; with fewer between head and log there are no fills
WIDE: int = 100                 # from it on what log lines come from is aligned
FRAME: int = 4                  # columns of a panel's border and padding
PRINTED: str = "print"          # what a line comes from that the strategy has printed
STYLES: dict[str, str] = {ARMED: "black on yellow", STRIKING: "white on red", OVER: "black on green", MISSED: "white on bright_black"}


class Rates:
    """Ticks per second over the last few seconds."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque(maxlen=12)

    def add(self, count: int) -> float:
        """Take a reading of the counter, give the rate."""
        self._marks.append((monotonic(), count))
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return (last - first) / (end - start) if end > start else 0.0


class View:
    """Draws one rehearsal on a console; ``render`` is called a few times a second."""

    def __init__(self, run: Rehearsal, seconds: float, console: Console) -> None:
        self.run: Rehearsal = run
        self.seconds: float = seconds
        self.console: Console = console
        self.rates: Rates = Rates()
        self._prices: deque[float] = deque(maxlen=500)      # one a second
        self._sampled: float = 0.0

    def render(self) -> Layout:
        """The whole screen."""
        width, height = self.console.size
        head_lines: int = HEAD_LINES + (self.run.day is not None)
        log_lines: int = min(max(height - head_lines - BOOK_LINES, LOG_LINES[0]), LOG_LINES[-1])
        middle: int = max(height - head_lines - log_lines, 2)
        screen: Layout = Layout()
        screen.split_column(Layout(self.head(width), size=head_lines), Layout(name="middle"), Layout(self.logs(log_lines - 2, width), size=log_lines))
        book_width: int = 0 if width < NARROW else max(BOOK_WIDTH, width * 4 // 11)
        right: Layout = Layout(name="right")
        if book_width:
            screen["middle"].split_row(Layout(self.book(middle - 2, book_width), size=book_width), right)
        else:
            screen["middle"].update(right)
        room: int = width - book_width - FRAME
        if middle < FLAT:
            right.update(self.orders(room))
        else:
            right.split_column(Layout(self.orders(room), size=(middle + 1) // 2), Layout(self.fills(room)))
        return screen

    def head(self, width: int) -> Panel:
        run: Rehearsal = self.run
        passed: float = monotonic() - run.started
        links: Text = Text(no_wrap=True, overflow="ellipsis")
        for name, up in run.gateway.health().items():
            links.append(f" {name} ", style="black on green" if up else "white on red")
            links.append(" ")
        links.append(f" {run.vt_symbol}  {self.rates.add(run.record.tick_count):.1f} " + _("ticks/s") + f"{cash_text(run)}{feed_text(run)}")
        numbers: Text = Text(no_wrap=True, overflow="ellipsis")
        numbers.append(position_text(run) + "   " + _("PnL") + " ")
        numbers.append_text(pnl_of(run))
        numbers.append("   " + _("orders {orders}   fills {fills}").format(orders=len(run.record.orders), fills=len(run.record.trades)))
        progress = Table.grid(expand=True)
        progress.add_column(ratio=1)
        left: str = f"{passed:,.0f} s" + (_(" of {seconds:,.0f} s").format(seconds=self.seconds) if self.seconds else _(", Ctrl-C ends"))
        progress.add_column(width=Text(left).cell_len + 2, justify="right")
        bar = ProgressBar(
            total=self.seconds or None, completed=min(passed, self.seconds) if self.seconds else 0,
            complete_style="cyan", finished_style="cyan", pulse_style="cyan",
        )
        progress.add_row(bar, left)
        lines: list[Any] = [links, numbers, self.price(width - FRAME), progress]
        if run.day is not None:
            lines.append(self.faults())
        return Panel(Group(*lines), title=run.title, subtitle=run.page)

    def price(self, room: int) -> Text:
        """The last price, and the way it went: a block a second."""
        tick: TickData | None = self.run.tick
        line: Text = Text(no_wrap=True, overflow="ellipsis")
        if tick is None:
            return line
        if monotonic() >= self._sampled + 1.0:
            self._sampled = monotonic()
            self._prices.append(tick.last_price)
        before: float = self._prices[-2] if len(self._prices) > 1 else tick.last_price
        line.append(_("last") + " ")
        line.append(self.run.figures.price(tick.last_price), f"bold {UP if tick.last_price >= before else DOWN}")
        line.append(" ")
        return line.append_text(sparkline(self._prices, room - line.cell_len))

    def faults(self) -> Text:
        """The rows of a bad day: armed, striking, over, or over without having struck."""
        line: Text = Text(no_wrap=True, overflow="ellipsis")
        line.append(_("faults") + " ")
        assert self.run.day is not None
        for each in self.run.day.outcomes()[-len(self.run.day.rows):]:       # of a day without an end the last ones
            line.append(f" {each.row}{f' {each.times}×' if each.times > 1 else ''} ", STYLES.get(each.state, "dim"))
            line.append(" ")
        return line

    def book(self, room: int, width: int) -> Panel:
        """As many levels as ``room`` lines have place for."""
        has_header: bool = room >= 2 * LEVELS + 2
        levels: int = max(1, min(LEVELS, (room - 1 - has_header) // 2))
        table = Table(expand=True, box=None, show_header=has_header, pad_edge=False)
        table.add_column(_("Volume"), justify="right", no_wrap=True)
        table.add_column(_("Price"), justify="right", no_wrap=True)
        tick: TickData | None = self.run.tick
        figures: Figures = self.run.figures
        if tick:
            numbers: range = range(1, levels + 1)
            for side, color, order in (("ask", DOWN, reversed(numbers)), ("bid", UP, numbers)):
                for n in order:
                    price, volume = getattr(tick, f"{side}_price_{n}"), getattr(tick, f"{side}_volume_{n}")
                    table.add_row(figures.depth(volume) if price else "", Text(figures.price(price) if price else "", color))
                if side == "ask":
                    table.add_row(_("last"), Text(figures.price(tick.last_price), "bold"))
        day: str = ""
        if tick and (figures.coins or tick.high_price):         # a venue may not tell the day's range of shares
            day = f"{figures.price(tick.low_price)} - {figures.price(tick.high_price)}"
            span: str = _("24 h") if figures.coins else _("day")
            whole: str = f"{span}  {day}"
            day = next((text for text in (whole, day) if Text(text).cell_len <= width - 2 * FRAME), "")
        return Panel(table, title=_("Book"), subtitle=day)

    def orders(self, room: int) -> Panel:
        columns: list[Column] = [
            Column(_("Side"), justify="left"), Column(_("Price")), Column(_("Volume")), Column(_("Traded"), 1), Column(_("Status"), 2, "left"), Column(_("Order"), 3, "left"),
        ]
        figures: Figures = self.run.figures
        with self.run.record.lock:
            rows: list[OrderData] = list(self.run.record.orders.values())[-TABLE_ROWS:]
        return Panel(table_of(columns, [(
            side_of(order.direction), price_of(figures.price(order.price), order.direction), plain(figures.volume(order.volume)),
            plain(figures.volume(order.traded)), status_of(order.status), plain(order.orderid),
        ) for order in reversed(rows)], room), title=_("Orders"))

    def fills(self, room: int) -> Panel:
        columns: list[Column] = [
            Column(_("Side"), justify="left"), Column(_("Price")), Column(_("Volume")), Column(_("Time"), 1, "left"), Column(_("Trade"), 2, "left"),
        ]
        figures: Figures = self.run.figures
        with self.run.record.lock:
            rows: list[TradeData] = self.run.record.trades[-TABLE_ROWS:]
        return Panel(table_of(columns, [(
            side_of(trade.direction), price_of(figures.price(trade.price), trade.direction), plain(figures.volume(trade.volume)),
            plain(f"{trade.datetime:%H:%M:%S}" if trade.datetime else ""), plain(trade.tradeid),
        ) for trade in reversed(rows)], room), title=_("Fills"))

    def logs(self, lines: int, width: int) -> Panel:
        text: Text = Text(no_wrap=True, overflow="ellipsis")
        told: list[LogData] = [
            log for log in list(self.run.record.logs)       # the requests that MainEngine repeats are in the tables
            if log.gateway_name != "MainEngine" or log.level >= WARNING
        ]
        for log in told[-lines:]:
            text.append(" ".join(log_line(log, 12 if width >= WIDE else 0).split("\n")) + "\n", style="red" if log.level >= ERROR else "yellow" if log.level >= WARNING else "")
        return Panel(text, title=_("Log"))


class Lines:
    """Log lines and a line of figures a second, where there is no terminal to draw on."""

    def __init__(self, run: Rehearsal) -> None:
        self.run: Rehearsal = run
        self.rates: Rates = Rates()
        self.gone: bool = False             # nobody reads them any more
        self._stream: Any = sys.stdout
        self._lock: Any = Lock()            # a line is one piece, whoever prints another
        run.record.on_log = lambda log: self.say(log_line(log))

    def say(self, line: str) -> None:
        """Print it; from any thread. Nothing is raised: that would end the event engine's thread."""
        try:
            with self._lock:
                self._stream.write(f"{line}\n")
                self._stream.flush()
        except (OSError, ValueError):
            self.gone = True

    def printed(self, line: str) -> None:
        """A line that the strategy has printed, as a log line of its own."""
        self.say(log_line(LogData(gateway_name=PRINTED, msg=line)))

    def show(self) -> None:
        """The figures. BrokenPipeError when nobody reads them any more."""
        self.say(status_line(self.run, self.rates.add(self.run.record.tick_count)))
        if self.gone:
            raise BrokenPipeError


class Signals:
    """
    Takes SIGINT and SIGTERM while a run is watched. An exception in the midst of rich's output would leave its console
    in a state in which nothing is written any more, the end of the alternate screen included; one in the midst of
    anything else can be lost (in a finalizer), or leave a lock taken that the run's end waits for.
    """

    def __init__(self) -> None:
        self.came: bool = False         # no Event: a handler that interrupts another one would wait for its lock
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Signals":
        if current_thread() is main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self.take)
        return self

    def take(self, number: int, frame: FrameType | None) -> None:
        self.came = True

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def watch(run: Rehearsal, seconds: float, console: Console, lines: Lines | None) -> None:
    """Show a run that has started until its time is over, 0: for ever; RuntimeError when it has failed."""
    pause: Event = Event()
    ends: float = monotonic() + seconds if seconds else float("inf")
    if lines is not None:
        with Signals() as signals:
            shown: float = monotonic()
            while monotonic() < ends and not signals.came:
                pause.wait(min(0.25, max(0.0, ends - monotonic())))
                if monotonic() >= min(shown + 1.0, ends):
                    shown = monotonic()
                    run.look_at_feed()
                    lines.show()
                run.check()
        if signals.came:
            raise KeyboardInterrupt
        return
    view: View = View(run, seconds, console)
    looked: float = 0.0

    def printed(line: str) -> None:
        run.record.logs.append(LogData(gateway_name=PRINTED, msg=line))

    live: Live = Live(view.render(), console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
    with Signals() as signals, live, Printed(printed):
        while monotonic() < ends and not signals.came:
            pause.wait(min(0.25, max(0.0, ends - monotonic())))
            if monotonic() >= looked + 1.0:
                looked = monotonic()
                run.look_at_feed()
            live.update(view.render(), refresh=True)
            run.check()
    if signals.came:
        raise KeyboardInterrupt
