"""npm's binance-api-node, unmodified, run by node: REST, market streams and the user data stream over the WebSocket API."""

from decimal import Decimal
from pathlib import Path

from mockexchange import MockExchange

from .real import (
    ACCOUNTS,
    Market,
    Requests,
    check,
    cut_user_stream,
    journal_fills,
    meet,
    node_with,
    running,
    until,
)


def test_trades_and_comes_back(tmp_path: Path) -> None:
    node, modules = node_with("binance-api-node")
    with MockExchange("binance", feed="none", seed=21, accounts=ACCOUNTS) as venue:
        market = Market(venue)
        market.quote()
        with running(node, "binance_api_node.js", tmp_path, venue, modules=str(modules)) as client:
            assert client.expect("ready")["opened"] == 1
            client.expect("traded")
            subscriptions = Requests(venue, "WS userDataStream.subscribe*")
            cut_user_stream(venue)
            client.say("cut")
            client.expect("back")
            until(lambda: subscriptions.count, "a new user data subscription", client)
            client.say("go on")
            meet(market, client)
            report = client.expect("report")
        assert {asset: report["balances"][asset] for asset in report["pushed"]} == report["pushed"]
        check(venue, report, least_orders=4, least_fills=3)
        fills = journal_fills(venue)
        seen = {int(id): (Decimal(price), Decimal(quantity)) for id, price, quantity, _ in report["trades"]}
        assert seen == {id: (Decimal(row["price"]), Decimal(row["qty"])) for id, row in fills.items()}
        assert [level["price"] for level in report["book"]["asks"]][:1] == ["40010.00000000"]
