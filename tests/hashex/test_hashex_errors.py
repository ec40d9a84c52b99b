"""The envelope (specs/hashex.md, 1.2, 1.3) and what its codes prove of a new order (6)."""

import pytest

from vnpy_hashex.errors import ADVICE, AUTHENTICATION, REFUSALS, RETRIED, read_error
from vnpy_restgateway.net.outcome import NotSent, Outcome, Reply, Unknown, classify


def reply(body: bytes, status: int = 200) -> Reply:
    return Reply.parse(status, {}, body)


@pytest.mark.parametrize("body", [
    b'{"code":0,"message":"success","data":"123456789012345678"}',
    b'{"code":0,"msg":"success","data":"123456789012345678"}',
    b'{"code":"0","data":"1"}',
    b'{"code":0}',
])
def test_success_is_code_0_and_nothing_else(body: bytes) -> None:
    assert read_error(reply(body)) is None
    assert classify(reply(body), None, REFUSALS, read_error)[0] is Outcome.ACCEPTED


@pytest.mark.parametrize("body, text", [
    (b'{"code":1005,"msg":"sign error","data":null}', "sign error"),
    (b'{"code":1005,"message":"sign error"}', "sign error"),
    (b'{"code":1005,"msg":"this","message":"that"}', "this"),
    (b'{"code":"1005"}', ""),
])
def test_both_text_keys(body: bytes, text: str) -> None:
    assert read_error(reply(body)) == (1005, text)


@pytest.mark.parametrize("body", [
    b"[1]", b'{"data":1}', b'{"code":true}', b'{"code":false}', b'{"code":null}', b'{"code":"x"}', b'{"code":0.0}', b'"success"',
])
def test_what_is_no_envelope_proves_nothing(body: bytes) -> None:
    assert classify(reply(body), None, REFUSALS, read_error)[0] is Outcome.UNKNOWN


def test_what_is_no_envelope_is_named_by_its_status_and_its_beginning() -> None:
    assert read_error(reply(b"<html>" + b"x" * 300, 502)) == ("HTTP 502", "<html>" + "x" * 194)
    assert read_error(reply(b"\xff no text", 404)) == ("HTTP 404", "\N{REPLACEMENT CHARACTER} no text")


@pytest.mark.parametrize("code", sorted(c for c in REFUSALS if isinstance(c, int)))
def test_a_refused_order(code: int) -> None:
    outcome, found, text = classify(reply(b'{"code":%d,"msg":"no"}' % code), None, REFUSALS, read_error)
    assert (outcome, found, text) == (Outcome.REFUSED, code, "no")


@pytest.mark.parametrize("body, status", [
    (b'{"code":-1,"msg":"no"}', 500), (b'{"code":1005,"msg":"no"}', 502), (b"<html>Bad Gateway</html>", 502),
    (b'{"code":2000,"msg":"?"}', 200), (b'{"code":0,"data":"1"}', 503), (b"", 200), (b"{", 200),
])
def test_everything_else_leaves_an_order_in_doubt(body: bytes, status: int) -> None:
    assert classify(reply(body, status), None, REFUSALS, read_error)[0] is Outcome.UNKNOWN


def test_no_answer() -> None:
    assert classify(None, Unknown("reset"), REFUSALS, read_error)[0] is Outcome.UNKNOWN
    assert classify(None, NotSent("refused"), REFUSALS, read_error)[0] is Outcome.NOT_SENT
    assert classify(reply(b"slow down", 429), None, REFUSALS, read_error)[0] is Outcome.REFUSED


def test_every_documented_code_has_its_place() -> None:
    """6: 1001-1013 are all of them."""
    assert {c for c in REFUSALS if isinstance(c, int)} == {-1, *range(1001, 1014)}
    assert RETRIED == {1002, 1007, 1008, 1010}
    assert AUTHENTICATION == {1001, 1003, 1004, 1005, 1006, 1009, 1011, 1012}
    assert all("check" in words or "add" in words for words in ADVICE.values())
