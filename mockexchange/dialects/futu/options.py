"""Where builds of the gateway differ, or no document says what it does: what this venue does (spec 1 to 6)."""

from collections.abc import Callable
from dataclasses import dataclass

from rest_locale import N_

from ...options import choice, number, text

DAY_MS: int = 86_400_000
MOST: int = 10 ** 12
ALL_SCOPES: tuple[str, ...] = ("qot:read", "acc:read", "trade:simulate", "trade:real", "trade:unlock")


@dataclass
class FutuOptions:
    """
    The defaults take every example of the seed document word for word; the sections are those of the spec digest.

    Who may what
    - ``auth``: keys with scopes, or no keys file: all open, writes 401 (1.4.86), ``sub-acc-push`` 403 too (1.4.103) (1.2)
    - ``scopes``: of every account's token
    - ``more_keys``: further tokens on the first account: TOKEN=scope+scope
    - ``trade_scopes``: orders and unlock need ``trade:real`` (the seed), or the later rules of 1.2
    - ``whitelist_status``: what a whitelist and the cap of an order's value answer: 429 (the seed) or 403 (1.4.36) (6, #4)
    - ``terse_errors``: 403 and 429 without reasons (1.4.102, 1.4.106)
    - ``allowed_markets``, ``allowed_symbols`` (``HK.00700``), ``allowed_sides`` (``BUY``): whitelists, empty: anything
    - ``max_order_value``, ``max_daily_value`` (resets at UTC midnight), ``orders_per_minute``: 0 for no limit (1.2)
    - ``frequency``: whether the official frequencies are kept (1.7)

    What a body may be
    - ``checks``: unknown fields are dropped, or 400 as are markets that are none, empty lists, more than 100 symbols (1.4)
    - ``missing_fields``: a required field that is missing is 400, or 0, "" or false (1.5, 8)
    - ``wrapped_bodies``: whether ``{"c2s": {...}}`` is taken too (6, #7)
    - ``trd_env``: listed and taken as 0 and 1 (official); or that, and 1 of a simulated and 2 of a real account are taken too
      (both); or listed and taken as 1 and 2 (seed) (6, #1)
    - ``idempotency_s``: for how long a packet id, or an Idempotency-Key, is answered from memory; 0: never (1.6)

    Accounts and orders
    - ``acc_id``: in listings a number, or text (1.4.108) (6, #8)
    - ``sim_accounts``: one simulated account for all markets, or one a market (2.13)
    - ``odd_accounts``: further accounts are listed, of kinds and markets that no document has (6, #30)
    - ``main_account``: which of a token's accounts the journal calls by the token's own name; the other is ``TOKEN-real``
    - ``sample_shares``: of ``sample_symbol``, that every account holds when it is new
    - ``china_cash``: CNY that every account has when it is new, for China Connect
    - ``trade_password``: what unlocks real accounts, empty: anything of the right form (2.21)
    - ``sim_fills``, ``sim_history``: whether simulated accounts have lists and pushes of fills, and histories (6, #19, #20)
    - ``submit_ms``: how long a new order shows status 1, then 2 (6, #26)
    - ``hidden_ms``: how long a new order is in no list (2.19)
    - ``cancel_ms``: how long a cancel is under way, with status 12 or 13
    - ``refusals``: what the exchange refuses fails at once, or is accepted and ends with status 21 or 3
    - ``reply_ids``: the answer to an order has both ids, or none: its outcome is unknown (2.19)
    - ``ret_msg``: failure texts begin with ``[err_code=...]`` (1.4.34), or not (1.3)
    - ``err_code``: a number or text (6, #9)

    Quotes and pushes
    - ``sub_quota``, ``history_quota``: pairs of symbol and type; symbols of history in 30 days (1.7)
    - ``min_sub_s``: how long a subscription must live before it can be ended (1.7)
    - ``cache_ms``: how long after a subscription its cache is not ready (2.5)
    - ``quote_push``: quotes are pushed when registered for, or when subscribed to (6, #14)
    - ``trade_push``: orders and fills are pushed after ``sub-acc-push``, always, or never (6, #13)
    - ``frame_key``: the name of a frame's kind (6, #11)
    - ``push_body``: the whole Response, or its s2c (6, #12)
    - ``link``: whether the gateway reaches its back end; when it is lost that is pushed, when it is silent it is not (4.6)

    The market
    - ``ticks``: the Hong Kong table by the venue's date, or one of the three (5.7)
    - ``calendar``: always open, or the exchanges' hours; read when the venue is opened
    """

    auth: str = choice("keys", "open", "open_reads", "open_no_push")
    scopes: tuple[str, ...] = ALL_SCOPES
    more_keys: tuple[str, ...] = ()
    trade_scopes: str = choice("early", "late")
    whitelist_status: str = choice("429", "403")
    terse_errors: bool = False
    allowed_markets: tuple[str, ...] = ()
    allowed_symbols: tuple[str, ...] = ()
    allowed_sides: tuple[str, ...] = ()
    max_order_value: int = number(0, 0, MOST)
    max_daily_value: int = number(0, 0, MOST)
    orders_per_minute: int = number(0, 0, 100_000)
    frequency: str = choice("free", "official")
    checks: str = choice("early", "late")
    missing_fields: str = choice("refused", "defaulted")
    wrapped_bodies: bool = False
    trd_env: str = choice("both", "official", "seed")
    idempotency_s: int = number(90, 0, 86_400)
    acc_id: str = choice("number", "text")
    sim_accounts: str = choice("universal", "per_market")
    odd_accounts: bool = False
    main_account: str = choice("simulated", "real")
    sample_shares: int = number(0, 0, 1_000_000)
    sample_symbol: str = text(r"[0-9A-Z.]+", N_("a code"), "02800")
    china_cash: int = number(0, 0, MOST)
    trade_password: str = text(r".*", N_("text"))
    sim_fills: bool = False
    sim_history: bool = False
    submit_ms: int = number(0, 0, DAY_MS)
    hidden_ms: int = number(0, 0, DAY_MS)
    cancel_ms: int = number(0, 0, DAY_MS)
    refusals: str = choice("at_once", "later", "submit_failed")
    reply_ids: str = choice("both", "none")
    ret_msg: str = choice("prefixed", "plain")
    err_code: str = choice("number", "text")
    sub_quota: int = number(300, 1, 10_000)
    history_quota: int = number(100, 0, 10_000)
    min_sub_s: int = number(60, 0, 86_400)
    cache_ms: int = number(0, 0, DAY_MS)
    quote_push: str = choice("registered", "subscribed")
    trade_push: str = choice("subscribed", "always", "never")
    frame_key: str = choice("type", "event_type")
    push_body: str = choice("response", "s2c")
    link: str = choice("up", "lost", "silent")
    ticks: str = choice("by_date", "before_2025_08", "phase_1", "phase_2")
    calendar: str = choice("always", "exchange")

    def __post_init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None

    @property
    def is_late(self) -> bool:
        """Whether bodies are checked strictly."""
        return self.checks == "late"
