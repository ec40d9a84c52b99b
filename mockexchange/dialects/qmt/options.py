"""What the public builds of the server and the terminals behind it do differently: what this venue does (docs/qmt_dialect.md)."""

from collections.abc import Callable
from dataclasses import dataclass

from rest_locale import N_

from ...options import choice, number, text

DAY_MS: int = 86_400_000
SESSION_SECONDS: int = 180 * 86_400


@dataclass
class QmtOptions:
    """
    The defaults are the manual's server (build A) on a fast terminal; the sections are those of the spec.

    - ``build``: A takes ``order_num`` or ``position_pct``; B takes ``position_pct`` only and has market data (2.0)
    - ``login``: which login contracts there are: the public server's form, the manual's JSON, or both (1.3, 2.7)
    - ``session_s``: how long a session lasts, in seconds (1.3)
    - ``window_s``: how far a request's timestamp may be off, in seconds (1.4), real ones where the venue's time goes faster
    - ``timestamps``: whether a timestamp must be the venue's time, or any will do
    - ``terminal``: mini carries out orders at once; full one by one, ``order_ms`` each, also when the client has gone
    - ``order_ms``: how long the full terminal takes for one order or cancel
    - ``call_ms``: how long every call of the terminal takes
    - ``restart_at``: HH:MM in Shanghai at which the full terminal restarts every day, empty: never
    - ``restart_s``: how long its restart takes; meanwhile its link is lost
    - ``restart_keeps_queue``: whether orders that it has not carried out yet survive the restart
    - ``link``: whether the server reaches the terminal: without it calls hang (A), or end in a 500 (B) (2.0)
    - ``link_error_s``: after how many seconds build B gives up
    - ``late``: what becomes of an order that hung when the link was lost, and that nobody waits for when it is back
    - ``stale_positions``: positions, and what they are worth, answer for ever what they were when this was set
    - ``refusals``: an order that the exchange refuses gets an id and status 57, or no id at once (2.3)
    - ``report_ms``: how long a new order shows status 48, then 49
    - ``cancel_ms``: how long a cancel is under way, with status 51 or 52
    - ``strategy_name``: kept, ``quant_<n>`` in its place, or empty; build B overwrites it always (2.0)
    - ``results``: the order's own result flat, or one level deeper as older builds have it (2.0)
    - ``repo_side``: ``trade/nhg`` sells the repo, or buys it as older builds do, which the exchange refuses (2.0)
    - ``percent_retries``: how often a percentage buy is carried out again after an exception that came late (2.3)
    - ``time_unit``: of an order's ``time`` (2.4)
    - ``price_type``: codes of orders as xtquant documents them (11, 5, 42 ...), or as seen at counters (50, 88) (2.4)
    - ``nan_prices``: prices that are missing are ``NaN`` (6, #25)
    - ``odd_rows``: positions have a placeholder that cannot be traded (2.2)
    - ``account_order``: the accounts in the order of the configuration, or reversed: indices shift (2.2)
    - ``calendar``: always open, or the exchange's hours; read when the venue is opened
    """

    build: str = choice("A", "B")
    login: str = choice("both", "form", "json")
    session_s: int = number(SESSION_SECONDS, 1, SESSION_SECONDS)
    window_s: int = number(300, 1, 86_400)
    timestamps: str = choice("venue", "any")
    terminal: str = choice("mini", "full")
    order_ms: int = number(200, 0, DAY_MS)
    call_ms: int = number(0, 0, DAY_MS)
    restart_at: str = text(r"(([01][0-9]|2[0-3]):[0-5][0-9])?", N_("HH:MM or empty"))
    restart_s: int = number(60, 1, 86_400)
    restart_keeps_queue: bool = True
    link: str = choice("up", "lost")
    link_error_s: int = number(12, 0, 86_400)
    late: str = choice("execute", "drop")
    stale_positions: bool = False
    refusals: str = choice("later", "at_once")
    report_ms: int = number(0, 0, DAY_MS)
    cancel_ms: int = number(0, 0, DAY_MS)
    strategy_name: str = choice("kept", "overwritten", "dropped")
    results: str = choice("flat", "nested")
    repo_side: str = choice("sell", "buy")
    percent_retries: int = number(0, 0, 3)
    time_unit: str = choice("seconds", "milliseconds")
    price_type: str = choice("documented", "observed")
    nan_prices: bool = False
    odd_rows: bool = False
    account_order: str = choice("config", "reversed")
    calendar: str = choice("always", "exchange", at_opening=True)

    def __post_init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None       # the terminal looks at its link then

    @property
    def is_b(self) -> bool:
        return self.build == "B"
