"""Rate limits (rest-api.md, "LIMITS"; faqs/order_count_decrement.md)."""

from collections.abc import Iterator
from typing import Any

import pytest
from binance_rest import Rest

from mockexchange import MockExchange
from mockexchange.core.events import BalanceChange, OrderReport
from mockexchange.dialects.binance import BinanceDialect
from mockexchange.dialects.binance.errors import ApiError
from mockexchange.dialects.binance.limits import (
    DAY,
    MINUTE,
    SECOND,
    Limits,
    LimitSettings,
)

NOON: int = 1_700_000_000 * SECOND // DAY * DAY + DAY // 2


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def refusal(limits: Limits, ip: str, weight: int, now: int) -> ApiError:
    with pytest.raises(ApiError) as caught:
        limits.charge(ip, weight, now)
    return caught.value


def report(execution_type: str, **changes: Any) -> OrderReport:
    fields: dict[str, Any] = dict.fromkeys(OrderReport._fields[:28], 0)
    fields.update(execution_type=execution_type, account="a", time=NOON, update_time=NOON)
    fields.update(changes)
    return OrderReport(**fields)


def test_weight_is_per_minute_and_address(clock: Clock) -> None:
    limits = Limits(LimitSettings(request_weight_1m=10), clock)
    assert limits.charge("x", 6, NOON) == 6
    assert limits.charge("x", 4, NOON) == 10
    assert limits.charge("y", 4, NOON) == 4
    error = refusal(limits, "x", 1, NOON + 20 * SECOND)
    assert (error.status, error.code, error.retry_at) == (429, -1003, NOON + MINUTE)
    assert error.msg == (
        "Too much request weight used; current limit is 10 request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API."
    )
    assert limits.charge("x", 1, NOON + MINUTE) == 1
    assert limits.refund("x", 1) == 0


def test_going_on_after_429_is_banned_longer_every_time(clock: Clock) -> None:
    limits = Limits(LimitSettings(request_weight_1m=1, ban_after=2, ban_longest_seconds=300), clock)
    now = NOON
    for seconds in (120, 240, 300, 300):
        limits.charge("x", 1, now)
        assert [refusal(limits, "x", 1, now).status for _ in range(2)] == [429, 429]
        ban = refusal(limits, "x", 1, now)
        assert (ban.status, ban.retry_at) == (418, now + seconds * SECOND)
        assert ban.msg == (
            f"Way too much request weight used; IP banned until {ban.retry_at // 1000}. "
            "Please use WebSocket Streams for live updates to avoid bans."
        )
        assert refusal(limits, "x", 1, ban.retry_at - 1).status == 418
        now = ban.retry_at
    limits.charge("y", 1, now)


def test_what_was_refused_before_a_ban_does_not_count_after_it(clock: Clock) -> None:
    limits = Limits(LimitSettings(request_weight_1m=1, ban_after=2, ban_first_seconds=1), clock)
    limits.charge("x", 1, NOON)
    assert [refusal(limits, "x", 1, NOON).status for _ in range(3)] == [429, 429, 418]
    assert [refusal(limits, "x", 1, NOON + SECOND).status for _ in range(3)] == [429, 429, 418]


@pytest.mark.parametrize("status", [418, 429])
def test_a_ban_of_all_meets_old_and_new_addresses(clock: Clock, status: int) -> None:
    limits = Limits(LimitSettings(), clock)
    limits.charge("old", 7, NOON)
    limits.ban(NOON + 5 * SECOND, status)
    for ip in ("old", "new"):
        error = refusal(limits, ip, 1, NOON + 5 * SECOND - 1)
        assert (error.status, error.code, error.retry_at) == (status, -1003, NOON + 5 * SECOND)
    assert (limits.used_weight("old"), limits.used_weight("new"), limits.used_weight("nobody")) == (7, 0, 0)
    assert limits.charge("old", 1, NOON + 5 * SECOND) == 8 and limits.charge("new", 1, NOON + 5 * SECOND) == 1


def test_raw_requests(clock: Clock) -> None:
    limits = Limits(LimitSettings(raw_requests_5m=2, request_weight_1m=1), clock)
    limits.charge("x", 0, NOON)
    limits.charge("x", 1, NOON + MINUTE)
    error = refusal(limits, "x", 0, NOON + MINUTE)
    assert (error.status, error.code, error.retry_at) == (429, -1003, NOON + 5 * MINUTE)
    assert error.msg == "Too many requests; current limit is 2 requests per 5 MINUTE."
    assert refusal(limits, "x", 0, NOON + 2 * MINUTE).retry_at == NOON + 5 * MINUTE
    assert limits.charge("x", 0, NOON + 5 * MINUTE) == 0


