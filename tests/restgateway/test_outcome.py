"""Refused is proven, everything else is unknown."""

import pytest

from vnpy_restgateway.net.outcome import (
    NotSent,
    Outcome,
    Reply,
    Unknown,
    classify,
    http_code,
    read_error,
)

# Binance errors.md: -2010 NEW_ORDER_REJECTED; -1006 UNEXPECTED_RESP and -1007 TIMEOUT say "execution status unknown"
REFUSALS = {-2010, -1013, "HTTP 429"}


def reply(status: int, body: bytes) -> Reply:
    return Reply.parse(status, {}, body)


@pytest.mark.parametrize(
    ("status", "body", "outcome", "code"),
    [
        (200, b'{"orderId":1}', Outcome.ACCEPTED, 0),
        (200, b"[]", Outcome.ACCEPTED, 0),
        (204, b"", Outcome.ACCEPTED, 0),
        (200, b'{"orderId":1', Outcome.UNKNOWN, "HTTP 200"),
        (200, b"", Outcome.UNKNOWN, "HTTP 200"),
        (200, b"<html>", Outcome.UNKNOWN, "HTTP 200"),
        (400, b'{"code":-2010,"msg":"Account has insufficient balance for requested action."}', Outcome.REFUSED, -2010),
        (400, b'{"code":-1007,"msg":"Timeout waiting for response from backend server."}', Outcome.UNKNOWN, -1007),
        (400, b'{"code":-9999,"msg":"new one"}', Outcome.UNKNOWN, -9999),
        (400, b"<html>", Outcome.UNKNOWN, "HTTP 400"),
        (429, b"slow down", Outcome.REFUSED, "HTTP 429"),
        (429, b'{"code":-1003,"msg":"Too much request weight used."}', Outcome.REFUSED, -1003),
        (418, b'{"code":-1003,"msg":"banned"}', Outcome.UNKNOWN, -1003),
        (500, b'{"code":-2010,"msg":"no"}', Outcome.UNKNOWN, -2010),
        (503, b"<html>", Outcome.UNKNOWN, "HTTP 503"),
        (302, b"", Outcome.UNKNOWN, "HTTP 302"),
    ],
)
def test_answers(status: int, body: bytes, outcome: Outcome, code: object) -> None:
    assert classify(reply(status, body), None, REFUSALS)[:2] == (outcome, code)


def test_errors() -> None:
    assert classify(None, NotSent("refused"), REFUSALS) == (Outcome.NOT_SENT, 0, "refused")
    assert classify(None, Unknown("timed out"), REFUSALS) == (Outcome.UNKNOWN, 0, "timed out")
    assert classify(None, KeyError("x"), REFUSALS)[0] is Outcome.UNKNOWN
    assert classify(None, None, REFUSALS)[0] is Outcome.UNKNOWN
    # an answer that came before the error does not make it accepted
    assert classify(reply(200, b"{}"), Unknown("cut"), REFUSALS)[0] is Outcome.UNKNOWN


def test_allow_list_may_be_a_function() -> None:
    answer = reply(400, b'{"code":"31","message":"no such symbol"}')
    assert classify(answer, None, lambda code, r: code == "31" and r.status == 400) == (Outcome.REFUSED, "31", "no such symbol")
    assert classify(reply(500, b'{"code":"31"}'), None, lambda code, r: True)[0] is Outcome.UNKNOWN


def test_error_in_a_200() -> None:
    def read(answer: Reply) -> tuple[int | str, str] | None:
        assert isinstance(answer.data, dict)
        return None if answer.data["ret"] == 0 else (answer.data["ret"], "no")

    assert classify(reply(200, b'{"ret":0}'), None, {7}, read)[0] is Outcome.ACCEPTED
    assert classify(reply(200, b'{"ret":7}'), None, {7}, read)[0] is Outcome.REFUSED
    assert classify(reply(200, b'{"ret":8}'), None, {7}, read)[0] is Outcome.UNKNOWN
    assert classify(reply(200, b"{}"), None, {7}, read)[0] is Outcome.UNKNOWN, "an envelope that breaks the reader"


@pytest.mark.parametrize("body", [b'{"code":true}', b'{"code":""}', b'{"code":null,"msg":null}', b"null", b"[1]", b"1"])
def test_strange_envelopes_fall_back_to_the_status(body: bytes) -> None:
    found = read_error(reply(400, body))
    assert found is not None and found[0] == http_code(400)


def test_deeply_nested_json_is_malformed_not_fatal() -> None:
    assert reply(200, b"[" * 200_000).malformed
