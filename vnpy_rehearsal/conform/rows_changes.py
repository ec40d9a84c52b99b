"""
F43, F44, F48, F61, F67, F68: what the venue changes while we are connected, orders that never left, names that do not
resolve, routes that are gone, and values that are no numbers.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import isfinite
from threading import current_thread
from typing import Any

from vnpy.trader.constant import Status

from rest_locale import N_, _

from .harness import GatewayHarness
from .matrix import Run, row
from .recorder import Missed

FINAL: tuple[Status, ...] = (Status.CANCELLED, Status.ALLTRADED, Status.REJECTED)
NO_NUMBERS: tuple[Any, ...] = ("NaN", "Infinity", "", None, "<html>", "one", True, "-1", "1e400", [])


def last_order(run: Run) -> dict[str, Any]:
    """The newest row of an order in the venue's journal."""
    return next(row for row in reversed(run.venue.journal()) if row["kind"] == "order")


@row("F43", N_("ticks and steps change while we are connected"))
def rules(run: Run) -> None:
    desk, market = run.desk(), run.market
    first = desk.send("BUY", *market.fine)
    desk.wait_status(first, Status.NOTTRADED)
    run.venue.set_rules(run.market.symbol, **market.coarse)
    refused = desk.send("BUY", *market.fine)
    run.resolved(desk, refused, Status.REJECTED)
    if not any(row.get("refused") == "FILTER" for row in desk.rows("command")):
        raise Missed("vacuous", _("the venue refused nothing by a filter"))

    def changed() -> bool:
        contract = desk.recorder.contracts[run.profile.symbol]
        return (contract.pricetick, contract.min_volume) == (float(market.coarse["tick_size"]), float(market.coarse["step_size"]))

    desk.recorder.wait(changed, _("the contract with the new tick and step"), run.profile.patience)
    second = desk.send("BUY", *market.finer)
    order = run.resolved(desk, second, Status.NOTTRADED)
    sent = last_order(run)
    if (float(sent["price"]), float(sent["qty"])) != market.coarsened or (order.price, order.volume) != market.coarsened:
        raise Missed("invented", _("{price!r} and {volume!r} went out as {sent_price} and {sent_volume}").format(price=market.finer[0], volume=market.finer[1], sent_price=sent['price'], sent_volume=sent['qty']))
    for orderid in (first, second):
        run.away(desk, orderid)


@row("F44", N_("an order is amended elsewhere"))
def amended(run: Run) -> None:
    desk = run.desk()
    orderid = desk.send("BUY", run.market.near, run.market.volume(10))
    run.resolved(desk, orderid, Status.NOTTRADED)

    def amend(units: int) -> None:
        run.venue.amend(f"{run.market.volume(units):.12g}", order_id=last_order(run)["order_id"])

    def shown(units: int) -> Callable[[], bool]:
        return lambda: desk.order(orderid).volume == run.market.volume(units) and desk.order(orderid).status is Status.NOTTRADED

    amend(7)
    desk.recorder.wait(shown(7), _("the smaller volume"), run.profile.patience)
    if run.wire.order_push:
        lost = run.arm(run.wire.order_push, "on_push", "drop")
        amend(4)
        run.struck(lost)
        run.venue.restart(keep_state=True)      # only the lists tell it now
    else:
        amend(4)
    desk.recorder.wait(shown(4), _("the volume that is smaller again"), run.profile.patience)
    amend(6)
    desk.recorder.wait(shown(6), _("the larger volume"), run.profile.patience)
    volume: float = run.market.volume(6)
    if float(last_order(run)["qty"]) != volume:
        raise Missed("vacuous", _("the venue has not amended the order"))
    run.venue.set_price(run.market.symbol, run.market.under)
    order = run.resolved(desk, orderid, Status.ALLTRADED)
    if order.traded != volume or order.volume != volume:
        raise Missed("lost", _("traded {traded!r} of {total!r}, the venue {venue!r}").format(traded=order.traded, total=order.volume, venue=volume))
    run.venue.set_price(run.market.symbol, f"{run.market.opens:.12g}")


@row("F48", N_("orders are cancelled that have not left yet"))
def unsent(run: Run) -> None:
    if run.profile.pushed:
        # without its sockets a gateway sends orders over HTTP, where they wait for each other
        run.arm("ACCEPT ws *", "on_accept", "status", status=503, times=0)
    desk = run.desk(ready=False)
    desk.connect()
    desk.recorder.wait(lambda: run.profile.symbol in desk.recorder.contracts and desk.recorder.accounts, _("contracts and account"), 30.0)
    desk.recorder.pass_time(0.5)
    slow = run.arm(run.wire.order, "before_engine", "delay", ms=600, times=0)
    ids = [desk.send("BUY", run.market.low_at(n), run.market.volume(1)) for n in range(60)]
    run.struck(slow)                # the first has left, and is held
    for orderid in reversed(ids):
        desk.cancel(orderid)
    for orderid in ids:
        run.resolved(desk, orderid, *FINAL)
    run.clear()
    made = {row["order_id"] for row in run.venue.journal() if row["kind"] == "order"}
    if len(made) >= len(ids):
        raise Missed("vacuous", _("all orders had left before they were cancelled"))
    wrong = [orderid for orderid in ids if desk.order(orderid).status is not Status.CANCELLED]
    if wrong:
        raise Missed("invented", _("{count} orders that were cancelled are {status}").format(count=len(wrong), status=desk.order(wrong[0]).status.name))
    complaints = [line for line in desk.recorder.said("reject")]
    if complaints:
        raise Missed("invented", _("a user's own cancel is called a rejection: {complaints}").format(complaints=complaints[0]))


