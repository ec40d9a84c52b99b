"""python-binance and ccxt, unmodified, with Ed25519 and RSA keys, over TLS: only their hosts are changed."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mockexchange import MockExchange
from mockexchange.server.accounts import Account

FUNDS = {"USDT": 100_000 * 10 ** 8, "BTC": 10 ** 8}
KEYS: dict[str, Callable[[], Any]] = {"ed25519": cache(ed25519.Ed25519PrivateKey.generate), "rsa": cache(lambda: rsa.generate_private_key(65537, 2048))}


def private(name: str) -> str:
    return str(KEYS[name]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def public(name: str) -> str:
    return str(KEYS[name]().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


@pytest.fixture(scope="module")
def venue() -> Iterator[MockExchange]:
    accounts = [Account(name, "", dict(FUNDS), public(name)) for name in KEYS]
    with MockExchange("binance", seed=12, accounts=accounts, tls=True) as running:
        yield running


@pytest.fixture(autouse=True)
def trusted(venue: MockExchange, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, venue.certificate)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)


@pytest.mark.parametrize("name", list(KEYS))
def test_python_binance(venue: MockExchange, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    binance = pytest.importorskip("binance")
    path = tmp_path / "private.pem"
    path.write_text(private(name))
    monkeypatch.setattr(binance.Client, "API_URL", f"{venue.rest}/api")
    client = binance.Client(name, private_key=path)
    order = client.order_limit_buy(symbol="BTCUSDT", quantity="0.01", price="20000")
    assert order["status"] == "NEW"
    assert [row["orderId"] for row in client.get_open_orders(symbol="BTCUSDT")] == [order["orderId"]]
    assert client.cancel_order(symbol="BTCUSDT", orderId=order["orderId"])["status"] == "CANCELED"
    assert float(client.get_asset_balance("USDT")["free"]) == 100_000


@pytest.mark.parametrize("name", list(KEYS))
def test_ccxt(venue: MockExchange, name: str) -> None:
    ccxt = pytest.importorskip("ccxt")
    exchange = ccxt.binance({"apiKey": name, "secret": private(name), "enableRateLimit": False, "requests_trust_env": True})
    for key, url in exchange.urls["api"].items():
        exchange.urls["api"][key] = re.sub(r"https://[fdep]?api\.binance\.com", venue.rest, url)
    order = exchange.create_order("BTC/USDT", "limit", "buy", 0.01, 20_000)
    assert [row["id"] for row in exchange.fetch_open_orders("BTC/USDT")] == [order["id"]]
    assert exchange.cancel_order(order["id"], "BTC/USDT")["status"] == "canceled"


def test_the_documents_own_script(venue: MockExchange, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """web-socket-api.md, the Python script of "SIGNED Request Example (Ed25519)", but for host, symbol and price: it has an order of its own."""
    import base64
    import json
    import time

    from websockets.sync.client import connect

    params: dict[str, Any] = {
        "apiKey": "ed25519", "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC",
        "quantity": "0.01000000", "price": "90000.00", "recvWindow": 5000,
    }
    params["timestamp"] = int(time.time() * 1000)
    params = dict(sorted(params.items()))
    payload = "&".join(f"{k}={v}" for k, v in params.items())
    params["signature"] = base64.b64encode(KEYS["ed25519"]().sign(payload.encode("UTF-8"))).decode("ASCII")
    with connect(venue.stream + "/ws-api/v3", proxy=None) as ws:
        ws.send(json.dumps({"id": "my_new_order", "method": "order.place", "params": params}))
        result = json.loads(ws.recv(10))
    assert (result["id"], result["status"]) == ("my_new_order", 200), result