def test_first_fills_lower_the_count(clock: Clock) -> None:
    """order_count_decrement.md, examples 1 and 2."""
    limits = Limits(LimitSettings(), clock)
    limits.on_events([report("NEW")])
    limits.on_events([report("NEW"), report("TRADE", executed=5, last_quantity=5)])
    assert limits.order_counts("a", NOON) == (1, 1)
    limits.on_events([report("TRADE", executed=8, last_quantity=3)])
    assert limits.order_counts("a", NOON) == (1, 1), "only the first fill counts"
    for _ in range(5):
        limits.on_events([report("NEW")])
    limits.on_events([report("TRADE", executed=1, last_quantity=1, is_maker=True)])
    assert limits.order_counts("a", NOON) == (1, 1)
    limits.on_events([report("TRADE", executed=1, last_quantity=1, is_maker=True)])
    assert limits.order_counts("a", NOON) == (0, 0), "never below zero"
    limits.on_events([report("NEW"), report("CANCELED")])
    assert limits.order_counts("a", NOON) == (1, 1), "a cancel changes nothing"
    clock.now = NOON + 10 * SECOND
    assert limits.order_counts("a", clock.now) == (0, 1)
    assert limits.order_counts("a", NOON + DAY // 2 - 1) == (0, 1) and limits.order_counts("a", NOON + DAY // 2) == (0, 0)
    assert limits.order_counts("nobody", NOON) == (0, 0)


def test_other_events_are_passed_over(clock: Clock) -> None:
    limits = Limits(LimitSettings(), clock)
    other = BalanceChange(*(0 for _ in BalanceChange._fields))
    limits.on_events([other, report("NEW"), other, report("NEW", account="b"), report("NEW", update_time=NOON + 1)])
    assert limits.order_counts("a", NOON) == limits.order_counts("b", NOON) == (1, 1), "a stop that is triggered was counted"


def test_too_many_orders(clock: Clock) -> None:
    limits = Limits(LimitSettings(orders_10s=1, orders_1d=2), clock)
    assert limits.too_many_orders("a", NOON) is None
    limits.count_order("a", NOON)
    error = limits.too_many_orders("a", NOON + 3 * SECOND)
    assert error is not None
    assert (error.status, error.code, error.retry_at) == (429, -1015, NOON + 10 * SECOND)
    assert error.msg == "Too many new orders; current limit is 1 orders per 10 SECOND."
    limits.count_order("a", NOON + 10 * SECOND)
    late = limits.too_many_orders("a", NOON + 20 * SECOND)
    assert late is not None and late.msg == "Too many new orders; current limit is 2 orders per 1 DAY."
    assert (late.status, late.code, late.retry_at) == (429, -1015, NOON + DAY // 2)


def test_too_many_orders_of_a_day_within_10_seconds(clock: Clock) -> None:
    limits = Limits(LimitSettings(orders_10s=5, orders_1d=2), clock)
    limits.count_order("a", NOON)
    assert limits.too_many_orders("a", NOON) is None
    limits.count_order("a", NOON)
    error = limits.too_many_orders("a", NOON)
    assert error is not None and error.msg == "Too many new orders; current limit is 2 orders per 1 DAY."
    assert limits.too_many_orders("b", NOON) is None


def test_the_limits_as_they_are_shown(clock: Clock) -> None:
    limits = Limits(LimitSettings(request_weight_1m=11, raw_requests_5m=12, orders_10s=13, orders_1d=14), clock)
    weight = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 11}
    short = {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 13}
    long = {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 14}
    raw = {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 12}
    assert limits.table() == [weight, short, long, raw]
    limits.charge("x", 3, NOON)
    assert limits.weight_row("x") == {**weight, "count": 3} and limits.weight_row("y") == {**weight, "count": 0}
    limits.count_order("a", NOON)
    later = NOON + 10 * SECOND
    limits.count_order("a", later)
    assert limits.order_rows("a", later) == [{**short, "count": 1}, {**long, "count": 2}]
    assert limits.order_rows("b", later) == [{**short, "count": 0}, {**long, "count": 0}]


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockExchange]:
    """Windows are fixed on the clock: the venue's is set so that the test sits within one."""
    monkeypatch.setattr(
        BinanceDialect, "default_limits", LimitSettings(request_weight_1m=60, orders_10s=2, ban_after=2)
    )
    with MockExchange("binance", feed="none") as running:
        running.run(lambda venue: venue.set_clock((-venue.now() // 1000) % 86_400_000 + 1_000))
        yield running


def test_headers_and_statuses(strict: MockExchange) -> None:
    rest = Rest(strict.rest)
    assert rest.get("exchangeInfo").headers["x-mbx-used-weight-1m"] == "20"
    assert rest.get("exchangeInfo").headers["x-mbx-used-weight-1m"] == "40"
    assert rest.get("exchangeInfo").headers["x-mbx-used-weight-1m"] == "60"
    refused = rest.get("ping")
    assert refused.error[:2] == (429, -1003)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert rest.get("ping").status == 429
    banned = rest.get("ping")
    assert banned.error[:2] == (418, -1003)
    assert 100 <= int(banned.headers["retry-after"]) <= 120
    rest.connection.close()


def test_orders_over_rest(strict: MockExchange) -> None:
    rest = Rest(strict.rest)
    now = rest.get("time").json["serverTime"]
    for count in ("1", "2"):
        placed = rest.order(price="39000", timestamp=now)
        assert placed.headers["x-mbx-order-count-10s"] == count
        assert placed.headers["x-mbx-used-weight-1m"] == "1", "a placed order costs no weight"
    refused = rest.order(price="39000", timestamp=now)
    assert refused.error == (429, -1015, "Too many new orders; current limit is 2 orders per 10 SECOND.")
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    order_id = placed.json["orderId"]
    replacing = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
        "price": "39000", "cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": order_id, "timestamp": now,
    }
    assert rest.signed("POST", "order/cancelReplace", **replacing).error[:2] == (429, -1015)
    partly = rest.signed("POST", "order/cancelReplace", **replacing, orderRateLimitExceededMode="CANCEL_ONLY")
    assert partly.error[:2] == (429, -2021)
    assert partly.json["data"]["cancelResult"] == "SUCCESS"
    assert partly.json["data"]["newOrderResponse"]["code"] == -1015
    rest.connection.close()
