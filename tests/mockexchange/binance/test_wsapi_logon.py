"""Sessions: web-socket-api.md, "Session Authentication", "Authentication requests", "User Data Stream requests"."""

from functools import cache
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from binance_rest import Rest
from key_pairs import Signer, ed25519_pair, rsa_pair
from wsapi_client import Api

from mockexchange import MockExchange
from mockexchange.server.accounts import Account

STATUS = ["apiKey", "authorizedSince", "connectedSince", "returnRateLimits", "serverTime", "userDataStream"]
ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
@cache
def pairs() -> dict[str, tuple[str, Signer]]:
    return {name: ed25519_pair() for name in ("one", "two")} | {"rsa": rsa_pair()}
FUNDS = {"USDT": 10 ** 13, "BTC": 10 ** 10}


@pytest.fixture(scope="module")
def running() -> Iterator[MockExchange]:
    accounts = [*(Account(name, "", dict(FUNDS), pem) for name, (pem, _) in pairs().items()), "mock-key:mock-secret:USDT=100000,BTC=1"]
    with MockExchange("binance", feed="none", seed=7, accounts=accounts) as venue:
        yield venue


@pytest.fixture
def venue(running: MockExchange) -> MockExchange:
    running.reset()
    return running


@pytest.fixture
def api(venue: MockExchange) -> Iterator[Api]:
    client = Api(venue, key="one", signer=pairs()["one"][1])
    yield client
    client.close()


def now() -> int:
    return int(time.time() * 1000)


def as_user(api: Api, name: str) -> Api:
    api.key = name
    api.signer = pairs()[name][1] if name in pairs() else api.by_secret
    return api


def test_logon(api: Api) -> None:
    answer = api.signed("session.logon")
    assert answer["status"] == 200, answer
    assert list(answer["result"]) == STATUS
    result = answer["result"]
    assert (result["apiKey"], result["returnRateLimits"], result["userDataStream"]) == ("one", True, False)
    assert result["connectedSince"] <= result["authorizedSince"] <= result["serverTime"]
    status = api.request("session.status")["result"]
    assert {**status, "serverTime": 0} == {**result, "serverTime": 0}
    gone = api.request("session.logout")["result"]
    assert (gone["apiKey"], gone["authorizedSince"], gone["connectedSince"]) == (None, None, result["connectedSince"])
    assert api.request("session.logout")["status"] == 200, "if the connection is not authenticated, this request does nothing"


def test_requests_without_key_and_signature(api: Api) -> None:
    assert api.request("account.status", timestamp=now())["error"]["code"] == -1102
    api.signed("session.logon")
    placed = api.request("order.place", **ORDER, price="39000", timestamp=now())
    assert placed["status"] == 200, placed
    assert [row["rateLimitType"] for row in placed["rateLimits"]] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
    assert len(api.request("openOrders.status", timestamp=now(), recvWindow=5000)["result"]) == 1
    assert api.request("order.cancel", symbol="BTCUSDT", orderId=placed["result"]["orderId"], timestamp=now())["status"] == 200
    api.request("session.logout")
    assert api.request("openOrders.status", timestamp=now())["error"] == {
        "code": -1102, "msg": "Mandatory parameter 'apiKey' was not sent, was empty/null, or malformed.",
    }


def test_the_timestamp_is_still_needed(api: Api) -> None:
    """"You still have to specify the timestamp parameter for SIGNED requests.\""""
    api.signed("session.logon")
    assert api.request("account.status")["error"] == {
        "code": -1102, "msg": "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.",
    }
    assert api.request("account.status", timestamp=now() - 10_000)["error"]["code"] == -1021
    assert api.request("account.status", timestamp=now() + 10_000)["error"]["code"] == -1021


def test_an_explicit_key_overrides_for_one_request(venue: MockExchange, api: Api) -> None:
    """"Authorize ad hoc requests\""""
    api.signed("session.logon")
    as_user(api, "mock-key").signed("order.place", **ORDER, price="39000")
    assert api.request("openOrders.status", timestamp=now())["result"] == []
    assert len(api.signed("openOrders.status")["result"]) == 1
    assert as_user(api, "rsa").signed("account.status")["status"] == 200
    half = api.sign({})
    del half["signature"]
    assert api.request("account.status", **half)["error"]["msg"] == "Mandatory parameter 'signature' was not sent, was empty/null, or malformed."
    assert api.request("session.status")["result"]["apiKey"] == "one"


def test_another_logon_changes_the_key(api: Api) -> None:
    first = api.signed("session.logon")["result"]
    api.request("order.place", **ORDER, price="39000", timestamp=now())
    second = as_user(api, "two").signed("session.logon")["result"]
    assert (first["apiKey"], second["apiKey"]) == ("one", "two")
    assert api.request("openOrders.status", timestamp=now())["result"] == []
    refused = as_user(api, "mock-key").signed("session.logon")
    assert refused["error"] == {"code": -4056, "msg": "HMAC_SHA256 API key is not supported."}
    assert as_user(api, "rsa").signed("session.logon")["error"] == {"code": -4056, "msg": "RSA API key is not supported."}
    assert api.request("session.status")["result"]["apiKey"] == "two", "a refused logon changes nothing"


