"""What the server answers -> exception (specification 1.3, 1.4 and 6)."""

import logging
import pickle
import socket
from collections.abc import Callable
from typing import Any

import pytest
from futu_payloads import FILL, HEADER, KLINE, ORDER, PLACED, SECURITY
from futu_server import TOKEN, Answer, FutuServer, as_json, as_text, raw_server, success
from hypothesis import given
from hypothesis import strategies as st

from vnpy_futuopend import FutuOpenDClient
from vnpy_futuopend.arguments import TrdHeader
from vnpy_futuopend.envelope import read_err_code, read_json, read_s2c
from vnpy_futuopend.errors import (
    FutuBadAnswer, FutuBadRequest, FutuError, FutuForbidden, FutuHttpError, FutuNotFound, FutuRefused, FutuServerError,
    FutuTooManyRequests, FutuTransportError, FutuUnauthorized, FutuWrongServer,
)
from vnpy_futuopend.fields import OrdersReply
from vnpy_futuopend.routes import ROUTES
from vnpy_futuopend.shapes import WrongShape, read

C = FutuOpenDClient
SIM = TrdHeader(0, 1000001, 1)
PASSWORD: str = "e10adc3949ba59abbe56e057f20f883e"


def place(client: C) -> Any:
    return client.order(header=SIM, trd_side=1, order_type=1, code="00700", qty=100, price=300.0)


def cancel(client: C) -> Any:
    return client.modify_order(header=SIM, order_id=1, modify_order_op=2)


def unlock(client: C) -> Any:
    return client.unlock_trade(unlock=True, pwd_md5=PASSWORD)


def query(client: C) -> Any:
    return client.orders(header=SIM)


WRITES: list[Callable[[C], Any]] = [place, cancel, unlock]


def refusal(ret_type: int, err_code: Any = None, ret_msg: Any = "no") -> Answer:
    return as_json({"ret_type": ret_type, "ret_msg": ret_msg, "err_code": err_code, "s2c": None})


# statuses, 1.4

LIMIT: str = "limit check failed: rate limit exceeded: 3 orders in the last 60s (cap 3)"

STATUSES: list[tuple[int, type[FutuHttpError], bool]] = [
    (400, FutuBadRequest, False),
    (401, FutuUnauthorized, False),
    (403, FutuForbidden, False),
    (404, FutuNotFound, False),
    (405, FutuHttpError, False),
    (408, FutuHttpError, True),
    (415, FutuHttpError, False),
    (422, FutuHttpError, False),
    (429, FutuTooManyRequests, False),
    (500, FutuServerError, True),
    (502, FutuServerError, True),
    (503, FutuServerError, True),
    (202, FutuHttpError, True),
    (302, FutuHttpError, True),
]


@pytest.mark.parametrize("call", [place, cancel, unlock, query])
@pytest.mark.parametrize(("status", "kind", "in_doubt"), STATUSES)
def test_statuses(status: int, kind: type[FutuHttpError], in_doubt: bool, call: Any, server: FutuServer, client: C) -> None:
    server.answer(as_json({"error": LIMIT}, status))
    with pytest.raises(FutuHttpError) as caught:
        call(client)
    error = caught.value
    assert type(error) is kind
    assert (error.status, error.error, error.in_doubt) == (status, LIMIT, in_doubt and call is not query)
    assert f"HTTP {status}: {LIMIT}" in str(error)
    assert len(server.seen) == 1


@pytest.mark.parametrize(("answer", "text"), [
    (as_json({"error": "forbidden"}, 403), "forbidden"),
    (as_text("Failed to parse the request body as JSON", 403), "Failed to parse the request body as JSON"),
    (as_text("<html>no</html>", 403, "text/html"), None),
    (as_json({"error": None}, 403), None),
    (as_json({"error": ["x"]}, 403), None),
    (as_json({"message": "x"}, 403), None),
    (as_json(["x"], 403), None),
    (Answer(403), None),
    (Answer(403, b"\xff\xfe", {"Content-Type": "text/plain"}), "��"),
    (Answer(403, b"[" * 100_000), None),
    (Answer(403, b'{"error": NaN}'), None),
])
def test_error_text(answer: Answer, text: str | None, server: FutuServer, client: C) -> None:
    server.answer(answer)
    with pytest.raises(FutuForbidden) as caught:
        place(client)
    assert caught.value.error == text


