"""Ed25519 and RSA keys over REST: rest-api.md, "Request Security"; faqs/api_key_types.md."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from binance_rest import Rest
from key_pairs import Signer, bare, ed25519_pair, rsa_pair

from mockexchange import MockExchange
from mockexchange.dialects.binance.errors import ApiError
from mockexchange.dialects.binance.signature import check_signature, rest_payload, websocket_payload
from mockexchange.public_keys import read_public_key
from mockexchange.server.accounts import Account, parse_account

# faqs/api_key_types.md: the sample keys
DOCUMENT_ED25519 = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAgmDRTtj2FA+wzJUIlAL9ly1eovjLBu7uXUFR+jFULmg=
-----END PUBLIC KEY-----
"""
DOCUMENT_RSA = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyfKiFXpcOhF5rX1XxePN
akwN7Etwtn3v05cZNY+ftDHbVZHs/kY6Ruj5lhxVFAq5dv7Ba9/4jPijXuMuIc6Y
8nUlqtrrxC8DEOAczw9SKATDYZN9nbLfYlbBFfHzRQUXdAtYCPI6XtxmJBS7aOBb
4nZe1SVm+bhLrp0YQnx2P0s+37qkGeVn09m6w9MnWxjgCkkYFPWQkXIu5qOnwx6p
NfqDmFD7d7dUc/6PZQ1bKFALu/UETsobmBk82ShbrBhlc0JXuhf9qBR7QASjHjFQ
2N+VF2PfH8dm5prZIpz/MFKPkBW4Yuss0OXiD+jQt1J2JUKspLqsIqoXjHQQGjL7
3wIDAQAB
-----END PUBLIC KEY-----
"""

# The documents' payloads, signed with the documents' openssl commands; of their own example keys they show no public half.
ED25519 = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAwhO3iJKWnIV/DvRydCrbtTYHdF7lMzrF4qdGef9CEBQ=\n-----END PUBLIC KEY-----\n"
RSA = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3u7IT3jhjYaQcQoyXmP6
NzR4HDUHVBfyFTcvvwwsVUGwTHryFmZK5gUL0ae7zOSZHAOHrVD8SXzldkm+A7qh
zGN/hQfSBWS8c5zay6GvHG4DHI+7HWhWUaUOIs1+IBWkk5JtP6wKSqwxiOMMSu8v
vpNVK/hEffEAgv+1btVE+mf6Jzz8QBvT4h+Ky5w5Z6GVcKrIALBSRNDqic70YLoa
D9A6qNCne2UmBNkK7/pIRv6nnuTCDGoJGSi+FfNFNsX0XjNtYqy244PDNNjNn/4H
z8VTFOhF9wOOm4xlJYjLEt2vevdeUBTU+wGCOt/8IxucDv4ZnJXWcNZP0E7mbhsg
FQIDAQAB
-----END PUBLIC KEY-----
"""
# rest-api.md, "Ed25519 Keys" and "RSA Keys"
REST_ASCII = "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=0.2&timestamp=1668481559918&recvWindow=5000"
REST_UNICODE = (
    "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=0.2"
    "&timestamp=1668481559918&recvWindow=5000"
)
# web-socket-api.md, "SIGNED Request Example (Ed25519)"
WS_KEY = "4yNzx3yWC5bS6YTwEkSRaC0nRmSQIIStAUOh1b6kqaBrTLIhjCpI5lJH8q8R8WNO"
WS_ASCII = {
    "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01000000",
    "price": "52000.00", "recvWindow": "100", "timestamp": "1645423376532", "apiKey": WS_KEY, "signature": "x",
}
WS_UNICODE = {
    "symbol": "１２３４５６", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1.00000000",
    "price": "0.10000000", "recvWindow": "5000", "timestamp": "1645423376532", "apiKey": WS_KEY,
}
VECTORS = [
    (ED25519, rest_payload(REST_ASCII, ""), "dGz7I7U3qx09S6ERV9KCfhcTCXXMIzVQi5eccsDzPiMrezVqj2H0e0yacV3L8LsCsTvCHQzWyAXQ0lL5/XVkDg=="),
    (ED25519, rest_payload(REST_UNICODE, ""), "AyWxVSM+v5XBGU7wTkEBnPhAOgBbmbV8i91mNGmOGI9AbMZMmkWPky3XquUZHE2YzABBgbkO5adVCxq+6UCnDg=="),
    (ED25519, websocket_payload(WS_ASCII), "ESfdi4kwVShc0D/TIW9ueY64EzfsrAXAm2Ft+zWVLeg+MxydO57TVKfh9UsfpEUjq8q3nru/66reH3skdtoiBA=="),
    (ED25519, websocket_payload(WS_UNICODE), "+TYLB/biy30s7mR6ZKEH8+lO2OdPkNKcu4sAp4JJcj7txnrbzPr9hGVoH8ufX6So7LbxRlYLqQf/1boseddPCg=="),
    (RSA, rest_payload(REST_ASCII, ""), (
        "hp864m650MtwcsrA6wtcQjmHEqpKAvg1+O4meSQ2AtZJeeo452YV5ejrwBHpGWuQ9K0myEiLUneEwvaUHpOX7kEyaTJhCtOLIHj1QS/FI8pDXJf+2y0d"
        "+EcWLR54YHXaRT5ZcYcRKBizgbyJxEPJgynAOzkNF/sUTLFsNBmLZ/cEobMMvgwr0gwkvMhRXw7qiAxlmts9u8tik953nXP3pw17Aq28l7XXr5wYe/GK"
        "jD2rP5oQ/KkO4rrDu+vTei/Mz5YWhApUjMt2P7Hu7AjxTyTQvUqk8pNDITYsAL0Rp8KaUCivyO8pS3htEzh9aprALzzxq9DKWNS3HD27g12BNw=="
    )),
    (RSA, rest_payload(REST_UNICODE, ""), (
        "yCWJER14h7GG6m16Hvxh0Ua5b46no0r5FXlG1GMFhkN6ai2cDeU0edHL/kzSzxBbNQuSyBZ3TVnx0ju0tQqeqy870HOMl4M8oDiHzFOf9eJrf8BZPLBI"
        "eVo9fk0i2hTQrcjAJ4WIHABkvRs0wO7wi9vQID66I4XqPPOPxysncK2Wzs8XgLt4UwM7J6mWdaUr5ScxpFr1FA82M3Mb8grJs9ldqdGBhmu7c3OxKpcg"
        "XxvOToh5h9hgCSbQAfpOeha+moMFPqoCnLzSKurBQ2o/ANkINkvbChFYg/Q6sP1rJJWpxzBG2WmTgpi65Q7SWo+u+ci30tIJfwrzNiOprSS5nQ=="
    )),
]


