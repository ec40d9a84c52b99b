"""A server built from the seed document: spec 10."""

import json

import pytest
from webtrader_client import NOON, SYMBOL, VT_SYMBOL, Rest, Stream, stream
from waiting import until

from mockexchange import MockExchange

SEED = pytest.mark.parametrize("options", [{"build": "seed"}], indirect=True)
pytestmark = SEED


@pytest.fixture
def seed(rest: Rest) -> Rest:
    """Logged in with JSON."""
    answer = rest.call("POST", "/token", {"username": rest.user, "password": rest.password})
    assert answer.status == 200 and set(answer.json) == {"access_token"}
    rest.token = answer.json["access_token"]
    return rest


def test_login(venue: MockExchange, seed: Rest) -> None:
    """JSON; a form is 400; the trading process checks it, so it says something about that (#1, #2, #8)."""
    assert seed.ask_token().status == 400
    assert seed.call("POST", "/token", {"username": seed.user, "password": "x"}).status == 401
    assert seed.call("POST", "/token", {"username": seed.user}).status == 400
    venue.set_options(rpc="broken")
    assert seed.call("POST", "/token", {"username": seed.user, "password": seed.password}).is_bare_500


@pytest.mark.parametrize("clock", [f"manual={NOON}"])
def test_a_token_has_no_end(venue: MockExchange, seed: Rest) -> None:
    venue.advance(86_400_000)
    assert seed.rows("account")


def test_orders(venue: MockExchange, seed: Rest) -> None:
    """The id in an object, the result of a cancel, 400 for what is wrong (#6 to #8)."""
    answer = seed.send()
    assert answer.status == 200 and set(answer.json) == {"vt_orderid"}
    vt_orderid = answer.json["vt_orderid"]
    assert seed.cancel(vt_orderid).json == {"success": True}
    assert seed.cancel(vt_orderid).json["success"] is False
    assert seed.cancel("CTP.nope").status == 404 and seed.send(direction="up").status == 400
    venue.set_options(id_form="orderid")
    assert set(seed.send().json) == {"orderid"}


def test_subscriptions(seed: Rest) -> None:
    """The bare symbol, and no list of ticks (#5, #10)."""
    assert seed.subscribe(VT_SYMBOL).status == 404
    assert (seed.subscribe(SYMBOL).status, seed.call("GET", "/tick").status) == (200, 404)


@pytest.mark.parametrize("clock", [f"manual={NOON}"])
def test_heartbeats(venue: MockExchange, seed: Rest) -> None:
    """Every 10 s; who says nothing for 30 s is gone (#12)."""
    with stream(venue.stream, seed.token) as lively, stream(venue.stream, seed.token) as mute:
        for count in range(1, 7):
            venue.advance(10_000)
            if mute.closed is None and count < 3:
                until(lambda count=count: len(mute.frames) == count)
            until(lambda count=count: len(lively.frames) == count)
            lively.connection.send(lively.frames[-1])
            assert lively.connection.ping().wait(10)
        assert json.loads(lively.frames[0]) == {"type": "heartbeat"}
        assert until(lambda: mute.closed)[0] == 1011 and lively.closed is None


def test_the_token_as_first_message(venue: MockExchange, seed: Rest) -> None:
    """Instead of in the URL (#11)."""
    venue.set_options(ws_token="message")
    with stream(venue.stream, seed.token) as ws:
        ws.connection.send(seed.token)
        assert ws.connection.ping().wait(10)
        seed.send()
        assert ws.wait("eOrder.", 2)
    for first in ("garbage", None):
        with stream(venue.stream, seed.token) as refused:
            if first is not None:
                refused.connection.send(first)
            assert until(lambda refused=refused: refused.closed)[0] == 1008


def test_pushes_are_the_same(venue: MockExchange, seed: Rest) -> None:
    with stream(venue.stream, seed.token) as ws:
        assert isinstance(ws, Stream)
        seed.send(50_000)
        ws.wait("eAccount.")
        assert ws.topics() == ["eOrder.", "eTrade.", "eOrder.", "ePosition.", "eAccount."]