def test_403_names_the_scope(server: FutuServer, client: C) -> None:
    server.answer(as_json({"error": "forbidden"}, 403))
    for call, scope in [(place, "trade:real"), (unlock, "trade:unlock"), (query, "acc:read"), (lambda c: c.ipo_list(market=1), "qot:read")]:
        with pytest.raises(FutuForbidden, match=scope):
            call(client)


def test_401_of_a_write_names_the_legacy_mode(server: FutuServer, client: C) -> None:
    server.answer(as_json({"error": "unauthorized"}, 401))
    with pytest.raises(FutuUnauthorized, match="without a keys file refuses all writes"):
        place(client)
    with pytest.raises(FutuUnauthorized, match=r"token missing, wrong or expired\)$"):
        query(client)


def test_health_of_a_gateway_without_its_backend(server: FutuServer, client: C) -> None:
    server.answer(as_json({"error": "backend down"}, 503))
    with pytest.raises(FutuServerError, match="/health: HTTP 503: backend down"):
        client.health()


@pytest.mark.parametrize("text", ["<!DOCTYPE html><html></html>", "", " \n"])
def test_health_and_metrics_of_another_server(text: str, server: FutuServer, client: C) -> None:
    server.answer(as_text(text, kind="text/html"))
    with pytest.raises(FutuBadAnswer, match="/health: expected plain text"):
        client.health()
    with pytest.raises(FutuBadAnswer, match="/metrics: expected plain text"):
        client.metrics()


# refusals, 1.3


@pytest.mark.parametrize("call", [place, cancel, unlock, query])
@pytest.mark.parametrize(("ret_type", "in_doubt"), [(-1, False), (-500, False), (-100, True), (-200, True), (-400, True), (7, True)])
def test_ret_types(ret_type: int, in_doubt: bool, call: Any, server: FutuServer, client: C) -> None:
    server.answer(refusal(ret_type, -401, "trading is locked"))
    with pytest.raises(FutuRefused) as caught:
        call(client)
    error = caught.value
    assert (error.ret_type, error.err_code, error.ret_msg) == (ret_type, -401, "trading is locked")
    assert error.in_doubt == (in_doubt and call is not query)


@pytest.mark.parametrize(("value", "text", "found"), [
    (None, "", None), (-401, "", -401), ("-401", "", -401), (" 7 ", "", 7), (7.0, "", 7), (7.5, "", None), (True, "", None),
    ("none", "[err_code=12] x", 12), (None, "[err_code=-401] locked\n提示", -401), (None, "[err_code=none] x", None),
    (None, "x [err_code=5] [err_code=6]", 5), (3, "[err_code=5]", 3), ([1], "", None), ({}, "[err_code=5]", 5),
    ("9" * 30, "", None), (None, "[err_code=" + "9" * 5000 + "]", None), ("٣", "", None),
])
def test_err_code(value: Any, text: str, found: int | None) -> None:
    assert read_err_code(value, text) == found


@pytest.mark.parametrize(("err_code", "ret_msg", "in_doubt"), [
    (None, "[err_code=none] PlaceOrder: x (backend_code=-1)", False),
    (None, "[err_code=none] PlaceOrder: timed out (backend_code=100012)", True),
    ("100012", "x", True), (100012, None, True), (None, "[err_code=100012] x", True), (None, "order 1000123 of 100012", False),
])
def test_a_timeout_of_the_broker_leaves_a_write_in_doubt(
    err_code: Any, ret_msg: Any, in_doubt: bool, server: FutuServer, client: C,
) -> None:
    server.answer(refusal(-1, err_code, ret_msg))
    with pytest.raises(FutuRefused) as caught:
        place(client)
    assert caught.value.in_doubt == in_doubt


@pytest.mark.parametrize("ret_msg", [None, "", 5, ["x"], {"a": 1}])
def test_any_ret_msg(ret_msg: Any, server: FutuServer, client: C) -> None:
    server.answer(refusal(-1, None, ret_msg))
    with pytest.raises(FutuRefused) as caught:
        query(client)
    assert isinstance(caught.value.ret_msg, str)


# answers that are not understood


def whole(body: bytes, kind: str = "application/json") -> Answer:
    return Answer(200, body, {"Content-Type": kind})


