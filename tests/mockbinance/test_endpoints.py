"""Which hosts belong together."""

import pytest

from vnpy_mockbinance import endpoints
from vnpy_mockbinance.endpoints import (
    CHANNELS,
    LIVE_REST_HOSTS,
    TESTNET_REST_HOST,
    TESTNET_STREAM_HOST,
    stream_hosts,
)

# web-socket-streams.md, "General WSS information"; web-socket-api.md, "General API Information"; testnet/*.md
LIVE = ("wss://stream.binance.com:9443", "wss://ws-api.binance.com:443")
TESTNET = ("wss://stream.testnet.binance.vision", "wss://ws-api.testnet.binance.vision")


@pytest.mark.parametrize("rest", sorted(LIVE_REST_HOSTS))
def test_live(rest: str) -> None:
    assert stream_hosts(rest, "") == LIVE


def test_the_live_rest_hosts_of_the_document() -> None:
    """rest-api.md, "General API Information"."""
    assert LIVE_REST_HOSTS == {
        "https://api.binance.com", "https://api-gcp.binance.com", "https://api1.binance.com",
        "https://api2.binance.com", "https://api3.binance.com", "https://api4.binance.com",
    }


def test_the_test_network() -> None:
    assert stream_hosts(TESTNET_REST_HOST, "") == TESTNET
    assert TESTNET_STREAM_HOST == TESTNET[0]


@pytest.mark.parametrize("given, expected", [
    ("wss://stream.binance.com:9443", LIVE),
    ("wss://stream.binance.com:443", ("wss://stream.binance.com:443", LIVE[1])),
    ("wss://stream.testnet.binance.vision", TESTNET),
    ("ws://127.0.0.1:8801", ("ws://127.0.0.1:8801", "ws://127.0.0.1:8801")),
    ("wss://stream.example.com", ("wss://stream.example.com", "wss://stream.example.com")),
])
def test_a_stream_host_given(given: str, expected: tuple[str, str]) -> None:
    assert stream_hosts("https://whatever", given) == expected


@pytest.mark.parametrize("rest, same", [
    ("http://127.0.0.1:8801", "ws://127.0.0.1:8801"), ("https://venue.example.com", "wss://venue.example.com"),
])
def test_any_other_venue_has_all_on_one_host(rest: str, same: str) -> None:
    assert stream_hosts(rest, "") == (same, same)


def test_the_default_is_never_the_live_venue() -> None:
    assert TESTNET_REST_HOST not in LIVE_REST_HOSTS


def test_every_path_is_a_path() -> None:
    paths = {name: value for name, value in vars(endpoints).items() if isinstance(value, str) and value.startswith("/")}
    assert len(paths) >= 10
    assert not [name for name, path in paths.items() if path.endswith("/") or " " in path]


def test_channels_are_streams_of_the_document() -> None:
    """web-socket-streams.md: <symbol>@bookTicker, @depth<levels>@100ms, @aggTrade, @ticker."""
    assert CHANNELS == ("bookTicker", "depth5@100ms", "aggTrade", "ticker")
