"""Numbers on the wire: exact, on the step, never an exponent (FAULTS.md M9, F31)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpy_restgateway.decimals import (
    Step,
    plain,
    round_down,
    round_up,
)

D = Decimal


@pytest.mark.parametrize(
    ("value", "step", "down", "up"),
    [
        (0.1 + 0.2, "0.1", "0.3", "0.3"),
        (0.29999999999999998, "0.1", "0.3", "0.3"),
        (0.7 * 3, "0.01", "2.1", "2.1"),
        (1e-05, "0.00001", "0.00001", "0.00001"),
        (1e-8, "0.00000001", "0.00000001", "0.00000001"),
        (1.239, "0.01", "1.23", "1.24"),
        (0.38, "0.05", "0.35", "0.4"),
        (7.0, "2", "6", "8"),
        (12345.0, "100", "12300", "12400"),
        (2.5, "1", "2", "3"),
        (-1.25, "0.1", "-1.3", "-1.2"),
        (0.0, "0.1", "0", "0"),
        (-0.0, "0.1", "0", "0"),
        (1e22, "1", "1" + "0" * 22, "1" + "0" * 22),
        (123456.789, "0", "123456.789", "123456.789"),
        (3, "0.5", "3", "3"),
    ],
)
def test_rounding(value: float, step: str, down: str, up: str) -> None:
    for exactly in (D(step), float(step)):
        assert round_down(value, exactly) == down
        assert round_up(value, exactly) == up


def test_decimals_are_never_snapped() -> None:
    assert round_down(D("123456789012345.69"), D("0.1")) == "123456789012345.6"
    assert round_down(D("0.29999999999999998"), D("0.1")) == "0.2"


@given(
    st.floats(min_value=0, max_value=1e12, allow_nan=False),
    st.sampled_from(["1", "0.1", "0.01", "0.00001", "0.00000001", "0.5", "0.25", "0.0025", "10", "3", "0.3"]),
)
def test_result_is_a_multiple_and_near(value: float, text: str) -> None:
    step: Decimal = D(text)
    noise: Decimal = step * D("1.1e-9") + D(repr(value)) * D("1.1e-15")
    down, up = D(round_down(value, step)), D(round_up(value, step))
    for result in (down, up):
        assert result % step == 0
    exactly: Decimal = D(repr(value))
    assert -step < down - exactly <= noise
    assert -noise <= up - exactly < step
    assert "e" not in round_down(value, step).lower()


@given(st.integers(0, 10**12), st.integers(0, 8))
def test_multiples_survive_the_way_through_float(count: int, digits: int) -> None:
    step: Decimal = D(1).scaleb(-digits)
    value: Decimal = count * step
    for rounding in (round_down, round_up):
        assert D(rounding(float(value), step)) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), D("NaN")])
def test_what_is_no_number_is_named(value: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        round_down(value, D("0.1"))


def test_bad_step_is_named() -> None:
    with pytest.raises(ValueError, match="step is -1"):
        Step(-1)


def test_plain() -> None:
    assert [plain(x) for x in (1e-7, 1e21, 100.0, 0.10, D("1E+3"), D("-0.000"))] == [
        "0.0000001", "1000000000000000000000", "100", "0.1", "1000", "0",
    ]


@given(
    st.lists(st.floats(min_value=0, max_value=1e12, allow_nan=False), min_size=1, max_size=5),
    st.sampled_from(["1", "0.1", "0.01", "0.00000001", "0.5", "0"]),
)
def test_what_was_checked_last_is_sent_as_anything_else_is(values: list[float], text: str) -> None:
    used: Step = Step(D(text))
    for value in values:
        floored: float = used.floor(value)
        assert floored == float(Step(D(text)).down(value))
        for sent in (floored, value, 0.0, -0.0):
            assert used.down(sent) == Step(D(text)).down(sent)


@given(st.integers(1, 10**18), st.integers(0, 15))
def test_a_multiple_that_was_checked_is_sent_with_its_own_digits(count: int, digits: int) -> None:
    step: Decimal = D(1).scaleb(-digits)
    value: float = float(count * step)
    used: Step = Step(step)
    assert used.down(used.floor(value)) == Step(step).down(value)
