"""Payloads of specs/qmt.md, the section beside each; and contracts."""

import json
from typing import Any

from vnpy.trader.constant import Exchange
from vnpy.trader.object import ContractData

from vnpy_qmtrest.boards import listing_of
from vnpy_restgateway.net.outcome import Reply

GATEWAY: str = "QMTREST"

# 2.2
ACCOUNTS: dict[str, Any] = json.loads('{"accounts":[{"index":0,"account_id":"123456","nick_name":"账户1"}]}')
PORTFOLIO: dict[str, Any] = json.loads(
    '{"portfolio":{"total_asset":100000.0,"cash":50000.0,"frozen_cash":0.0,"market_value":50000.0,"profit":0,"profit_ratio":0}}'
)
POSITIONS: dict[str, Any] = json.loads(
    '{"positions":[{"symbol":"000001.SZ","name":"平安银行","volume":1000,"can_use_volume":800,"frozen_volume":0,'
    '"market_value":11000.0,"avg_price":10.0,"open_price":10.0,"current_price":11.0,"profit":1000.0,"profit_ratio":10.0}]}'
)
POSITION: dict[str, Any] = POSITIONS["positions"][0]
# 2.3
PLACED: dict[str, Any] = json.loads(
    '{"message":"第三方buy交易执行完成","operation":"buy","trade_mode":"order_num","trade_param":500,"strategy_name":"my",'
    '"results":[{"trader_index":0,"status":"success","result":{"success":true,"symbol":"000001.SZ","order_num":500,"price":10.5,'
    '"value":5250.0,"order_id":1000,"message":"买入限价单提交成功: 000001.SZ 500股 @10.5, OrderID: 1000"}}]}'
)
# 2.4
ORDERS: list[dict[str, Any]] = json.loads(
    '[{"order_id":1000,"symbol":"000001.SZ","side":"buy","status":50,"m_status":"已报","volume":500,"time":1700000000,'
    '"price":10.5,"price_type":11,"traded_volume":0,"traded_price":0.0,"strategy_name":"my"}]'
)
ORDER: dict[str, Any] = ORDERS[0]
PARTLY: dict[str, Any] = {**ORDER, "status": 55, "m_status": "部成", "traded_volume": 200, "traded_price": 10.49}
# 2.6: the fields that are named there
TICK: dict[str, Any] = {
    "timetag": "20240105 14:59:57", "timeFmt": "20240105 14:59:57", "lastPrice": 10.5, "open": 10.4, "high": 10.6, "low": 10.3, "lastClose": 10.45,
    "amount": 1_050_000.0, "volume": 1_000, "pvolume": 100_000, "stockStatus": 0, "openInt": 13, "lastSettlementPrice": 0.0, "settlementPrice": 0.0,
    "askPrice": [10.51, 10.52, 10.53, 10.54, 0], "bidPrice": [10.5, 10.49, 0, 0, 0], "askVol": [1, 2, 3, 4, 0], "bidVol": [5, 6, 0, 0, 0],
}
BAR: dict[str, Any] = {"time": 1704434400000, "open": 10.4, "high": 10.6, "low": 10.3, "close": 10.5, "volume": 1_000, "amount": 1_050_000.0}


def reply(body: str | bytes | Any, status: int = 200) -> Reply:
    """An answer with a body, given as text, bytes or what is written as JSON."""
    raw: bytes = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return Reply.parse(status, {}, raw)


def result(inner: Any, **more: Any) -> dict[str, Any]:
    """The answer to an order with one result (2.3)."""
    return {"message": "第三方buy交易执行完成", "operation": "buy", "results": [{"trader_index": 0, "status": "success", "result": inner, **more}]}


def contract(code: str = "000001", exchange: Exchange = Exchange.SZSE) -> ContractData:
    return listing_of(code, exchange, "", GATEWAY, False, False).contract
