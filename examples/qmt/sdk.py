"""
The manual's client in ten lines. On the mock exchange, without a QMT terminal:

    pip install ".[mock]"
    python examples/qmt/sdk.py

With the address, client id and secret key of a server of yours as arguments it asks there, and places nothing.
"""

import sys

from mockexchange import MockExchange
from qmt_trade_client import QMTTradeClient


def show(base_url: str, client_id: str, secret_key: str, trades: bool) -> None:
    with QMTTradeClient(base_url, client_id=client_id, secret_key=secret_key, trader_index=0) as client:
        print("可用资金", client.get_portfolio()["cash"])
        for row in client.get_positions():
            print(row["symbol"], row["name"], row["volume"], "可卖", row["can_use_volume"])
        if trades:
            print(client.buy("000001", price=9.5, shares=500)["results"][0]["result"]["message"])
            for order in client.get_orders(0):
                print(order["order_id"], order["symbol"], order["m_status"], order["traded_volume"], "/", order["volume"])
                client.cancel_order(order["order_id"], trader_index=0)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        show(sys.argv[1], sys.argv[2], sys.argv[3], trades=False)
    else:
        with MockExchange("qmt", port=0) as venue:
            show(venue.rest, venue.key, venue.secret, trades=True)