@contextmanager
def no_names() -> Iterator[Callable[[bool], list[str]]]:
    """
    What it yields makes names resolve or not, and gives the names that were asked for in vain. The venue's own thread
    is left alone.
    """
    real = socket.getaddrinfo
    asked: list[str] = []
    down: bool = False

    def lookup(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if current_thread().name == "mockexchange":
            return real(host, port, *args, **kwargs)
        if down:
            asked.append(str(host))
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real("127.0.0.1" if host == "localhost" else host, port, *args, **kwargs)

    def turn(off: bool) -> list[str]:
        nonlocal down
        down = off
        return asked

    socket.getaddrinfo = lookup
    try:
        yield turn
    finally:
        socket.getaddrinfo = real


@row("F61", N_("names do not resolve around an order"), real="the machine resolves names")
def unresolved(run: Run) -> None:
    with no_names() as turn:
        desk = run.desk(ready=False)
        setting = run.profile.setting(run.venue)
        named = {name: value.replace("127.0.0.1", "localhost") for name, value in setting.items() if isinstance(value, str)}
        desk.ready(**named)
        hung = run.arm(run.wire.order, "after_engine", "hang")
        left = desk.send("BUY", run.market.low, run.market.volume(10))
        run.struck(hung)
        asked = turn(True)
        run.venue.restart(keep_state=True)
        try:
            desk.recorder.wait(lambda: len(asked) >= 2, _("names being asked for"), 30.0)
        except Missed:
            raise Missed("vacuous", _("no name was asked for")) from None
        refused = desk.send("BUY", run.market.low, run.market.volume(20))
        run.resolved(desk, refused, Status.REJECTED)
        run.never(lambda: desk.order(left).status is Status.REJECTED, _("an order that had left is taken for refused"), 3.0)
        turn(False)
        run.resolved(desk, left, Status.NOTTRADED)
        run.sent_once(1)
        run.away(desk, left)
        run.works(desk)


@row("F67", N_("a route is retired"))
def retired(run: Run) -> None:
    for status, body in run.wire.retired:
        desk = run.desk(f"GONE{status}")
        label = run.wire.order[0]
        gone = run.arm(label, "before_engine", "status", status=status, body=body, times=0)
        lost = desk.send("BUY", run.market.low, run.market.volume(10))
        run.struck(gone)
        if len(run.wire.order) > 1:
            # there is another way, and it is taken
            run.works(desk, run.profile.patience)
        run.resolved(desk, lost)
        run.away(desk, lost)
        named = [line for line in desk.recorder.complaints() if label.split()[-1] in line and str(status) in line]
        if not named:
            raise Missed("lost", _("no line names {label}, which is gone").format(label=label))
        run.clear()
        run.works(desk, run.profile.patience)
        desk.assert_truth(run.profile.patience)
        desk.close()
        run.desks.remove(desk)


@row("F68", N_("no number where one is due"))
def no_number(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk)
    unasked: tuple[str, ...] = () if run.profile.tells_fills else (run.wire.fills, run.wire.fill_push)
    spoilt: dict[str, tuple[str, ...]] = {label: paths for label, paths in run.wire.numbers.items() if label not in unasked}
    struck: dict[str, int] = dict.fromkeys(spoilt, 0)
    for value in NO_NUMBERS:
        armed: dict[str, list[int]] = {}
        for label, paths in spoilt.items():
            stage = "on_push" if label.startswith("PUSH ") else "on_reply"
            armed[label] = run.arm(label, stage, "body", must_bite=False, set=dict.fromkeys(paths, value), times=2)
        desk.gateway.query_account()
        filled = desk.send("BUY", run.market.high, run.market.volume(1))
        resting = desk.send("BUY", run.market.near, run.market.volume(2))
        run.venue.set_price(run.market.symbol, run.market.moves[0])
        run.soon(partial(bitten_all, run, armed), 1.0)
        for label, handles in armed.items():
            struck[label] += run.bitten(handles)
        run.clear()
        run.resolved(desk, filled, Status.ALLTRADED)
        run.resolved(desk, resting, Status.NOTTRADED)
        run.away(desk, resting)
        sound(desk)
    spared = [label for label, times in struck.items() if not times]
    if spared:
        raise Missed("vacuous", _("nothing was spoilt of {spared}").format(spared=', '.join(spared)))
    run.ticks_flow(desk, moves=True)


def bitten_all(run: Run, armed: dict[str, list[int]]) -> bool:
    """Whether each of these faults has bitten."""
    return all(run.faults.counts(armed.values()))


def sound(desk: GatewayHarness) -> None:
    """Every number that was pushed is one, and can be what it stands for."""
    seen = desk.recorder
    for item in (*seen.sequence, *seen.ticks, *seen.accounts.values(), *seen.positions.values(), *seen.contracts.values()):
        for name, value in vars(item).items():
            if isinstance(value, float) and not (isfinite(value) and (value >= 0 or name == "pnl")):
                raise Missed("invented", _("{kind}.{name} is {value!r}").format(kind=type(item).__name__, name=name, value=value))
    for trade in seen.trades:
        if not (trade.price > 0 and trade.volume > 0):
            raise Missed("invented", _("a trade of {volume!r} at {price!r}").format(volume=trade.volume, price=trade.price))
    for tick in seen.ticks:
        if not tick.last_price > 0:
            raise Missed("invented", _("a tick with the last price {last_price!r}").format(last_price=tick.last_price))
