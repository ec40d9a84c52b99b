"""nautilus_trader: a TradingNode with the Binance spot adapter's data and execution client, and a strategy."""

import asyncio
import threading
from decimal import Decimal
from typing import Any

from nautilus_trader.adapters.binance import (
    BINANCE,
    BinanceAccountType,
    BinanceDataClientConfig,
    BinanceExecClientConfig,
    BinanceInstrumentProviderConfig,
    BinanceLiveDataClientFactory,
    BinanceLiveExecClientFactory,
)
from nautilus_trader.common import Environment
from nautilus_trader.config import LiveExecEngineConfig, LoggingConfig, StrategyConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.data import QuoteTick, TradeTick
from nautilus_trader.model.enums import BookType, OrderSide, OrderStatus, TimeInForce
from nautilus_trader.model.identifiers import InstrumentId, TraderId, Venue
from nautilus_trader.trading.strategy import Strategy
from talk import SETTINGS, hear, say

INSTRUMENT: InstrumentId = InstrumentId.from_str("BTCUSDT.BINANCE")
WORDS: dict[OrderStatus, str] = {
    OrderStatus.FILLED: "FILLED", OrderStatus.CANCELED: "CANCELED", OrderStatus.ACCEPTED: "NEW", OrderStatus.PARTIALLY_FILLED: "PARTIALLY_FILLED",
    OrderStatus.EXPIRED: "EXPIRED", OrderStatus.REJECTED: "REJECTED",
}


class Trader(Strategy):
    """Buys, sells, has an order cancelled and one modified, and one that rests until somebody sells into it."""

    def __init__(self) -> None:
        super().__init__(StrategyConfig(strategy_id="TRADER-001"))
        self.step = 0
        self.fills: list[list[str]] = []
        self.trades: list[list[str]] = []
        self.quotes: list[list[str]] = []
        self.orders: list[Any] = []
        self.far: Any = None
        self.near: Any = None

    def on_start(self) -> None:
        self.subscribe_trade_ticks(INSTRUMENT)
        self.subscribe_quote_ticks(INSTRUMENT)
        self.subscribe_order_book_deltas(INSTRUMENT, book_type=BookType.L2_MBP)
        say("started")

    def on_quote_tick(self, tick: QuoteTick) -> None:
        self.quotes = [[str(tick.bid_price), str(tick.bid_size)], [str(tick.ask_price), str(tick.ask_size)]]
        if not self.step:
            self.step = 1
            say("ready")
            self.market(OrderSide.BUY, "0.01")

    def on_trade_tick(self, tick: TradeTick) -> None:
        self.trades.append([str(tick.trade_id), str(tick.price), str(tick.size)])

    def market(self, side: OrderSide, quantity: str) -> None:
        instrument = self.cache.instrument(INSTRUMENT)
        self.send(self.order_factory.market(INSTRUMENT, side, instrument.make_qty(Decimal(quantity))))

    def limit(self, price: str) -> Any:
        instrument = self.cache.instrument(INSTRUMENT)
        return self.send(self.order_factory.limit(
            INSTRUMENT, OrderSide.BUY, instrument.make_qty(Decimal("0.01")), instrument.make_price(Decimal(price)), time_in_force=TimeInForce.GTC,
        ))

    def send(self, order: Any) -> Any:
        self.orders.append(order)
        self.submit_order(order)
        return order

    def on_order_filled(self, event: Any) -> None:
        self.fills.append([
            str(event.trade_id), str(event.venue_order_id), str(event.last_px), str(event.last_qty), str(event.commission.as_decimal()),
            event.commission.currency.code,
        ])
        if self.step == 1:
            self.step = 2
            self.market(OrderSide.SELL, "0.004")
        elif self.step == 2:
            self.step = 3
            self.far = self.limit("39000")
        elif self.near is not None and event.client_order_id == self.near.client_order_id and self.near.is_closed:
            say("filled")

    def on_order_accepted(self, event: Any) -> None:
        if self.far is not None and event.client_order_id == self.far.client_order_id and self.step == 3:
            self.step = 4
            self.cancel_order(self.far)

    def on_order_canceled(self, event: Any) -> None:
        if self.step == 4:
            self.step = 5
            say("traded")

    def rest(self) -> None:
        # orders and fills are reconciled by the node itself, balances when they are asked for
        self.query_account(self.portfolio.account(Venue(BINANCE)).id)
        self.near = self.limit("39995")

    def report(self) -> None:
        account = self.portfolio.account(Venue(BINANCE))
        book = self.cache.order_book(INSTRUMENT)
        say("report", {
            "orders": {str(order.venue_order_id): [WORDS[order.status], str(order.filled_qty)] for order in self.orders},
            "fills": self.fills, "trades": self.trades, "quotes": self.quotes,
            "balances": {
                currency.code: [str(balance.free.as_decimal()), str(balance.locked.as_decimal())]
                for currency, balance in account.balances().items()
            },
            "bids": [[str(level.price), str(level.size())] for level in book.bids()],
            "asks": [[str(level.price), str(level.size())] for level in book.asks()],
        })


def main() -> None:
    key = {"api_key": SETTINGS["key"], "api_secret": SETTINGS["secret"], "account_type": BinanceAccountType.SPOT, "base_url_http": SETTINGS["rest"]}
    provider = BinanceInstrumentProviderConfig(load_ids=frozenset([INSTRUMENT]))
    node = TradingNode(config=TradingNodeConfig(
        trader_id=TraderId("TESTER-001"), environment=Environment.LIVE, logging=LoggingConfig(log_level="INFO", use_pyo3=False),
        exec_engine=LiveExecEngineConfig(reconciliation=True, inflight_check_interval_ms=1000, open_check_interval_secs=2.0),
        data_clients={BINANCE: BinanceDataClientConfig(**key, base_url_ws=SETTINGS["stream"], instrument_provider=provider)},
        exec_clients={BINANCE: BinanceExecClientConfig(**key, base_url_ws=f"{SETTINGS['stream']}/ws-api/v3", instrument_provider=provider)},
        timeout_connection=20.0, timeout_reconciliation=10.0, timeout_portfolio=10.0, timeout_disconnection=5.0, timeout_post_stop=1.0,
    ))
    strategy = Trader()
    node.trader.add_strategy(strategy)
    node.add_data_client_factory(BINANCE, BinanceLiveDataClientFactory)
    node.add_exec_client_factory(BINANCE, BinanceLiveExecClientFactory)
    node.build()
    loop: asyncio.AbstractEventLoop = node.kernel.loop
    threading.Thread(target=obey, args=(loop, strategy, node), daemon=True).start()
    try:
        node.run()
    finally:
        node.dispose()


def obey(loop: asyncio.AbstractEventLoop, strategy: Trader, node: TradingNode) -> None:
    """What the test says, on the node's own thread."""
    while True:
        word = hear()
        if word == "stop":
            loop.call_soon_threadsafe(node.stop)
            return
        loop.call_soon_threadsafe(getattr(strategy, word))


main()
