"""
Payloads (``s2c``) of the answers of quote routes, as in fields. The numbers of enums are in the gateway's documentation (Qot_Common).
"""

from typing import Any, TypedDict


class SecurityFields(TypedDict):
    market: int
    code: str


class SubInfo(TypedDict):
    sub_type: int
    security_list: list[SecurityFields]


class ConnSubInfo(TypedDict):
    sub_info_list: list[SubInfo]
    used_quota: int
    is_own_conn_data: bool


class SubInfoReply(TypedDict):
    conn_sub_info_list: list[ConnSubInfo]
    total_used_quota: int
    remain_quota: int


class OffHours(TypedDict):
    price: float | None
    high_price: float | None
    low_price: float | None
    volume: int | None
    turnover: float | None
    change_val: float | None
    change_rate: float | None
    amplitude: float | None


class FutureQuote(TypedDict):
    last_settle_price: float
    position: int
    position_change: int
    expiry_date_distance: int | None


class Quote(TypedDict):
    """``price_spread`` is the tick size at the current price. There are no bid and ask."""

    security: SecurityFields
    name: str | None
    is_suspended: bool
    list_time: str
    price_spread: float
    update_time: str
    high_price: float
    open_price: float
    low_price: float
    cur_price: float
    last_close_price: float
    volume: int
    turnover: float
    turnover_rate: float
    amplitude: float
    dark_status: int | None
    list_timestamp: float | None
    update_timestamp: float | None
    pre_market: OffHours | None
    after_market: OffHours | None
    overnight: OffHours | None
    sec_status: int | None
    future_ex_data: FutureQuote | None
    option_ex_data: dict[str, Any] | None
    warrant_ex_data: dict[str, Any] | None
    hp_volume: float | None


class QuoteReply(TypedDict):
    basic_qot_list: list[Quote]


class OrderDetail(TypedDict):
    order_id: int
    volume: int


class Level(TypedDict):
    """A price level; the protocol spells ``oreder_count`` so."""

    price: float
    volume: int
    oreder_count: int
    detail_list: list[OrderDetail] | None
    hp_volume: float | None


class OrderBook(TypedDict):
    """Best level first."""

    security: SecurityFields
    name: str | None
    order_book_ask_list: list[Level]
    order_book_bid_list: list[Level]
    svr_recv_time_bid: str | None
    svr_recv_time_bid_timestamp: float | None
    svr_recv_time_ask: str | None
    svr_recv_time_ask_timestamp: float | None


class Ticker(TypedDict):
    """``dir``: 1 at the bid, 2 at the ask, 3 neutral."""

    time: str
    sequence: int
    dir: int
    price: float
    volume: int
    turnover: float
    recv_time: float | None
    type: int | None
    type_sign: int | None
    push_data_type: int | None
    timestamp: float | None


class TickerReply(TypedDict):
    security: SecurityFields
    name: str | None
    ticker_list: list[Ticker]


class KLine(TypedDict):
    """Minute and hour bars carry the time of their end, longer ones their date. A blank row has no prices."""

    time: str
    is_blank: bool
    high_price: float | None
    open_price: float | None
    low_price: float | None
    close_price: float | None
    last_close_price: float | None
    volume: int | None
    turnover: float | None
    turnover_rate: float | None
    pe: float | None
    change_rate: float | None
    timestamp: float | None


class KLineReply(TypedDict):
    security: SecurityFields
    name: str | None
    kl_list: list[KLine]


class HistoryKLineReply(KLineReply):
    """``next_req_key`` asks for the next page; None or empty after the last."""

    next_req_key: list[int] | None


class SnapshotBasic(TypedDict):
    security: SecurityFields
    name: str | None
    type: int
    is_suspend: bool
    list_time: str
    lot_size: int
    price_spread: float
    update_time: str
    high_price: float
    open_price: float
    low_price: float
    last_close_price: float
    cur_price: float
    volume: int
    turnover: float
    turnover_rate: float
    list_timestamp: float | None
    update_timestamp: float | None
    ask_price: float | None
    bid_price: float | None
    ask_vol: int | None
    bid_vol: int | None
    enable_margin: bool | None
    enable_short_sell: bool | None
    amplitude: float | None
    avg_price: float | None
    volume_ratio: float | None
    highest52_weeks_price: float | None
    lowest52_weeks_price: float | None
    pre_market: OffHours | None
    after_market: OffHours | None
    overnight: OffHours | None
    sec_status: int | None
    close_price5_minute: float | None
    exchange_code: str | None


class Snapshot(TypedDict):
    basic: SnapshotBasic
    equity_ex_data: dict[str, Any] | None
    warrant_ex_data: dict[str, Any] | None
    option_ex_data: dict[str, Any] | None
    index_ex_data: dict[str, Any] | None
    plate_ex_data: dict[str, Any] | None
    future_ex_data: dict[str, Any] | None
    trust_ex_data: dict[str, Any] | None


class SnapshotReply(TypedDict):
    snapshot_list: list[Snapshot]


class StaticBasic(TypedDict):
    """``lot_size``: board lot of stocks, contract multiplier of options and futures."""

    security: SecurityFields
    id: int
    lot_size: int
    sec_type: int
    name: str
    list_time: str
    delisting: bool | None
    list_timestamp: float | None
    exch_type: int | None


class StaticInfo(TypedDict):
    basic: StaticBasic
    warrant_ex_data: dict[str, Any] | None
    option_ex_data: dict[str, Any] | None
    future_ex_data: dict[str, Any] | None


class StaticInfoReply(TypedDict):
    static_info_list: list[StaticInfo]


class MarketInfo(TypedDict):
    security: SecurityFields
    name: str
    market_state: int


class MarketStateReply(TypedDict):
    market_info_list: list[MarketInfo]


class FutureInfo(TypedDict):
    """``min_var`` is the tick size."""

    security: SecurityFields
    name: str
    contract_size: float
    min_var: float
    last_trade_time: str | None
    last_trade_timestamp: float | None
    quote_currency: str | None
    exchange: str | None


class FutureInfoReply(TypedDict):
    future_info_list: list[FutureInfo]


class Option(TypedDict):
    call: StaticInfo | None
    put: StaticInfo | None


class OptionStrike(TypedDict):
    strike_time: str
    strike_timestamp: float | None
    option: list[Option]


class OptionChainReply(TypedDict):
    option_chain: list[OptionStrike]


class BrokerReply(TypedDict):
    broker_ask_list: list[dict[str, Any]]
    broker_bid_list: list[dict[str, Any]]


class RtReply(TypedDict):
    rt_list: list[dict[str, Any]]


class PlateSetReply(TypedDict):
    plate_info_list: list[dict[str, Any]]


class OwnerPlateReply(TypedDict):
    owner_plate_list: list[dict[str, Any]]


class CapitalFlowReply(TypedDict):
    flow_item_list: list[dict[str, Any]]


class WarrantReply(TypedDict):
    warrant_data_list: list[dict[str, Any]]
    last_page: bool
    all_count: int


class StockFilterReply(TypedDict):
    data_list: list[dict[str, Any]]
    last_page: bool
    all_count: int


class IpoReply(TypedDict):
    ipo_list: list[dict[str, Any]]
