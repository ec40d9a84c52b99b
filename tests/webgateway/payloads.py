"""Literal rows of the protocol notes (specs/webtrader.md), section beside each."""

from typing import Any

import msgspec


def row(text: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


# 3.2
FUTURE = '{"gateway_name":"CTP","symbol":"rb2601","exchange":"SHFE","name":"螺纹钢2601","product":"期货","size":10,"pricetick":1.0,"min_volume":1,"max_volume":null,"stop_supported":false,"net_position":false,"history_data":false,"option_strike":null,"option_underlying":null,"option_type":null,"option_listed":null,"option_expiry":null,"option_portfolio":null,"option_index":null,"vt_symbol":"rb2601.SHFE"}'
COIN = '{"gateway_name":"MOCKBINANCE","symbol":"BTCUSDT_SPOT_BINANCE","exchange":"GLOBAL","name":"BTCUSDT","product":"现货","size":1,"pricetick":0.01,"min_volume":1e-05,"max_volume":9000.0,"stop_supported":true,"net_position":true,"history_data":true,"vt_symbol":"BTCUSDT_SPOT_BINANCE.GLOBAL","extra":{"base":"BTC","quote":"USDT","status":"TRADING"}}'
ACCOUNT = '{"gateway_name":"CTP","accountid":"123456","balance":100000.0,"frozen":2500.5,"available":97499.5,"vt_accountid":"CTP.123456"}'
LONG_POSITION = '{"gateway_name":"CTP","symbol":"rb2601","exchange":"SHFE","direction":"多","volume":3,"frozen":1,"price":3500.0,"pnl":120.0,"yd_volume":2,"vt_symbol":"rb2601.SHFE","vt_positionid":"CTP.rb2601.SHFE.多"}'
NET_POSITION = '{"gateway_name":"CTP","symbol":"600000","exchange":"SSE","direction":"净","volume":1000,"frozen":0,"price":8.5,"pnl":-20.0,"yd_volume":1000,"vt_symbol":"600000.SSE","vt_positionid":"CTP.600000.SSE.净"}'
ORDER = '{"gateway_name":"CTP","symbol":"rb2601","exchange":"SHFE","orderid":"1_1","type":"限价","direction":"多","offset":"开","price":3500.0,"volume":1.0,"traded":0,"status":"提交中","datetime":"2026-11-28 11:14:24.683235+08:00","reference":"ref-1","vt_symbol":"rb2601.SHFE","vt_orderid":"CTP.1_1"}'
TRADE = '{"gateway_name":"CTP","symbol":"rb2601","exchange":"SHFE","orderid":"1_1","tradeid":"t1","direction":"多","offset":"开","price":3500.0,"volume":1,"datetime":"2026-11-28 21:00:00.500000+08:00","vt_symbol":"rb2601.SHFE","vt_orderid":"CTP.1_1","vt_tradeid":"CTP.t1"}'
# 4.1
ORDER_PUSH = '{"topic": "eOrder.", "data": {"gateway_name": "CTP", "symbol": "rb2601", "exchange": "SHFE", "orderid": "1_99", "type": "限价", "direction": "多", "offset": "开", "price": 3500.0, "volume": 1, "traded": 0, "status": "未成交", "datetime": "2026-11-28 21:00:01+08:00", "reference": "ref-1", "vt_symbol": "rb2601.SHFE", "vt_orderid": "CTP.1_99"}}'
TICK_PUSH = '{"topic": "eTick.", "data": {"gateway_name": "MOCKBINANCE", "symbol": "BTCUSDT_SPOT_BINANCE", "exchange": "GLOBAL", "datetime": "2026-11-28 03:36:03.731000+00:00", "name": "BTCUSDT", "volume": 60443.03335, "turnover": 2374849774.1566324, "open_interest": 0, "last_price": 39995.15, "last_volume": 0.00558, "limit_up": 0, "limit_down": 0, "open_price": 39001.96, "high_price": 40633.4, "low_price": 38312.61, "pre_close": 39001.96, "bid_price_1": 39995.15, "bid_price_2": 39995.07, "ask_volume_5": 0.20607, "localtime": "2026-11-28 03:36:03.732109", "vt_symbol": "BTCUSDT_SPOT_BINANCE.GLOBAL"}}'
# 3.1, 3.4, 3.5
TOKEN = '{"access_token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ2bnB5IiwiZXhwIjoxNzk1ODM3NDYyfQ.mQi5","token_type":"bearer"}'
WRONG_PASSWORD = '{"detail":"Incorrect username or password"}'
BAD_TOKEN = '{"detail":"Could not validate credentials"}'
NO_CONTRACT = '{"detail":"找不到合约nope SHFE"}'
NO_ORDER = '{"detail":"找不到委托CTP.nope"}'
WRONG_WORD = """{"detail":[{"type":"enum","loc":["body","direction"],"msg":"Input should be '多', '空' or '净'","input":"Long","ctx":{"expected":"'多', '空' or '净'"}}]}"""
