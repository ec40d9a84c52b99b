"""
The manual's client in ten lines. On the mock exchange, without a QMT terminal:

    pip install ".[mock]"
    python examples/qmt/sdk.py

With the address, client id and secret key of a server of yours it asks there, and places nothing:

    python examples/qmt/sdk.py http://localhost:9091 my_client my_secret
"""

import sys

from qmt_trade_client import QMTTradeClient


def look(client: QMTTradeClient) -> None:
    print("可用资金", client.get_portfolio()["cash"])
    for row in client.get_positions():
        print(row["symbol"], row["name"], row["volume"], "可卖", row["can_use_volume"])


def trade(client: QMTTradeClient) -> None:
    print(client.buy("000001", price=9.5, shares=500)["results"][0]["result"]["message"])
    for order in client.get_orders(0, cancelable_only=True):
        client.cancel_order(order["order_id"], trader_index=0)
    for order in client.get_orders(0):
        print(order["order_id"], order["symbol"], order["m_status"], order["traded_volume"], "/", order["volume"])


def main() -> None:
    if len(sys.argv) == 4:
        with QMTTradeClient(sys.argv[1], sys.argv[2], sys.argv[3], trader_index=0) as client:
            look(client)
        return

    from mockexchange import MockExchange

    with MockExchange("qmt") as venue, QMTTradeClient(venue.rest, venue.key, venue.secret, trader_index=0) as client:
        look(client)
        trade(client)


if __name__ == "__main__":
    main()
