"""cryptofeed, unmodified, over TLS: its endpoints are the mock exchange's, whose certificate it is told to trust."""

from decimal import Decimal
from pathlib import Path

from mockexchange import MockExchange

from .real import (
    ACCOUNTS,
    Market,
    Requests,
    amounts,
    final_orders,
    journal_balances,
    journal_fills,
    open_book,
    public_trades,
    python_with,
    running,
    stir,
    until,
    update_id,
)


def test_market_data_and_orders_over_tls(tmp_path: Path) -> None:
    python = python_with("cryptofeed", "cryptofeed")
    with MockExchange("binance", feed="none", seed=27, accounts=ACCOUNTS, tls=True) as venue:
        assert venue.rest.startswith("https://") and venue.stream.startswith("wss://")
        market = Market(venue)
        market.quote()
        trust = {"SSL_CERT_FILE": venue.certificate, "REQUESTS_CA_BUNDLE": venue.certificate}
        with running(python, "cryptofeed_feed.py", tmp_path, venue, trust) as client:
            traded = client.expect("traded")
            orders, fills = final_orders(venue), journal_fills(venue)
            assert [row["status"] for row in orders.values()] == ["FILLED", "FILLED", "CANCELED"] and len(fills) == 2
            assert traded["open"] == [traded["far"]] == [max(orders)]
            told = {row["asset"]: (Decimal(row["free"]), Decimal(row["locked"])) for row in traded["balances"]}
            balances = journal_balances(venue)
            assert {asset: told[asset] for asset in balances} == balances

            client.expect("started")
            snapshots = Requests(venue, "GET /api/v3/depth")
            before = len(venue.journal())
            # a copy of the book is in step when an update follows its snapshot
            until(lambda: market.touch() or client.has_spoken, "the client's copy of the book", client)
            client.expect("ready")
            cut = venue.faults.add(match="PUSH btcusdt@depth*", stage="on_push", action="reset")
            stir(market, 10)
            until(lambda: next(each["bitten"] for each in venue.faults.list() if each["id"] == cut["id"]), "the stream is cut", client)
            until(lambda: market.touch() or snapshots.count == 2, "it comes back, and asks for the book again", client)
            before = len(venue.journal())
            stir(market, seed=2)
            trades, book = public_trades(venue, before), open_book(venue)
            client.say({"trade": max(trades), "update": update_id(venue)})
            report = client.expect("report")
        bids, asks = book
        assert amounts(report["book"]) == {**bids, **asks}
        assert [Decimal(price) for price in report["ticker"]] == [max(bids), min(asks)]
        seen = [trade for trade in report["trades"] if trade["f"] >= min(trades)]
        assert sorted(id for trade in seen for id in range(trade["f"], trade["l"] + 1)) == sorted(trades)
        for trade in seen:
            parts = [trades[id] for id in range(trade["f"], trade["l"] + 1)]
            assert {price for price, _ in parts} == {Decimal(trade["p"])}
            assert sum(quantity for _, quantity in parts) == Decimal(trade["q"])
