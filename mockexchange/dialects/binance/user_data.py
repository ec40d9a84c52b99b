"""
Core events -> events of the user data stream (user-data-stream.md).

What is returned is the ``event`` object alone; the WebSocket API puts it into
``{"subscriptionId": ..., "event": ...}``.
"""

from typing import Any

from ...core.events import BalanceChange, BalanceDelta, Event, OrderReport
from ...core.exchange import Exchange
from ...core.numbers import format_amount, multiply
from ...core.orders import Order

NO_TRADE_GROUP: int = -1                # stp_faq.md, "What is a Trade Group Id?"
ZERO: str = format_amount(0)

_PREVENTED: str = "EXPIRED_IN_MATCH"   # enums.md, "Order status"


def user_events(event: Event, now: int, exchange: Exchange, per: int = 1000) -> list[dict[str, Any]]:
    """
    What the event's account is told, none for events that concern no account.

    ``now`` and all times of the event are microseconds; ``per`` is what one unit of the
    times going out is worth (1000: milliseconds, 1: microseconds).
    """
    if isinstance(event, OrderReport):
        return [execution_report(event, now, exchange, per)]
    if isinstance(event, BalanceChange):
        return [account_position(event, now, per)]
    if isinstance(event, BalanceDelta):
        return [balance_update(event, now, per)]
    return []


def execution_report(report: OrderReport, now: int, exchange: Exchange, per: int = 1000) -> dict[str, Any]:
    """"Order Update", with the conditional fields that apply."""
    is_cancel: bool = bool(report.cancel_client_order_id)
    is_trade: bool = report.execution_type == "TRADE"
    is_prevention: bool = report.execution_type == "TRADE_PREVENTION"
    row: dict[str, Any] = {
        "e": "executionReport",
        "E": now // per,
        "s": report.symbol,
        "c": report.cancel_client_order_id or report.client_order_id,
        "S": report.side,
        "o": report.type,
        "f": report.time_in_force,
        "q": format_amount(report.quantity),
        "p": format_amount(report.price),
        "P": format_amount(report.stop_price),
        "F": format_amount(report.iceberg_quantity),
        "g": -1,
        "C": report.client_order_id if is_cancel else "",
        "x": report.execution_type,
        "X": report.status,
        "r": report.reject_reason,
        "i": report.order_id,
        "l": format_amount(report.last_quantity) if is_trade else ZERO,
        "z": format_amount(report.executed),
        "L": format_amount(report.last_price) if is_trade else ZERO,
        "n": format_amount(report.fee) if is_trade else "0",
        "N": report.fee_asset if is_trade else None,
        "T": report.update_time // per,
        "t": report.trade_id,
    }
    if report.prevented_match_id and (is_prevention or report.status == _PREVENTED):
        row["v"] = report.prevented_match_id
    row.update({
        "I": report.execution_id,
        "w": report.is_on_book,
        "m": report.is_maker if is_trade else False,
        "M": is_trade,
        "O": report.time // per,
        "Z": format_amount(report.executed_quote),
        "Y": format_amount(multiply(report.last_price, report.last_quantity)) if is_trade else ZERO,
        "Q": format_amount(report.quote_quantity),
    })
    if report.working_time:
        row["W"] = report.working_time // per
    row["V"] = report.stp_mode
    if report.strategy_id is not None:
        row["j"] = report.strategy_id
    if report.strategy_type is not None:
        row["J"] = report.strategy_type
    if report.prevented:
        row["A"] = format_amount(report.prevented)
    if is_prevention:
        row.update(_prevention(report, exchange))
    if report.expiry_reason not in ("", "NONE"):
        row["eR"] = report.expiry_reason
    return row


def _prevention(report: OrderReport, exchange: Exchange) -> dict[str, Any]:
    """
    Fields of a prevented match (stp_faq.md; CHANGELOG.md, 2023-12-04).

    ``pl``, ``pL`` and ``pY`` are the trade it would have been: the smaller of both orders at the
    maker's price. What a taker that went on trading had left at that moment is no longer known,
    so its whole quantity stands for it.
    """
    counter: Order = exchange.find_order(report.account, report.symbol, report.counter_order_id)
    is_maker: bool = (report.working_time, report.order_id) < (counter.working_time, counter.order_id)
    price: int = report.price if is_maker else counter.price
    quantity: int = report.last_prevented
    if (counter.stp_mode if is_maker else report.stp_mode) != "DECREMENT":
        if counter.status == _PREVENTED:
            quantity = min(quantity, counter.quantity - counter.executed)
        else:
            quantity = min(quantity, counter.quantity if is_maker else counter.remaining)
    return {
        "B": format_amount(report.last_prevented),
        "u": NO_TRADE_GROUP,
        "U": report.counter_order_id,
        "Cs": report.symbol,
        "pl": format_amount(quantity),
        "pL": format_amount(price),
        "pY": format_amount(multiply(price, quantity)),
    }


def account_position(event: BalanceChange, now: int, per: int = 1000) -> dict[str, Any]:
    """"Account Update": the assets a command touched."""
    return {
        "e": "outboundAccountPosition",
        "E": now // per,
        "u": event.time // per,
        "B": [
            {"a": asset, "f": format_amount(free), "l": format_amount(locked)}
            for asset, (free, locked) in event.assets.items()
        ],
    }


def balance_update(event: BalanceDelta, now: int, per: int = 1000) -> dict[str, Any]:
    """"Balance Update": a deposit, or a withdrawal when negative."""
    return {
        "e": "balanceUpdate",
        "E": now // per,
        "a": event.asset,
        "d": format_amount(event.delta),
        "T": event.time // per,
    }
