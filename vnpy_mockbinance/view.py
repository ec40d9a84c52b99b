"""The main job in a terminal, drawn by rich."""

from collections import deque
from logging import ERROR, WARNING
from time import monotonic

from rich.console import Console, Group
from rich.layout import Layout
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from vnpy.trader.object import LogData, OrderData, TickData

from .rehearsal import Rehearsal

LEVELS: range = range(1, 6)
LOG_LINES: int = 8
ORDER_LINES: int = 9


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
    """Draws one rehearsal; ``render`` is called a few times a second."""

    def __init__(self, run: Rehearsal, seconds: float) -> None:
        self.run: Rehearsal = run
        self.seconds: float = seconds
        self.rates: Rates = Rates()

    def render(self) -> Layout:
        """The whole screen."""
        screen: Layout = Layout()
        screen.split_column(Layout(self.head(), size=5), Layout(name="middle"), Layout(self.logs(), size=LOG_LINES + 2))
        screen["middle"].split_row(Layout(self.book(), ratio=2), Layout(name="right", ratio=3))
        screen["right"].split_column(Layout(self.orders()), Layout(self.fills()))
        return screen

    def head(self) -> Panel:
        run: Rehearsal = self.run
        passed: float = monotonic() - run.started
        worth: float | None = run.worth()
        pnl: str = "-" if worth is None or run.initial_worth is None else f"{worth - run.initial_worth:+,.2f}"
        line: Text = Text()
        for name, up in (("REST", run.gateway.rest.active and run.gateway.ready),
                         ("market data", run.gateway.md.connected), ("trading", run.gateway.trade.subscribed)):
            line.append(f" {name} ", style="black on green" if up else "white on red")
            line.append(" ")
        strategy = run.strategy
        line.append(f" {run.vt_symbol}   {self.rates.add(run.record.tick_count):6.1f} ticks/s")
        line.append(f"   position {strategy.pos if strategy else 0.0:+.5f}   PnL {pnl}")
        line.append(f"   orders {len(run.record.orders)}   fills {len(run.record.trades)}")
        progress = Table.grid(expand=True)
        progress.add_column(ratio=1)
        progress.add_column(width=18, justify="right")
        left: str = f"{passed:,.0f} s" + (f" of {self.seconds:,.0f} s" if self.seconds else ", Ctrl-C ends")
        bar = ProgressBar(total=self.seconds or None, completed=min(passed, self.seconds) if self.seconds else 0)
        progress.add_row(bar, left)
        return Panel(Group(line, progress), title="Rehearsal on the embedded mock exchange")

    def book(self) -> Panel:
        table = Table(expand=True, box=None)
        table.add_column("volume", justify="right")
        table.add_column("price", justify="right")
        tick: TickData | None = self.run.record.ticks.get(self.run.symbol)
        if tick:
            for n in reversed(LEVELS):
                table.add_row(f"{getattr(tick, f'ask_volume_{n}'):.5f}", Text(f"{getattr(tick, f'ask_price_{n}'):,.2f}", "red"))
            table.add_row("last", Text(f"{tick.last_price:,.2f}", "bold"))
            for n in LEVELS:
                table.add_row(f"{getattr(tick, f'bid_volume_{n}'):.5f}", Text(f"{getattr(tick, f'bid_price_{n}'):,.2f}", "green"))
            table.add_row("24 h", f"{tick.low_price:,.2f} - {tick.high_price:,.2f}")
        return Panel(table, title="Book")

    def orders(self) -> Panel:
        table = Table(expand=True, box=None)
        for name in ("order", "side", "price", "volume", "traded", "status"):
            table.add_column(name, justify="left" if name in ("order", "side", "status") else "right")
        with self.run.record.lock:
            rows: list[OrderData] = list(self.run.record.orders.values())[-ORDER_LINES:]
        for order in reversed(rows):
            table.add_row(
                order.orderid, order.direction.name if order.direction else "", f"{order.price:,.2f}", f"{order.volume:g}",
                f"{order.traded:g}", Text(order.status.name, "green" if order.is_active() else ""),
            )
        return Panel(table, title="Orders")

    def fills(self) -> Panel:
        table = Table(expand=True, box=None)
        for name in ("time", "side", "price", "volume", "trade"):
            table.add_column(name, justify="right" if name in ("price", "volume") else "left")
        with self.run.record.lock:
            rows = self.run.record.trades[-ORDER_LINES:]
        for trade in reversed(rows):
            table.add_row(
                f"{trade.datetime:%H:%M:%S}" if trade.datetime else "", trade.direction.name if trade.direction else "",
                f"{trade.price:,.2f}", f"{trade.volume:g}", trade.tradeid,
            )
        return Panel(table, title="Fills")

    def logs(self) -> Panel:
        text: Text = Text()
        for log in list(self.run.record.logs)[-LOG_LINES:]:
            text.append(log_line(log) + "\n", style="red" if log.level >= ERROR else "yellow" if log.level >= WARNING else "")
        return Panel(text, title="Log")


def log_line(log: LogData) -> str:
    """A log entry on one line."""
    return f"{log.time:%H:%M:%S} {log.gateway_name:<12} {log.msg}"


def status_line(run: Rehearsal, rates: Rates) -> str:
    """One line for --plain."""
    tick: TickData | None = run.record.ticks.get(run.symbol)
    worth: float | None = run.worth()
    pnl: str = "-" if worth is None or run.initial_worth is None else f"{worth - run.initial_worth:+.2f}"
    touch: str = f"{tick.bid_price_1:.2f}/{tick.ask_price_1:.2f}" if tick else "-"
    return (
        f"{monotonic() - run.started:6.1f} s  {rates.add(run.record.tick_count):6.1f} ticks/s  book {touch}  "
        f"position {run.strategy.pos if run.strategy else 0.0:+.5f}  PnL {pnl}  "
        f"orders {len(run.record.orders)}  fills {len(run.record.trades)}"
    )


def print_summary(console: Console, run: Rehearsal, found: list[str]) -> None:
    """The closing comparison."""
    orders, trades = run.record.orders, run.record.trades
    worth: float | None = run.worth()
    console.print(f"Orders {len(orders)}, fills {len(trades)}, ticks {run.record.tick_count}.", highlight=False)
    if worth is not None and run.initial_worth is not None:
        console.print(f"PnL {worth - run.initial_worth:+,.2f} at the last price.", highlight=False)
    if not found:
        console.print("Gateway and venue agree: every order's status and traded volume, every fill once, every balance.", highlight=False)
        return
    console.print(f"Gateway and venue disagree in {len(found)} points:", highlight=False)
    for line in found[:50]:
        console.print("  " + line, highlight=False)