BAD: list[tuple[Answer, str]] = [
    (as_text("<html>x</html>", kind="text/html"), r"the answer \(text/html\) is not JSON"),
    (as_text("ok"), r"the answer \(text/plain; charset=utf-8\) is not JSON"),
    (whole(b""), "is not JSON"),
    (Answer(200, b"x"), r"the answer \(no Content-Type\) is not JSON"),
    (whole(b'{"ret_type":0,"s2c":{'), "is not JSON"),
    (whole(b'{"ret_type":0,"s2c":{"header":null,"order_list":[NaN]}}'), "NaN is not JSON"),
    (whole(b'{"ret_type":0,"s2c":{"order_list":[-Infinity]}}'), "-Infinity is not JSON"),
    (whole(b'{"ret_type":0,"s2c":{"order_list":[1e999]}}'), "1e999 is too large"),
    (whole(b"9" * 5000), "is not JSON"),
    (whole(b"[" * 100_000), "nested too deeply"),
    (whole(b"\xff\xfe"), "is not JSON"),
    (as_json([]), "expected an object, got a list"),
    (as_json(None), "expected an object, got null"),
    (as_json("x"), "expected an object, got a string"),
    (as_json({}), "expected an integer ret_type, got none"),
    (as_json({"error": "x"}), "expected an integer ret_type, got none"),
    (as_json({"ret_type": None}), "expected an integer ret_type, got null"),
    (as_json({"ret_type": "0"}), "expected an integer ret_type, got a string"),
    (as_json({"ret_type": True}), "expected an integer ret_type, got a boolean"),
    (as_json({"ret_type": 0.5}), "expected an integer ret_type, got a number"),
    (as_json({"ret_type": 0}), "expected an object s2c, got none"),
    (success(None), "expected an object s2c, got null"),
    (success([]), "expected an object s2c, got a list"),
    (success({}), "s2c.order_list: is missing"),
    (success({"order_list": None}), "s2c.order_list: is null"),
    (success({"order_list": {}}), "s2c.order_list: expected a list, got an object"),
    (success({"order_list": [1]}), r"s2c.order_list\[0\]: expected an object, got a number"),
    (success({"header": [], "order_list": []}), "s2c.header: expected an object, got a list"),
    (success({"header": {"trd_env": 0}, "order_list": []}), "s2c.header.acc_id: is missing"),
    (success({"order_list": [ORDER, {**ORDER, "qty": "100"}]}), r"s2c.order_list\[1\].qty: expected a number, got a string"),
    (success({"order_list": [{**ORDER, "qty": True}]}), "qty: expected a number, got a boolean"),
    (success({"order_list": [{**ORDER, "qty": 10**400}]}), "qty: the number is too large"),
    (success({"order_list": [{**ORDER, "order_status": 10.5}]}), "order_status: expected an integer, got 10.5"),
    (success({"order_list": [{**ORDER, "order_status": "10"}]}), "order_status: expected an integer, got a string"),
    (success({"order_list": [{**ORDER, "order_id": 9e18}]}), "order_id: expected an integer, got a fraction"),
    (success({"order_list": [{**ORDER, "order_id": -1}]}), "order_id: the id is outside"),
    (success({"order_list": [{**ORDER, "order_id": 2**64}]}), "order_id: the id is outside"),
    (success({"order_list": [{**ORDER, "order_id": "x"}]}), "order_id: expected an integer, got a string"),
    (success({"order_list": [{**ORDER, "code": 700}]}), "code: expected a string, got a number"),
    (success({"order_list": [{**ORDER, "fill_outside_rth": 1}]}), "fill_outside_rth: expected a boolean, got a number"),
]


@pytest.mark.parametrize(("answer", "words"), BAD)
def test_answers_that_are_not_understood(answer: Answer, words: str, server: FutuServer, client: C) -> None:
    server.answer(answer)
    with pytest.raises(FutuBadAnswer, match=words) as caught:
        query(client)
    assert str(caught.value).startswith("/api/orders: ")
    assert caught.value.in_doubt is False and caught.value.command is None


@pytest.mark.parametrize("call", WRITES)
def test_a_write_is_in_doubt_after_an_answer_that_is_not_understood(call: Any, server: FutuServer, client: C) -> None:
    server.answer(as_text("<html>", kind="text/html"))
    with pytest.raises(FutuBadAnswer) as caught:
        call(client)
    assert caught.value.in_doubt is True


