"""Host, paths and limits of the HashEx spot OpenAPI, as data."""

from enum import IntEnum

REST_HOST: str = "https://open.hashex.vip"

TIME: str = "/spot/v1/p/time"
SYMBOLS: str = "/spot/v1/p/symbol/configs"              # not in every deployment
TICKERS: str = "/spot/v1/p/quotation/tickers"
# The single ticker has two paths in the documents; a deployment may know only one of them
TICKER_PATHS: tuple[str, ...] = ("/spot/v1/p/quotation/ticker", "/spot/v1/p/quotation/trend/ticker")
DEPTH: str = "/spot/v1/p/quotation/depth"
KLINE: str = "/spot/v1/p/quotation/kline"

CREATE: str = "/spot/v1/u/trade/order/create"
CANCEL: str = "/spot/v1/u/trade/order/cancel"
DETAIL: str = "/spot/v1/u/trade/order/detail"
OPEN_ORDERS: str = "/spot/v1/u/trade/order/list"
HISTORY: str = "/spot/v1/u/trade/order/history"
DEALS: str = "/spot/v1/u/trade/order/deal"
BALANCE: str = "/spot/v1/u/balance/spot"
TOKEN: str = "/spot/v1/u/ws/token"

STREAM_PATH: str = "/spot/v1/ws/socket"

KLINE_PAGE: int = 1_500
PAGE: int = 100                     # rows of a list call; maxima beyond it are not documented
PAGES: int = 50                     # no walk through a list goes further
DEPTH_LEVEL: int = 20
OPEN_STATE: int = 9                 # the list call's word for "all open"

# No rate limit is documented; these are what clients of the platform found to be safe.
REQUESTS_PER_SECOND: float = 10.0
BURST: int = 10


class Rank(IntEnum):
    """Who goes first while requests wait for their turn."""

    CANCEL = 0
    CREATE = 1
    QUESTION = 2        # of one order or its fills, the clock, the token
    QUERY = 3           # lists, balances, market data


def stream_host(rest_host: str, given: str) -> str:
    """The sockets' host: the one given, else that of the REST API."""
    if given:
        return given
    scheme, _, rest = rest_host.partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}"
