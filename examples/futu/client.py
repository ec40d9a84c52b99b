"""
The client of Futu OpenD's REST side in ten lines, without VeighNa. On the mock exchange, without OpenD and without a token:

    pip install ".[mock]"
    python examples/futu/client.py

With the address and token of a gateway of yours it looks there, and places nothing:

    python examples/futu/client.py http://127.0.0.1:22222 fc_...
"""

import sys

from vnpy_futuopend import FutuOpenDClient

TENCENT = {"market": 1, "code": "00700"}        # 1 is Hong Kong


def look(client: FutuOpenDClient) -> None:
    for account in client.accounts()["acc_list"]:
        print("account", account["acc_id"], "real" if account["trd_env"] == 1 else "simulated", account["trd_market_auth_list"])
    quote = client.snapshot(security_list=[TENCENT])["snapshot_list"][0]["basic"]
    print(quote["name"], quote["cur_price"], "lot", quote["lot_size"], "tick", quote["price_spread"])


def trade(client: FutuOpenDClient) -> None:
    """One order of the simulated account. Its own trd_env goes into the header: no number is written here that could mean real money."""
    account = next(row for row in client.accounts()["acc_list"] if row["trd_env"] == 0)
    header = {"trd_env": account["trd_env"], "acc_id": account["acc_id"], "trd_market": 1}
    order_id = client.order(header=header, trd_side=1, order_type=1, code="00700", sec_market=1, qty=100, price=290.0, remark="ten lines")["order_id"]
    show(client.orders(header=header)["order_list"][0])
    client.modify_order(header=header, order_id=order_id, modify_order_op=2, qty=0, price=0)        # 2 cancels
    show(client.orders(header=header)["order_list"][0])


def show(order: dict) -> None:
    print("order", order["code"], order["qty"], "at", order["price"], "status", order["order_status"], "filled", order["fill_qty"], order["remark"])


def main() -> None:
    if len(sys.argv) == 3:
        with FutuOpenDClient(sys.argv[1], sys.argv[2]) as client:
            look(client)
        return

    from mockexchange import MockExchange

    with MockExchange("futu") as venue, FutuOpenDClient(venue.rest, venue.key) as client:
        look(client)
        trade(client)


if __name__ == "__main__":
    main()
