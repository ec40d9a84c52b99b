"""Fees in BNB over REST: the option, ``sapi/v1/bnbBurn``, what answers, fills and the journal say, and a restart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from binance_rest import Answer, Rest

from mockexchange import MockExchange

ACCOUNTS: list[str] = ["mock-key:mock-secret:USDT=100000,BTC=1,BNB=10", "other:other-secret:USDT=1000000,BTC=100,BNB=1"]
MAKER: dict[str, str] = {"side": "BUY", "price": "40000", "quantity": "1"}


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[MockExchange]:
    with MockExchange("binance", feed="none", seed=7, accounts=ACCOUNTS, options={"bnb_fees": True}, state=tmp_path) as running:
        yield running


@pytest.fixture
def rest(venue: MockExchange) -> Rest:
    return Rest(venue.rest)


@pytest.fixture
def other(venue: MockExchange) -> Rest:
    return Rest(venue.rest, "other", "other-secret")


def burn(rest: Rest, method: str = "GET", **params: Any) -> Answer:
    return rest.call(method, f"/sapi/v1/bnbBurn?{rest.sign(params)}", {"X-MBX-APIKEY": rest.key})


def sell(rest: Rest, quantity: str = "0.1") -> dict[str, Any]:
    answer = rest.order(side="SELL", type="MARKET", timeInForce=None, quantity=quantity, newOrderRespType="FULL")
    assert answer.status == 200, answer.text
    return answer.json


def test_every_answer_says_it(venue: MockExchange, rest: Rest, other: Rest) -> None:
    """4000 USDT * 0.1 % * 0.75 at 300 USDT a BNB: 0.01 BNB; the maker's 0.1 BTC likewise, at 40000."""
    assert burn(rest).json == {"spotBNBBurn": True, "interestBNBBurn": False}
    assert rest.signed("GET", "account/commission", symbol="BTCUSDT").json["discount"] == {
        "enabledForAccount": True, "enabledForSymbol": True, "discountAsset": "BNB", "discount": "0.25000000",
    }
    tested = rest.signed(
        "POST", "order/test", symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="1", price="30000", computeCommissionRates="true"
    ).json
    assert tested["discount"]["enabledForAccount"] is True
    other.order(**MAKER)
    (fill,) = sell(rest)["fills"]
    assert (fill["commission"], fill["commissionAsset"]) == ("0.01000000", "BNB")
    for client in (rest, other):
        (trade,) = client.signed("GET", "myTrades", symbol="BTCUSDT").json
        assert (trade["commission"], trade["commissionAsset"]) == ("0.01000000", "BNB")
        balances = {row["asset"]: row["free"] for row in client.signed("GET", "account").json["balances"]}
        assert balances["BNB"] == ("9.99000000" if client is rest else "0.99000000")
    rows = [(row["fee"], row["fee_asset"]) for row in venue.journal() if row["kind"] == "fill"]
    assert rows == [("0.01000000", "BNB")] * 2
    assert {row["asset"] for row in venue.journal() if row["kind"] == "balance" and row["account"] == "mock-key"} == {"BTC", "USDT", "BNB"}
    venue.run(lambda inner: inner.exchange.ledger.check())


def test_each_account_may_say_so_itself(venue: MockExchange, rest: Rest, other: Rest) -> None:
    assert burn(rest, "POST", spotBNBBurn="false").json == {"spotBNBBurn": False, "interestBNBBurn": False}
    assert burn(other).json["spotBNBBurn"] is True
    other.order(**MAKER)
    (fill,) = sell(rest)["fills"]
    assert (fill["commission"], fill["commissionAsset"]) == ("4.00000000", "USDT")
    venue.restart()
    assert burn(Rest(venue.rest)).json["spotBNBBurn"] is False
    assert burn(Rest(venue.rest, "other", "other-secret")).json["spotBNBBurn"] is True
    (fill,) = sell(Rest(venue.rest))["fills"]
    assert fill["commissionAsset"] == "USDT"
    (_, last) = Rest(venue.rest, "other", "other-secret").signed("GET", "myTrades", symbol="BTCUSDT").json
    assert last["commissionAsset"] == "BNB"
    venue.restart(keep_state=False)
    assert burn(Rest(venue.rest)).json["spotBNBBurn"] is True


def test_the_option_while_it_runs(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(bnb_fees=False)
    assert burn(rest).json["spotBNBBurn"] is False
    assert rest.signed("GET", "account/commission", symbol="BTCUSDT").json["discount"]["enabledForAccount"] is False
    assert burn(rest, "POST", spotBNBBurn="true").json["spotBNBBurn"] is True
    venue.set_options(bnb_fees=True)
    with pytest.raises(ValueError, match="bnb_fees: neither true nor false: 'maybe'"):
        venue.set_options(bnb_fees="maybe")


def test_wrong_requests(rest: Rest) -> None:
    assert burn(rest, "POST").error[:2] == (400, -1102)
    assert burn(rest, "POST", spotBNBBurn="perhaps").error[:2] == (400, -1100)
    assert rest.call("GET", "/sapi/v1/bnbBurn").error[0] in (400, 401)
    assert burn(Rest(rest.connection.host and f"http://{rest.connection.host}:{rest.connection.port}", "nobody", "x")).error[:2] == (401, -2015)


def test_a_checkpoint_of_before_still_opens(tmp_path: Path) -> None:
    """The field that a checkpoint has more than it had is left out."""
    import msgspec

    from mockexchange.checkpoint import State, pack, unpack
    from mockexchange.replay import RestoredState
    from mockexchange.scan import Prefix

    fold = RestoredState(discounts={"mock-key": True})
    whole: list[Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(pack(Prefix(), fold)))
    assert unpack(msgspec.convert(whole, State)).discounts == {"mock-key": True}
    assert unpack(msgspec.convert(whole[:-1], State)).discounts == {}
