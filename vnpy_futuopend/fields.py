"""
Payloads (``s2c``) of the system's and of trading answers; those of quotes are in quote_fields. Fields that may be None are None
where the server has none.

Prices and amounts are in the security's or the account's currency, ratios in percent, ``*_timestamp`` in Unix seconds, ``*_time``
in the market's local time. The numbers of enums are in the gateway's documentation (Trd_Common).
"""

from typing import Any, TypedDict

from .shapes import U64


class HeaderFields(TypedDict):
    trd_env: int
    acc_id: U64
    trd_market: int
    jp_acc_type: int | None


# system


class GlobalState(TypedDict):
    market_hk: int
    market_us: int
    market_sh: int
    market_sz: int
    market_hk_future: int
    market_us_future: int | None
    market_sg_future: int | None
    market_jp_future: int | None
    qot_logined: bool
    trd_logined: bool
    server_ver: int
    server_build_no: int
    time: int
    local_time: float | None
    program_status: dict[str, Any] | None
    qot_svr_ip_addr: str | None
    trd_svr_ip_addr: str | None
    conn_id: U64 | None


class UserInfo(TypedDict):
    nick_name: str | None
    user_id: int | None
    hk_qot_right: int | None
    us_qot_right: int | None
    sh_qot_right: int | None
    sz_qot_right: int | None
    hk_option_qot_right: int | None
    hk_future_qot_right: int | None
    us_option_qot_right: int | None
    sub_quota: int | None
    history_kl_quota: int | None
    is_need_agree_disclaimer: bool | None


# trading


class Account(TypedDict):
    """``trd_env``: 0 simulated, 1 real money. ``acc_id`` is an int, also from builds that list it as a string."""

    trd_env: int
    acc_id: U64
    trd_market_auth_list: list[int] | None
    acc_type: int | None
    card_num: str | None
    security_firm: int | None
    sim_acc_type: int | None
    uni_card_num: str | None
    acc_status: int | None
    acc_role: int | None
    jp_acc_type: list[int] | None


class AccountsReply(TypedDict):
    acc_list: list[Account]


class CashInfo(TypedDict):
    currency: int | None
    cash: float | None
    available_balance: float | None
    net_cash_power: float | None


class Funds(TypedDict):
    power: float
    total_assets: float
    cash: float
    market_val: float
    frozen_cash: float
    debt_cash: float
    avl_withdrawal_cash: float
    currency: int | None
    available_funds: float | None
    unrealized_pl: float | None
    realized_pl: float | None
    risk_level: int | None
    initial_margin: float | None
    maintenance_margin: float | None
    cash_info_list: list[CashInfo] | None
    max_power_short: float | None
    net_cash_power: float | None
    long_mv: float | None
    short_mv: float | None
    pending_asset: float | None
    max_withdrawal: float | None
    risk_status: int | None
    margin_call_margin: float | None


class FundsReply(TypedDict):
    header: HeaderFields | None
    funds: Funds


class Position(TypedDict):
    """``position_side``: 0 long, 1 short, -1 unknown."""

    position_id: U64
    position_side: int
    code: str
    name: str
    qty: float
    can_sell_qty: float
    price: float
    cost_price: float | None
    val: float
    pl_val: float
    pl_ratio: float | None
    sec_market: int | None
    td_pl_val: float | None
    td_trd_val: float | None
    td_buy_val: float | None
    td_buy_qty: float | None
    td_sell_val: float | None
    td_sell_qty: float | None
    unrealized_pl: float | None
    realized_pl: float | None
    currency: int | None
    trd_market: int | None
    diluted_cost_price: float | None
    average_cost_price: float | None
    average_pl_ratio: float | None


class PositionsReply(TypedDict):
    header: HeaderFields | None
    position_list: list[Position]


class Order(TypedDict):
    trd_side: int
    order_type: int
    order_status: int
    order_id: U64
    order_id_ex: str
    code: str
    name: str
    qty: float
    price: float | None
    create_time: str
    update_time: str
    create_timestamp: float | None
    update_timestamp: float | None
    fill_qty: float | None
    fill_avg_price: float | None
    last_err_msg: str | None
    sec_market: int | None
    remark: str | None
    time_in_force: int | None
    fill_outside_rth: bool | None
    aux_price: float | None
    trail_type: int | None
    trail_value: float | None
    trail_spread: float | None
    currency: int | None
    trd_market: int | None
    session: int | None
    expire_time: str | None


class OrdersReply(TypedDict):
    header: HeaderFields | None
    order_list: list[Order]


class OrderFill(TypedDict):
    """``status``: 0 valid, 1 cancelled, 2 changed."""

    trd_side: int
    fill_id: U64
    fill_id_ex: str
    order_id: U64 | None
    order_id_ex: str | None
    code: str
    name: str
    qty: float
    price: float
    create_time: str
    counter_broker_id: int | None
    counter_broker_name: str | None
    sec_market: int | None
    create_timestamp: float | None
    update_timestamp: float | None
    status: int | None
    trd_market: int | None


class OrderFillsReply(TypedDict):
    header: HeaderFields | None
    order_fill_list: list[OrderFill]


class MaxTrdQtys(TypedDict):
    max_cash_buy: float
    max_cash_and_margin_buy: float | None
    max_position_sell: float
    max_sell_short: float | None
    max_buy_back: float | None
    long_required_im: float | None
    short_required_im: float | None


class MaxTrdQtysReply(TypedDict):
    header: HeaderFields | None
    max_trd_qtys: MaxTrdQtys


class MarginRatioReply(TypedDict):
    header: HeaderFields | None
    margin_ratio_info_list: list[dict[str, Any]]


class OrderFee(TypedDict):
    order_id_ex: str
    fee_amount: float | None
    fee_list: list[dict[str, Any]] | None


class OrderFeeReply(TypedDict):
    header: HeaderFields | None
    order_fee_list: list[OrderFee]


class OrderReply(TypedDict):
    """Of a placed order, at least one of the two ids is there."""

    header: HeaderFields | None
    order_id: U64 | None
    order_id_ex: str | None
