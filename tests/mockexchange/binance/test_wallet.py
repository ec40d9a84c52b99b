"""The wallet reads of ``/sapi``. Field names and their order are those of the responses in Binance's wallet documents."""

from collections.abc import Callable
from typing import Any

import pytest
from binance_rest import Answer, Rest

from mockexchange import MockExchange
from mockexchange.dialects.binance import op_wallet

Market = Callable[..., None]
IP, UID = "x-sapi-used-ip-weight-1m", "x-sapi-used-uid-weight-1m"


def sapi(rest: Rest, path: str, method: str = "GET", **params: Any) -> Answer:
    return rest.call(method, f"/sapi/{path}?{rest.sign(params)}", {"X-MBX-APIKEY": rest.key})


def test_status_without_a_key(rest: Rest) -> None:
    answer = rest.call("GET", "/sapi/v1/system/status")
    assert (answer.json, answer.headers[IP]) == ({"status": 0, "msg": "normal"}, "1")


def test_account_and_key(rest: Rest, venue: MockExchange) -> None:
    assert sapi(rest, "v1/account/status").json == {"data": "Normal"}
    trading = sapi(rest, "v1/account/apiTradingStatus").json["data"]
    assert list(trading) == ["isLocked", "plannedRecoverTime", "triggerCondition", "updateTime"]
    assert trading["isLocked"] is False
    assert list(sapi(rest, "v1/account/info").json) == [
        "vipLevel", "isMarginEnabled", "isFutureEnabled", "isOptionsEnabled", "isPortfolioMarginRetailEnabled",
    ]
    key = sapi(rest, "v1/account/apiRestrictions").json
    assert [name for name, value in key.items() if value is True] == ["enableReading", "enableSpotAndMarginTrading"]
    assert key["createTime"] == venue.journal()[0]["t"]


