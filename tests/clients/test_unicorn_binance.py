"""unicorn-binance-websocket-api, -local-depth-cache and -rest-api, unmodified: only their hosts are changed."""

from decimal import Decimal
from pathlib import Path

from mockexchange import MockExchange

from .real import (
    ACCOUNTS,
    Market,
    Requests,
    amounts,
    check,
    cut_user_stream,
    meet_and_stir,
    open_book,
    public_trades,
    python_with,
    running,
    until,
)


def test_websocket_api_user_data_and_depth_cache(tmp_path: Path) -> None:
    python = python_with("unicorn_binance", "unicorn_binance_local_depth_cache")
    with MockExchange("binance", feed="none", seed=28, accounts=ACCOUNTS) as venue:
        market = Market(venue)
        market.quote()
        subscribed = Requests(venue, "WS userDataStream.subscribe.signature")
        with running(python, "unicorn_binance.py", tmp_path, venue) as client:
            assert client.expect("started")["wallet"] == {"status": 0, "msg": "normal"}
            # a copy of the book is in step when an update follows its snapshot
            until(lambda: market.touch() or client.has_spoken, "the client's copy of the book", client)
            client.expect("ready")
            until(lambda: subscribed.count, "the user data stream", client)
            client.say("go")
            before = len(venue.journal())
            client.expect("traded")
            cut_user_stream(venue)
            until(lambda: subscribed.count == 2, "the user data stream, again", client)
            client.say("cut")
            meet_and_stir(market, client)
            trades, book = public_trades(venue, before), open_book(venue)
            client.say({"trade": max(trades), "levels": [len(side) for side in book]})
            report = client.expect("report")
        check(venue, report, least_orders=4, least_fills=3)
        assert {int(id): (Decimal(price), Decimal(quantity)) for id, price, quantity in report["trades"]} == trades
        assert (amounts(report["bids"]), amounts(report["asks"])) == book
        assert {asset: report["balances"][asset] for asset in report["pushed"]} == report["pushed"]
