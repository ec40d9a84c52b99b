"""Hosts, paths and stream names of Binance spot, as data (rest-api.md, web-socket-api.md, web-socket-streams.md)."""

# Server = BINANCE with empty host fields: the public test network, where nobody loses money by accident
TESTNET_REST_HOST: str = "https://testnet.binance.vision"
TESTNET_STREAM_HOST: str = "wss://stream.testnet.binance.vision"

# A venue's REST host -> the hosts of its market streams and its WebSocket API
STREAM_HOSTS: dict[str, tuple[str, str]] = {
    "https://testnet.binance.vision": (
        "wss://stream.testnet.binance.vision", "wss://ws-api.testnet.binance.vision"
    ),
    "https://demo-api.binance.com": ("wss://demo-stream.binance.com", "wss://demo-ws-api.binance.com"),
}
LIVE_STREAM_HOSTS: tuple[str, str] = ("wss://stream.binance.com:9443", "wss://ws-api.binance.com:443")
LIVE_REST_HOSTS: frozenset[str] = frozenset(
    f"https://{name}.binance.com" for name in ("api", "api-gcp", "api1", "api2", "api3", "api4")
)

TIME: str = "/api/v3/time"
DAY_FIGURES: str = "/api/v3/ticker/24hr"
BEST_PRICES: str = "/api/v3/ticker/bookTicker"
EXCHANGE_INFO: str = "/api/v3/exchangeInfo"
ACCOUNT: str = "/api/v3/account"
ORDER: str = "/api/v3/order"
AMEND: str = "/api/v3/order/amend/keepPriority"
CANCEL_REPLACE: str = "/api/v3/order/cancelReplace"
OPEN_ORDERS: str = "/api/v3/openOrders"
ALL_ORDERS: str = "/api/v3/allOrders"
MY_TRADES: str = "/api/v3/myTrades"
KLINES: str = "/api/v3/klines"

MARKET_STREAM_PATH: str = "/stream"
WS_API_PATH: str = "/ws-api/v3"

WS_ORDER_PLACE: str = "order.place"
WS_ORDER_CANCEL: str = "order.cancel"
WS_ORDER_STATUS: str = "order.status"
WS_USER_STREAM: str = "userDataStream.subscribe.signature"

# Streams a subscribed symbol takes, each "<symbol>@<name>"
CHANNELS: tuple[str, ...] = ("bookTicker", "depth5@100ms", "aggTrade", "ticker")

RECV_WINDOW: int = 2_000            # ms a signed request stays valid: as long as an order that is late may still be taken
QUERY_TIMEOUT: float = 5.0          # s for questions; what lists all symbols gets as long as an order
ENGINE_TIMEOUT: float = 10.0        # s Binance itself waits for its engine (rest-api.md, General API Information)
PAGE: int = 1_000                   # rows a list call gives at most
WEIGHT_LIMIT: int = 6_000           # request weight of a minute, unless exchangeInfo tells another
SUBSCRIBE_BATCH: int = 200          # streams named in one SUBSCRIBE
SUBSCRIBE_INTERVAL: float = 0.4     # s between messages: a connection may send five a second, pings and pongs count, and some may arrive together
STREAMS_PER_CONNECTION: int = 1_024

# A venue with few symbols is asked for today's orders and fills of all of them, a large one only
# for those that the account has something to do with.
SMALL_VENUE: int = 20
MOST_SYMBOLS: int = 50


def stream_hosts(rest_host: str, stream_host: str) -> tuple[str, str]:
    """
    Hosts of the market streams and of the WebSocket API. A stream host that was given serves both,
    as the mock exchange and most private deployments do.
    """
    if stream_host:
        for market, trade in (LIVE_STREAM_HOSTS, *STREAM_HOSTS.values()):
            if stream_host.partition("//")[2].split(":")[0] == market.partition("//")[2].split(":")[0]:
                return stream_host, trade
        return stream_host, stream_host
    if rest_host in LIVE_REST_HOSTS:
        return LIVE_STREAM_HOSTS
    if rest_host in STREAM_HOSTS:
        return STREAM_HOSTS[rest_host]
    scheme, _, rest = rest_host.partition("://")
    same: str = ("wss" if scheme == "https" else "ws") + "://" + rest
    return same, same
