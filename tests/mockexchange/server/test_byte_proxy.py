"""The wire that can be broken: what each way of breaking it does to a client's bytes."""

import socket
from collections.abc import Iterator
from time import monotonic

import pytest
import requests

from mockexchange import MockExchange
from mockexchange.byte_proxy import VenueWire

ASK: bytes = b"GET /spot/v1/p/time HTTP/1.1\r\nHost: venue\r\n\r\n"


@pytest.fixture(scope="module")
def venue() -> Iterator[MockExchange]:
    # HashEx has no limits: a connection that is kept busy asks thousands of times
    with MockExchange("hashex", feed="none") as running:
        yield running


@pytest.fixture
def wire(venue: MockExchange) -> Iterator[VenueWire]:
    with venue.wire() as laid:
        yield laid


def dial(wire: VenueWire) -> socket.socket:
    return socket.create_connection(("127.0.0.1", wire.port), 5.0)


def answered(sock: socket.socket, seconds: float = 5.0) -> bool:
    """Whether the venue answers over a connection; a reset or an end is an answer, too, and raises or is False."""
    sock.settimeout(seconds)
    sock.sendall(ASK)
    return sock.recv(4096).startswith(b"HTTP/1.1 200")


def is_silent(sock: socket.socket) -> bool:
    """Nothing comes: no answer, no end, no reset."""
    sock.settimeout(0.3)
    sock.sendall(ASK)
    try:
        return bool(sock.recv(4096)) and False
    except TimeoutError:
        return True


def test_it_passes_what_it_is_given(wire: VenueWire) -> None:
    assert requests.get(f"{wire.rest}/spot/v1/p/time", timeout=5).json()["code"] == 0
    with dial(wire) as sock:
        assert answered(sock) and answered(sock)
    assert wire.accepted == 2 and not wire.vanished


def test_deafness_swallows_bytes_and_what_was_open_stays_dead(wire: VenueWire) -> None:
    with dial(wire) as old:
        assert answered(old)
        wire.deafen()
        assert is_silent(old)
        with dial(wire) as during:
            assert is_silent(during)
            wire.heal()
            assert is_silent(during)
        assert is_silent(old) and wire.vanished >= 3 * len(ASK) and wire.forgotten == 1
        with dial(wire) as new:
            assert answered(new)


def test_forgotten_connections_are_dead_and_new_ones_live(wire: VenueWire) -> None:
    with dial(wire) as old:
        assert answered(old)
        wire.forget()
        with dial(wire) as new:
            assert answered(new) and is_silent(old)
    assert wire.forgotten == 1


def test_a_connection_that_is_idle_too_long_is_forgotten(wire: VenueWire) -> None:
    wire.forget_after(0.5)
    with dial(wire) as busy, dial(wire) as idle:
        assert answered(idle)
        end = monotonic() + 0.8
        while monotonic() < end:
            assert answered(busy)
        assert is_silent(idle)
    assert wire.forgotten >= 1 and wire.vanished == len(ASK)


def test_resets_and_refusals(wire: VenueWire) -> None:
    with dial(wire) as old:
        assert answered(old)
        wire.reset()
        with pytest.raises(ConnectionError):
            answered(old)
            answered(old)
    wire.reset_new()
    with dial(wire) as new, pytest.raises(ConnectionError):
        answered(new)
    assert wire.resets == 2
    wire.refuse()
    with pytest.raises(ConnectionRefusedError):
        dial(wire)
    wire.heal()
    with dial(wire) as well:
        assert answered(well)
