"""ccxt.pro, unmodified, against the mock exchange: only its hosts are changed."""

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
    journal_balances,
    meet_and_stir,
    open_book,
    public_trades,
    python_with,
    running,
    until,
    update_id,
)


def test_watches_and_trades(tmp_path: Path) -> None:
    python = python_with("ccxt", "ccxt.pro")
    with MockExchange("binance", feed="none", seed=23, accounts=ACCOUNTS) as venue:
        market = Market(venue)
        market.quote()
        subscribed = Requests(venue, "WS userDataStream.subscribe.signature")
        with running(python, "ccxt_pro.py", tmp_path, venue) as client:
            client.expect("ready")
            until(lambda: subscribed.count, "the user data stream", client)
            client.say("go")
            before: int = len(venue.journal())
            client.expect("traded")
            times: int = subscribed.count
            cut_user_stream(venue)
            until(lambda: subscribed.count > times, "the user data stream, again", client)
            client.say("cut")
            meet_and_stir(market, client)
            trades = public_trades(venue, before)
            book = open_book(venue)
            client.say({"trade": max(trades), "update": update_id(venue)})
            report = client.expect("report")
        assert report["errors"], "the cut was not noticed"
        check(venue, report, least_orders=5, least_fills=3)
        assert {int(id): (Decimal(str(price)), Decimal(str(quantity))) for id, price, quantity in report["trades"]} == trades
        assert (amounts(report["bids"]), amounts(report["asks"])) == book
        assert Decimal(str(report["free"]["USDT"])) == journal_balances(venue)["USDT"][0]
        assert Decimal(str(report["bar"][4])) == trades[max(trades)][0]