@pytest.mark.parametrize(("pem", "payload", "signature"), VECTORS)
def test_the_documents_payloads(pem: str, payload: bytes, signature: str) -> None:
    key = read_public_key(pem)
    check_signature("", payload, signature, key)
    for wrong in (signature.swapcase(), signature[:-4], signature[1:], "", "é", "0" * 64, signature + "\n"):
        with pytest.raises(ApiError) as caught:
            check_signature("", payload, wrong, key)
        assert caught.value.body() == {"code": -1022, "msg": "Signature for this request is not valid."}
    with pytest.raises(ApiError):
        check_signature("", payload + b" ", signature, key)


def test_the_documents_sample_keys_are_read() -> None:
    assert read_public_key(DOCUMENT_ED25519).kind == "ED25519"
    assert read_public_key(DOCUMENT_RSA).kind == "RSA"
    assert read_public_key(bare(DOCUMENT_ED25519)).kind == "ED25519"
    assert read_public_key(bare(ED25519)).verifies(VECTORS[0][1], VECTORS[0][2])


@pytest.mark.parametrize(("text", "says"), [
    ("", "neither PEM nor the 32 bytes of an Ed25519 key in base64, but 0 characters"),
    (base64.b64encode(bytes(31)).decode(), "neither PEM nor the 32 bytes"),
    ("not base64!", "neither PEM nor the 32 bytes"),
    ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "not a PEM public key"),
    ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "this is a private key"),
    ("-----BEGIN RUBBISH", "not a PEM public key"),
])
def test_what_is_no_public_key(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="public key: ") as caught:
        read_public_key(text)
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_rsa_of_another_size_is_refused() -> None:
    """faqs/api_key_types.md: "We support 2048 and 4096 bit RSA keys."."""
    with pytest.raises(ValueError, match="RSA of 1024 bits, Binance takes 2048 and 4096"):
        read_public_key(rsa_pair(1024)[0])


# accounts


def test_accounts_of_the_command_line(tmp_path: Path) -> None:
    pem, _ = ed25519_pair()
    folder = tmp_path / "a:b c"                         # colons and spaces: Windows' drives, people's folders
    folder.mkdir()
    path = folder / "key.pem"
    path.write_text(pem)
    assert parse_account(f"k:@{path}:USDT=5") == Account("k", "", {"USDT": 5 * 10 ** 8}, pem)
    assert parse_account(f"k:ed25519={bare(pem)}:") == Account("k", "", {}, bare(pem))
    assert parse_account("k:s:USDT=5") == Account("k", "s", {"USDT": 5 * 10 ** 8})