@pytest.mark.parametrize("s2c", [{}, {"order_id": None, "order_id_ex": None}, {"order_id": 0, "order_id_ex": ""}, {"order_id": "x"}])
def test_a_placed_order_without_an_id_is_in_doubt(s2c: dict[str, Any], server: FutuServer, client: C) -> None:
    server.answer(success(s2c))
    with pytest.raises(FutuBadAnswer, match="order_id") as caught:
        place(client)
    assert caught.value.in_doubt is True
    command = caught.value.command
    assert command is not None and server.seen[0].json["packet_id"] == command.packet_id


@pytest.mark.parametrize("s2c", [{"order_id": 5}, {"order_id_ex": "EX1", "order_id": 0}])
def test_one_id_is_enough(s2c: dict[str, Any], server: FutuServer, client: C) -> None:
    server.answer(success(s2c))
    assert place(client)["header"] is None


def test_a_cancellation_needs_no_id_in_its_answer(server: FutuServer, client: C) -> None:
    server.answer(success({"header": HEADER}))
    assert cancel(client) == {"header": {**HEADER, "jp_acc_type": None}, "order_id": None, "order_id_ex": None}


@pytest.mark.parametrize("s2c", [None, {}, {"sessions": 1}])
def test_confirmations_may_be_empty(s2c: Any, server: FutuServer, client: C) -> None:
    server.answer(success(s2c))
    assert client.sub_acc_push(acc_id_list=[1]) == (s2c or {})
    assert unlock(client) == (s2c or {})
    assert client.subscribe(security_list=[SECURITY], sub_type_list=[1], is_sub_or_un_sub=True) == (s2c or {})


@pytest.mark.parametrize("trd_env", [2, -1, 3])
def test_an_unknown_trd_env_stops(trd_env: int, server: FutuServer, client: C) -> None:
    server.answer(success({"acc_list": [{"trd_env": 0, "acc_id": 1}, {"trd_env": trd_env, "acc_id": 2}]}))
    with pytest.raises(FutuBadAnswer, match=rf"acc_list\[1\].trd_env: expected 0 or 1, got {trd_env}"):
        client.accounts()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5,
)


@given(st.sampled_from(sorted(ORDER)), JSON_VALUES)
def test_any_value_of_a_field_is_read_or_named(name: str, value: Any) -> None:
    try:
        found = read(OrdersReply, {"order_list": [{**ORDER, name: value}]})
    except WrongShape as error:
        assert str(error).startswith(f"order_list[0].{name}: ")
    else:
        assert found["order_list"][0][name] in (value, None)        # type: ignore[literal-required]


@given(st.binary(max_size=60))
def test_any_bytes_are_a_typed_error(content: bytes) -> None:
    with pytest.raises(FutuError):
        read_s2c(ROUTES["order"], 200, "", content)


def test_read_json_keeps_integers() -> None:
    assert read_json(b'{"a": 18446744073709551615, "b": 100.0}') == {"a": 18446744073709551615, "b": 100.0}


# no answer


def test_refused_connections_are_not_in_doubt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    client = FutuOpenDClient(f"127.0.0.1:{port}", timeout=2)
    with pytest.raises(FutuTransportError, match="no connection: http://127.0.0.1") as caught:
        place(client)
    assert caught.value.in_doubt is False


@pytest.mark.parametrize("call", [*WRITES, query])
def test_no_answer_in_time(call: Any, server: FutuServer) -> None:
    server.answer(Answer(hang=True))
    with FutuOpenDClient(server.url, timeout=0.1) as client, pytest.raises(FutuTransportError, match="within 0.1 s") as caught:
        call(client)
    assert caught.value.in_doubt == (call is not query)
    assert len(server.seen) == 1


@pytest.mark.parametrize("answer", [
    b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
])
def test_connections_that_end_early(answer: bytes) -> None:
    with raw_server(answer) as url, FutuOpenDClient(url, timeout=5) as client:
        for call in (place, query):
            with pytest.raises(FutuTransportError, match="connection lost") as caught:
                call(client)
            assert caught.value.in_doubt == (call is place)


