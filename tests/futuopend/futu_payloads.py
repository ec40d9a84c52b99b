"""Payloads and push frames of the specification, literally."""

from typing import Any

HEADER: dict[str, int] = {"trd_env": 0, "acc_id": 1000001, "trd_market": 1}
SECURITY: dict[str, Any] = {"market": 1, "code": "00700"}

GLOBAL_STATE: dict[str, Any] = {
    "market_hk": 3, "market_us": 6, "market_sh": 3, "market_sz": 3, "market_hk_future": 15, "qot_logined": True, "trd_logined": True,
    "server_ver": 1002, "server_build_no": 0, "time": 1785554255,
}
ACCOUNTS: dict[str, Any] = {"acc_list": [
    {"trd_env": 0, "acc_id": "1000001", "trd_market_auth_list": [1], "acc_type": 1, "sim_acc_type": 1, "acc_status": 0},
    {"trd_env": 1, "acc_id": "281000000000000001", "trd_market_auth_list": [1, 2, 4, 113], "acc_type": 2, "security_firm": 1,
     "card_num": "1001000000000001", "acc_status": 0},
]}
QUOTE: dict[str, Any] = {"basic_qot_list": [{
    "security": SECURITY, "name": "TENCENT", "is_suspended": False, "list_time": "2004-06-16", "price_spread": 0.2,
    "update_time": "2026-01-05 10:00:01", "high_price": 305.0, "open_price": 299.0, "low_price": 298.0, "cur_price": 300.0,
    "last_close_price": 297.0, "volume": 1234500, "turnover": 370350000.0, "turnover_rate": 0.013, "amplitude": 2.36,
    "dark_status": 0, "update_timestamp": 1767578401.0, "pre_market": None, "future_ex_data": None,
}]}
BOOK: dict[str, Any] = {
    "security": SECURITY, "name": "TENCENT",
    "order_book_ask_list": [{"price": 300.2, "volume": 1000, "oreder_count": 3, "detail_list": [], "hp_volume": None}],
    "order_book_bid_list": [{"price": 300, "volume": 2000.0, "oreder_count": 5, "detail_list": [{"order_id": 1, "volume": 2000}]}],
    "svr_recv_time_bid": "", "svr_recv_time_bid_timestamp": 0,
}
SNAPSHOT: dict[str, Any] = {"snapshot_list": [{"basic": {
    "security": SECURITY, "name": "TENCENT", "type": 3, "is_suspend": False, "list_time": "2004-06-16", "lot_size": 100,
    "price_spread": 0.2, "update_time": "2026-01-05 10:00:01", "high_price": 305.0, "open_price": 299.0, "low_price": 298.0,
    "last_close_price": 297.0, "cur_price": 300.0, "volume": 1234500, "turnover": 370350000.0, "turnover_rate": 0.013,
    "ask_price": 300.2, "bid_price": 300.0, "ask_vol": 1000, "bid_vol": 2000, "exchange_code": "SEHK",
}, "equity_ex_data": {"pe_rate": 20.0}, "warrant_ex_data": None}]}
STATIC_INFO: dict[str, Any] = {"static_info_list": [{"basic": {
    "security": SECURITY, "id": 54047868453564, "lot_size": 100, "sec_type": 3, "name": "TENCENT", "list_time": "2004-06-16",
    "delisting": False, "list_timestamp": 1087315200.0, "exch_type": 1,
}, "warrant_ex_data": None, "option_ex_data": None, "future_ex_data": None}]}
KLINE: dict[str, Any] = {
    "time": "2026-01-05 09:31:00", "is_blank": False, "high_price": 300.4, "open_price": 299.0, "low_price": 298.8,
    "close_price": 300.0, "last_close_price": 299.0, "volume": 100200, "turnover": 30010000.0, "turnover_rate": 0.001, "pe": 20.1,
    "change_rate": 0.33, "timestamp": 1767576660.0,
}
FUNDS: dict[str, Any] = {"header": HEADER, "funds": {
    "power": 200000.0, "total_assets": 100000.0, "cash": 70000.0, "market_val": 30000.0, "frozen_cash": 1000, "debt_cash": 0.0,
    "avl_withdrawal_cash": 69000.0, "currency": 1, "cash_info_list": [{"currency": 1, "cash": 70000.0, "available_balance": 69000.0}],
    "risk_level": None,
}}
POSITIONS: dict[str, Any] = {"header": HEADER, "position_list": [{
    "position_id": 6596101776329286054, "position_side": 0, "code": "00700", "name": "TENCENT", "qty": 100.0, "can_sell_qty": 100.0,
    "price": 300.0, "cost_price": None, "val": 30000.0, "pl_val": 100.0, "pl_ratio": 0.33, "sec_market": 1,
    "average_cost_price": 299.0,
}]}
ORDER: dict[str, Any] = {
    "trd_side": 1, "order_type": 1, "order_status": 10, "order_id": 9000000000000000001, "order_id_ex": "EX1", "code": "00700",
    "name": "TENCENT", "qty": 200.0, "price": 300.0, "create_time": "2026-01-05 10:00:00", "update_time": "2026-01-05 10:00:01",
    "create_timestamp": 1767578400.0, "update_timestamp": 1767578401.0, "fill_qty": 100.0, "fill_avg_price": 300.0,
    "sec_market": 1, "remark": "v1",
}
FILL: dict[str, Any] = {
    "trd_side": 1, "fill_id": 5001, "fill_id_ex": "F1", "order_id": 9000000000000000001, "order_id_ex": "EX1", "code": "00700",
    "name": "TENCENT", "qty": 100.0, "price": 300.0, "create_time": "2026-01-05 10:00:01", "sec_market": 1,
    "create_timestamp": 1767578401.0, "status": 0,
}
PLACED: dict[str, Any] = {"header": HEADER, "order_id": 9000000000000000001, "order_id_ex": "20260105…"}

