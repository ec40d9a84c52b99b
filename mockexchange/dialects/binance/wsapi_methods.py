"""Which WebSocket API method is which operation (web-socket-api.md); sessions and subscriptions are in wsapi.py."""

from . import op_account, op_amend, op_lists, op_market, op_reference, op_trade
from .operations import Operation


def with_key(one: Operation) -> Operation:
    """A method that took an ``apiKey`` without a signature in earlier years: clients still send it, nobody looks at it."""
    names: frozenset[str] = one.names | {"apiKey"}
    return one._replace(names=names, size=len(names))


METHODS: dict[str, Operation] = {
    "ping": op_market.PING,
    "time": op_market.TIME,
    "exchangeInfo": op_market.EXCHANGE_INFO,
    "depth": op_market.DEPTH,
    "trades.recent": op_market.TRADES,
    "trades.historical": with_key(op_market.HISTORICAL_TRADES),
    "blockTrades.historical": op_reference.BLOCK_TRADES,
    "executionRules": op_reference.EXECUTION_RULES,
    "referencePrice": op_reference.REFERENCE_PRICE,
    "referencePrice.calculation": op_reference.REFERENCE_CALCULATION,
    "trades.aggregate": op_market.AGGREGATE_TRADES,
    "klines": op_market.KLINES,
    "uiKlines": op_market.UI_KLINES,
    "avgPrice": op_market.AVERAGE_PRICE,
    "ticker": op_market.ROLLING_TICKER,
    "ticker.24hr": op_market.DAY_TICKER,
    "ticker.tradingDay": op_market.TRADING_DAY,
    "ticker.price": op_market.PRICE_TICKER,
    "ticker.book": op_market.BOOK_TICKER,
    "order.place": op_trade.PLACE,
    "order.test": op_trade.TEST,
    "order.cancel": op_trade.CANCEL,
    "order.cancelReplace": op_trade.CANCEL_REPLACE,
    "order.amend.keepPriority": op_amend.AMEND,
    "order.amendments": op_amend.AMENDMENTS,
    "orderList.place": op_lists.OLD_OCO,
    "orderList.place.oco": op_lists.OCO,
    "orderList.place.oto": op_lists.OTO,
    "orderList.place.otoco": op_lists.OTOCO,
    "orderList.place.opo": op_lists.OPO,
    "orderList.place.opoco": op_lists.OPOCO,
    "orderList.cancel": op_lists.CANCEL,
    "orderList.status": op_lists.QUERY,
    "openOrderLists.status": op_lists.OPEN,
    "allOrderLists": op_lists.ALL,
    "order.status": op_account.QUERY,
    "openOrders.status": op_account.OPEN_ORDERS,
    "openOrders.cancelAll": op_trade.CANCEL_OPEN,
    "allOrders": op_account.ALL_ORDERS,
    "myTrades": op_account.MY_TRADES,
    "myFilters": op_account.MY_FILTERS,
    "account.status": op_account.ACCOUNT,
    "account.commission": op_account.COMMISSION,
    "account.rateLimits.orders": op_account.ORDER_LIMITS,
}

# weight of the methods that concern the connection itself
SESSION_WEIGHT: int = 2
CONNECT_WEIGHT: int = 2
SESSION_METHODS: dict[str, frozenset[str]] = {
    "session.logon": frozenset({"apiKey", "recvWindow", "signature", "timestamp"}),
    "session.status": frozenset(),
    "session.logout": frozenset(),
    "session.subscriptions": frozenset(),
    "userDataStream.subscribe": frozenset(),
    "userDataStream.subscribe.signature": frozenset({"apiKey", "recvWindow", "signature", "timestamp"}),
    "userDataStream.unsubscribe": frozenset({"subscriptionId"}),
}
GONE: frozenset[str] = frozenset({"userDataStream.start", "userDataStream.ping", "userDataStream.stop"})
