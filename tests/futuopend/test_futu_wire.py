"""What each call sends, and what it returns."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from futu_payloads import (
    ACCOUNTS, BOOK, FILL, FUNDS, GLOBAL_STATE, HEADER, KLINE, ORDER, PLACED, POSITIONS, QUOTE, SECURITY, SNAPSHOT, STATIC_INFO,
)
from futu_server import TOKEN, FutuServer, as_text, success

from vnpy_futuopend import FutuOpenDClient
from vnpy_futuopend.arguments import Security, TrdHeader
from vnpy_futuopend.idempotency import Command

C = FutuOpenDClient
HK = Security(1, "00700")
SIM = TrdHeader(0, 1000001, 1)
PERIOD: dict[str, str] = {"begin_time": "2026-01-05 00:00:00", "end_time": "2026-01-05 23:59:59"}
ONE = Command(918273645, 1, "key-1")
TWO = Command(918273645, 2, "key-2")

MARGIN = {"header": HEADER, "margin_ratio_info_list": [{"security": SECURITY, "is_long_permit": True}]}
FEES = {"header": HEADER, "order_fee_list": [{"order_id_ex": "EX1", "fee_amount": 12.5, "fee_list": [{"title": "Tax", "value": 1}]}]}
QTYS = {"header": HEADER, "max_trd_qtys": {"max_cash_buy": 200.0, "max_position_sell": 100.0}}
WARRANTS = {"warrant_data_list": [], "last_page": True, "all_count": 0}
KLINES = {"security": SECURITY, "name": "TENCENT", "kl_list": [KLINE]}
ORDERS = {"header": HEADER, "order_list": [ORDER]}
FILLS = {"header": HEADER, "order_fill_list": [FILL]}
CHAIN = {"option_chain": [{"strike_time": "2026-01-29", "strike_timestamp": None, "option": [
    {"call": STATIC_INFO["static_info_list"][0], "put": None},
]}]}

# method, call, path, body, payload
CALLS: list[tuple[str, Callable[[C], Any], str, Any, dict[str, Any]]] = [
    ("global_state", lambda c: c.global_state(), "/api/global-state", None, GLOBAL_STATE),
    ("user_info", lambda c: c.user_info(), "/api/user-info", None, {"user_id": 1, "hk_qot_right": 3, "sub_quota": 300}),
    ("delay_statistics", lambda c: c.delay_statistics(), "/api/delay-statistics", None, {"qot_push_statistics_list": []}),
    ("sub_info", lambda c: c.sub_info(), "/api/sub-info", None, {
        "conn_sub_info_list": [{"sub_info_list": [{"sub_type": 1, "security_list": [SECURITY]}], "used_quota": 1, "is_own_conn_data": True}],
        "total_used_quota": 1, "remain_quota": 299,
    }),
    ("accounts", lambda c: c.accounts(), "/api/accounts", None, ACCOUNTS),
    (
        "subscribe",
        lambda c: c.subscribe(
            security_list=[HK], sub_type_list=[1, 2], is_sub_or_un_sub=True, is_reg_or_un_reg_push=True, is_first_push=True,
        ),
        "/api/subscribe",
        {"security_list": [SECURITY], "sub_type_list": [1, 2], "is_sub_or_un_sub": True, "is_reg_or_un_reg_push": True,
         "is_first_push": True},
        {},
    ),
    ("quote", lambda c: c.quote(security_list=[HK]), "/api/quote", {"security_list": [SECURITY]}, QUOTE),
    (
        "kline", lambda c: c.kline(security=HK, kl_type=1, rehab_type=0, req_num=10), "/api/kline",
        {"rehab_type": 0, "kl_type": 1, "security": SECURITY, "req_num": 10}, KLINES,
    ),
    ("orderbook", lambda c: c.orderbook(security=SECURITY, num=10), "/api/orderbook", {"security": SECURITY, "num": 10}, BOOK),
    ("broker", lambda c: c.broker(security=HK), "/api/broker", {"security": SECURITY}, {"broker_ask_list": [], "broker_bid_list": []}),
    (
        "ticker", lambda c: c.ticker(security=HK, max_ret_num=1000), "/api/ticker", {"security": SECURITY, "max_ret_num": 1000},
        {"security": SECURITY, "name": None, "ticker_list": [
            {"time": "2026-01-05 10:00:01", "sequence": 7000000000000000001, "dir": 1, "price": 300.0, "volume": 100, "turnover": 30000.0},
        ]},
    ),
    ("rt", lambda c: c.rt(security=HK), "/api/rt", {"security": SECURITY}, {"rt_list": [{"minute": 600}]}),
    ("snapshot", lambda c: c.snapshot(security_list=[HK]), "/api/snapshot", {"security_list": [SECURITY]}, SNAPSHOT),
    ("static_info", lambda c: c.static_info(security_list=[HK]), "/api/static-info", {"security_list": [SECURITY]}, STATIC_INFO),
    (
        "static_info", lambda c: c.static_info(market=1, sec_type=3, timeout=60), "/api/static-info", {"market": 1, "sec_type": 3},
        STATIC_INFO,
    ),
    (
        "plate_set", lambda c: c.plate_set(market=1, plate_set_type=0), "/api/plate-set", {"market": 1, "plate_set_type": 0},
        {"plate_info_list": []},
    ),
    (
        "plate_security", lambda c: c.plate_security(plate=Security(1, "BK1001"), ascend=False), "/api/plate-security",
        {"plate": {"market": 1, "code": "BK1001"}, "ascend": False}, STATIC_INFO,
    ),
    (
        "reference", lambda c: c.reference(security=HK, reference_type=1), "/api/reference",
        {"security": SECURITY, "reference_type": 1}, STATIC_INFO,
    ),
    ("owner_plate", lambda c: c.owner_plate(security_list=[HK]), "/api/owner-plate", {"security_list": [SECURITY]}, {"owner_plate_list": []}),
    (
        "option_chain", lambda c: c.option_chain(owner=HK, begin_time="2026-01-05", end_time="2026-02-01", type=1), "/api/option-chain",
        {"owner": SECURITY, "begin_time": "2026-01-05", "end_time": "2026-02-01", "type": 1}, CHAIN,
    ),
    (
        "warrant",
        lambda c: c.warrant(begin=0, num=50, sort_field=1, ascend=True, filters={"owner": HK, "type_list": [1], "premium_max": 20.0}),
        "/api/warrant",
        {"owner": SECURITY, "type_list": [1], "premium_max": 20.0, "begin": 0, "num": 50, "sort_field": 1, "ascend": True}, WARRANTS,
    ),
    (
        "capital_flow", lambda c: c.capital_flow(security=HK, period_type=1), "/api/capital-flow",
        {"security": SECURITY, "period_type": 1}, {"flow_item_list": []},
    ),
    (
        "capital_distribution", lambda c: c.capital_distribution(security=HK), "/api/capital-distribution", {"security": SECURITY},
        {"capital_in_big": 1.0},
    ),
    ("user_security", lambda c: c.user_security(group_name="全部"), "/api/user-security", {"group_name": "全部"}, STATIC_INFO),
    (
        "stock_filter",
        lambda c: c.stock_filter(begin=0, num=200, market=1, base_filter_list=[{"field_name": 5, "filter_min": 1.0, "filter_max": None}]),
        "/api/stock-filter", {"begin": 0, "num": 200, "market": 1, "base_filter_list": [{"field_name": 5, "filter_min": 1.0}]},
        {"data_list": [], "last_page": True, "all_count": 0},
    ),
    ("ipo_list", lambda c: c.ipo_list(market=1), "/api/ipo-list", {"market": 1}, {"ipo_list": []}),
    (
        "future_info", lambda c: c.future_info(security_list=[Security(1, "HSImain")]), "/api/future-info",
        {"security_list": [{"market": 1, "code": "HSImain"}]},
        {"future_info_list": [{"name": "HSI", "security": {"market": 1, "code": "HSImain"}, "contract_size": 50.0, "min_var": 1.0}]},
    ),
    (
        "market_state", lambda c: c.market_state(security_list=[HK]), "/api/market-state", {"security_list": [SECURITY]},
        {"market_info_list": [{"security": SECURITY, "name": "TENCENT", "market_state": 3}]},
    ),
    (
        "history_kline",
        lambda c: c.history_kline(
            security=HK, kl_type=1, rehab_type=0, begin_time="2026-01-05", end_time="2026-01-05", max_ack_kl_num=100,
            next_req_key=[0, 255, 7],
        ),
        "/api/history-kline",
        {"security": SECURITY, "kl_type": 1, "rehab_type": 0, "begin_time": "2026-01-05", "end_time": "2026-01-05",
         "max_ack_kl_num": 100, "next_req_key": [0, 255, 7]},
        {**KLINES, "next_req_key": [1, 2, 255]},
    ),
    ("sub_acc_push", lambda c: c.sub_acc_push(acc_id_list=[1234567]), "/api/sub-acc-push", {"acc_id_list": [1234567]}, {}),
    ("funds", lambda c: c.funds(header=SIM, currency=1), "/api/funds", {"header": HEADER, "currency": 1}, FUNDS),
    (
        "positions", lambda c: c.positions(header={**HEADER, "acc_id": "1000001"}, refresh_cache=True), "/api/positions",
        {"header": HEADER, "refresh_cache": True}, POSITIONS,
    ),
    (
        "orders",
        lambda c: c.orders(header=SIM, filter_conditions={"code_list": [], "id_list": [9000000000000000001]}, filter_status_list=[5]),
        "/api/orders", {"header": HEADER, "filter_conditions": {"id_list": [9000000000000000001]}, "filter_status_list": [5]}, ORDERS,
    ),
    ("order_fills", lambda c: c.order_fills(header=SIM), "/api/order-fills", {"header": HEADER}, FILLS),
    (
        "max_trd_qtys", lambda c: c.max_trd_qtys(header=SIM, order_type=1, code="00700", price=300.0, sec_market=1),
        "/api/max-trd-qtys", {"header": HEADER, "order_type": 1, "code": "00700", "price": 300.0, "sec_market": 1}, QTYS,
    ),
    (
        "history_orders", lambda c: c.history_orders(header=SIM, filter_conditions={**PERIOD}), "/api/history-orders",        # type: ignore[typeddict-item]
        {"header": HEADER, "filter_conditions": PERIOD}, ORDERS,
    ),
    (
        "history_order_fills", lambda c: c.history_order_fills(header=SIM, filter_conditions={**PERIOD}),      # type: ignore[typeddict-item]
        "/api/history-order-fills", {"header": HEADER, "filter_conditions": PERIOD}, FILLS,
    ),
    (
        "margin_ratio", lambda c: c.margin_ratio(header=SIM, security_list=[HK]), "/api/margin-ratio",
        {"header": HEADER, "security_list": [SECURITY]}, MARGIN,
    ),
    (
        "order_fee", lambda c: c.order_fee(header=SIM, order_id_ex_list=["EX1"]), "/api/order-fee",
        {"header": HEADER, "order_id_ex_list": ["EX1"]}, FEES,
    ),
    (
        "unlock_trade", lambda c: c.unlock_trade(unlock=True, pwd_md5="e10adc3949ba59abbe56e057f20f883e", security_firm=1),
        "/api/unlock-trade", {"unlock": True, "pwd_md5": "e10adc3949ba59abbe56e057f20f883e", "security_firm": 1}, {},
    ),
    (
        "order",
        lambda c: c.order(
            header=SIM, trd_side=1, order_type=1, code="00700", qty=100, price=300.0, sec_market=1, remark="vt-1", time_in_force=0,
            command=ONE,
        ),
        "/api/order",
        {"packet_id": {"conn_id": 918273645, "serial_no": 1}, "header": HEADER, "trd_side": 1, "order_type": 1, "code": "00700",
         "qty": 100, "price": 300.0, "sec_market": 1, "remark": "vt-1", "time_in_force": 0},
        PLACED,
    ),
    (
        "modify_order",
        lambda c: c.modify_order(header=SIM, order_id=9000000000000000001, modify_order_op=2, qty=0, price=0, command=TWO),
        "/api/modify-order",
        {"packet_id": {"conn_id": 918273645, "serial_no": 2}, "header": HEADER, "order_id": 9000000000000000001,
         "modify_order_op": 2, "qty": 0, "price": 0},
        PLACED,
    ),
]
NAMES: list[str] = [f"{number}-{row[0]}" for number, row in enumerate(CALLS)]


def contains(found: Any, sent: Any) -> bool:
    """``found`` is ``sent`` with None for fields that were not sent, and with ``acc_id`` as an int."""
    if isinstance(sent, dict):
        return all(contains(found[key], value) for key, value in sent.items()) and all(
            found[key] is None for key in found if key not in sent
        )
    if isinstance(sent, list):
        return len(found) == len(sent) and all(map(contains, found, sent))
    return bool(found == sent or found == int(sent))


@pytest.mark.parametrize(("name", "call", "path", "body", "payload"), CALLS, ids=NAMES)
def test_request_and_result(
    name: str, call: Callable[[C], Any], path: str, body: Any, payload: dict[str, Any], server: FutuServer, client: C,
) -> None:
    server.answer(success(payload))
    found = call(client)
    assert contains(found, payload)
    request, = server.seen
    assert (request.method, request.path) == ("GET" if body is None else "POST", path)
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    if body is None:
        assert request.body == b""
    else:
        assert request.json == body
        assert request.headers["content-type"] == "application/json"


def test_the_body_is_the_samples_text(server: FutuServer, client: C) -> None:
    server.answer(success(PLACED))
    CALLS[NAMES.index(f"{len(CALLS) - 1}-modify_order")][1](client)
    assert server.seen[0].body.decode() == (
        '{"packet_id":{"conn_id":918273645,"serial_no":2},"header":{"trd_env":0,"acc_id":1000001,"trd_market":1},'
        '"order_id":9000000000000000001,"modify_order_op":2,"qty":0,"price":0}'
    )


def test_all_api_methods_are_covered() -> None:
    from vnpy_futuopend.routes import ROUTES

    assert {row[0] for row in CALLS} == {name for name, route in ROUTES.items() if route.path.startswith("/api/")}


def test_no_token_no_header(server: FutuServer) -> None:
    server.answer(success(GLOBAL_STATE))
    with FutuOpenDClient(server.url) as client:
        client.global_state()
    assert "authorization" not in server.seen[0].headers


def test_health_and_metrics(server: FutuServer, client: C) -> None:
    server.answer(as_text("ok\n"), as_text("# HELP futu_auth_events_total x\nfutu_auth_events_total 1\n"))
    assert client.health() == "ok"
    assert client.metrics() == "# HELP futu_auth_events_total x\nfutu_auth_events_total 1"
    assert [request.path for request in server.seen] == ["/health", "/metrics"]


@pytest.mark.parametrize(("value", "found"), [
    (1000001, 1000001), ("1000001", 1000001), (18446744073709551615, 18446744073709551615), ("281000000000000001", 281000000000000001),
])
def test_acc_id_is_an_int(value: Any, found: int, server: FutuServer, client: C) -> None:
    server.answer(success({"acc_list": [{"trd_env": 0, "acc_id": value, "acc_label": "paper_trade"}]}))
    row = client.accounts()["acc_list"][0]
    assert row["acc_id"] == found and type(row["acc_id"]) is int
    assert row["trd_market_auth_list"] is None
    assert row["acc_label"] == "paper_trade"            # type: ignore[typeddict-item]


def test_ids_keep_all_digits(server: FutuServer, client: C) -> None:
    server.answer(success({"order_list": [{**ORDER, "order_id": 2**64 - 1}]}))
    row = client.orders(header=SIM)["order_list"][0]
    assert row["order_id"] == 18446744073709551615 and type(row["order_id"]) is int
    assert row["order_id_ex"] == "EX1" and row["aux_price"] is None
    assert type(row["qty"]) is float


@pytest.mark.parametrize("host", ["127.0.0.1:{}", "http://127.0.0.1:{}", "http://127.0.0.1:{}/"])
def test_spellings_of_host(host: str, server: FutuServer) -> None:
    server.answer(success(GLOBAL_STATE))
    with FutuOpenDClient(host.format(server.url.rpartition(":")[2])) as client:
        assert client.host == server.url
        assert client.global_state()["qot_logined"] is True


def test_default_host() -> None:
    assert repr(FutuOpenDClient()) == "FutuOpenDClient(host='http://127.0.0.1:22222', token='')"


@pytest.mark.parametrize("host", ["", "http://", "ftp://127.0.0.1", "http://u:secret@127.0.0.1", "http://127.0.0.1:x", "h:0", "http://h?a=b", "h:99999"])
def test_hosts_that_are_none(host: str) -> None:
    with pytest.raises(ValueError, match="host") as caught:
        FutuOpenDClient(host)
    assert "secret" not in str(caught.value)


REFUSED: list[tuple[Callable[[C], Any], str]] = [
    (lambda c: c.quote(security_list=[]), "security_list must not be empty"),
    (lambda c: c.quote(security_list="HK.00700"), "security_list must be a list"),                       # type: ignore[arg-type]
    (lambda c: c.quote(security_list=HK), "security_list must be a list"),                                 # type: ignore[arg-type]
    (lambda c: c.quote(security_list=[{"market": 1}]), r"security_list\[0\] must have market and code"),
    (lambda c: c.quote(security_list=["00700"]), r"security_list\[0\] must have market and code"),          # type: ignore[list-item]
    (lambda c: c.orderbook(security={"market": "HK", "code": "00700"}, num=1), "security.market must be an integer"),
    (lambda c: c.orderbook(security=Security(1, 700), num=1), "security.code must be a text"),             # type: ignore[arg-type]
    (lambda c: c.subscribe(security_list=[HK], sub_type_list=[], is_sub_or_un_sub=True), "sub_type_list must not be empty"),
    (lambda c: c.static_info(), "either security_list, or market and sec_type"),
    (lambda c: c.static_info(market=1), "either security_list, or market and sec_type"),
    (lambda c: c.static_info(security_list=[HK], market=1), "either security_list, or market and sec_type"),
    (lambda c: c.funds(header=TrdHeader(2, 1, 1)), "trd_env must be 0 .simulated. or 1 .real., got 2"),
    (lambda c: c.funds(header=TrdHeader(1, 1, 7)), "7 is not Japan"),
    (lambda c: c.funds(header={"acc_id": 1, "trd_market": 1}), "header lacks trd_env"),
    (lambda c: c.funds(header={**HEADER, "accId": 1}), "header has no field accId"),
    (lambda c: c.funds(header=[0, 1, 1]), "header must be a TrdHeader or a mapping"),                       # type: ignore[arg-type]
    (lambda c: c.funds(header=TrdHeader(0, 1.5, 1)), "header.acc_id must be an integer"),                   # type: ignore[arg-type]
    (lambda c: c.history_orders(header=SIM, filter_conditions={"begin_time": "2026-01-05 00:00:00"}), "end_time is required"),
    (lambda c: c.history_order_fills(header=SIM, filter_conditions={}), "begin_time is required"),
    (lambda c: c.unlock_trade(unlock=True), "pwd_md5 is required"),
    (lambda c: c.unlock_trade(unlock=True, pwd_md5="E10ADC3949BA59ABBE56E057F20F883E"), "32 lower-case hex digits"),
    (lambda c: c.order(header=SIM, trd_side=1, order_type=1, code="00700", qty=float("nan")), "qty must be a finite number"),
    (lambda c: c.order(header=SIM, trd_side=1, order_type=1, code="00700", qty=1, price=float("inf")), "price must be a finite number"),
    (lambda c: c.order(header=SIM, trd_side=1, order_type=1, code="00700", qty=1, remark="汉" * 22), "remark must not exceed 64 bytes"),
    (lambda c: c.warrant(begin=0, num=1, sort_field=1, ascend=True, filters={"vol_min": float("nan")}), "vol_min must be a finite number"),     # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "words"), REFUSED)
def test_arguments_that_are_not_sent(call: Callable[[C], Any], words: str, server: FutuServer, client: C) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        call(client)
    assert "E10ADC" not in str(caught.value)
    assert not server.seen


def test_what_json_cannot_hold_is_not_sent(server: FutuServer, client: C) -> None:
    with pytest.raises(TypeError):
        client.order(header=SIM, trd_side=1, order_type=1, code="00700", qty=object())      # type: ignore[arg-type]
    assert not server.seen


def test_positional_arguments_are_refused(client: C) -> None:
    with pytest.raises(TypeError):
        client.quote([HK])                  # type: ignore[call-arg]


def test_the_sample_of_the_page_has_one_field_too_many(server: FutuServer, client: C) -> None:
    """``sub_type_list`` is no field of the message; strict builds answer 400."""
    with pytest.raises(TypeError):
        client.quote(security_list=[HK], sub_type_list=[1])         # type: ignore[call-arg]
    assert not server.seen


def test_json_is_ascii(server: FutuServer, client: C) -> None:
    server.answer(success(PLACED))
    client.order(header=SIM, trd_side=1, order_type=1, code="00700", qty=1, remark="汉" * 21)
    assert server.seen[0].body.isascii() and json.loads(server.seen[0].body)["remark"] == "汉" * 21
