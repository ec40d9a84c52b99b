"""
A watch list: prints what Futu OpenD pushes of some Hong Kong and US symbols. On the mock exchange, without OpenD and without a token:

    pip install ".[mock]"
    python examples/futu/watch_list.py --seconds 10

On a gateway of yours, which needs the scope qot:read for it:

    python examples/futu/watch_list.py --host http://127.0.0.1:22222 --token fc_... HK.00700 US.AAPL

Subscriptions stay when it ends: all clients of a gateway share them, and none can be ended within a minute.
"""

import argparse
from contextlib import ExitStack
from time import monotonic

from vnpy_futuopend import FutuError, FutuOpenDClient
from vnpy_futuopend.pushes import BOOK_PUSH, QUOTE_PUSH, TICKER_PUSH, Push

MARKETS = {"HK": 1, "US": 11}
SYMBOLS = ["HK.00700", "HK.09988", "US.AAPL", "US.TSLA"]


def describe(push: Push) -> str:
    """The news of a push."""
    if push.proto_id == QUOTE_PUSH:
        row = push.data["basic_qot_list"][0]
        return f"quote   last {row['cur_price']:.2f}  high {row['high_price']:.2f}  low {row['low_price']:.2f}  volume {row['volume']:,}"
    if push.proto_id == BOOK_PUSH:
        bids, asks = push.data["order_book_bid_list"], push.data["order_book_ask_list"]
        sides = [f"{side[0]['volume']:,} at {side[0]['price']:.2f}" if side else "nobody" for side in (bids, asks)]
        return f"book    {sides[0]} / {sides[1]}"
    if push.proto_id == TICKER_PUSH:
        return "trades  " + ", ".join(f"{row['volume']:,} at {row['price']:.2f}" for row in push.data["ticker_list"])
    return f"push {push.proto_id}"


def watch(client: FutuOpenDClient, symbols: list[str], seconds: float) -> int:
    """Print pushes of the symbols; how many there were."""
    parts = {symbol: symbol.split(".", 1) for symbol in symbols}
    securities = [{"market": MARKETS[market], "code": code} for market, code in parts.values()]
    names = {f"{MARKETS[market]}_{code}": symbol for symbol, (market, code) in parts.items()}       # as pushes name them: 1_00700
    count, ends = 0, monotonic() + seconds
    with client.ws() as pushes:                 # first the socket, then the subscriptions: so nothing is missed
        client.subscribe(security_list=securities, sub_type_list=[1, 2, 4], is_sub_or_un_sub=True, is_reg_or_un_reg_push=True)
        while (left := ends - monotonic()) > 0:
            push = pushes.receive(left)
            if push and push.sec_key in names:      # other clients' symbols come too
                count += 1
                print(f"{names[push.sec_key]:10} {describe(push)}", flush=True)
    return count


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("symbols", nargs="*", default=SYMBOLS, help="HK.00700, US.AAPL ...")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--host", default="")
    parser.add_argument("--token", default="")
    options = parser.parse_args()
    for symbol in options.symbols:
        market, _, code = symbol.partition(".")
        if market not in MARKETS or not code:
            parser.error(f"{symbol}: a symbol is like {' or '.join(SYMBOLS[1:3])}")

    with ExitStack() as stack:
        host, token = options.host, options.token
        if not host:
            from mockexchange import MockExchange

            venue = stack.enter_context(MockExchange("futu"))
            host, token = venue.rest, venue.key
        client = stack.enter_context(FutuOpenDClient(host, token))
        try:
            print(f"{watch(client, options.symbols, options.seconds)} pushes")
        except FutuError as error:
            parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