def test_user_assets_are_the_ledgers(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    assert rest.order(type="MARKET", timeInForce=None, quantity="0.1").status == 200
    assert rest.order(side="SELL", price="41000", quantity="0.3").status == 200
    rows = sapi(rest, "v3/asset/getUserAsset", "POST", needBtcValuation="true").json
    assert rows == [
        {
            "asset": "BTC", "free": "0.79990000", "locked": "0.30000000", "freeze": "0", "withdrawing": "0", "ipoable": "0",
            "btcValuation": "1.09990000",
        },
        {
            "asset": "USDT", "free": "96000.00000000", "locked": "0.00000000", "freeze": "0", "withdrawing": "0", "ipoable": "0",
            "btcValuation": "2.40000000",
        },
    ]
    (one,) = sapi(rest, "v3/asset/getUserAsset", "POST", asset="USDT").json
    assert (one["asset"], one["btcValuation"]) == ("USDT", "0")
    assert sapi(rest, "v3/asset/getUserAsset", "POST", asset="ETH").json == []
    coins = {row["coin"]: (row["free"], row["locked"]) for row in sapi(rest, "v1/capital/config/getall").json}
    assert coins == {
        "BTC": ("0.79990000", "0.30000000"), "USDT": ("96000.00000000", "0.00000000"), "ETH": ("0.00000000",) * 2, "BNB": ("0.00000000",) * 2,
    }
    spot, *others = sapi(rest, "v1/asset/wallet/balance").json
    assert spot == {"activate": True, "balance": "3.49990000", "walletName": "Spot"}
    assert [row["walletName"] for row in others][:2] == ["Funding", "Cross Margin"]
    assert {(row["activate"], row["balance"]) for row in others} == {(False, "0")}
    detailed = sapi(rest, "v1/asset/wallet/balance", quoteAsset="USDT", needBalanceDetail="true").json[0]
    assert detailed["balance"] == "139996.00000000"
    assert [row["asset"] for row in detailed["assetBalances"]] == ["BTC", "USDT"]
    assert sapi(rest, "v1/asset/wallet/balance", quoteAsset="NOPE").error[1] == -1100


def test_worth_over_an_asset_in_between(rest: Rest, venue: MockExchange) -> None:
    venue.deposit("mock-key", "BNB", "10")          # traded against USDT only: 600 of 40000 by default
    (row,) = sapi(rest, "v3/asset/getUserAsset", "POST", asset="BNB", needBtcValuation="true").json
    prices = {each["symbol"]: float(each["price"]) for each in rest.get("ticker/price").json}
    assert float(row["btcValuation"]) == pytest.approx(10 * prices["BNBUSDT"] / prices["BTCUSDT"], abs=1e-8)


EMPTY_LISTS: list[str] = [
    "v1/capital/deposit/hisrec", "v1/capital/withdraw/history", "v1/spot/delist-schedule", "v1/spot/open-symbol-list",
    "v1/margin/allAssets", "v1/margin/allPairs", "v1/margin/isolated/allPairs", "v1/convert/assetInfo",
]
EMPTY_PAGES: list[str] = [
    "v1/asset/assetDividend", "v1/simple-earn/flexible/list", "v1/simple-earn/locked/list", "v1/simple-earn/flexible/position",
    "v1/simple-earn/locked/position",
]


@pytest.mark.parametrize("path", EMPTY_LISTS)
def test_empty_lists(rest: Rest, path: str) -> None:
    answer = sapi(rest, path)
    assert (answer.status, answer.json) == (200, []), answer.text


@pytest.mark.parametrize("path", EMPTY_PAGES)
def test_empty_pages(rest: Rest, path: str) -> None:
    assert sapi(rest, path, asset="BTC").json == {"total": 0, "rows": []}


def test_other_reads_of_what_is_not_there(rest: Rest) -> None:
    assert sapi(rest, "v1/asset/transfer", type="MAIN_UMFUTURE").json == {"total": 0, "rows": []}
    assert sapi(rest, "v1/asset/transfer").error[:2] == (400, -1102)
    assert sapi(rest, "v1/asset/dribblet").json == {"total": 0, "userAssetDribblets": []}
    assert sapi(rest, "v1/asset/dust-btc", "POST").json["details"] == []
    assert sapi(rest, "v1/asset/get-funding-asset", "POST").json == []
    assert sapi(rest, "v1/bnbBurn").json == {"spotBNBBurn": False, "interestBNBBurn": False}
    assert set(sapi(rest, "v1/simple-earn/account").json.values()) == {"0.00000000"}
    assert sapi(rest, "v1/margin/account").error == (400, -3003, "Margin account does not exist.")
    assert sapi(rest, "v1/margin/isolated/account").error == (400, -11001, "Isolated margin account does not exist.")
    assert set(sapi(rest, "v1/asset/assetDetail").json) == {"BTC", "USDT", "ETH", "BNB"}
    assert sapi(rest, "v1/asset/assetDetail", asset="BTC").json["BTC"]["withdrawStatus"] is False
    now = 1_700_000_000_000
    flow = sapi(rest, "v1/convert/tradeFlow", startTime=now, endTime=now + 5).json
    assert flow == {"list": [], "startTime": now, "endTime": now + 5, "limit": 100, "moreData": False}
    assert sapi(rest, "v1/convert/tradeFlow", startTime=now, endTime=now - 1).error[1] == -1128
    assert sapi(rest, "v1/convert/tradeFlow", startTime=now).error[1] == -1102
    assert rest.call("GET", "/sapi/v1/convert/exchangeInfo").json == []


def test_every_read_wants_what_its_document_says(rest: Rest) -> None:
    """USER_DATA: key, time and signature. MARKET_DATA: a key."""
    routes = [*op_wallet.BY_ADDRESS, *op_wallet.BY_ACCOUNT]
    assert len(routes) > 30
    for method, path, operation in routes:
        without = rest.call(method, path)
        if operation.security == "NONE":
            assert without.status == 200, path
            continue
        assert without.error == (401, -2014, "API-key format invalid."), path
        unknown = rest.call(method, path, {"X-MBX-APIKEY": "nobody"})
        with_key = rest.call(method, path, {"X-MBX-APIKEY": rest.key})
        if operation.security == "MARKET_DATA":
            assert unknown.error[:2] == (401, -2015), path
            assert with_key.status == 200, path
        else:
            assert with_key.error[:2] == (400, -1102), path
        assert rest.call(method, f"{path}?nonsense=1", {"X-MBX-APIKEY": rest.key}).status == 400, path


def test_weights_are_counted_by_endpoint_and_apart_from_api(rest: Rest, other: Rest) -> None:
    before = int(rest.get("ping").headers["x-mbx-used-weight-1m"])
    balance = [sapi(rest, "v1/asset/wallet/balance") for _ in range(2)]
    assert [answer.headers.get(IP) for answer in balance] == ["60", "120"]
    assert "x-mbx-used-weight" not in balance[0].headers and UID not in balance[0].headers
    assert sapi(rest, "v1/account/status").headers[IP] == "1", "every endpoint has a count of its own"
    assert sapi(other, "v1/asset/wallet/balance").headers[IP] == "180", "one address, whoever asks"
    mine = [sapi(rest, "v1/capital/withdraw/history").headers.get(UID) for _ in range(2)]
    assert mine == ["18000", "36000"]
    assert sapi(other, "v1/capital/withdraw/history").headers[UID] == "18000", "another account"
    assert int(rest.get("ping").headers["x-mbx-used-weight-1m"]) == before + 1


def test_past_the_limit(rest: Rest, other: Rest) -> None:
    statuses = [sapi(rest, "v1/capital/withdraw/history").status for _ in range(10)]
    assert statuses == [200] * 10
    refused = sapi(rest, "v1/capital/withdraw/history")
    assert refused.error == (
        429, -1003, "Too much request weight used; current limit is 180000 request weight per 1 MINUTE.",
    )
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers[UID] == "180000"
    assert sapi(other, "v1/capital/withdraw/history").status == 200
    assert sapi(rest, "v1/account/status").status == 200
    for _ in range(9):
        assert sapi(rest, "v1/capital/withdraw/history").status == 429
    assert sapi(rest, "v1/capital/withdraw/history").status == 418
    assert rest.get("ping").status == 418, "a ban is the host's"
    assert sapi(other, "v1/account/status").status == 418


@pytest.mark.parametrize("path", ["/sapi/v1/nothing", "/sapi/v1/margin/loan", "/api/v3/nothing", "/api/v1/ping", "/fapi/v1/ping", "/sapi/v1/asset/dust"])
def test_what_is_not_there(rest: Rest, path: str) -> None:
    answer = rest.call("POST", path)
    assert (answer.status, answer.text) == (404, "")
