"""What must be true of orders in the end of a schedule, and on the way there."""

from decimal import Decimal
from logging import ERROR
from typing import Any

from vnpy.trader.constant import Direction, Status
from vnpy.trader.object import OrderData

from mockexchange.core.errors import Refusal

from ..conform.harness import ALIVE, GatewayHarness
from ..conform.recorder import Missed
from ..journal_check import STATUS, Row, exact, final_orders, first_named

CENT: float = 0.01
SIDES: dict[Direction | None, str] = {Direction.LONG: "BUY", Direction.SHORT: "SELL"}
TIMES_OFF: float = 2.0              # s that a time which is shown may be off the venue's: some cut theirs to seconds
ROUNDED: float = 1e-4               # of a share's price: what mean prices are rounded by


def forget(desk: GatewayHarness) -> None:
    """The new journal knows nothing of the life before."""
    for told in (desk.recorder.orders, desk.recorder.trades, desk.recorder.sequence, desk.recorder.order_pushes):
        told.clear()


def amend(desk: GatewayHarness, orderid: str, part: int) -> None:
    """An order that the gateway has shown alive; one whose answer is lost could not be known again by what was sent."""
    order = desk.recorder.orders.get(orderid)
    if order is None or order.status not in ALIVE:
        return
    known = desk.known_as(orderid)
    rows = [row for row in desk.rows("order") if known in (row["client_order_id"], str(row["order_id"]))]
    quantity = Decimal(rows[-1]["qty"]) * part / 1_000
    try:
        desk.venue.amend(str(quantity.quantize(Decimal("0.00001"))), order_id=rows[-1]["order_id"])
    except (ValueError, Refusal):
        pass                # over by now, or no quantity for it


def answered(desk: GatewayHarness, sent: list[str]) -> None:
    """Nothing is in doubt any more."""
    orders = desk.recorder.orders
    desk.recorder.wait(
        lambda: all(orderid in orders and orders[orderid].status is not Status.SUBMITTING for orderid in sent),
        "every order answered for", desk.profile.patience,
    )


def end_all(desk: GatewayHarness, sent: list[str]) -> None:
    """Nothing is alive any more, here and at the venue: what it has said to be over may turn out to be alive, and is cancelled then."""
    orders = desk.recorder.orders
    cancelled: list[str] = []

    def alive() -> list[str]:
        return [orderid for orderid in sent if orders[orderid].is_active()]

    def fresh() -> list[str]:
        return [orderid for orderid in alive() if orderid not in cancelled]

    def over() -> bool:
        last: dict[str, Any] = {row["client_order_id"]: STATUS.get(row["status"]) for row in desk.journal() if row["kind"] == "order"}
        return not alive() and not any(last.get(orderid) in ALIVE for orderid in sent)

    while not over():
        for orderid in fresh():
            cancelled.append(orderid)
            desk.cancel(orderid)
        desk.recorder.wait(lambda: fresh() or over(), "every order over", desk.profile.patience)


def turned_up(desk: GatewayHarness, orderid: str) -> bool:
    """Whether the gateway has said that an order lives which it had given up."""
    return bool(desk.recorder.said(f"Order {orderid} turned up at the venue after all", ERROR))


def told_as_it_was(desk: GatewayHarness, sent: list[str], lied: bool) -> None:
    """
    Every state that was pushed of an order is one that it had at the venue. One of ours may have been shown as placed elsewhere, and taken
    back. ``lied``: the venue has said itself that a live order is cancelled.

    :raises Missed: ``invented``
    """
    had: dict[str, set[tuple[Status, Decimal]]] = {}
    for row in desk.journal():
        if row["kind"] == "order" and row["status"] in STATUS:
            had.setdefault(row["client_order_id"], set()).add((STATUS[row["status"]], exact(row["executed"])))
    alive: set[str] = set()
    rejected: set[str] = set()
    for order in desk.recorder.order_pushes:
        last: OrderData | None = desk.recorder.orders.get(order.orderid)
        if order.status is Status.SUBMITTING or last is None or last.status is Status.REJECTED and order.orderid not in sent:
            continue
        if order.status is Status.REJECTED and order.orderid not in alive:
            rejected.add(order.orderid)
            continue            # it had not been seen there
        if order.orderid in rejected and not turned_up(desk, order.orderid):
            raise Missed("invented", f"order {order.orderid} was shown as rejected, and is {order.status.name}")
        if order.status in ALIVE:
            alive.add(order.orderid)
        if order.status is Status.CANCELLED and (lied or order.orderid not in had and not order.traded or turned_up(desk, order.orderid)):
            continue
        if (order.status, exact(order.traded)) not in had.get(order.orderid, ()):
            raise Missed("invented", f"order {order.orderid} was shown as {order.status.name} with {order.traded:.12g} traded, which it never was at the venue")


