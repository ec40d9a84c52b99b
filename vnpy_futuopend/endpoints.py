"""Paths of the routes that the gateway uses (section 2)."""

HOST: str = "http://127.0.0.1:22222"        # where all examples have it; the C++ OpenD has its telnet console there
STREAM: str = "/ws"

GLOBAL_STATE: str = "/api/global-state"
ACCOUNTS: str = "/api/accounts"
UNLOCK: str = "/api/unlock-trade"
SUB_ACC_PUSH: str = "/api/sub-acc-push"
FUNDS: str = "/api/funds"
POSITIONS: str = "/api/positions"
ORDERS: str = "/api/orders"
FILLS: str = "/api/order-fills"
PLACE: str = "/api/order"
MODIFY: str = "/api/modify-order"
WRITES: tuple[str, ...] = (PLACE, MODIFY, UNLOCK)

STATIC_INFO: str = "/api/static-info"
SNAPSHOT: str = "/api/snapshot"
SUBSCRIBE: str = "/api/subscribe"
QUOTE: str = "/api/quote"
BOOK: str = "/api/orderbook"
BARS: str = "/api/history-kline"


def stream_host(rest: str) -> str:
    """The websocket is on the REST port."""
    return "ws" + rest.removeprefix("http") + STREAM
