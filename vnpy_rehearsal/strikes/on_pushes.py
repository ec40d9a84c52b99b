"""F12, F13, F15, F24 to F27, F33, F35, F59, F63, F64, F68, F72 to F74: pushes that are lost, doubled, late or wrong, and their connections."""

from typing import Any

from ..conform.rows_changes import NO_NUMBERS
from ..conform.rows_connections import NOTICED
from .bench import FILL, Bench, strike

WHILE: float = 20.0             # s that what lasts does
FLOOD: int = 1_000              # copies


def for_a_while(bench: Bench, label: str, action: str, seconds: float = WHILE, **fields: Any) -> None:
    """Every push of a kind, from the first that comes on."""
    if bench.struck(bench.arm(label, "on_push", action, times=0, **fields)):
        bench.lasts(seconds)


@strike("F12", needs="user_push")
def duplicated(bench: Bench) -> None:
    for_a_while(bench, bench.labels.user_push, "duplicate", copies=3, ms=bench.random.choice((0, 1_500)))


@strike("F13", needs="user_push")
def out_of_order(bench: Bench) -> None:
    for_a_while(bench, bench.labels.user_push, "reorder", count=bench.random.choice((2, 3, 4)))


@strike("F15", FILL, needs="order_push")
def fill_not_pushed(bench: Bench) -> None:
    for_a_while(bench, bench.labels.order_push, "drop")


@strike("F24", FILL, needs="user_push")
def user_stream_drops(bench: Bench) -> None:
    refused = bench.arm("ACCEPT ws *", "on_accept", "status", status=503, times=2)
    if bench.struck(bench.arm(bench.labels.user_push, "on_push", "close")):
        bench.struck(refused, 2, NOTICED)


@strike("F25", FILL, needs="user_push")
def half_open(bench: Bench) -> None:
    bench.arm(bench.labels.quote_push, "on_push", "silence")
    if bench.struck(bench.arm(bench.labels.user_push, "on_push", "silence", pings=False)):
        bench.lasts(NOTICED)


@strike("F26", needs="user_push")
def connections_end(bench: Bench) -> None:
    quotes = bench.arm(bench.labels.quote_push, "on_push", "close", code=1001)
    bench.arm(bench.labels.user_push, "on_push", "close", code=1001)
    bench.struck(quotes)


@strike("F27", needs="subscribe")
def subscription(bench: Bench) -> None:
    if bench.random.random() < 0.5:
        asked = bench.arm(bench.labels.subscribe, "on_reply", "hang")
    else:
        asked = bench.arm(bench.labels.subscribe, "before_engine", "status", status=400, body=bench.labels.refused_subscription)
    if bench.struck(bench.arm(bench.labels.quote_push, "on_push", "close"), seconds=NOTICED):
        bench.struck(asked, seconds=NOTICED)


@strike("F33", needs="user_push")
def flood(bench: Bench) -> None:
    quotes = bench.arm(bench.labels.quote_push, "on_push", "flood", copies=FLOOD)
    users = bench.arm(bench.labels.user_push, "on_push", "flood", copies=FLOOD)
    bench.struck(quotes)
    bench.struck(users)


@strike("F35", needs="quote_push")
def gap(bench: Bench) -> None:
    bench.arm(bench.labels.quote_push, "on_push", "drop", probability=0.3, times=0)
    for_a_while(bench, bench.labels.quote_push, "reorder", count=3, order="shuffle")


@strike("F59", needs="user_push")
def never_pushes(bench: Bench) -> None:
    bench.arm(bench.labels.quote_push, "on_push", "drop", times=0)
    for_a_while(bench, bench.labels.user_push, "drop", 60.0)


@strike("F63", FILL, needs="user_push")
def absent(bench: Bench) -> None:
    for_a_while(bench, bench.labels.user_push, "drop", 2.0)
    bench.clear()
    bench.struck(bench.arm(bench.labels.user_push, "on_push", "close"), seconds=NOTICED)


@strike("F64", FILL, needs="user_push")
def told_twice(bench: Bench) -> None:
    listed: str = bench.labels.fills if bench.profile.tells_fills else bench.labels.open_orders
    slow = bench.arm(listed, "on_reply", "delay", ms=700, times=6)
    if bench.struck(bench.arm(bench.labels.user_push, "on_push", "close")):
        bench.struck(slow, seconds=NOTICED)


@strike("F68")
def no_number(bench: Bench) -> None:
    value: Any = bench.random.choice(NO_NUMBERS)
    spoilt: list[list[int]] = []
    for label, paths in bench.labels.numbers.items():
        stage: str = "on_push" if label.startswith("PUSH ") else "on_reply"
        spoilt.append(bench.arm(label, stage, "body", set=dict.fromkeys(paths, value), times=2))
    if bench.struck([handle for handles in spoilt for handle in handles]):
        bench.lasts(WHILE)


def wrong_message(bench: Bench, messages: Any) -> None:
    """One of the messages that cannot be, drawn by the seed among those that do not answer a cancel."""
    labels, stage, values = bench.random.choice([each for each in messages if each[0] != bench.labels.cancel])
    wanted: tuple[str, ...] = bench.orders if labels == bench.labels.order else labels
    bench.struck(bench.arm(wanted, stage, "body", set=dict(values)))


@strike("F72", needs="contradictions")
def contradictions(bench: Bench) -> None:
    wrong_message(bench, bench.labels.contradictions)


@strike("F73", needs="wrong_ids")
def wrong_ids(bench: Bench) -> None:
    wrong_message(bench, bench.labels.wrong_ids)


@strike("F74", needs="says_cancelled")
def wrong_word(bench: Bench) -> None:
    pushed: str = bench.labels.order_push
    stage: str = "on_push" if pushed else "on_reply"
    bench.struck(bench.arm(pushed or bench.labels.open_orders, stage, "body", set=dict(bench.labels.says_cancelled)))
