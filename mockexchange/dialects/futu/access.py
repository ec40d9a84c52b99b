"""Who may what (spec 1.2): tokens, their scopes, the modes without a keys file, whitelists and limits of a key."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .contents import REAL_SUFFIX
from .errors import ApiError
from .options import ALL_SCOPES, FutuOptions

MINUTE_US: int = 60_000_000
DAY_US: int = 24 * 60 * MINUTE_US
SIDES: dict[int, str] = {1: "BUY", 2: "SELL", 3: "SELL_SHORT", 4: "BUY_BACK"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. ``login``: the account's token, also for another token on it; ``token`` "" where there are no keys."""

    token: str
    login: str
    scopes: frozenset[str]
    is_keyed: bool = True


class Access:
    """
    The keys of one venue. ``keys`` are those that are good now: core account -> secret; ``first`` the account of the ready line.
    """

    def __init__(self, keys: Mapping[str, str], first: str, options: FutuOptions, now: Callable[[], int]) -> None:
        self._keys: Mapping[str, str] = keys
        self._first: str = first
        self._options: FutuOptions = options
        self._now: Callable[[], int] = now
        self._calls: dict[str, deque[int]] = {}         # token -> times of trade calls within a minute
        self._spent: dict[str, tuple[int, int]] = {}    # token -> (day, value ordered on it in 1e-8)

    # -- who

    def identify(self, header: str, query_token: str = "") -> Caller:
        """By ``Authorization: Bearer TOKEN``, or ``?token=`` (websocket only). ApiError 401 for who is not known."""
        options = self._options
        scheme, _, token = header.partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        token = token or query_token
        if options.auth != "keys":
            return Caller("", token if self._is_login(token) else self._first, frozenset(ALL_SCOPES), False)
        if not token:
            raise ApiError(401, "missing bearer token")
        for each in options.more_keys:
            name, _, scopes = each.partition("=")
            if token == name and self._is_login(self._first):
                return Caller(token, self._first, frozenset(scopes.split("+")))
        if not self._is_login(token):
            raise ApiError(401, "invalid or expired token")
        return Caller(token, token, frozenset(options.scopes))

    def _is_login(self, token: str) -> bool:
        return token in self._keys and not token.endswith(REAL_SUFFIX)

    # -- what

    def admit(self, caller: Caller, scope: str, path: str) -> None:
        """ApiError 403 for a scope that the caller does not have, 401 for writes where there are no keys."""
        mode: str = self._options.auth
        is_trade: bool = scope in ("trade", "unlock")
        if not caller.is_keyed:
            if is_trade and mode != "open":
                raise ApiError(401, "trade routes need a keys file")
            if path == "/api/sub-acc-push" and mode == "open_no_push":
                raise self.forbidden("sub-acc-push needs a keys file")
            return
        if is_trade:
            late: bool = self._options.trade_scopes == "late"
            any_of: set[str] = {"trade:real"}
            if late:
                any_of = {"trade:unlock"} if scope == "unlock" else {"trade:real", "trade:simulate", "trade:unlock"}
        else:
            any_of = {scope}
        if not any_of & caller.scopes:
            raise self.forbidden(f"scope {' or '.join(sorted(any_of))} is missing")

    def admit_environment(self, caller: Caller, is_real: bool) -> None:
        """The handler's look at the environment (later builds): ApiError 403."""
        scope: str = "trade:real" if is_real else "trade:simulate"
        if caller.is_keyed and self._options.trade_scopes == "late" and not caller.scopes & {scope, "trade:real"}:
            raise self.forbidden(f"scope {scope} is missing")

    def forbidden(self, text: str) -> ApiError:
        return ApiError(403, "forbidden" if self._options.terse_errors else text)

    # -- how much

    def count(self, caller: Caller) -> None:
        """Every call of a trade route counts, also one that fails. ApiError 429 for too many within a minute."""
        cap: int = self._options.orders_per_minute
        now: int = self._now()
        calls: deque[int] = self._calls.setdefault(caller.token, deque())
        while calls and calls[0] <= now - MINUTE_US:
            calls.popleft()
        if cap and len(calls) >= cap:
            raise self.limited(f"rate limit exceeded: {len(calls)} orders in the last 60s (cap {cap})")
        calls.append(now)

    def check_order(self, caller: Caller, market: str, symbol: str, side: int, value: int) -> None:
        """
        Whitelists, the cap of one order and the value of a day, in 1e-8 of the order's money. ``market``: as pushes name it, ``symbol``:
        as ``HK.00700``.
        """
        options = self._options
        for allowed, wanted, word in (
            (options.allowed_markets, market, "market"), (options.allowed_symbols, symbol, "symbol"),
            (options.allowed_sides, SIDES.get(side, str(side)), "side"),
        ):
            if allowed and wanted not in allowed:
                raise self._whitelisted(f"{word} {wanted} is not allowed")
        if options.max_order_value and value > options.max_order_value * 10 ** 8:
            raise self._whitelisted(f"order value {value / 10 ** 8} > {options.max_order_value}")
        if options.max_daily_value:
            day: int = self._now() // DAY_US
            since, spent = self._spent.get(caller.token, (day, 0))
            if since != day:
                spent = 0
            if spent + value > options.max_daily_value * 10 ** 8:
                raise self.limited(
                    f"daily value {(spent + value) / 10 ** 8} > {options.max_daily_value} "
                    f"(current={spent / 10 ** 8} + order={value / 10 ** 8})"
                )
            self._spent[caller.token] = (day, spent + value)

    def _whitelisted(self, text: str) -> ApiError:
        return self.limited(text) if self._options.whitelist_status == "429" else self.forbidden(text)

    def limited(self, text: str) -> ApiError:
        return ApiError(429, "limit check failed" if self._options.terse_errors else f"limit check failed: {text}")
