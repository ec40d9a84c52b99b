"""binance-sdk-spot, Binance's own connector, unmodified: its configuration names the mock exchange's hosts."""

from decimal import Decimal
from pathlib import Path

import pytest

from mockexchange import MockExchange

from .real import (
    ACCOUNTS,
    ME,
    Market,
    Requests,
    check,
    cut_user_stream,
    ed25519_pair,
    journal_fills,
    meet,
    public_trades,
    python_with,
    running,
)


@pytest.mark.parametrize("kind", ["hmac", "ed25519"])
def test_rest_websocket_api_and_streams(tmp_path: Path, kind: str) -> None:
    python = python_with("binance_sdk_spot", "binance_sdk_spot")
    is_ed25519 = kind == "ed25519"
    secret, account = "mock-secret", ACCOUNTS[0]
    if is_ed25519:
        secret, public = ed25519_pair()
        account = f"{ME}:ed25519={public}:USDT=100000,BTC=1"
    with MockExchange("binance", feed="none", seed=26, accounts=[account, *ACCOUNTS[1:]]) as venue:
        market = Market(venue)
        market.quote()
        subscribed = Requests(venue, "WS userDataStream.subscribe*")
        logged_on = Requests(venue, "WS session.logon")
        with running(python, "binance_sdk.py", tmp_path, venue, secret=secret, is_ed25519=is_ed25519) as client:
            assert client.expect("ready")["symbols"] == ["BTCUSDT", "ETHUSDT", "BNBUSDT", "ETHBTC"]
            client.expect("traded")
            assert (subscribed.count, logged_on.count) == (1, int(is_ed25519))
            cut_user_stream(venue)
            client.expect("back")
            assert (subscribed.count, logged_on.count) == (2, 2 * int(is_ed25519))
            meet(market, client)
            trades = public_trades(venue)
            client.say({"trade": max(trades)})
            report = client.expect("report")
        assert report["closed"] == 1
        check(venue, report, least_orders=4, least_fills=3)
        assert report["mine"] == sorted(journal_fills(venue))
        assert {int(id): (Decimal(price), Decimal(quantity)) for id, price, quantity in report["trades"]} == trades
        assert {asset: report["balances"][asset] for asset in report["pushed"]} == report["pushed"]
