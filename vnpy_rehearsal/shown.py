"""What the live view and the closing summary share: words, colours, tables that fit, texts of a run."""

import re
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text
from vnpy.trader.constant import Direction, Status
from vnpy.trader.object import LogData, TickData

from rest_locale import N_, _

from .figures import Figures
from .rehearsal import Rehearsal

ENUM_REPR: re.Pattern[str] = re.compile(r"<\w+\.(\w+): [^>]*>")
UP, DOWN = "green", "red"
BLOCKS: str = "▁▂▃▄▅▆▇█"
STATUS: dict[Status, str] = {
    Status.SUBMITTING: N_("submitting"), Status.NOTTRADED: N_("nottraded"), Status.PARTTRADED: N_("parttraded"),
    Status.ALLTRADED: N_("alltraded"), Status.CANCELLED: N_("cancelled"), Status.REJECTED: N_("rejected"),
}
SIDES: dict[Direction, str] = {Direction.LONG: N_("LONG"), Direction.SHORT: N_("SHORT"), Direction.NET: N_("NET")}
GAP: int = 1                    # columns between two of a table


class Column(NamedTuple):
    """``rank``: those of the highest rank go first where there is no room; 0 never goes."""

    name: str
    rank: int = 0
    justify: str = "right"


def fitting(columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int) -> list[int]:
    """Numbers of the columns that have room in so many characters."""
    widths: list[int] = [max([cell_len(column.name), *(row[n].cell_len for row in rows)]) for n, column in enumerate(columns)]
    left: list[int] = list(range(len(columns)))
    while sum(widths[n] + GAP for n in left) - GAP > width:
        last: int = max(left, key=lambda n: columns[n].rank)
        if not columns[last].rank:
            break
        left.remove(last)
    return left


def table_of(columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int, expand: bool = True) -> Table:
    """A table of the columns that have room."""
    table: Table = Table(expand=expand, box=None, padding=(0, GAP, 0, 0), pad_edge=False)
    shown: list[int] = fitting(columns, rows, width)
    for n in shown:
        table.add_column(columns[n].name, justify=columns[n].justify, no_wrap=True)        # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(row[n] for n in shown))
    return table


def plain(value: object) -> Text:
    return Text(str(value))


def side_of(direction: Direction | None) -> Text:
    """A side in its colour."""
    if direction is None:
        return Text("")
    return Text(_(SIDES[direction]), UP if direction is Direction.LONG else DOWN if direction is Direction.SHORT else "")


def price_of(text: str, direction: Direction | None) -> Text:
    """A price in the colour of its side."""
    return Text(text, side_of(direction).style)


def status_of(status: Status) -> Text:
    alive: bool = status in (Status.SUBMITTING, Status.NOTTRADED, Status.PARTTRADED)
    return Text(_(STATUS[status]), "cyan" if alive else DOWN if status is Status.REJECTED else "")


def sparkline(values: Iterable[float], width: int) -> Text:
    """The last ``width`` values as blocks, in the colour of the way they went."""
    shown: list[float] = list(values)[-width:] if width > 0 else []
    if not shown:
        return Text("")
    low, high = min(shown), max(shown)
    steps: float = (high - low) / (len(BLOCKS) - 1)
    text: str = "".join(BLOCKS[round((value - low) / steps) if steps else 0] for value in shown)
    return Text(text, UP if shown[-1] >= shown[0] else DOWN, no_wrap=True)


def pnl_of(run: Rehearsal) -> Text:
    """Profit or loss in its colour."""
    value: float | None = run.pnl()
    return Text(run.pnl_text(), "" if not value else UP if value > 0 else DOWN)


def amount(value: float) -> str:
    """With its sign and as many decimals as it has, never an exponent."""
    return f"{value:+.8f}".rstrip("0").rstrip(".")


def log_line(log: LogData, width: int = 12) -> str:
    """A log entry on one line, the enums in vn.py's requests by their names. ``width``: of what it comes from."""
    msg: str = ENUM_REPR.sub(r"\1", log.msg)
    return f"{log.time:%H:%M:%S} {log.gateway_name:<{width}} {msg}"


def position_text(run: Rehearsal) -> str:
    """Of coins what the strategy has bought or sold; of shares what the account holds, and what of it can be sold today."""
    figures: Figures = run.figures
    if figures.coins:
        return _("position {amount}").format(amount=amount(run.strategy.pos if run.strategy else 0.0))
    held: float = (run.holdings() or (0.0, 0.0))[1]
    return _("position {held}, {sellable} sellable").format(held=figures.holding(held), sellable=figures.volume(run.sellable()))


def cash_text(run: Rehearsal) -> str:
    """The cash that shares are bought with; nothing of coins."""
    figures: Figures = run.figures
    holdings: tuple[float, float] | None = run.holdings()
    return "" if figures.coins or holdings is None else _("  cash {money}").format(money=figures.money(holdings[0], run.currency))


def feed_text(run: Rehearsal) -> str:
    """The time of a recorded market, and whether it is over."""
    if not run.is_recorded:
        return ""
    return f"  {run.gateway.now():%Y-%m-%d %H:%M}" + (_("  feed ended") if run.feed_status == "ended" else "")


def book_text(run: Rehearsal) -> str:
    """The best bid and ask; of shares also the last price."""
    tick: TickData | None = run.tick
    figures: Figures = run.figures
    if tick is None:
        return _("book -")
    if figures.coins:
        return _("book {book}").format(book=f"{tick.bid_price_1:.8g}/{tick.ask_price_1:.8g}")
    sides: list[str] = [figures.price(price) if price else "-" for price in (tick.bid_price_1, tick.ask_price_1)]
    book: str = "/".join(sides) if tick.bid_price_1 or tick.ask_price_1 else "-"
    return _("book {book}  last {price}").format(book=book, price=figures.price(tick.last_price))


def status_line(run: Rehearsal, rate: float) -> str:
    """One line for --plain. ``rate``: ticks per second."""
    return (
        f"{monotonic() - run.started:6.1f} s  {rate:6.1f} " + _("ticks/s") + f"  {book_text(run)}  {position_text(run)}{cash_text(run)}  "
        + _("PnL {pnl}  orders {orders}  fills {fills}").format(pnl=run.pnl_text(), orders=len(run.record.orders), fills=len(run.record.trades)) + feed_text(run)
    )
