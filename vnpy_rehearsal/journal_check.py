"""
What a gateway reported, held against what the venue wrote into its journal. Pure.

The journal's rows are those of the mock exchange's ``GET /_mock/journal``: their ``kind`` is ``order``,
``fill`` and ``balance``, decimals as text, status words Binance's.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from typing import Any

from vnpy.trader.constant import Status
from vnpy.trader.object import OrderData, TradeData

from rest_locale import _

STATUS: dict[str, Status] = {
    "NEW": Status.NOTTRADED,
    "PENDING_NEW": Status.NOTTRADED,
    "PARTIALLY_FILLED": Status.PARTTRADED,
    "FILLED": Status.ALLTRADED,
    "CANCELED": Status.CANCELLED,
    "REJECTED": Status.REJECTED,
    "EXPIRED": Status.CANCELLED,
    "EXPIRED_IN_MATCH": Status.CANCELLED,
}

# states that only the venue can have brought about
MADE: frozenset[Status] = frozenset({Status.ALLTRADED, Status.PARTTRADED, Status.CANCELLED})

Row = Mapping[str, Any]
NOISE: Decimal = Decimal("0.00000001")


class Disagreement(str):
    """
    One point in which the two differ, in words. ``kind``: ``lost``, something at the venue is not shown; ``doubled``;
    ``invented``, something is shown that the venue never had; ``hung``, an order of which nothing is shown any more.
    """

    kind: str

    def __new__(cls, kind: str, text: str) -> "Disagreement":
        found: Disagreement = super().__new__(cls, text)
        found.kind = kind
        return found


def final_orders(rows: Iterable[Row], account: str) -> dict[str, Row]:
    """The last row of every order of an account, by client order id."""
    return {row["client_order_id"]: row for row in rows if row["kind"] == "order" and row["account"] == account}


def first_named(rows: list[Row], shown: Container[str]) -> list[Row]:
    """
    The rows with one client order id for each order: an amended order has several. It is the first of them that is
    ``shown``, else the first.
    """
    names: dict[Any, list[str]] = {}
    for row in rows:
        if row["kind"] in ("order", "fill") and "order_id" in row:
            known: list[str] = names.setdefault(row["order_id"], [])
            if row["client_order_id"] not in known:
                known.append(row["client_order_id"])
    chosen: dict[Any, str] = {
        order_id: next((name for name in known if name in shown), known[0]) for order_id, known in names.items() if len(known) > 1
    }
    return [
        {**row, "client_order_id": chosen[row["order_id"]]} if row.get("order_id") in chosen else row for row in rows
    ]


def name_foreign(rows: list[dict[str, Any]], foreign: Container[Any], orders: Mapping[str, OrderData]) -> list[dict[str, Any]]:
    """
    Rows of orders that somebody else has sent, with the ids under which a gateway shows them: a venue may call them otherwise on the wire than
    in its journal, so they are found by price and volume among ``orders`` that the journal has not. ``foreign``: their order ids.
    """
    theirs: dict[Any, Row] = {row["order_id"]: row for row in rows if row["kind"] == "order" and row["order_id"] in foreign}
    left: set[str] = orders.keys() - {row["client_order_id"] for row in rows if row["kind"] == "order"}
    names: dict[Any, str] = {}
    for venue_id, row in theirs.items():
        if row["client_order_id"] in orders:
            continue
        found: str | None = next((id for id in sorted(left) if close(orders[id].price, row["price"]) and close(orders[id].volume, row["qty"])), None)
        if found is not None:
            names[venue_id] = found
            left.discard(found)
    return [{**row, "client_order_id": names[row["order_id"]]} if row.get("order_id") in names else row for row in rows]


def final_balances(rows: Iterable[Row], account: str) -> dict[str, tuple[Decimal, Decimal]]:
    """
    The last (free, locked) of every asset of an account; what was bought and cannot be sold before the day's end is
    counted as locked: to the user it is the same.
    """
    return {
        row["asset"]: (Decimal(row["free"]), Decimal(row["locked"]) + Decimal(row.get("unsettled", 0)))
        for row in rows if row["kind"] == "balance" and row["account"] == account
    }


def disagreements(
    orders: Mapping[str, OrderData],
    trades: Iterable[TradeData],
    rows: Iterable[Row],
    account: str,
    balances: Mapping[str, tuple[float, float]] | None = None,
    each_fill: bool = True,
) -> list[Disagreement]:
    """
    Every point in which the two differ, in words; empty when they agree.

    ``orders``: the last OrderData pushed for each vn.py order id. ``trades``: all TradeData
    pushed. ``balances``: asset -> (volume, frozen) as last pushed; left out, they are not compared.
    ``each_fill`` False: a venue that tells no fills, so only what they come to for each order is compared.
    """
    rows = first_named(list(rows), orders)
    trades = list(trades)
    venue_orders: dict[str, Row] = final_orders(rows, account)
    found: list[Disagreement] = []

    def differ(kind: str, text: str) -> None:
        found.append(Disagreement(kind, text))

    for orderid, order in orders.items():
        row: Row | None = venue_orders.get(orderid)
        if row is None:
            # one that the user cancelled before it left is CANCELLED, without the venue
            if order.status not in (Status.REJECTED, Status.CANCELLED) or order.traded:
                differ(
                    "hung" if order.status is Status.SUBMITTING else "invented",
                    _("order {orderid}: gateway says {status}, the venue never had it").format(orderid=orderid, status=order.status.name),
                )
            continue
        status: Status | None = STATUS.get(row["status"])
        if order.status is not status:
            kind: str = "hung" if order.status is Status.SUBMITTING else "invented" if order.status in MADE else "lost"
            differ(kind, _("order {orderid}: gateway says {status}, venue {venue}").format(orderid=orderid, status=order.status.name, venue=row["status"]))
        if not close(order.traded, row["executed"]):
            differ("lost", _("order {orderid}: gateway says traded {traded!r}, venue {venue}").format(orderid=orderid, traded=order.traded, venue=row["executed"]))
    for orderid in venue_orders.keys() - orders.keys():
        line: str = _("order {orderid}: at the venue {status}, never shown by the gateway")
        differ("lost", line.format(orderid=orderid, status=venue_orders[orderid]["status"]))

    if not each_fill:
        found += sum_disagreements(orders, trades, venue_orders)
        rows = [row for row in rows if row["kind"] != "fill"]
    told: Counter[tuple[str, Decimal, Decimal]] = Counter(
        (trade.orderid, exact(trade.price), exact(trade.volume)) for trade in trades if each_fill
    )
    made: Counter[tuple[str, Decimal, Decimal]] = Counter(
        (row["client_order_id"], exact(row["price"]), exact(row["qty"]))
        for row in rows if row["kind"] == "fill" and row["account"] == account
    )
    for (orderid, price, volume), n in (made - told).items():
        line = _("fill of order {orderid}, {volume:f} at {price:f}: {count} not shown by the gateway")
        differ("lost", line.format(orderid=orderid, volume=volume.normalize(), price=price.normalize(), count=n))
    for (orderid, price, volume), n in (told - made).items():
        line = _("trade of order {orderid}, {volume:f} at {price:f}: {count} that the venue never made").format(
            orderid=orderid, volume=volume.normalize(), price=price.normalize(), count=n,
        )
        differ("doubled" if made[orderid, price, volume] else "invented", line)
    for tradeid, n in Counter(trade.vt_tradeid for trade in trades).items():
        if n > 1:
            differ("doubled", _("trade {tradeid}: shown {count} times").format(tradeid=tradeid, count=n))

    if balances is not None:
        truth: dict[str, tuple[Decimal, Decimal]] = final_balances(rows, account)
        for asset in truth.keys() | balances.keys():
            free, locked = truth.get(asset, (Decimal(0), Decimal(0)))
            volume_shown, frozen_shown = balances.get(asset, (0.0, 0.0))
            if not close(volume_shown, free + locked) or not close(frozen_shown, locked):
                line = _("balance {asset}: gateway says {volume!r} with {frozen!r} frozen, venue {total:f} with {locked:f}")
                differ("lost", line.format(asset=asset, volume=volume_shown, frozen=frozen_shown, total=free + locked, locked=locked))
    return found


def sum_disagreements(
    orders: Mapping[str, OrderData], trades: Iterable[TradeData], venue_orders: Mapping[str, Row]
) -> list[Disagreement]:
    """For each order, whether its trades come to what the venue says was executed, and none is beyond its limit."""
    found: list[Disagreement] = []
    volumes: Counter[str] = Counter()
    for trade in trades:
        volumes[trade.orderid] += trade.volume      # type: ignore[assignment]
        order: OrderData | None = orders.get(trade.orderid)
        row: Row = venue_orders.get(trade.orderid, {})
        limit: float = float(row.get("price", 0)) if order else 0.0
        if limit and (trade.price > limit if row["side"] == "BUY" else trade.price < limit):
            line: str = _("trade of order {orderid} at {price!r}: beyond the limit {limit!r}")
            found.append(Disagreement("invented", line.format(orderid=trade.orderid, price=trade.price, limit=limit)))
    for orderid in volumes.keys() | venue_orders.keys():
        executed: Any = venue_orders.get(orderid, {}).get("executed", 0)
        if not close(float(volumes[orderid]), executed):
            kind: str = "lost" if volumes[orderid] < float(executed) else "invented"
            line = _("trades of order {orderid}: {volume!r}, the venue executed {executed}")
            found.append(Disagreement(kind, line.format(orderid=orderid, volume=float(volumes[orderid]), executed=executed)))
    return found


def exact(value: Any) -> Decimal:
    """A number as a Decimal in 1e-8."""
    return Decimal(str(value)).quantize(NOISE)


def close(ours: float, theirs: Any) -> bool:
    """Equal but for what a float cannot hold."""
    truth: Decimal = Decimal(str(theirs))
    return abs(Decimal(repr(ours)) - truth) <= max(NOISE, abs(truth) * Decimal("1e-12"))
