"""hummingbot's Binance connector, run by hummingbot's clock: orders, its user stream, its copy of the book."""

import asyncio
from decimal import Decimal
from importlib.metadata import version
from typing import Any

import hummingbot.connector.exchange.binance.binance_constants as constants
from hummingbot.connector.exchange.binance.binance_exchange import BinanceExchange
from hummingbot.core.clock import Clock, ClockMode
from hummingbot.core.data_type.common import OrderType
from hummingbot.core.data_type.in_flight_order import OrderState
from talk import SETTINGS, hear, say

PAIR: str = "BTC-USDT"
constants.REST_URL = f"{SETTINGS['rest']}/api/"
constants.WSS_URL = f"{SETTINGS['stream']}/ws"
constants.WSS_API_URL = f"{SETTINGS['stream']}/ws-api/v3"
WORDS: dict[OrderState, str] = {
    OrderState.FILLED: "FILLED", OrderState.CANCELED: "CANCELED", OrderState.OPEN: "NEW", OrderState.PARTIALLY_FILLED: "PARTIALLY_FILLED",
    OrderState.FAILED: "REJECTED",
}


async def until(condition: Any, what: str) -> None:
    end = asyncio.get_running_loop().time() + 50
    while not condition():
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError(what)
        await asyncio.sleep(0.01)


def state(connector: BinanceExchange, id: str) -> Any:
    order = connector._order_tracker.fetch_order(client_order_id=id)
    return None if order is None else order.current_state


async def trade(connector: BinanceExchange) -> None:
    await until(lambda: connector.ready, f"the connector is ready: {connector.status_dict}")
    say("ready", {"version": version("hummingbot")})
    ids = [connector.buy(PAIR, Decimal("0.01"), OrderType.MARKET, Decimal("40010"))]
    await until(lambda: state(connector, ids[0]) == OrderState.FILLED, "the purchase")
    ids.append(connector.sell(PAIR, Decimal("0.004"), OrderType.MARKET, Decimal("39990")))
    await until(lambda: state(connector, ids[1]) == OrderState.FILLED, "the sale")
    ids.append(connector.buy(PAIR, Decimal("0.01"), OrderType.LIMIT, Decimal("39000")))
    await until(lambda: state(connector, ids[2]) == OrderState.OPEN, "the order to cancel")
    connector.cancel(PAIR, ids[2])
    await until(lambda: state(connector, ids[2]) == OrderState.CANCELED, "the cancel")
    say("traded")
    await asyncio.to_thread(hear)                       # the user stream has been cut, and subscribed again
    ids.append(connector.buy(PAIR, Decimal("0.01"), OrderType.LIMIT, Decimal("39995")))
    await until(lambda: state(connector, ids[3]) == OrderState.FILLED, "the fill of the resting order")
    say("filled")
    wanted = await asyncio.to_thread(hear)
    book = connector.get_order_book(PAIR)
    await until(lambda: book.last_diff_uid >= wanted["update"], "the last update of the book")
    await connector._update_balances()                  # as its polling loop does from time to time
    orders = [connector._order_tracker.fetch_order(client_order_id=id) for id in ids]
    say("report", {
        "orders": {order.exchange_order_id: [WORDS[order.current_state], str(order.executed_amount_base)] for order in orders},
        "fills": [
            [fill.trade_id, fill.exchange_order_id, str(fill.fill_price), str(fill.fill_base_amount), str(fee.amount), fee.token]
            for order in orders for fill in order.order_fills.values() for fee in fill.fee.flat_fees
        ],
        "balances": {
            asset: [str(connector.get_available_balance(asset)), str(total - connector.get_available_balance(asset))]
            for asset, total in connector.get_all_balances().items()
        },
        "bids": [[repr(row.price), repr(row.amount)] for row in book.bid_entries()],
        "asks": [[repr(row.price), repr(row.amount)] for row in book.ask_entries()],
    })


async def main() -> None:
    connector = BinanceExchange(SETTINGS["key"], SETTINGS["secret"], trading_pairs=[PAIR])
    clock = Clock(ClockMode.REALTIME, tick_size=0.2)
    clock.add_iterator(connector)
    with clock:
        running = asyncio.create_task(clock.run())
        try:
            await trade(connector)
        finally:
            running.cancel()
            await connector.stop_network()


asyncio.run(main())
