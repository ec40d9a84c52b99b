"""What is printed when a run is over: its orders and fills, what struck, and whether gateway and venue agree."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text
from vnpy.trader.object import OrderData, TradeData

from rest_locale import _

from .bad_day.outcome import Struck, times
from .figures import Figures
from .hints import hint_of, why_rejected
from .rehearsal import Rehearsal
from .shown import STATUS, Column, cash_text, plain, pnl_of, position_text, price_of, side_of, status_of, table_of

if TYPE_CHECKING:
    from .bad_day.day import BadDay

ROWS: int = 30                  # orders and faults that are shown, the newest
POINTS: int = 50                # disagreements that are shown
PIPED: int = 120                # columns where there is no terminal


def print_summary(console: Console, run: Rehearsal, found: Sequence[str], is_whole: bool = True, too_short: str = "") -> bool:
    """
    The closing tables and the comparison; whether all is well: it traded, gateway and venue agree, and every fault that was to strike did. ``found``: what
    gateway and venue disagree in. ``is_whole``: the run was not ended by its user. ``too_short``: what to try where it was too short for its faults.
    """
    def say(line: Text | str) -> None:
        console.print(line, highlight=False, markup=False, soft_wrap=not console.is_terminal)

    if not console.is_terminal:
        console.width = max(console.width, PIPED)
    width: int = console.width
    orders, trades = run.record.orders, run.record.trades
    if orders:
        print_orders(console, run, width)
    if run.day is not None:
        print_faults(console, run.day, width)
    counts: Counter[str] = Counter(_(STATUS[order.status]) for order in orders.values())
    detail: str = f" ({', '.join(f'{count} {status}' for status, count in counts.most_common())})" if counts else ""
    say(_("Orders {orders}{detail}, fills {fills}, ticks {ticks}.").format(orders=len(orders), detail=detail, fills=len(trades), ticks=run.record.tick_count))
    if not run.figures.coins:
        say(f"{run.vt_symbol}: {position_text(run)},{cash_text(run)[1:]}.")
    say(Text.assemble(_("PnL") + " ", pnl_of(run), " " + _("after fees, at the last price.")))
    missed: list[str] = run.day.missed(is_whole) if run.day is not None else []
    if found:
        say(_("Gateway and venue disagree in {count} points:").format(count=len(found)))
        for line in found[:POINTS]:
            say("  " + line)
    else:
        fills: str = _("every fill once") if run.each_fill else _("the sum of every order's fills")
        say(_("Gateway and venue agree: every order's status and traded volume, {fills}, every balance.").format(fills=fills))
    if missed:
        say(_("Faults that should have struck and did not: {rows}.").format(rows=", ".join(missed)))
        if too_short and is_whole:
            say(too_short)
    if not orders or not trades:
        say(_("The strategy did not trade."))
        if hint := why_rejected(run) or hint_of(run):
            say(hint)
    return bool(orders and trades and not found and not missed)


def print_orders(console: Console, run: Rehearsal, width: int) -> None:
    """The newest orders, each with its fills."""
    columns: list[Column] = [
        Column(_("Time"), 2, "left"), Column(_("Side"), justify="left"), Column(_("Price")), Column(_("Volume")), Column(_("Traded")),
        Column(_("Fills"), 4), Column(_("Average"), 1), Column(_("Status"), 3, "left"), Column(_("Order"), 5, "left"),
    ]
    figures: Figures = run.figures
    with run.record.lock:
        orders: list[OrderData] = list(run.record.orders.values())
        fills: dict[str, list[TradeData]] = {}
        for trade in run.record.trades:
            fills.setdefault(trade.orderid, []).append(trade)
    rows: list[list[Text]] = []
    for order in orders[-ROWS:]:
        own: list[TradeData] = fills.get(order.orderid, [])
        traded: float = sum(trade.volume for trade in own)
        average: str = figures.price(sum(trade.price * trade.volume for trade in own) / traded) if traded else ""
        rows.append([
            plain(f"{order.datetime:%H:%M:%S}" if order.datetime else ""), side_of(order.direction), price_of(figures.price(order.price), order.direction),
            plain(figures.volume(order.volume)), plain(figures.volume(order.traded)), plain(len(own) or ""), plain(average), status_of(order.status),
            plain(order.orderid),
        ])
    if len(orders) > ROWS:
        console.print(_("The last {shown} of {count} orders:").format(shown=ROWS, count=len(orders)), highlight=False)
    console.print(table_of(columns, rows, width - 1, expand=False), soft_wrap=False)
    console.print()


def print_faults(console: Console, day: "BadDay", width: int) -> None:
    """Which struck, when, how often, and which did not."""
    every: list[Struck] = day.outcomes()
    outcomes: list[Struck] = every[-max(ROWS, len(day.rows)):]
    if len(outcomes) < len(every):
        console.print(_("The last {shown} of {count} faults:").format(shown=len(outcomes), count=len(every)), highlight=False)
    columns: list[Column] = [Column(_("Fault"), justify="left"), Column(_("Struck"), justify="left"), Column(_("At")), Column(_("Lasted"), 1), Column(_("What"), justify="left")]
    rows: list[list[Text]] = []
    for each in outcomes:
        if each.times:
            lasted: str = f"{(each.over or 0.0) - (each.begun or 0.0):.1f} s"
            did: str = "; ".join(each.did) or each.title
            more: str = _("; never bit: {faults}").format(faults="; ".join(each.idle)) if each.idle else ""
            rows.append([Text(each.row), Text(times(each.times), "green"), plain(f"{each.begun:.1f} s"), plain(lasted), plain(f"{each.title}: {did}{more}")])
        else:
            rows.append([Text(each.row), Text(_("no") if each.can else _("cannot"), "red" if each.can else "dim"), plain(""), plain(""), plain(f"{each.title}: {each.why_not}")])
    table = table_of(columns, rows, 10 * width, expand=False)
    table.columns[-1].no_wrap = False
    console.print(table, soft_wrap=False)
    console.print()
