"""The unicorn-binance suite: WebSocket API orders, user data and market streams, a local depth cache, REST."""

import faulthandler
import json
import os
import time
import traceback
from importlib.metadata import version
from typing import Any

from talk import SETTINGS, hear, say
from unicorn_binance_local_depth_cache import BinanceLocalDepthCacheManager
from unicorn_binance_rest_api import BinanceRestApiManager
from unicorn_binance_websocket_api import BinanceWebSocketApiManager
from unicorn_binance_websocket_api.connection_settings import CONNECTION_SETTINGS

EXCHANGE: str = "binance.com"
STREAMS, API = f"{SETTINGS['stream']}/", f"{SETTINGS['stream']}/ws-api/v3"
for name, row in CONNECTION_SETTINGS.items():           # the depth cache makes a manager of its own
    if name == EXCHANGE:
        CONNECTION_SETTINGS[name] = type(row)([row[0], STREAMS, API, *row[3:]])


class Rest(BinanceRestApiManager):
    """With another host, which has no option and is asked for the time at once."""

    API_URL = property(lambda self: f"{SETTINGS['rest']}/api", lambda self, url: None)
    MARGIN_API_URL = property(lambda self: f"{SETTINGS['rest']}/sapi", lambda self, url: None)


def until(condition: Any, what: str) -> Any:
    end = time.monotonic() + 50
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.01)
    return found


class Seen:
    def __init__(self) -> None:
        self.orders: dict[str, list[str]] = {}
        self.statuses: dict[str, str] = {}                              # by client order id
        self.fills: list[list[str]] = []
        self.pushed: dict[str, list[str]] = {}
        self.trades: list[list[str]] = []

    def on_user(self, text: str) -> None:
        message = json.loads(text)
        event = message.get("event") or {}
        if event.get("e") == "executionReport":
            self.orders[str(event["i"])] = [event["X"], event["z"]]
            self.statuses[event["C"] or event["c"]] = event["X"]        # a cancel has an id of its own
            if event["x"] == "TRADE":
                self.fills.append([str(event[name]) for name in "tiLlnN"])
        elif event.get("e") == "outboundAccountPosition":
            self.pushed.update({row["a"]: [row["f"], row["l"]] for row in event["B"]})

    def on_market(self, text: str) -> None:
        data = json.loads(text).get("data")
        if data and data["e"] == "trade":
            self.trades.append([str(data[name]) for name in "tpq"])


def main() -> None:
    seen = Seen()
    key = {"api_key": SETTINGS["key"], "api_secret": SETTINGS["secret"]}
    rest = Rest(**key, exchange=EXCHANGE, warn_on_update=False, disable_colorama=True)
    sockets = BinanceWebSocketApiManager(exchange=EXCHANGE, warn_on_update=False, disable_colorama=True, restful_base_uri=f"{SETTINGS['rest']}/")
    sockets.create_stream("trade", "btcusdt", process_stream_data=seen.on_market)
    user = sockets.create_stream("arr", "!userData", **key, process_stream_data=seen.on_user)
    orders = sockets.create_stream(api=True, **key, process_stream_data=lambda text: None)
    books = BinanceLocalDepthCacheManager(
        exchange=EXCHANGE, ubra_manager=rest, depth_cache_update_interval=100, init_interval=0.1, warn_on_update=False, disable_colorama=True,
    )
    books.create_depthcache("BTCUSDT")
    sockets.wait_till_stream_has_started(orders)
    say("started", {"version": version("unicorn-binance-websocket-api"), "wallet": rest.get_system_status()})
    until(lambda: books.is_depth_cache_synchronized("BTCUSDT"), "the depth cache")
    say("ready")
    hear()                                              # the user data stream is there

    # `return_response` is not used: it was seen to wait for ever for an answer that had come
    order: dict[str, Any] = {"symbol": "BTCUSDT", "stream_id": orders}
    limit: dict[str, Any] = {**order, "side": "BUY", "order_type": "LIMIT", "time_in_force": "GTC", "quantity": 0.01}
    sockets.api.spot.create_order(**order, side="BUY", order_type="MARKET", quantity=0.01)
    rest.order_market_sell(symbol="BTCUSDT", quantity="0.004")
    sockets.api.spot.create_order(**limit, price=39000.0, new_client_order_id="far")
    until(lambda: seen.statuses.get("far") == "NEW", "the order to cancel")
    sockets.api.spot.cancel_order(**order, orig_client_order_id="far")
    until(lambda: seen.statuses.get("far") == "CANCELED", "the cancel")
    say("traded")
    hear()                                              # the user data stream has been cut, and subscribed again
    sockets.api.spot.create_order(**limit, price=39995.0, new_client_order_id="near")
    until(lambda: seen.statuses.get("near") == "FILLED", "the fill of the resting order")
    say("filled")
    wanted = hear()
    until(lambda: str(wanted["trade"]) in [each[0] for each in seen.trades], "the last trade")
    book = until(lambda: as_wanted(books, wanted), "the depth cache is the venue's book")
    account = rest.get_account()
    say("report", {
        "orders": seen.orders, "fills": seen.fills, "pushed": seen.pushed, "trades": seen.trades,
        "balances": {row["asset"]: [row["free"], row["locked"]] for row in account["balances"]}, "bids": book[0], "asks": book[1],
    })
    books.stop_manager()
    sockets.stop_manager()
    assert user


def as_wanted(books: BinanceLocalDepthCacheManager, wanted: dict[str, Any]) -> Any:
    found = [books.get_bids("BTCUSDT"), books.get_asks("BTCUSDT")]
    return found if [len(side) for side in found] == wanted["levels"] else None


faulthandler.dump_traceback_later(55)                   # what a library call waits for goes into the log
try:
    main()
except BaseException:
    traceback.print_exc()
    os._exit(1)                                         # the managers' threads would go on
os._exit(0)
