"""Whether the parts of one of Binance's payloads can be true together. Pure."""

from typing import Any

from rest_locale import _
from vnpy_restgateway.net.validate import amount
from vnpy_restgateway.orders.contradictions import NOISE, Contradiction

Payload = dict[str, Any]

ROUNDED: float = 1e-7           # of an amount of money that is written with 8 decimals
NEVER_TRADED: frozenset[str] = frozenset({"NEW", "PENDING_NEW", "REJECTED"})
# the execution type of a report -> the statuses an order can then have (enums.md; user-data-stream.md, "Execution types")
RESULTS: dict[str, frozenset[str]] = {
    "NEW": frozenset({"NEW", "PENDING_NEW"}),
    "CANCELED": frozenset({"CANCELED"}),
    "REJECTED": frozenset({"REJECTED"}),
    "TRADE": frozenset({"PARTIALLY_FILLED", "FILLED"}),
    "EXPIRED": frozenset({"EXPIRED", "EXPIRED_IN_MATCH"}),
}
STATUSES: frozenset[str] = frozenset({"PARTIALLY_FILLED"}).union(*RESULTS.values())


def check_order(d: Payload) -> None:
    """
    An order of a list or an answer: what was traded against what was paid for it.

    :raises Contradiction: they do not fit
    """
    traded: float = amount(d["executedQty"])
    if traded and d["status"] in NEVER_TRADED:
        raise Contradiction(_("{status} with {traded:.12g} traded").format(status=d['status'], traded=traded))
    money: Any = d.get("cummulativeQuoteQty", -1)
    if isinstance(money, str) and not money.startswith("-"):        # negative: not known any more
        check_money(d.get("side"), d.get("price", "0"), traded, amount(money))


def check_money(side: Any, price: Any, traded: float, money: float) -> None:
    """
    What was traded against what was paid or got for it, and against the order's limit.

    :raises Contradiction: they do not fit
    """
    limit: float = amount(price)
    if not traded:
        if money:
            raise Contradiction(_("nothing traded, for {money:.12g}").format(money=money))
        return
    if not money and traded * (limit or 1.0) > ROUNDED:
        raise Contradiction(_("{traded:.12g} traded, for nothing").format(traded=traded))
    at_limit: float = limit * traded
    if at_limit and (
        side == "BUY" and money > at_limit * (1.0 + NOISE) + ROUNDED
        or side == "SELL" and money < at_limit * (1.0 - NOISE) - ROUNDED
    ):
        raise Contradiction(_("{traded:.12g} traded for {money:.12g}, beyond the limit {limit:.12g}").format(traded=traded, money=money, limit=limit))


def check_order_fills(d: Payload) -> None:
    """
    The fills of an answer to a new order against what it says was traded.

    :raises Contradiction: they do not fit
    """
    if "fills" not in d:
        return
    traded: float = amount(d["executedQty"])
    volume: float = 0.0
    money: float = 0.0
    for fill in d["fills"]:
        quantity, price = amount(fill["qty"]), amount(fill["price"])
        if not quantity or not price:
            raise Contradiction(_("a fill of {quantity:.12g} at {price:.12g}").format(quantity=quantity, price=price))
        check_money(d.get("side"), d.get("price", "0"), quantity, quantity * price)
        volume += quantity
        money += quantity * price
    if abs(volume - traded) > NOISE + NOISE * traded:
        raise Contradiction(_("{traded:.12g} traded, with fills of {volume:.12g}").format(traded=traded, volume=volume))
    told: Any = d.get("cummulativeQuoteQty", -1)
    if isinstance(told, str) and not told.startswith("-"):
        paid: float = amount(told)
        if abs(paid - money) > ROUNDED * max(1, len(d["fills"])) + NOISE * paid:
            raise Contradiction(_("fills for {money:.12g}, which come to {paid:.12g}").format(money=money, paid=paid))


def check_fill(d: Payload) -> None:
    """
    A row of myTrades.

    :raises Contradiction: it is of nothing, or the amount of money does not fit
    """
    quantity, price = amount(d["qty"]), amount(d["price"])
    if not quantity or not price:
        raise Contradiction(_("a fill of {quantity:.12g} at {price:.12g}").format(quantity=quantity, price=price))
    if "quoteQty" in d and abs(amount(d["quoteQty"]) - quantity * price) > ROUNDED + NOISE * quantity * price:
        raise Contradiction(_("a fill of {quantity:.12g} at {price:.12g} for {money:.12g}").format(quantity=quantity, price=price, money=amount(d['quoteQty'])))
    if type(d["isBuyer"]) is not bool:
        raise Contradiction(_("neither bought nor sold: {word!r}").format(word=d['isBuyer']))


def check_execution(d: Payload) -> None:
    """
    An executionReport: its execution type, status, fill and sums.

    :raises Contradiction: they do not fit
    """
    kind, status = d.get("x"), d["X"]
    traded, last = amount(d["z"]), amount(d.get("l", "0"))
    if kind in RESULTS and status in STATUSES and status not in RESULTS[kind]:
        raise Contradiction(_("execution type {kind} with status {status}").format(kind=kind, status=status))
    if traded and status in NEVER_TRADED:
        raise Contradiction(_("{status} with {traded:.12g} traded").format(status=status, traded=traded))
    if last > traded * (1.0 + NOISE) + NOISE:
        raise Contradiction(_("a fill of {last:.12g} of {traded:.12g} traded").format(last=last, traded=traded))
    if kind == "TRADE" and (not last or d.get("t", -1) == -1):
        raise Contradiction(_("execution type {kind} with a fill of {last:.12g}").format(kind=kind, last=last))
    if last and kind in RESULTS and kind != "TRADE":
        raise Contradiction(_("execution type {kind} with a fill of {last:.12g}").format(kind=kind, last=last))
    if last and d.get("t", -1) != -1:
        price: float = amount(d["L"])
        if not price:
            raise Contradiction(_("a fill of {quantity:.12g} at {price:.12g}").format(quantity=last, price=price))
        check_money(d["S"], d.get("p", "0"), last, last * price)
        if "Y" in d and abs(amount(d["Y"]) - last * price) > ROUNDED + NOISE * last * price:
            raise Contradiction(_("a fill of {quantity:.12g} at {price:.12g} for {money:.12g}").format(quantity=last, price=price, money=amount(d['Y'])))
    if "Z" in d:
        check_money(d["S"], d.get("p", "0"), traded, amount(d["Z"]))
