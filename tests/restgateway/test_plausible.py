"""What a number from a venue must be like."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from vnpy_restgateway.clock import ServerClock
from vnpy_restgateway.net import validate as plausible

IMPLAUSIBLE: list[Any] = [
    "nan", "NaN", "inf", "-Infinity", "1e400", "-1", -0.5, "1e19", "9" * 100_000, 10 ** 400, float("nan"), float("inf"),
    float("-inf"), "0." + "9" * 50 + "e99", "-1e-9",
]


@pytest.mark.parametrize("value", IMPLAUSIBLE, ids=lambda v: str(v)[:12])
def test_implausible_amounts(value: Any) -> None:
    with pytest.raises(ValueError, match="no plausible number") as caught:
        plausible.amount(value)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("value", ["", "1e-", "0x10", "abc", "--1", "\ud800"])
def test_what_is_no_number(value: str) -> None:
    with pytest.raises(ValueError):
        plausible.amount(value)


@pytest.mark.parametrize("value, found", [("0", 0.0), ("0.00000001", 1e-8), (5, 5.0), ("1e18", 1e18), ("-0", 0.0), ("6E+4", 60_000.0)])
def test_plausible_amounts(value: Any, found: float) -> None:
    assert plausible.amount(value) == found


@pytest.mark.parametrize("text", [b'"nan"', b'"-Infinity"', b'"inf"', b'"1e400"', b"1e400", b"-1", b'"-1"', b"1e19", b'"' + b"9" * 100_000 + b'"'])
def test_typed_decoding_refuses_the_same(text: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=plausible.Amount, strict=False)
    assert msgspec.json.decode(b'"1.5"', type=plausible.Amount, strict=False) == 1.5


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-0.1", "1e-19", "1e-100000000", "1e19", "1e100000000"])
def test_implausible_steps(value: str) -> None:
    with pytest.raises(ValueError, match="no plausible step"):
        plausible.step(value)


def test_steps_decimals_and_times() -> None:
    assert plausible.step("0.01000") == Decimal("0.01") and plausible.step("0.0000") == 0 and plausible.step("1E-18")
    assert plausible.digits("8") == 8 and plausible.milliseconds("1700000000000") == 1_700_000_000_000
    for value in (-1, 19, 10 ** 30):
        with pytest.raises(ValueError):
            plausible.digits(value)
    for value in (-1, 10 ** 17, "9" * 5_000):
        with pytest.raises(ValueError):
            plausible.milliseconds(value)


def test_a_clock_of_another_age_is_no_sample() -> None:
    clock: ServerClock = ServerClock()
    for server_ms in (0, -1, 10 ** 15, 10 ** 30):
        with pytest.raises(ValueError):
            clock.feed(1.0, server_ms, 2.0)
    assert clock.stale


def test_short() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for value in ("a" * 10_000_000, [0] * 1_000_000, deep, {"a": {"b": ["c"] * 1_000}}, 10 ** 10_000, {"a": 10 ** 10_000}):
        assert len(plausible.short(value)) < 500
    while deep:                         # taken apart by hand: not every interpreter likes to drop that many at once
        deep = deep[0]
