"""The websocket: spec 4, 4.2, 5.3, 7."""

import json

import pytest
from webtrader_client import NOON, Rest, Stream, stream
from waiting import until

from mockexchange import MockExchange

OLD = pytest.mark.parametrize("clock", [f"manual={NOON}"])


def test_nothing_at_connect_and_text_is_ignored(venue: MockExchange, rest: Rest) -> None:
    rest.order()
    with stream(venue.stream, rest.token, origin="http://elsewhere.example") as ws:
        for text in ("ping", '{"type":"heartbeat"}', ""):
            ws.connection.send(text)
        rest.order()
        ws.wait("eAccount.")
        assert ws.topics() == ["eOrder.", "eOrder.", "eAccount."] and ws.closed is None


@OLD
def test_pings(venue: MockExchange, rest: Rest) -> None:
    """Every 20 s; who does not answer one for 20 s is closed with 1011 (spec 4.2)."""
    with stream(venue.stream, rest.token) as ws, stream(venue.stream, rest.token) as deaf:
        deaf.connection.protocol.send_frame = lambda frame: None        # type: ignore[method-assign]
        for _ in range(5):
            venue.advance(20_000)
        assert ws.closed is None
        assert until(lambda: deaf.closed) == (1011, "keepalive ping timeout")


@pytest.mark.parametrize(("given", "code"), [
    ({"web": "term"}, 1012), ({"web": "kill"}, 1006), ({"sockets": "1012"}, 1012), ({"sockets": "1011"}, 1011), ({"sockets": "drop"}, 1006),
])
def test_ends(venue: MockExchange, rest: Rest, ws: Stream, given: dict[str, str], code: int) -> None:
    venue.set_options(**given)
    assert until(lambda: ws.closed)[0] == code
    assert venue.state()["options"]["sockets"] == "open"
    if "web" in given:
        with pytest.raises((OSError, EOFError)):
            rest.call("GET", "/openapi.json")
        with pytest.raises(Exception), stream(venue.stream, rest.token):     # noqa: B017
            pass
        venue.set_options(web="up")
    with stream(venue.stream, rest.token) as again:
        rest.order()
        assert again.wait("eOrder.", 2)


def test_a_binary_message_ends_its_sender_and_jams_those_behind(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """For ever, which is until the web process is restarted (spec 4)."""
    with stream(venue.stream, rest.token) as bad, stream(venue.stream, rest.token) as behind:
        bad.connection.send(b"\x00")
        assert until(lambda: bad.closed) == (1006, "")
        with stream(venue.stream, rest.token) as later:
            rest.order()
            ws.wait("eAccount.")
            assert behind.is_quiet() and later.is_quiet() and not behind.frames and not later.frames
    venue.set_options(web="kill")
    venue.set_options(web="up")
    with stream(venue.stream, rest.token) as healed:
        rest.order()
        assert healed.wait("eAccount.")


# -- loss

@pytest.mark.parametrize(("pushes", "is_healed"), [("silent", False), ("ended", True)])
def test_a_socket_that_is_open_and_never_pushes(venue: MockExchange, rest: Rest, ws: Stream, pushes: str, is_healed: bool) -> None:
    """Pings flow and REST works (spec 2.2, 5.3). Only pushes that have ended come back with a new web process."""
    venue.set_options(pushes=pushes)
    vt_orderid = rest.order(50_000)
    assert rest.row(vt_orderid)["status"] == "全部成交" and len(rest.rows("trade")) == 1
    assert ws.is_quiet() and not ws.frames
    venue.set_options(web="kill")
    venue.set_options(web="up")
    assert venue.state()["options"]["pushes"] == ("flow" if is_healed else "silent")
    with stream(venue.stream, rest.token) as again:
        rest.order()
        assert until(lambda: again.frames) if is_healed else again.is_quiet() and not again.frames


def test_so_many_messages_are_lost(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    venue.set_options(lose_pushes=2)
    rest.order()
    assert ws.wait("eAccount.") and ws.topics() == ["eAccount."]
    assert venue.state()["options"]["lose_pushes"] == 0
    rest.order()
    assert ws.wait("eOrder.", 2)


def test_order_pushes_in_another_order(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """An order push can be older than what is known (spec 7.3); its fills stay where they are."""
    venue.set_options(push_order="reversed", rpc_ms=0)
    venue.set_price("BTCUSDT", "40000")
    first = rest.order()
    assert [row["status"] for row in ws.wait("eOrder.", 2)] == ["未成交", "提交中"]
    assert rest.row(first)["status"] == "未成交"


def test_nan_frames(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    """Literal NaN, which is no JSON (spec 5.3); null where a number belongs."""
    venue.set_options(nan_fields="volume", null_fields="traded,balance")
    rest.order()
    ws.wait("eAccount.")
    assert '"volume": NaN' in ws.frames[0] and '"traded": null' in ws.frames[0]
    with pytest.raises(ValueError):
        json.loads(ws.frames[0], parse_constant=lambda word: int(word))
    assert ws.data("eAccount.")[0]["balance"] is None


def test_words_and_keys_that_no_version_has(venue: MockExchange, rest: Rest, ws: Stream) -> None:
    venue.set_options(odd_words="status,direction", extra_keys=True)
    rest.order()
    row = ws.wait("eOrder.", 2)[-1]
    assert (row["status"], row["direction"], row["type"], row["new_field"]) == ("BRAND_NEW", "BRAND_NEW", "限价", {"a": 1})
    rest.subscribe()
    assert {"bid_price_10", "ask_volume_6"} <= set(ws.wait("eTick.")[-1])


@pytest.mark.parametrize("options", [{"language": "en"}], indirect=True)
def test_english_frames(rest: Rest, ws: Stream) -> None:
    rest.order(50_000)
    assert ws.wait("ePosition.")[0]["vt_positionid"].endswith(".Net")
    assert [row["status"] for row in ws.data("eOrder.")] == ["Submitting", "All Traded"]
    assert ws.data("eTrade.")[0]["direction"] == "Long"
