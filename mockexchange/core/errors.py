"""Refusals of the core. A dialect turns them into its own code and text."""


class Refusal(Exception):
    """
    The exchange refused a command; nothing has changed.

    ``reason`` is one of the names below, ``text`` the words of Binance's errors.md
    ("Messages for -2010 ...") where it has some, ``filter`` the failing filter's name.
    """

    def __init__(self, reason: str, text: str, filter: str = "") -> None:
        super().__init__(text)
        self.reason: str = reason
        self.text: str = text
        self.filter: str = filter


# reason -> text
TEXTS: dict[str, str] = {
    "INVALID_SYMBOL": "Invalid symbol.",
    "FILTER": "Filter failure: {filter}",
    "INSUFFICIENT_BALANCE": "Account has insufficient balance for requested action.",
    "DUPLICATE_CLIENT_ORDER_ID": "Duplicate order sent.",
    "MARKET_CLOSED": "Market is closed.",
    "WOULD_MATCH": "Order would immediately match and take.",
    "WOULD_TRIGGER": "Order would trigger immediately.",
    "UNSUPPORTED_TYPE": "Unsupported order combination",
    "STP_NOT_ALLOWED": "This symbol does not allow the specified self-trade prevention mode.",
    "ICEBERG_TOO_LARGE": "IcebergQty exceeds QTY.",
    "UNKNOWN_ORDER": "Unknown order sent.",
    "CANCEL_RESTRICTED": "Order was not canceled due to cancel restrictions.",
    "ORDER_DOES_NOT_EXIST": "Order does not exist.",
    "CLIENT_ID_MISMATCH": "Client order ID is not correct for this order ID.",
    "UNKNOWN_ACCOUNT": "This account may not place or cancel orders.",
    "NO_LIQUIDITY": "No orders on book for symbol.",
    "JOURNAL_FULL": "The journal cannot be written: no room.",
    "AMEND_INCREASE": "Order amend (quantity increase) is not supported.",
    "AMEND_NOTHING": "The requested action would change no state; rejecting",
    "AMEND_COUNT": "Filter failure: MAX_NUM_ORDER_AMENDS",
    "AMEND_PENDING_OPO": "Order amend (pending OPO order) is not supported.",
    "OCO_BAD_PRICES": "The relationship of the prices for the orders is not correct.",
}


def refuse(reason: str, filter: str = "") -> Refusal:
    """A Refusal with the standard text of its reason."""
    return Refusal(reason, TEXTS[reason].format(filter=filter), filter)
