"""nautilus_trader, unmodified: a node with its Binance spot data and execution clients, logged on with an Ed25519 key."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from mockexchange import MockExchange

from .real import (
    ACCOUNTS,
    ME,
    Client,
    Market,
    Requests,
    amounts,
    check,
    cut_user_stream,
    ed25519_pair,
    meet_and_stir,
    open_book,
    public_trades,
    python_with,
    running,
    until,
)


def reported(client: Client, good: Any) -> dict[str, Any]:
    """The strategy's report as soon as it is ``good``; the node's caches are filled by events that need a moment."""
    found: dict[str, Any] = {}

    def ask() -> bool:
        client.say("report")
        found.clear()
        found.update(client.expect("report"))
        return bool(good(found))

    until(ask, "a report that has it all", client)
    return found


def test_node_trades_and_comes_back(tmp_path: Path) -> None:
    python = python_with("nautilus", "nautilus_trader")
    private, public = ed25519_pair()
    accounts = [f"{ME}:ed25519={public}:USDT=100000,BTC=1", *ACCOUNTS[1:]]
    with MockExchange("binance", feed="none", seed=25, accounts=accounts) as venue:
        market = Market(venue)
        market.quote()
        logons = Requests(venue, "WS session.logon")
        subscriptions = Requests(venue, "WS userDataStream.subscribe")
        snapshots = Requests(venue, "GET /api/v3/depth")
        with running(python, "nautilus_node.py", tmp_path, venue, secret=private) as client:
            client.expect("started", 120)
            until(lambda: snapshots.count, "the last of the subscriptions, which asks for a snapshot of the book", client)
            market.order("BUY", "1", "39991")               # a new best bid: the first quote
            client.expect("ready")
            before = len(venue.journal())
            client.expect("traded")
            assert (logons.count, subscriptions.count) == (1, 1)
            cut_user_stream(venue)
            until(lambda: subscriptions.count == 2, "a new subscription", client)
            assert logons.count == 2
            client.say("rest")
            meet_and_stir(market, client)
            trades = public_trades(venue, before)
            book = open_book(venue)
            report = reported(client, lambda found: (
                Decimal(found["balances"]["ETH"][0]) == 1
                and str(max(trades)) in [trade[0] for trade in found["trades"]]
                and (amounts(found["bids"]), amounts(found["asks"])) == book
            ))
            client.say("stop")
        check(venue, report, least_orders=4, least_fills=3)
        # trades of the node's own first order may precede its subscription
        seen = {int(id): (Decimal(price), Decimal(quantity)) for id, price, quantity in report["trades"]}
        assert len(seen) > 10 and seen == {id: trade for id, trade in trades.items() if id >= min(seen)}
