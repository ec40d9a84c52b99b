"""What Binance's error codes prove."""

import pytest

from vnpy_mockbinance.errors import (
    AUTHENTICATION,
    CANCEL_REFUSALS,
    DUPLICATE_TEXT,
    NO_SUCH_ORDER,
    REFUSALS,
    TIMESTAMP,
    UNKNOWN_ORDER,
    error_of,
    is_gone,
    proves_refusal,
    retry_header,
)
from vnpy_restgateway.net.outcome import Reply

# errors.md, 10xx: what may have happened to an order is not known
UNKNOWN = [-1000, -1001, -1006, -1007, -1008]


@pytest.mark.parametrize("code", [*UNKNOWN, 0, "HTTP 500", "HTTP 502", "HTTP 503", "HTTP 504", "HTTP 404", -9999, ""])
def test_codes_that_prove_nothing(code: int | str) -> None:
    assert not proves_refusal(code, "whatever")
    assert code not in CANCEL_REFUSALS


@pytest.mark.parametrize("code", [-1013, -1015, -1021, -1022, -1100, -1102, -1111, -1121, -2010, -2014, -2015, "HTTP 429", "HTTP 418"])
def test_codes_that_prove_a_refusal(code: int | str) -> None:
    assert proves_refusal(code, "whatever")


def test_a_duplicate_id_may_well_be_alive() -> None:
    """errors.md, "Messages for -1010 ERROR_MSG_RECEIVED, -2010 NEW_ORDER_REJECTED": "The clOrdId is already in use"."""
    assert not proves_refusal(-2010, DUPLICATE_TEXT)
    assert proves_refusal(-2010, "Account has insufficient balance for requested action.")


def test_an_order_not_found_is_no_refusal_of_an_order() -> None:
    assert NO_SUCH_ORDER not in REFUSALS and UNKNOWN_ORDER not in REFUSALS


def test_what_a_cancel_gives_up_on() -> None:
    assert UNKNOWN_ORDER in CANCEL_REFUSALS and TIMESTAMP not in CANCEL_REFUSALS
    for again in (-1003, "HTTP 429", "HTTP 418"):
        assert again not in CANCEL_REFUSALS


def test_a_refused_key_is_a_refusal_of_everything() -> None:
    assert AUTHENTICATION <= REFUSALS and AUTHENTICATION <= CANCEL_REFUSALS


def test_when_to_come_back() -> None:
    """web-socket-api.md, "IP limits": both times are milliseconds; the header has seconds."""
    error = {"code": -1003, "msg": "", "data": {"serverTime": 1680000000000, "retryAfter": 1680000002500}}
    assert retry_header(error) == {"Retry-After": "2.5"}
    assert retry_header({"data": {"serverTime": 1680000002500, "retryAfter": 1680000000000}}) == {"Retry-After": "0.0"}
    assert retry_header({"code": -1003}) == retry_header(None) == {}


def test_code_and_text_of_an_answer() -> None:
    assert error_of(Reply.parse(400, {}, b'{"code":-1121,"msg":"Invalid symbol."}')) == (-1121, "Invalid symbol.")
    assert error_of(Reply.parse(502, {}, b"<html>")) == (0, "status 502")
    assert error_of(Reply.parse(400, {}, b'{"code":-1000}')) == (-1000, "")


@pytest.mark.parametrize("status, code, gone", [
    (404, 0, True), (410, 0, True), (404, -2013, False), (400, -1020, True), (400, -1016, True), (400, -1102, False), (500, 0, False),
])
def test_a_route_that_is_gone(status: int, code: int, gone: bool) -> None:
    assert is_gone(status, code) is gone
