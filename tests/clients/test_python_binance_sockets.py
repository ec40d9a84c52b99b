"""python-binance's socket managers and depth cache, unmodified: only host constants of its classes are changed."""

from decimal import Decimal
from pathlib import Path

from mockexchange import MockExchange

from .real import (
    ACCOUNTS,
    ME,
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
    update_id,
)


def test_user_socket_depth_cache_and_threads(tmp_path: Path) -> None:
    python = python_with("python_binance", "binance")
    with MockExchange("binance", feed="none", seed=22, accounts=ACCOUNTS) as venue:
        market = Market(venue)
        market.quote()
        with running(python, "python_binance.py", tmp_path, venue) as client:
            client.expect("ready")
            before: int = len(venue.journal())
            client.expect("traded")
            cut_user_stream(venue)
            client.say("cut")
            meet_and_stir(market, client)
            trades = public_trades(venue, before)
            client.say({"trade": max(trades), "update": update_id(venue)})
            book = open_book(venue)
            report = client.expect("report")

            subscribed = Requests(venue, "WS userDataStream.subscribe*")
            client.expect("threaded")
            until(lambda: subscribed.count, "the threaded user socket", client)
            after: int = len(venue.journal())
            venue.deposit(ME, "BNB", "2")
            market.order("BUY", "0.01")
            later = public_trades(venue, after)
            client.say({"trade": max(later)})
            threaded = client.expect("threaded report")

        assert (report["opened"], report["errors"]) == (2, 1)
        check(venue, {**report, "balances": {**report["balances"], "BNB": ["2", "0"]}}, least_orders=4, least_fills=3)
        assert {int(id): tuple(map(Decimal, rest)) for id, *rest in report["trades"]} == trades
        assert (amounts(report["bids"]), amounts(report["asks"])) == book
        assert {int(id): tuple(map(Decimal, rest)) for id, *rest in threaded["trades"]} == later
        assert threaded["events"] == ["balanceUpdate", "outboundAccountPosition"]