@pytest.mark.parametrize(("text", "says"), [
    ("k:@nowhere.pem:USDT=1", "account 'k': public key 'nowhere.pem': No such file or directory"),
    ("k:@:USDT=1", "account 'k': public key '': "),
    ("k:ed25519=AAAA:USDT=1", "account 'k': public key: neither PEM nor the 32 bytes of an Ed25519 key in base64, but 4 characters"),
    ("k:ed25519=:USDT=1", "account 'k': public key: neither PEM nor"),
    (f"k:ed25519={bare(ED25519)}:USDT=one", "account 'k': USDT: "),
])
def test_bad_accounts(text: str, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        MockExchange(accounts=[text]).start()
    assert str(caught.value).startswith(says)


def test_what_an_account_cannot_be() -> None:
    with pytest.raises(ValueError, match="account 'k': a key has a secret or a public key, not both"):
        MockExchange(accounts=[Account("k", "s", public_key=ED25519)]).start()
    with pytest.raises(ValueError, match="account 'k': clients of the dialect 'hashex' sign with a secret, not with a key pair"):
        MockExchange("hashex", accounts=[Account("k", public_key=ED25519)]).start()


# on the wire


@pytest.fixture(params=["ed25519", "rsa"])
def pair(request: pytest.FixtureRequest) -> tuple[str, Signer]:
    return ed25519_pair() if request.param == "ed25519" else rsa_pair()


@pytest.fixture
def owned(pair: tuple[str, Signer]) -> Iterator[MockExchange]:
    accounts = [Account("pair-key", "", {"USDT": 10 ** 13, "BTC": 10 ** 8}, pair[0]), "mock-key:mock-secret:USDT=1"]
    with MockExchange("binance", feed="none", seed=7, accounts=accounts) as running:
        yield running


def test_requests_are_signed_with_the_private_key(owned: MockExchange, pair: tuple[str, Signer]) -> None:
    rest = Rest(owned.rest, "pair-key", signer=pair[1])
    assert (owned.key, owned.secret) == ("pair-key", "")
    placed = rest.order(price="39000")
    assert placed.status == 200, placed.text
    in_body = rest.signed("POST", "order", in_body=True, symbol="BTCUSDT", side="SELL", type="LIMIT", timeInForce="GTC", quantity="0.01", price="41000")
    assert in_body.status == 200, in_body.text
    assert len(rest.signed("GET", "openOrders").json) == 2
    cancelled = rest.signed("DELETE", "order", symbol="BTCUSDT", orderId=placed.json["orderId"])
    assert cancelled.json["status"] == "CANCELED"
    rest.connection.close()


def test_signatures_of_another_key_are_refused(owned: MockExchange, pair: tuple[str, Signer]) -> None:
    refused = (401, -2015, "Invalid API-key, IP, or permissions for action."), (400, -1022, "Signature for this request is not valid.")
    rest = Rest(owned.rest, "pair-key", secret="", signer=ed25519_pair()[1])
    assert rest.signed("GET", "account").error == refused[1]
    rest.signer = rest.by_secret
    assert rest.signed("GET", "account").error == refused[1], "no HMAC with an empty secret"
    rest.signer = lambda payload: pair[1](payload).swapcase()
    assert rest.signed("GET", "account").error == refused[1]
    rest.signer = pair[1]
    assert rest.signed("GET", "account").status == 200
    owned.set_key("pair-key", revoked=True)
    assert rest.signed("GET", "account").error == refused[0]
    owned.set_key("pair-key", revoked=False)
    assert rest.signed("GET", "account").status == 200
    rest.connection.close()


def test_the_plus_of_base64_must_be_percent_encoded(owned: MockExchange, pair: tuple[str, Signer]) -> None:
    """rest-api.md, "Percent-encode the base64 string"; a bare plus is a space in a query."""
    for number in range(1000):
        query = f"recvWindow=59999.{number:03d}&timestamp={owned.state()['now']}"
        signature = pair[1](query.encode())
        if "+" in signature:
            break
    else:
        raise AssertionError("no signature with a plus")
    rest = Rest(owned.rest)
    sent = {"X-MBX-APIKEY": "pair-key"}
    bare_plus = rest.call("GET", f"/api/v3/account?{query}&signature={signature}", sent)
    assert bare_plus.error[1] == -1022
    encoded = signature.replace("+", "%2B")
    assert rest.call("GET", f"/api/v3/account?{query}&signature={encoded}", sent).status == 200
    rest.connection.close()


def test_keys_survive_a_restart(owned: MockExchange, pair: tuple[str, Signer]) -> None:
    rest = Rest(owned.rest, "pair-key", signer=pair[1])
    rest.order(price="39000")
    rest.connection.close()
    owned.restart(keep_state=True)
    assert len(rest.signed("GET", "openOrders").json) == 1
    rest.connection.close()
