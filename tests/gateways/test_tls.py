"""MockBinanceGateway over TLS: REST, market streams and WebSocket API, of a venue whose authority the user names."""

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from vnpy.trader.constant import Status

from mockexchange import MockExchange
from vnpy_restgateway.embedded_venue import read_options
from vnpy_restgateway.net.dial import default_context

from .binance_cases import BINANCE
from .harness import Desk


@pytest.fixture
def no_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_it_trades_where_the_authority_is_named(no_bundles: None, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with MockExchange("binance", seed=7, tls=True) as venue:
        monkeypatch.setenv(name, venue.certificate)
        desk = Desk(BINANCE, venue)
        try:
            desk.ready().subscribe()
            filled = desk.send("BUY", BINANCE.market.high, BINANCE.market.volume(2))
            desk.wait_status(filled, Status.ALLTRADED)
            desk.recorder.wait(lambda: len(desk.recorder.ticks) > 2, "ticks")
            desk.assert_truth()
        finally:
            desk.close()


def test_a_folder_of_authorities(no_bundles: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``REQUESTS_CA_BUNDLE`` may be one; a file's name is the hash that ``openssl x509 -subject_hash`` tells of its authority."""
    with MockExchange("binance", feed="none", tls=True) as venue:
        (tmp_path / "25048181.0").write_bytes(Path(venue.certificate).read_bytes())
        with pytest.raises(ssl.SSLCertVerificationError):
            shake_hands(venue)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
        shake_hands(venue)


def shake_hands(venue: MockExchange) -> None:
    parts = urlsplit(venue.rest)
    with socket.create_connection((parts.hostname, parts.port), 5) as sock:
        default_context().wrap_socket(sock, server_hostname=parts.hostname).close()


def test_a_stranger_is_not_trusted(no_bundles: None) -> None:
    with MockExchange("binance", seed=7, tls=True) as venue:
        desk = Desk(BINANCE, venue)
        try:
            desk.connect()
            desk.recorder.wait(lambda: desk.recorder.said("certificate verify failed"), "a line in the log")
            assert not desk.recorder.contracts
        finally:
            desk.close()


@pytest.mark.parametrize("text", ["--tls", "--seed 7 --tls", "--tls-cert=a.pem --tls-key b.pem"])
def test_the_embedded_exchange_speaks_plain(text: str) -> None:
    with pytest.raises(ValueError, match="the embedded exchange speaks plain HTTP, --tls"):
        read_options(text)