@pytest.mark.parametrize(("changes", "status", "code"), [
    ({"signature": "AAAA"}, 400, -1022), ({"apiKey": "nobody"}, 401, -2015), ({"timestamp": 1}, 400, -1021),
    ({"foo": 1}, 400, -1022), ({"recvWindow": 60001}, 400, -1102),
])
def test_refused_logons(api: Api, changes: dict[str, Any], status: int, code: int) -> None:
    answer = api.request("session.logon", **{**api.sign({}), **changes})
    assert (answer["status"], answer["error"]["code"]) == (status, code)
    assert api.request("session.status")["result"]["apiKey"] is None


def test_what_a_logon_needs(api: Api) -> None:
    api.signed("session.logon")
    for name in ("apiKey", "timestamp", "signature"):
        params = api.sign({})
        del params[name]
        assert api.request("session.logon", **params)["error"]["code"] == -1102, name
        assert api.request("userDataStream.subscribe.signature", **params)["error"]["code"] == -1102, name


# user data


def test_subscription_of_the_session(venue: MockExchange, api: Api) -> None:
    assert api.request("userDataStream.subscribe")["error"]["code"] == -1002
    api.signed("session.logon")
    assert api.request("userDataStream.subscribe")["result"] == {"subscriptionId": 0}
    assert api.request("userDataStream.subscribe")["error"] == {"code": -2035, "msg": "User Data Stream subscription already active."}
    assert api.signed("userDataStream.subscribe.signature")["error"]["code"] == -2035
    assert api.request("session.status")["result"]["userDataStream"] is True
    assert api.request("session.subscriptions", )["result"] == [{"subscriptionId": 0}]
    rest = Rest(venue.rest, "one", signer=pairs()["one"][1])
    rest.order(price="39000")
    report = api.event()
    assert (report["subscriptionId"], report["event"]["e"], report["event"]["x"]) == (0, "executionReport", "NEW")
    rest.connection.close()


def test_logout_ends_the_subscription_of_the_logon_alone(api: Api) -> None:
    """"session.logout will only close the subscription created with userDataStream.subscribe\""""
    api.signed("session.logon")
    api.request("userDataStream.subscribe")
    as_user(api, "mock-key").signed("userDataStream.subscribe.signature")
    gone = api.request("session.logout")
    assert gone["result"]["userDataStream"] is True
    assert api.events == [], "the answer comes first"
    ended = api.event()
    assert (ended["subscriptionId"], ended["event"]["e"], list(ended["event"])) == (0, "eventStreamTerminated", ["e", "E"])
    assert api.request("session.subscriptions")["result"] == [{"subscriptionId": 1}]


def test_unsubscribing_says_so(api: Api) -> None:
    """user-data-stream.md, "Event Stream Terminated\""""
    api.signed("session.logon")
    api.request("userDataStream.subscribe")
    as_user(api, "two").signed("userDataStream.subscribe.signature")
    assert api.request("userDataStream.unsubscribe", subscriptionId=0)["result"] == {}
    assert (api.event()["subscriptionId"]) == 0
    assert api.request("userDataStream.unsubscribe", subscriptionId=0)["error"] == {
        "code": -2036, "msg": "User Data Stream subscription not active.",
    }
    assert api.request("userDataStream.unsubscribe")["result"] == {}
    assert [api.event()["event"]["e"]] == ["eventStreamTerminated"]
    assert api.request("userDataStream.subscribe")["result"] == {"subscriptionId": 2}, "ids are not used twice"


def test_subscriptions_go_on_after_another_logon(venue: MockExchange, api: Api) -> None:
    api.signed("session.logon")
    api.request("userDataStream.subscribe")
    as_user(api, "two").signed("session.logon")
    assert api.request("userDataStream.subscribe")["result"] == {"subscriptionId": 1}
    assert api.events == []
    api.request("session.logout")
    assert [api.event()["subscriptionId"] for _ in range(2)] == [0, 1]


# a key that is revoked


def test_a_revoked_key_ends_the_session(venue: MockExchange, api: Api) -> None:
    """"after the next request the session will be revoked with the following error message\""""
    api.signed("session.logon")
    api.request("userDataStream.subscribe")
    venue.set_key("one", revoked=True)
    assert api.event()["event"]["e"] == "eventStreamTerminated"
    refused = api.request("account.status", timestamp=now())
    assert refused["error"] == {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}
    assert json.loads(json.dumps(api.receive())) == {
        "id": None, "status": 401, "error": {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."},
    }
    assert api.request("session.status")["result"]["apiKey"] is None
    assert api.request("account.status", timestamp=now())["error"]["code"] == -1102
    venue.set_key("one", revoked=False)
    assert api.signed("session.logon")["status"] == 200


def test_any_request_shows_that_the_key_is_revoked(venue: MockExchange, api: Api) -> None:
    api.signed("session.logon")
    venue.set_key("one", revoked=True)
    assert api.request("ping")["status"] == 200
    assert (api.receive())["id"] is None
    assert api.request("userDataStream.subscribe")["error"]["code"] == -1002


def test_a_key_that_was_good_again_in_time_is_not_noticed(venue: MockExchange, api: Api) -> None:
    api.signed("session.logon")
    venue.set_key("one", revoked=True)
    venue.set_key("one", revoked=False)
    assert api.request("account.status", timestamp=now())["status"] == 200
