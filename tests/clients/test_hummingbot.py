"""hummingbot's Binance connector, unmodified: only the constants of its hosts are changed."""

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
    python_with,
    running,
    until,
    update_id,
)


def test_connector_trades_and_comes_back(tmp_path: Path) -> None:
    python = python_with("hummingbot", "hummingbot")
    with MockExchange("binance", feed="none", seed=29, accounts=ACCOUNTS) as venue:
        market = Market(venue)
        market.quote()
        subscribed = Requests(venue, "WS userDataStream.subscribe.signature")
        with running(python, "hummingbot_connector.py", tmp_path, venue) as client:
            until(lambda: market.touch() or client.has_spoken, "the connector is ready", client)
            client.expect("ready")
            client.expect("traded")
            before: int = subscribed.count
            cut_user_stream(venue)
            until(lambda: subscribed.count > before, "the user stream, again", client)
            client.say("cut")
            meet_and_stir(market, client)
            book = open_book(venue)
            client.say({"update": update_id(venue)})
            report = client.expect("report")
        check(venue, report, least_orders=4, least_fills=3)
        assert (amounts(report["bids"]), amounts(report["asks"])) == book
