"""The main job in a terminal, drawn by rich."""

import re
import signal
from collections import Counter, deque
from logging import ERROR, WARNING
from threading import Event, current_thread, main_thread
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
from vnpy.trader.object import LogData, OrderData, TickData

from .figures import Figures
from .rehearsal import Rehearsal

LEVELS: range = range(1, 6)
HEAD_LINES: int = 5
BOOK_LINES: int = 14            # header, five levels a side, last, the panel's border
LOG_LINES: range = range(4, 11)     # the panel's height: what the book leaves of the screen, within this
TABLE_ROWS: int = 30            # more than any panel shows; the panel cuts

ENUM_REPR: re.Pattern[str] = re.compile(r"<\w+\.(\w+): [^>]*>")


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

    def render(self) -> Layout:
        """The whole screen."""
        log_lines: int = self.console.height - HEAD_LINES - BOOK_LINES
        log_lines = min(max(log_lines, LOG_LINES[0]), LOG_LINES[-1])
        screen: Layout = Layout()
        screen.split_column(Layout(self.head(), size=HEAD_LINES), Layout(name="middle"), Layout(self.logs(log_lines - 2), size=log_lines))
        screen["middle"].split_row(Layout(self.book(), ratio=4), Layout(name="right", ratio=7))
        screen["right"].split_column(Layout(self.orders()), Layout(self.fills()))
        return screen

    def head(self) -> Panel:
        run: Rehearsal = self.run
        passed: float = monotonic() - run.started
        links: Text = Text(no_wrap=True, overflow="ellipsis")
        for name, up in run.gateway.health().items():
            links.append(f" {name} ", style="black on green" if up else "white on red")
            links.append(" ")
        links.append(f" {run.vt_symbol}  {self.rates.add(run.record.tick_count):.1f} ticks/s{cash_text(run)}{feed_text(run)}")
        numbers: Text = Text(no_wrap=True, overflow="ellipsis")
        numbers.append(f"{position_text(run)}   PnL {run.pnl_text()}")
        numbers.append(f"   orders {len(run.record.orders)}   fills {len(run.record.trades)}")
        progress = Table.grid(expand=True)
        progress.add_column(ratio=1)
        progress.add_column(width=22, justify="right")
        left: str = f"{passed:,.0f} s" + (f" of {self.seconds:,.0f} s" if self.seconds else ", Ctrl-C ends")
        bar = ProgressBar(
            total=self.seconds or None, completed=min(passed, self.seconds) if self.seconds else 0,
            complete_style="cyan", finished_style="cyan", pulse_style="cyan",
        )
        progress.add_row(bar, left)
        return Panel(Group(links, numbers, progress), title=run.title)

    def book(self) -> Panel:
        table = Table(expand=True, box=None)
        table.add_column("volume", justify="right", no_wrap=True)
        table.add_column("price", justify="right", no_wrap=True)
        tick: TickData | None = self.run.tick
        figures: Figures = self.run.figures
        if tick:
            for side, color, levels in (("ask", "red", reversed(LEVELS)), ("bid", "green", LEVELS)):
                for n in levels:
                    price, volume = getattr(tick, f"{side}_price_{n}"), getattr(tick, f"{side}_volume_{n}")
                    table.add_row(figures.depth(volume) if price else "", Text(figures.price(price) if price else "", color))
                if side == "ask":
                    table.add_row("last", Text(figures.price(tick.last_price), "bold"))
        day: str = ""
        if tick and (figures.coins or tick.high_price):         # a venue may not tell the day's range of shares
            day = f"{'24 h' if figures.coins else 'day'}  {figures.price(tick.low_price)} - {figures.price(tick.high_price)}"
        return Panel(table, title="Book", subtitle=day)

    def orders(self) -> Panel:
        table = Table(expand=True, box=None, padding=(0, 1), collapse_padding=True, pad_edge=False)
        for name in ("order", "side", "price", "volume", "traded", "status"):
            table.add_column(name, justify="left" if name in ("order", "side", "status") else "right", no_wrap=True)
        figures: Figures = self.run.figures
        with self.run.record.lock:
            rows: list[OrderData] = list(self.run.record.orders.values())[-TABLE_ROWS:]
        for order in reversed(rows):
            table.add_row(
                order.orderid, order.direction.name if order.direction else "", figures.price(order.price), figures.volume(order.volume),
                figures.volume(order.traded), Text(order.status.name, "green" if order.is_active() else ""),
            )
        return Panel(table, title="Orders")

    def fills(self) -> Panel:
        table = Table(expand=True, box=None, padding=(0, 1), collapse_padding=True, pad_edge=False)
        for name in ("time", "side", "price", "volume", "trade"):
            table.add_column(name, justify="right" if name in ("price", "volume") else "left", no_wrap=True)
        figures: Figures = self.run.figures
        with self.run.record.lock:
            rows = self.run.record.trades[-TABLE_ROWS:]
        for trade in reversed(rows):
            table.add_row(
                f"{trade.datetime:%H:%M:%S}" if trade.datetime else "", trade.direction.name if trade.direction else "",
                figures.price(trade.price), figures.volume(trade.volume), trade.tradeid,
            )
        return Panel(table, title="Fills")

    def logs(self, lines: int) -> Panel:
        text: Text = Text(no_wrap=True, overflow="ellipsis")
        told: list[LogData] = [
            log for log in list(self.run.record.logs)       # the requests that MainEngine repeats are in the tables
            if log.gateway_name != "MainEngine" or log.level >= WARNING
        ]
        for log in told[-lines:]:
            text.append(" ".join(log_line(log).split("\n")) + "\n", style="red" if log.level >= ERROR else "yellow" if log.level >= WARNING else "")
        return Panel(text, title="Log")


