"""
Rate limits (rest-api.md, "LIMITS"; faqs/order_count_decrement.md).

Request weight and raw requests are counted by IP address, unfilled orders by account, all in
windows fixed on the server's clock (12:34:00 to 12:34:10 and so on, days in UTC). Who goes
on after 429 is banned with 418, longer every time. Times are microseconds.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ...core.events import Event, ListReport, OrderReport
from ...core.orders import NO_LIST
from .errors import ApiError

SECOND: int = 1_000_000
TEN_SECONDS: int = 10 * SECOND
MINUTE: int = 60 * SECOND
DAY: int = 86_400 * SECOND

TAKER_CREDIT: int = 1               # what the first fill of an order takes off the unfilled count
MAKER_CREDIT: int = 5


@dataclass(slots=True)
class LimitSettings:
    """The numbers, as exchangeInfo shows them. ``ban_after``: 429 answers within a minute that earn a ban."""

    request_weight_1m: int = 6000
    raw_requests_5m: int = 300_000
    orders_10s: int = 100
    orders_1d: int = 160_000
    ban_after: int = 10
    ban_first_seconds: int = 120
    ban_longest_seconds: int = 3 * 86_400


class _Address:
    __slots__ = ("minute", "weight", "five", "requests", "refused", "banned_until", "ban_status", "bans")

    def __init__(self) -> None:
        self.minute: int = -1
        self.weight: int = 0
        self.five: int = -1
        self.requests: int = 0
        self.refused: int = 0
        self.banned_until: int = 0
        self.ban_status: int = 418
        self.bans: int = 0

    def roll(self, minute: int) -> None:
        """Begin the windows of ``minute``, where those are others."""
        self.minute = minute
        self.weight = 0
        self.refused = 0
        five: int = minute // 5
        if five != self.five:
            self.five = five
            self.requests = 0


class _Orders:
    __slots__ = ("ten", "short", "day", "long")

    def __init__(self) -> None:
        self.ten: int = -1
        self.short: int = 0
        self.day: int = -1
        self.long: int = 0

    def roll(self, now: int) -> None:
        """Begin the windows of ``now``, where those are others."""
        ten: int = now // TEN_SECONDS
        if ten != self.ten:
            self.ten = ten
            self.short = 0
            day: int = now // DAY
            if day != self.day:
                self.day = day
                self.long = 0


class Limits:
    """What every address and every account has used up."""

    def __init__(self, settings: LimitSettings, clock: Callable[[], int]) -> None:
        self.settings: LimitSettings = settings
        self._clock: Callable[[], int] = clock
        self._addresses: dict[str, _Address] = {}
        self._orders: dict[str, _Orders] = {}
        self._ban: tuple[int, int] = (0, 418)           # what an address that comes for the first time meets

    # by address

    def charge(self, ip: str, weight: int, now: int) -> int:
        """
        Book one request; the weight used this minute is returned.

        Raises 429 (-1003) past a limit, and 418 for an address that is banned.
        """
        address = self._addresses.get(ip) or self._meet(ip)
        if now < address.banned_until:
            raise self._banned(address)
        minute: int = now // MINUTE
        if minute != address.minute:
            address.roll(minute)
        address.requests += 1
        settings = self.settings
        used: int = address.weight + weight
        if used <= settings.request_weight_1m and address.requests <= settings.raw_requests_5m:
            address.weight = used
            return used
        if used > settings.request_weight_1m:
            raise self._refuse(address, now, ApiError(
                -1003,
                f"Too much request weight used; current limit is {settings.request_weight_1m} request weight "
                "per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
                retry_at=(minute + 1) * MINUTE,
            ))
        raise self._refuse(address, now, ApiError(
            -1003,
            f"Too many requests; current limit is {settings.raw_requests_5m} requests per 5 MINUTE.",
            retry_at=(address.five + 1) * 5 * MINUTE,
        ))

    def check_ban(self, ip: str, now: int) -> None:
        """Raises 418 for an address that is banned."""
        address = self._addresses.get(ip) or self._meet(ip)
        if now < address.banned_until:
            raise self._banned(address)

    def refuse(self, ip: str, now: int, error: ApiError) -> ApiError:
        """The 429 answer, or the ban that one too many of them earns."""
        address = self._addresses.get(ip) or self._meet(ip)
        if now // MINUTE != address.minute:
            address.roll(now // MINUTE)
        return self._refuse(address, now, error)

    def ban(self, until: int, status: int) -> None:
        """Answer every address ``status``, 418 or 429, until then."""
        self._ban = (until, status)
        for address in self._addresses.values():
            address.banned_until, address.ban_status = until, status

    def refund(self, ip: str, weight: int) -> int:
        """Take back the weight of an order request that succeeded (it costs nothing since 2026-04-02)."""
        address = self._addresses[ip]
        address.weight = max(0, address.weight - weight)
        return address.weight

    def used_weight(self, ip: str) -> int:
        address = self._addresses.get(ip)
        return 0 if address is None else address.weight

    def _meet(self, ip: str) -> _Address:
        """An address that comes for the first time."""
        address = self._addresses[ip] = _Address()
        address.banned_until, address.ban_status = self._ban
        return address

    def _refuse(self, address: _Address, now: int, error: ApiError) -> ApiError:
        settings = self.settings
        address.refused += 1
        if address.refused <= settings.ban_after:
            return error
        seconds: int = min(settings.ban_first_seconds << min(address.bans, 30), settings.ban_longest_seconds)
        address.bans += 1
        address.refused = 0
        address.banned_until = now + seconds * SECOND
        address.ban_status = 418
        return self._banned(address)

    def _banned(self, address: _Address) -> ApiError:
        return ApiError(
            -1003,
            f"Way too much request weight used; IP banned until {address.banned_until // 1000}. "
            "Please use WebSocket Streams for live updates to avoid bans.",
            status=address.ban_status,
            retry_at=address.banned_until,
        )

    # by account

    def order_counts(self, account: str, now: int) -> tuple[int, int]:
        """Unfilled orders of the account in the running 10 seconds and the running day."""
        orders = self._orders.get(account)
        if orders is None:
            return 0, 0
        if now // TEN_SECONDS != orders.ten:
            orders.roll(now)
        return orders.short, orders.long

    def too_many_orders(self, account: str, now: int, more: int = 0) -> ApiError | None:
        """The 429 (-1015) that a further order would get, with ``more`` orders beside it; None within the limits."""
        settings = self.settings
        orders = self._orders.get(account)
        if not more and orders is not None and orders.short < settings.orders_10s and orders.long < settings.orders_1d:
            return None                     # nor with the counts of a later window, which are lower
        short, long = (count + more for count in self.order_counts(account, now))
        if short >= settings.orders_10s:
            return ApiError(
                -1015, f"Too many new orders; current limit is {settings.orders_10s} orders per 10 SECOND.",
                retry_at=(now // TEN_SECONDS + 1) * TEN_SECONDS,
            )
        if long >= settings.orders_1d:
            return ApiError(
                -1015, f"Too many new orders; current limit is {settings.orders_1d} orders per 1 DAY.",
                retry_at=(now // DAY + 1) * DAY,
            )
        return None

    def count_order(self, account: str, now: int, count: int = 1) -> None:
        """Add unfilled orders: a placed one, those of a list, or one that cancelReplace did not attempt."""
        orders = self._orders.get(account)
        if orders is None:
            orders = self._orders[account] = _Orders()
        if now // TEN_SECONDS != orders.ten:
            orders.roll(now)
        orders.short += count
        orders.long += count

    def on_events(self, events: list[Event]) -> None:
        """Listener of the venue: counts placed orders up, first fills down, never below zero."""
        for event in events:
            if type(event) is not OrderReport:
                if type(event) is ListReport and event.is_placement:
                    self.count_order(event.account, event.time, len(event.orders))
                continue
            if event.execution_type == "NEW":
                # a triggered stop reports NEW once more; those of lists are counted with them
                if event.update_time == event.time and event.order_list_id == NO_LIST:
                    self.count_order(event.account, event.time)
            elif event.execution_type == "TRADE" and event.executed == event.last_quantity:
                orders = self._orders.get(event.account)
                if orders is not None:
                    orders.roll(event.update_time)
                    credit: int = MAKER_CREDIT if event.is_maker else TAKER_CREDIT
                    orders.short = max(0, orders.short - credit)
                    orders.long = max(0, orders.long - credit)

    # as exchangeInfo and the answers show them

    def table(self) -> list[dict[str, object]]:
        settings = self.settings
        return [
            _row("REQUEST_WEIGHT", "MINUTE", 1, settings.request_weight_1m),
            _row("ORDERS", "SECOND", 10, settings.orders_10s),
            _row("ORDERS", "DAY", 1, settings.orders_1d),
            _row("RAW_REQUESTS", "MINUTE", 5, settings.raw_requests_5m),
        ]

    def order_rows(self, account: str, now: int) -> list[dict[str, object]]:
        short, long = self.order_counts(account, now)
        settings = self.settings
        return [
            {**_row("ORDERS", "SECOND", 10, settings.orders_10s), "count": short},
            {**_row("ORDERS", "DAY", 1, settings.orders_1d), "count": long},
        ]

    def weight_row(self, ip: str) -> dict[str, object]:
        return {
            **_row("REQUEST_WEIGHT", "MINUTE", 1, self.settings.request_weight_1m),
            "count": self.used_weight(ip),
        }


def _row(kind: str, interval: str, number: int, limit: int) -> dict[str, object]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}