def as_made(desk: GatewayHarness, timed: bool) -> None:
    """
    Orders and trades are shown as the venue has made them: side, price and volume, and ``timed`` time.

    :raises Missed: ``invented``
    """
    rows: list[Row] = first_named(list(desk.journal()), desk.recorder.orders)
    last: dict[str, Row] = final_orders(rows, desk.venue.key)
    first: dict[str, Row] = final_orders(reversed(rows), desk.venue.key)
    fills: dict[str, list[Row]] = {}
    for row in rows:
        if row["kind"] == "fill":
            fills.setdefault(row["client_order_id"], []).append(row)
    for orderid, order in desk.recorder.orders.items():
        if orderid not in last:
            continue
        row = last[orderid]
        shown: dict[str, Any] = {"side": SIDES.get(order.direction), "volume": exact(order.volume)}
        made: dict[str, Any] = {"side": row["side"], "volume": exact(row["qty"])}
        if row["type"] == "LIMIT":
            shown["price"], made["price"] = exact(order.price), exact(row["price"])
        if wrong := [f"{name} {shown[name]}, not {made[name]}" for name in made if shown[name] != made[name]]:
            raise Missed("invented", f"order {orderid} is shown with {', '.join(wrong)}")
        if timed and order.datetime is not None and abs(order.datetime.timestamp() - first[orderid]["t"] / 1_000) > TIMES_OFF:
            raise Missed("invented", f"order {orderid} is shown with the time {order.datetime}, the venue's is {first[orderid]['t']} ms")
    for trade in desk.recorder.trades:
        of = fills.get(trade.orderid, ())
        if of and SIDES.get(trade.direction) != of[0]["side"]:
            raise Missed("invented", f"trade {trade.tradeid} is shown with side {SIDES.get(trade.direction)}, not {of[0]['side']}")
        if timed and of and desk.profile.tells_fills and trade.datetime is not None:
            apart: float = min(abs(trade.datetime.timestamp() - row["t"] / 1_000) for row in of)
            if apart > TIMES_OFF:
                raise Missed("invented", f"trade {trade.tradeid} is shown with the time {trade.datetime}, {apart:.1f} s off the venue's")


def paid(desk: GatewayHarness) -> None:
    """
    What the trades of an order come to is what its fills have come to, where the venue tells that.

    :raises Missed: ``invented``
    """
    if not desk.profile.tells_fills and not desk.profile.finds_lost:
        return              # it does not
    truth: dict[str, float] = {}
    volumes: dict[str, float] = {}
    for row in desk.journal():
        if row["kind"] == "fill" and row["client_order_id"] in desk.recorder.orders:
            truth[row["client_order_id"]] = truth.get(row["client_order_id"], 0.0) + float(row["price"]) * float(row["qty"])
            volumes[row["client_order_id"]] = volumes.get(row["client_order_id"], 0.0) + float(row["qty"])
    ours: dict[str, float] = {}
    for trade in desk.recorder.trades:
        ours[trade.orderid] = ours.get(trade.orderid, 0.0) + trade.price * trade.volume
    for orderid, money in truth.items():
        if abs(ours.get(orderid, 0.0) - money) > CENT + ROUNDED * volumes[orderid] * (not desk.profile.tells_fills):
            raise Missed("invented", f"trades of {orderid} come to {ours.get(orderid, 0.0):.4f}, the venue's fills to {money:.4f}")