# (type, proto_id) -> body_b64, encoded with the official definitions
ORDER_B64 = (
    "CAAimgEKBwgAEOkHGAESjgEIARABGAoggYCQlI6Km/N8KgNFWDEyBTAwNzAwOgdURU5DRU5UQQAAAAAAAGlASQAAAAAAwHJAUhMyMDI2LTAxLTA1IDEw"
    "OjAwOjAwWhMyMDI2LTAxLTA1IDEwOjAwOjAxYQAAAAAAAFlAaQAAAAAAwHJAeAGBAQAAAMjGVtpBiQEAAEDIxlbaQZIBAnYx"
)
FILL_B64 = (
    "CAAiaAoHCAAQ6QcYARJdCAEQiScaAkYxIIGAkJSOipvzfCoDRVgxMgUwMDcwMDoHVEVOQ0VOVEEAAAAAAABZQEkAAAAAAMByQFITMjAyNi0wMS0wNSAx"
    "MDowMDowMWgBcQAAQMjGVtpBgAEA"
)
QUOTE_B64 = (
    "CAAimgEKlwEKCQgBEgUwMDcwMBAAGgoyMDA0LTA2LTE2IZqZmZmZmck/KhMyMDI2LTAxLTA1IDEwOjAwOjAxMQAAAAAAEHNAOQAAAAAAsHJAQQAAAAAA"
    "oHJASQAAAAAAwHJAUQAAAAAAkHJAWMSsS2EAAACwFxO2QWk5tMh2vp+KP3HhehSuR+ECQJEBAABAyMZW2kHCAQdURU5DRU5U"
)
BOOK_B64 = (
    "CAAiXQoJCAESBTAwNzAwEg4JMzMzMzPDckAQ6AcYAxIOCWZmZmZmxnJAENAPGAQaDgkAAAAAAMByQBDQDxgFGg4JzczMzMy8ckAQoB8YBikAAFDIxlba"
    "QUIHVEVOQ0VOVA=="
)
