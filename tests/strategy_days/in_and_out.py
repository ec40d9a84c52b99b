"""A script for vnpy_scripttrader: in and out every 20 s, by its own clock. It asks what it holds."""

from time import sleep

from vnpy_scripttrader import ScriptEngine

SYMBOL: str = "BTCUSDT_SPOT_BINANCE.GLOBAL"


def run(engine: ScriptEngine) -> None:
    engine.subscribe([SYMBOL])
    held: float = 0.0
    while engine.strategy_active:
        sleep(20)
        tick = engine.get_tick(SYMBOL)
        if tick is None:
            continue
        if held:
            order = engine.sell(SYMBOL, round(tick.bid_price_1 * 0.999, 2), held)
        else:
            order = engine.buy(SYMBOL, round(tick.ask_price_1 * 1.001, 2), 0.01)
        sleep(5)
        done = engine.get_order(order)
        if done is not None:
            held += done.traded if done.direction.name == "LONG" else -done.traded
