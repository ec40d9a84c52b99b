"""
ccxt, unmodified, on the mock exchange: only its host is another one. Then an order's answer never comes.

    pip install ".[test]"
    python examples/any_binance_client/run.py
"""

import ccxt

from mockexchange import MockExchange


def connect(venue: MockExchange) -> ccxt.binance:
    client = ccxt.binance({"apiKey": venue.key, "secret": venue.secret, "options": {"fetchMarkets": {"types": ["spot"]}}})
    for name, url in client.urls["api"].items():
        client.urls["api"][name] = url.replace("https://api.binance.com", venue.rest)
    return client


def main() -> None:
    with MockExchange("binance", seed=7) as venue:
        client = connect(venue)
        print("markets     ", ", ".join(client.load_markets()))
        print("balance     ", client.fetch_balance()["total"])
        book = client.fetch_order_book("BTC/USDT", 5)
        bid, ask = book["bids"][0][0], book["asks"][0][0]
        print("book        ", bid, "/", ask)

        order = client.create_order("BTC/USDT", "limit", "buy", 0.01, round(bid * 0.99, 2))
        print("limit order ", order["status"], order["id"])
        print("cancel      ", client.cancel_order(order["id"], "BTC/USDT")["status"])
        order = client.create_order("BTC/USDT", "market", "buy", 0.01)
        print("market order", order["status"], "at", order["average"], "fee", order["fee"]["cost"], order["fee"]["currency"])

        print("\nNow the venue takes an order, and its answer never comes:")
        seen = venue.journal()[-1]["n"]
        venue.faults.add(match="POST /api/v3/order", stage="after_engine", action="hang")
        client.timeout = 2_000
        try:
            client.create_order("BTC/USDT", "limit", "buy", 0.01, round(bid * 0.98, 2), {"clientOrderId": "lost-1"})
        except ccxt.NetworkError as error:
            print("ccxt says   ", type(error).__name__)
        for row in venue.journal(after=seen):
            if row["kind"] == "order":
                print("journal says", row["client_order_id"], row["status"], row["qty"], "at", row["price"])
        order = client.fetch_order(None, "BTC/USDT", {"origClientOrderId": "lost-1"})
        print("asked again ", order["status"], order["id"])


if __name__ == "__main__":
    main()
