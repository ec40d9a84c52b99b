"""Amounts in 1e-8: what is read, what is written, which way is rounded."""

import pytest

from mockexchange.core.numbers import (
    SCALE,
    format_amount,
    multiply,
    parse_amount,
)


@pytest.mark.parametrize(("text", "value"), [
    ("0", 0), ("0.00000001", 1), ("1", SCALE), ("12.5", 1_250_000_000), ("0.00100000", 100_000),
    (".5", SCALE // 2), ("5.", 5 * SCALE), ("-1.5", -150_000_000), ("-0.00000001", -1), (12, 12 * SCALE),
    ("1.000000010000", 100_000_001), ("90000000000", 90_000_000_000 * SCALE), ("007", 7 * SCALE),
])
def test_decimal_text_is_read_exactly(text: str | int, value: int) -> None:
    assert parse_amount(text) == value


def test_what_is_no_plain_decimal_is_refused() -> None:
    for text in [
    "", "-", ".", "-.", "+1", "1e3", "1E-8", "0x10", "1,5", "1_000", " 1", "1 ", "1.2.3", "--1", "nan", "inf", "１２", "²",
]:
        with pytest.raises(ValueError, match="not a decimal number"):
            parse_amount(text)


def test_a_ninth_digit_that_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 8 digits.*'0.000000001'"):
        parse_amount("0.000000001")


@pytest.mark.parametrize(("value", "text"), [
    (0, "0.00000000"), (1, "0.00000001"), (-1, "-0.00000001"), (150_000_000, "1.50000000"), (-SCALE, "-1.00000000"),
])
def test_amounts_are_written_with_eight_digits(value: int, text: str) -> None:
    assert format_amount(value) == text
    assert parse_amount(text) == value


@pytest.mark.parametrize(("price", "quantity", "down"), [
    (3 * SCALE, 2 * SCALE, 6 * SCALE),
    (1, 1, 0), (1, SCALE + 1, 1), (33_333_333, 3, 0), (0, 5, 0),
])
def test_products_are_rounded_down(price: int, quantity: int, down: int) -> None:
    assert multiply(price, quantity) == down
