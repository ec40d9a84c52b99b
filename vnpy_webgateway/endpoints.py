"""Paths of the REST interface, and the address of the socket (spec 3 and 4)."""

from urllib.parse import quote

HOST: str = "http://127.0.0.1:8000"

LOGIN: str = "/token"
SCHEMA: str = "/openapi.json"       # needs no token and no RPC: it alone answers while the trading process hangs
CONTRACTS: str = "/contract"
ACCOUNTS: str = "/account"
POSITIONS: str = "/position"
ORDERS: str = "/order"
TRADES: str = "/trade"
TICKS: str = "/tick"


def stream_url(rest: str, token: str) -> str:
    """The socket of a server at ``http[s]://host[:port][/path]``. The slash before the question mark is needed."""
    return f"ws{rest.removeprefix('http')}/ws/?token={quote(token, safe='')}"