class Lines:
    """Log lines and a line of figures a second, where there is no terminal to draw on."""

    def __init__(self, run: Rehearsal) -> None:
        self.run: Rehearsal = run
        self.rates: Rates = Rates()
        self.gone: bool = False             # nobody reads them any more
        run.record.on_log = lambda log: self.say(log_line(log))

    def say(self, line: str) -> None:
        """Print it; from any thread. Nothing is raised: that would end the event engine's thread."""
        try:
            print(line, flush=True)
        except (OSError, ValueError):
            self.gone = True

    def show(self) -> None:
        """The figures. BrokenPipeError when nobody reads them any more."""
        self.say(status_line(self.run, self.rates))
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
    with Signals() as signals, Live(view.render(), console=console, screen=True, auto_refresh=False) as live:
        while monotonic() < ends and not signals.came:
            pause.wait(min(0.25, max(0.0, ends - monotonic())))
            if monotonic() >= looked + 1.0:
                looked = monotonic()
                run.look_at_feed()
            live.update(view.render(), refresh=True)
            run.check()
    if signals.came:
        raise KeyboardInterrupt


def amount(value: float) -> str:
    """With its sign and as many decimals as it has, never an exponent."""
    return f"{value:+.8f}".rstrip("0").rstrip(".")


def log_line(log: LogData) -> str:
    """A log entry on one line, the enums in vn.py's requests by their names."""
    msg: str = ENUM_REPR.sub(r"\1", log.msg)
    return f"{log.time:%H:%M:%S} {log.gateway_name:<12} {msg}"


def position_text(run: Rehearsal) -> str:
    """Of coins what the strategy has bought or sold; of shares what the account holds, and what of it can be sold today."""
    figures: Figures = run.figures
    if figures.coins:
        return f"position {amount(run.strategy.pos if run.strategy else 0.0)}"
    held: float = (run.holdings() or (0.0, 0.0))[1]
    return f"position {figures.holding(held)}, {figures.volume(run.sellable())} sellable"


def cash_text(run: Rehearsal) -> str:
    """The cash that shares are bought with; nothing of coins."""
    figures: Figures = run.figures
    holdings: tuple[float, float] | None = run.holdings()
    return "" if figures.coins or holdings is None else f"  cash {figures.money(holdings[0], run.currency)}"


def feed_text(run: Rehearsal) -> str:
    """The time of a recorded market, and whether it is over."""
    if not run.is_recorded:
        return ""
    return f"  {run.gateway.now():%Y-%m-%d %H:%M}" + ("  feed ended" if run.feed_status == "ended" else "")


def book_text(run: Rehearsal) -> str:
    """The best bid and ask; of shares also the last price."""
    tick: TickData | None = run.tick
    figures: Figures = run.figures
    if tick is None:
        return "book -"
    if figures.coins:
        return f"book {tick.bid_price_1:.8g}/{tick.ask_price_1:.8g}"
    sides: list[str] = [figures.price(price) if price else "-" for price in (tick.bid_price_1, tick.ask_price_1)]
    book: str = "/".join(sides) if tick.bid_price_1 or tick.ask_price_1 else "-"
    return f"book {book}  last {figures.price(tick.last_price)}"


def status_line(run: Rehearsal, rates: Rates) -> str:
    """One line for --plain."""
    return (
        f"{monotonic() - run.started:6.1f} s  {rates.add(run.record.tick_count):6.1f} ticks/s  {book_text(run)}  "
        f"{position_text(run)}{cash_text(run)}  PnL {run.pnl_text()}  "
        f"orders {len(run.record.orders)}  fills {len(run.record.trades)}{feed_text(run)}"
    )


def print_summary(console: Console, run: Rehearsal, found: list[str]) -> None:
    """The closing comparison."""
    orders, trades = run.record.orders, run.record.trades
    counts: Counter[str] = Counter(order.status.name.lower() for order in orders.values())
    detail: str = f" ({', '.join(f'{count} {status}' for status, count in counts.most_common())})" if counts else ""
    console.print(f"Orders {len(orders)}{detail}, fills {len(trades)}, ticks {run.record.tick_count}.", highlight=False)
    if not run.figures.coins:
        console.print(f"{run.vt_symbol}: {position_text(run)},{cash_text(run)[1:]}.", highlight=False)
    console.print(f"PnL {run.pnl_text()} after fees, at the last price.", highlight=False)
    if not found:
        fills: str = "every fill once" if run.each_fill else "the sum of every order's fills"
        console.print(f"Gateway and venue agree: every order's status and traded volume, {fills}, every balance.", highlight=False)
        return
    console.print(f"Gateway and venue disagree in {len(found)} points:", highlight=False)
    for line in found[:50]:
        console.print("  " + line, highlight=False)
