"""F1 to F11, F14 to F21, F54 to F60, F67: requests that are lost, late, refused, or answered with something else."""

from collections.abc import Mapping
from typing import Any

from rest_locale import _

from ..conform.profile import PAGE
from ..conform.rows_connections import NOTICED
from ..conform.rows_orders import BEYOND_MS, HELD_MS
from .bench import CANCEL, Bench, hit, one_of, strike

CUT: str = '{"orderId": 12, "status"'
WEIGHT: str = '{"code":-1003,"msg":"Too much request weight used."}'
LATE_MS: int = 1_500
CROSS_MS: int = 4_000           # a cancel that is held so long crosses fills
WHILE: float = 20.0             # s that what lasts does


@strike("F1")
def before_the_engine(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("before_engine", "hang")])


@strike("F2")
def after_the_engine(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("after_engine", "hang")])


@strike("F3")
def reset(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("before_engine", "reset"), hit("after_engine", "reset"), hit("on_reply", "close")])


@strike("F4")
def server_errors(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("after_engine", "status", status=status, body=body) for status, body in (
        (500, PAGE), (502, PAGE), (503, '{"code":-1000,"msg":"unknown"}'), (504, ""),
    )])


@strike("F5")
def unknown(bench: Bench) -> None:
    status, body = bench.labels.unknown
    one_of(bench, bench.orders, [hit("after_engine", "status", status=status, body=body)])


@strike("F6", needs="too_many")
def too_many(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("before_engine", "status", lasts=1.1, status=status, body=body, headers={"Retry-After": "1"}) for status, body in (
        (429, bench.labels.too_many), (503, bench.labels.busy),
    )])


@strike("F7")
def rate_limit(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("before_engine", "status", lasts=3.0, status=429, body=WEIGHT, headers={"Retry-After": "3"})])


@strike("F8")
def banned(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("before_engine", "status", lasts=3.0, status=418, body=WEIGHT, headers={"Retry-After": "3"})])


@strike("F9")
def malformed(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("on_reply", "body", body=CUT)])


@strike("F10")
def truncated(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("on_reply", "truncate")])


@strike("F11")
def odd(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("on_reply", "body", set=dict(bench.labels.odd_order))])


@strike("F14")
def late_answer(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("on_reply", "delay", lasts=0.5, ms=500)])


@strike("F16")
def held(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit(stage, "delay", lasts=HELD_MS / 1_000, ms=HELD_MS) for stage in ("before_engine", "on_reply")])


@strike("F17", CANCEL)
def cancel_crosses(bench: Bench) -> None:
    one_of(bench, bench.labels.cancel, [hit("before_engine", "delay", lasts=CROSS_MS / 1_000, ms=CROSS_MS)])


@strike("F18", CANCEL)
def cancel_unknown(bench: Bench) -> None:
    one_of(bench, bench.labels.cancel, [hit("before_engine", "hang"), hit("after_engine", "hang"), hit("on_reply", "reset")])


@strike("F19", needs="duplicate")
def in_use(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("after_engine", "status", status=400, body=bench.labels.duplicate)])


@strike("F21")
def too_old(bench: Bench) -> None:
    if bench.struck(bench.arm(bench.orders, "before_engine", "delay", ms=HELD_MS)):
        bench.set_clock(BEYOND_MS)
        bench.did.append(_("the venue's clock is {seconds} s ahead").format(seconds=BEYOND_MS // 1_000))
        bench.lasts(WHILE)
        bench.set_clock(0)


@strike("F32")
def hung_routes(bench: Bench) -> None:
    reads = bench.arm("GET *", "before_engine", "hang", times=0)
    bench.struck(reads, seconds=NOTICED)
    bench.lasts(WHILE)


@strike("F54", needs="refused_inside")
def refused_inside(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("before_engine", "status", status=status, body=body) for status, body, __ in bench.labels.refused_inside])


@strike("F55")
def filled_before_its_answer(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("on_reply", "delay", lasts=LATE_MS / 1_000, ms=LATE_MS)])


@strike("F56", needs="backend_lost")
def back_end_lost(bench: Bench) -> None:
    with_options(bench, bench.profile.backend_lost, NOTICED)


@strike("F57", needs="tag_lost")
def tag_lost(bench: Bench) -> None:
    options = bench.random.choice(list(bench.profile.tag_lost))
    before = bench.venue.state()["options"]
    bench.venue.set_options(**options)
    one_of(bench, bench.orders, [hit("after_engine", "reset", lasts=WHILE)])
    bench.venue.set_options(**{name: before[name] for name in options})


@strike("F58", needs="expired")
def expired(bench: Bench) -> None:
    one_of(bench, bench.orders, [hit("before_engine", "status", status=status, body=body) for status, body in bench.labels.expired])


@strike("F60")
def executed_late(bench: Bench) -> None:
    late = bench.arm(bench.orders, "before_engine", "delay", ms=3_000, ack=True)
    bench.arm(bench.orders, "on_reply", "status", status=500, body=PAGE)
    if bench.struck(late):
        bench.arm("*", "before_engine", "status", status=500, body=PAGE, times=0)
        bench.lasts(5.0)


@strike("F62", needs="order_push")
def confirmed_then_unknown(bench: Bench) -> None:
    status, body = bench.labels.unknown
    bench.arm(bench.orders, "after_engine", "delay", ms=600)
    bench.struck(bench.arm(bench.orders, "after_engine", "status", status=status, body=body))


@strike("F65")
def executed_after_it_was_lost(bench: Bench) -> None:
    ms: int = int(1_000 * max(20.0, min(bench.profile.patience, 60.0)))
    late = bench.arm(bench.orders, "before_engine", "delay", ms=ms, ack=True)
    bench.arm(bench.orders, "on_reply", "reset")
    if bench.struck(late):
        bench.lasts(ms / 1_000)


@strike("F67")
def retired(bench: Bench) -> None:
    status, body = bench.random.choice(list(bench.labels.retired))
    if bench.struck(bench.arm(bench.labels.order[0], "before_engine", "status", status=status, body=body, times=0)):
        bench.lasts(WHILE)


@strike("F70", needs="stale")
def stale(bench: Bench) -> None:
    with_options(bench, bench.profile.stale, 60.0)


def with_options(bench: Bench, options: Mapping[str, Any], seconds: float) -> None:
    """The venue with other options of its dialect, for a while."""
    before = bench.venue.state()["options"]
    bench.venue.set_options(**options)
    bench.strikes(", ".join(f"{name}={value}" for name, value in options.items()))
    bench.lasts(seconds)
    bench.venue.set_options(**{name: before[name] for name in options})
