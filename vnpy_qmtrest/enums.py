"""Words and codes both ways (section 5)."""

from vnpy.trader.constant import Direction, Exchange, Interval, OrderType, Status

from rest_locale import _

SUFFIXES: dict[str, Exchange] = {"SH": Exchange.SSE, "SZ": Exchange.SZSE, "BJ": Exchange.BSE}
SUFFIX_OF: dict[Exchange, str] = {exchange: suffix for suffix, exchange in SUFFIXES.items()}

SIDES: dict[str, Direction] = {"buy": Direction.LONG, "sell": Direction.SHORT}

# 51 and 52 wait for their cancel: they live. What is not here (255, unknown) changes nothing that is known
STATUSES: dict[int, Status] = {
    48: Status.SUBMITTING,          # 未报
    49: Status.SUBMITTING,          # 待报
    50: Status.NOTTRADED,           # 已报
    51: Status.NOTTRADED,           # 已报待撤
    52: Status.PARTTRADED,          # 部成待撤
    53: Status.CANCELLED,           # 部撤
    54: Status.CANCELLED,           # 已撤
    55: Status.PARTTRADED,          # 部成
    56: Status.ALLTRADED,           # 已成
    57: Status.REJECTED,            # 废单
}
REFUSED: int = 57

LIMIT_CODES: frozenset[int] = frozenset({11, 50})       # the terminal's codes of limit orders; all others are market orders

# choices of the setting Market Order -> price_type
BEST5_CANCEL, LATEST, OWN_BEST, PEER_BEST = "BEST5_CANCEL", "LATEST", "OWN_BEST", "PEER_BEST"
MARKET_ORDERS: dict[str, int] = {BEST5_CANCEL: 2, LATEST: 1, OWN_BEST: 3, PEER_BEST: 5}
LIMIT: int = 0

INTERVALS: dict[Interval, str] = {Interval.MINUTE: "1m", Interval.HOUR: "1h", Interval.DAILY: "1d", Interval.WEEKLY: "1w"}


def price_type_of(type: OrderType, exchange: Exchange, market_order: str) -> int:
    """
    What the server calls a type of order. Best five levels has a code of Shenzhen's on every market but Shanghai: Beijing gets the
    best of the other side in its place (section 5.4).
    """
    if type is OrderType.LIMIT:
        return LIMIT
    if type is OrderType.FAK:
        if exchange is Exchange.BSE:
            raise ValueError(_("order type FAK is not supported on BSE: the server has a code of Shenzhen's for it"))
        return MARKET_ORDERS[BEST5_CANCEL]
    if market_order == BEST5_CANCEL and exchange is Exchange.BSE:
        return MARKET_ORDERS[PEER_BEST]
    return MARKET_ORDERS[market_order]