@pytest.mark.parametrize(("answer", "greet"), [
    (b"Futu OpenD Command Line\r\n>", True), (b"\xff\xfb\x01\xff\xfb\x03\r\n", True), (b"unknown command: POST\r\n", False),
    (b"HTTP/9.9 200 OK\r\n\r\n", False), (b"x" * 70_000 + b"\r\n", False), (b"SSH-2.0-OpenSSH_9.6\r\n", True),
])
def test_a_server_that_speaks_no_http(answer: bytes, greet: bool) -> None:
    with raw_server(answer, greet) as url, FutuOpenDClient(url, timeout=5) as client:
        for call in (query, place):
            with pytest.raises(FutuWrongServer, match="does not speak HTTP; is it the telnet console of the C.. OpenD") as caught:
                call(client)
            assert caught.value.in_doubt == (call is place)


@pytest.mark.parametrize(("head", "words"), [
    (b"Content-Length: 1, 2\r\n", "a header of the answer is wrong"),
    (b"Content-Encoding: gzip\r\nContent-Length: 2\r\n", "the Content-Encoding of the answer is wrong"),
])
def test_heads_that_are_wrong(head: bytes, words: str) -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n{}") as url, FutuOpenDClient(url, timeout=5) as client:
        with pytest.raises(FutuBadAnswer, match=words) as caught:
            place(client)
    assert caught.value.in_doubt is True


@pytest.mark.parametrize("location", ["http://[::", "http://example.invalid/", "ÿ"])
def test_redirects_are_not_followed(location: str, server: FutuServer, client: C) -> None:
    server.answer(Answer(307, b"", {"Location": location}))
    with pytest.raises(FutuHttpError) as caught:
        place(client)
    assert (caught.value.status, caught.value.in_doubt, len(server.seen)) == (307, True, 1)


def test_proxies_and_netrc_are_not_used(
    server: FutuServer, client: C, monkeypatch: pytest.MonkeyPatch, tmp_path: Any,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answer(success(PLACED))
    place(client)
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"


# secrets


@pytest.mark.parametrize("answer", [
    as_json({"error": f"bad Bearer {TOKEN} {PASSWORD}"}, 401), as_text(f"{TOKEN} {PASSWORD}", 500), refusal(-1, None, f"{TOKEN}, {PASSWORD}"),
    as_text(f"{TOKEN} {PASSWORD}"), as_json({"ret_type": 0, "s2c": TOKEN}),
])
def test_no_secret_in_errors_and_logs(answer: Answer, server: FutuServer, client: C, caplog: pytest.LogCaptureFixture) -> None:
    server.answer(answer)
    with caplog.at_level(logging.DEBUG), pytest.raises(FutuError) as caught:
        unlock(client)
    texts = [str(caught.value), repr(caught.value), str(vars(caught.value)), caplog.text, repr(client), repr(vars(client)["_transport"])]
    assert not [text for text in texts if TOKEN in text or PASSWORD in text]


@pytest.mark.parametrize("token", ["fc_secret\n", "fc secret", "秘密", "fc_secret\x7f"])
def test_tokens_that_no_header_can_hold(token: str) -> None:
    with pytest.raises(ValueError, match="token must be printable ASCII") as caught:
        FutuOpenDClient(token=token)
    assert token not in str(caught.value)


# the classes


def test_errors_can_be_pickled(server: FutuServer, client: C) -> None:
    server.answer(as_json({"error": "x"}, 500))
    with pytest.raises(FutuServerError) as caught:
        place(client)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), vars(again)) == (FutuServerError, str(caught.value), vars(caught.value))


def test_all_are_futu_errors() -> None:
    for kind in (FutuTransportError, FutuWrongServer, FutuHttpError, FutuRefused, FutuBadAnswer):
        assert issubclass(kind, FutuError) and kind("x").in_doubt is False


@pytest.mark.parametrize("name", sorted(key for key, value in FILL.items() if key in ("fill_id", "qty", "price", "code", "trd_side")))
def test_fills_lack_nothing(name: str, server: FutuServer, client: C) -> None:
    row = {key: value for key, value in FILL.items() if key != name}
    server.answer(success({"order_fill_list": [row]}))
    with pytest.raises(FutuBadAnswer, match=rf"order_fill_list\[0\].{name}: is missing"):
        client.order_fills(header=SIM)


def test_kline_rows_lack_nothing(server: FutuServer, client: C) -> None:
    server.answer(success({"security": SECURITY, "kl_list": [{**KLINE, "is_blank": None}], "next_req_key": None}))
    with pytest.raises(FutuBadAnswer, match=r"kl_list\[0\].is_blank: is null"):
        client.history_kline(security=SECURITY, kl_type=1, rehab_type=0, begin_time="2026-01-05", end_time="2026-01-05")
