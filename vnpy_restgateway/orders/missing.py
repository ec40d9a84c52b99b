"""What is said of an order that the venue does not know, or knows no more. Pure."""

from logging import ERROR, WARNING

from rest_locale import _


def missing_line(orderid: str, acknowledged: bool, is_over: bool, unseen: str) -> tuple[str, int]:
    """
    The line and its level.

    :param acknowledged: the venue has shown the order before
    :param is_over: its trading day has ended
    :param unseen: the time of which nothing is known, for people; "" if there is none
    """
    level: int = ERROR
    if not is_over and acknowledged:
        line: str = _("Order {orderid} is gone from the venue, which has lost its state; taken as cancelled")
    elif not is_over:
        line = _("Order {orderid} never reached the venue; taken as rejected")
    elif not acknowledged:
        line = _(
            "Order {orderid} has ended with its trading day, before the venue could be asked for it: whether it was ever there, and what it "
            "has traded, cannot be known; taken as cancelled. Compare the positions"
        )
    elif unseen:
        line = _(
            "Order {orderid} has ended with its trading day; taken as cancelled. What it traded after the last look, {unseen}, cannot "
            "be known: compare the positions"
        )
    else:
        line, level = _("Order {orderid} has ended with its trading day; taken as cancelled"), WARNING
    return line.format(orderid=orderid, unseen=unseen), level
