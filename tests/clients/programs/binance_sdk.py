"""binance-sdk-spot, Binance's own connector: REST, WebSocket API with its user data stream, market streams."""

import asyncio
from importlib.metadata import version
from typing import Any

from binance_sdk_spot.spot import ConfigurationRestAPI, ConfigurationWebSocketAPI, ConfigurationWebSocketStreams, Spot
from talk import SETTINGS, hear, say

DEADLINE: float = 40.0
KEY: dict[str, str] = {"api_key": SETTINGS["key"]}
KEY["private_key" if SETTINGS["is_ed25519"] else "api_secret"] = SETTINGS["secret"]


async def until(condition: Any, what: str) -> None:
    end = asyncio.get_running_loop().time() + DEADLINE
    while not condition():
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError(what)
        await asyncio.sleep(0.01)


def plain(event: Any) -> dict[str, Any]:
    """What an event's model holds, by the names of the wire."""
    found = getattr(event, "actual_instance", None) or event
    return found if isinstance(found, dict) else found.model_dump(by_alias=True)


class Seen:
    def __init__(self) -> None:
        self.orders: dict[str, list[str]] = {}
        self.fills: list[list[str]] = []
        self.pushed: dict[str, list[str]] = {}
        self.trades: list[list[str]] = []
        self.closed = 0

    def on_user(self, data: Any) -> None:
        event, kind = plain(data), type(getattr(data, "actual_instance", data)).__name__
        if kind == "ExecutionReport":
            self.orders[str(event["i"])] = [event["X"], event["z"]]
            if event["x"] == "TRADE":
                self.fills.append([str(event[name]) for name in "tiLlnN"])
        elif kind == "OutboundAccountPosition":
            self.pushed.update({row["a"]: [row["f"], row["l"]] for row in event["B"]})

    def on_trade(self, data: Any) -> None:
        event = plain(data)
        self.trades.append([str(event[name]) for name in "tpq"])

    def on_close(self, *_: Any) -> None:
        self.closed += 1


async def log_on(client: Spot, seen: Seen) -> Any:
    """A WebSocket API connection with the user data stream."""
    api = await client.websocket_api.create_connection()
    api.on_connection("close", seen.on_close)
    if SETTINGS["is_ed25519"]:
        await api.session_logon()
        user = await api.user_data_stream_subscribe()
    else:
        user = await api.user_data_stream_subscribe_signature()
    user.stream.on("message", seen.on_user)
    return api


async def main() -> None:
    client = Spot(
        config_rest_api=ConfigurationRestAPI(**KEY, base_path=SETTINGS["rest"]),
        config_ws_api=ConfigurationWebSocketAPI(**KEY, stream_url=f"{SETTINGS['stream']}/ws-api/v3", reconnect_delay=100),
        config_ws_streams=ConfigurationWebSocketStreams(stream_url=SETTINGS["stream"], reconnect_delay=100),
    )
    seen = Seen()
    symbols = [each.symbol for each in client.rest_api.exchange_info().data().symbols]
    streams = await client.websocket_streams.create_connection()
    trades = await streams.trade(symbol="btcusdt")
    trades.on("message", seen.on_trade)
    api = await log_on(client, seen)
    say("ready", {"version": version("binance-sdk-spot"), "symbols": symbols})

    limit = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "time_in_force": "GTC", "quantity": 0.01}
    await api.order_place(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.01)
    client.rest_api.new_order(symbol="BTCUSDT", side="SELL", type="MARKET", quantity=0.004)
    far = (await api.order_place(**limit, price=39000)).data().result
    await api.order_cancel(symbol="BTCUSDT", order_id=far.order_id)
    await until(lambda: seen.orders.get(str(far.order_id), [""])[0] == "CANCELED", "the cancel")
    say("traded")
    await until(lambda: seen.closed, "the connection is cut")
    api = await log_on(client, seen)                    # the connector leaves that to its user
    say("back")
    near = client.rest_api.new_order(**limit, price=39995).data()
    await until(lambda: seen.orders.get(str(near.order_id), [""])[0] == "FILLED", "the fill of the resting order")
    wanted = await asyncio.to_thread(hear)
    await until(lambda: str(wanted["trade"]) in [each[0] for each in seen.trades], "the last trade")
    account = (await api.account_status()).data().result
    mine = client.rest_api.my_trades(symbol="BTCUSDT").data()
    say("report", {
        "orders": seen.orders, "fills": seen.fills, "pushed": seen.pushed, "trades": seen.trades, "closed": seen.closed,
        "balances": {row.asset: [row.free, row.locked] for row in account.balances}, "mine": [each.id for each in mine],
    })
    await api.close_connection(close_session=True)
    await streams.close_connection(close_session=True)


asyncio.run(main())
