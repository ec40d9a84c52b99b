"""What the server, its two processes and its clients' connections can suffer from: what this venue does (spec 3 to 11)."""

from collections.abc import Callable
from dataclasses import dataclass

from ...options import choice, number

DAY_MS: int = 86_400_000
TOKEN_SECONDS: int = 1_800
MOST_CONTRACTS: int = 50_000
TRADING_UP, TRADING_HUNG, TRADING_DOWN = "up", "hung", "down"
WEB_UP, WEB_TERM, WEB_KILL = "up", "term", "kill"


@dataclass
class WebTraderOptions:
    """
    The defaults are vnpy_webtrader 1.1.0 with the MockBinance gateway behind it, both well; the sections are those of the spec.
    An option marked * is set back by the venue itself when that state has ended.

    Words and tokens
    - ``language``: of both server processes; enum words and ``/openapi.json`` follow it (5.1)
    - ``build``: the package, or a server built from the seed document (10)
    - ``token_s``: how long a token is good, in seconds (3.1)
    - ``expired_handshake``: HTTP status of a websocket handshake whose token is expired or garbage (4)
    - ``token_secret``: tokens survive a restart of the web process, or are void (2.2, 3.1)
    - ``id_form``: the answer to an order as the build has it, or an object that holds the id under this name (10, #6)
    - ``ws_token``: the socket's token is in its URL, or is its first text message (10, #11)

    The web process
    - ``web``: it serves; or it was ended by SIGTERM (sockets close with 1012) or SIGKILL (no close frame); then connections are cut
    - ``sockets`` *: closes the websockets that are open now with this code, or without a close frame
    - ``keep_alive_ms``: after how long an idle HTTP connection is closed (3)
    - ``rpc`` *: broken after a time-out, until the web process is restarted: 500 for whatever needs it (6.2)
    - ``rpc_heals``: the repaired launcher of 2.2: a time-out breaks nothing
    - ``rpc_timeout_ms``: of one call (1)

    The trading process
    - ``trading``: it works, hangs (everything waits, and is done when it goes on), or is gone; up again after that, it has forgotten
      orders, trades and subscriptions (6.2, 8.3)
    - ``reconnect_ms``: how long its gateway takes to connect after a restart; until then all lists are empty
    - ``reported``: what its gateway then reports of the orders and trades that there were
    - ``order_numbers``: order ids go on after its restart, or begin at 1 again (8.2)
    - ``rpc_ms``: how long each call takes; one at a time for everybody (1)
    - ``event_ms``: how long its event engine holds an event back: lists and pushes are late by that (3.5)
    - ``broken_lists``: lists that cannot be sent: order, trade, account, position, contract, tick (5.3)
    - ``gateways``: its gateway alone, or beside another one with an account, positions and orders of the same names (8.2)
    - ``more_contracts``: how many contracts are listed besides, which cannot be traded (7.2)

    Orders
    - ``order_ms``: how long the remote ``send_order`` takes; the order is executed at its end (6.1, 6.3)
    - ``order_500``: what became of an order that is answered 500. After the RPC time-out: executed, dropped, or executed ``late_ms``
      after the 500; at once, because the remote gateway raised: raised, raised_executed (6.3)
    - ``late_ms``: see ``order_500``
    - ``order_answer``: an id, or "": the remote gateway refuses every order before it sends it (3.4)
    - ``answer_ms``: how long after its execution an order is answered: pushes come first (7.3)
    - ``references``: kept; only in the first push; or never shown (8.1)
    - ``cancels``: passed on, or silently ignored (3.5)

    Pushes
    - ``pushes`` *: they flow; no socket is ever told anything (2.2); or they have ended until the web process is restarted (5.3)
    - ``lose_pushes`` *: how many messages from now on reach nobody (7.4)
    - ``push_order``: order pushes of one event leave in their order, or the last first (7.3)
    - ``nan_fields``, ``null_fields``: fields of any row whose numbers are ``NaN`` (``null`` over REST), or ``null`` (5.3)
    - ``odd_words``: enum fields whose word no version has (5.1)
    - ``extra_keys``: rows have keys that no document has, ticks ten levels (5.3)
    """

    language: str = choice("zh", "en")
    build: str = choice("package", "seed")
    token_s: int = number(TOKEN_SECONDS, 1, 86_400)
    expired_handshake: str = choice("500", "403")
    token_secret: str = choice("kept", "fresh")
    id_form: str = choice("build", "vt_orderid", "orderid")
    ws_token: str = choice("url", "message")
    web: str = choice(WEB_UP, WEB_TERM, WEB_KILL)
    sockets: str = choice("open", "1012", "1011", "drop")
    keep_alive_ms: int = number(5_000, 1, DAY_MS)
    rpc: str = choice("up", "broken")
    rpc_heals: bool = False
    rpc_timeout_ms: int = number(30_000, 1, DAY_MS)
    trading: str = choice(TRADING_UP, TRADING_HUNG, TRADING_DOWN)
    reconnect_ms: int = number(0, 0, DAY_MS)
    reported: str = choice("today", "open", "nothing")
    order_numbers: str = choice("unique", "reused")
    rpc_ms: int = number(0, 0, DAY_MS)
    event_ms: int = number(0, 0, DAY_MS)
    broken_lists: tuple[str, ...] = ()
    gateways: str = choice("one", "two")
    more_contracts: int = number(0, 0, MOST_CONTRACTS)
    order_ms: int = number(0, 0, DAY_MS)
    order_500: str = choice("never", "executed", "dropped", "later", "raised", "raised_executed")
    late_ms: int = number(30_000, 0, DAY_MS)
    order_answer: str = choice("id", "empty")
    answer_ms: int = number(0, 0, DAY_MS)
    references: str = choice("kept", "first", "never")
    cancels: str = choice("passed", "ignored")
    pushes: str = choice("flow", "silent", "ended")
    lose_pushes: int = number(0, 0, 1_000_000)
    push_order: str = choice("kept", "reversed")
    nan_fields: tuple[str, ...] = ()
    null_fields: tuple[str, ...] = ()
    odd_words: tuple[str, ...] = ()
    extra_keys: bool = False

    def __post_init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None

    @property
    def is_seed(self) -> bool:
        """Whether the server is one built from the seed document."""
        return self.build == "seed"
