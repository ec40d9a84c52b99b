"""FutuOpenDClient: all routes of the REST edition of Futu OpenD."""

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, TypeVar

from . import fields as f
from . import quote_fields as q
from .arguments import FilterConditions, HeaderLike, SecurityLike, WarrantFilters, make_body, want_times
from .envelope import bad_answer
from .errors import FutuError
from .idempotency import Command, Commands
from .push_stream import PushStream
from .routes import ROUTES, Route
from .shapes import WrongShape, read
from .transport import Transport, base_url, check_token, hide

T = TypeVar("T")

PAGE: int = 1000                # rows of a page of iter_history_kline, the most the server gives
WARRANT_PAGE: int = 200


class FutuOpenDClient:
    """
    A client of one gateway. ``timeout`` is in seconds, for the connection and for each read.

    Arguments have the names of Futu's protobuf definitions in snake_case and are keywords; those that are None are not sent. Each
    call returns the payload ``s2c`` of the answer, checked against its type; unknown fields are kept. Errors are FutuError (see
    errors); ValueError is an argument that cannot be sent. A request is never sent twice.

    ``trd_env`` is 0 for simulated and **1 for real money**: copy it from a row of ``accounts``. All REST clients of a gateway share
    one set of subscriptions and one trade lock. The connection is plain HTTP.
    """

    def __init__(self, host: str = "http://127.0.0.1:22222", token: str = "", timeout: float = 10.0) -> None:
        check_token(token)
        self.host: str = base_url(host)
        self.timeout: float = timeout
        self._token: str = token
        self._transport: Transport = Transport(self.host, token, timeout)
        self._commands: Commands = Commands()

    def __repr__(self) -> str:
        return f"FutuOpenDClient(host={self.host!r}, token={'***' if self._token else ''!r})"

    def __enter__(self) -> "FutuOpenDClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        self.close()
        return False

    def close(self) -> None:
        """Close the HTTP connections. Subscriptions stay: other clients may use them."""
        self._transport.close()

    # -- operations

    def health(self) -> str:
        """``ok``. FutuServerError (503) if the gateway has no connection to Futu."""
        return self._transport.text(ROUTES["health"])

    def metrics(self) -> str:
        """Counters in Prometheus' text format."""
        return self._transport.text(ROUTES["metrics"])

    def ws(self) -> PushStream:
        """
        Open ``/ws``: ``with client.ws() as pushes: for push in pushes: ...``. Needs the package websockets.

        ``subscribe`` and ``sub_acc_push`` decide what comes; call them after this. Pushes of other clients come too.
        """
        return PushStream(self.host, self._token, self.timeout)

    def global_state(self) -> f.GlobalState:
        """States of the markets, time of the server, and whether the gateway is logged in at Futu."""
        return self._call("global_state", f.GlobalState)

    def user_info(self) -> f.UserInfo:
        """Quote rights (1 BMP, 2 LV1, 3 LV2, 4 SF, 5 none, 6 LV3) and quotas of the login."""
        return self._call("user_info", f.UserInfo)

    def delay_statistics(self) -> dict[str, Any]:
        return self._call("delay_statistics", dict[str, Any])

    # -- quotes

    def subscribe(
        self, *, security_list: Sequence[SecurityLike], sub_type_list: Sequence[int], is_sub_or_un_sub: bool,
        is_reg_or_un_reg_push: bool | None = None, reg_push_rehab_type_list: Sequence[int] | None = None,
        is_first_push: bool | None = None, is_sub_order_book_detail: bool | None = None, extended_time: bool | None = None,
        session: int | None = None,
    ) -> dict[str, Any]:
        """
        ``sub_type_list``: 1 quote, 2 book, 4 ticker, 5 RT, 6 day bars, 11 minute bars, 14 broker. Pushes come only after
        ``is_reg_or_un_reg_push=True``. Each pair of security and type costs one of the quota, and can be unsubscribed after 60 s.
        """
        if not sub_type_list:
            raise ValueError("sub_type_list must not be empty")
        return self._call(
            "subscribe", dict[str, Any], security_list=security_list, sub_type_list=sub_type_list, is_sub_or_un_sub=is_sub_or_un_sub,
            is_reg_or_un_reg_push=is_reg_or_un_reg_push, reg_push_rehab_type_list=reg_push_rehab_type_list,
            is_first_push=is_first_push, is_sub_order_book_detail=is_sub_order_book_detail, extended_time=extended_time,
            session=session,
        )

    def sub_info(self) -> q.SubInfoReply:
        return self._call("sub_info", q.SubInfoReply)

    def quote(self, *, security_list: Sequence[SecurityLike]) -> q.QuoteReply:
        """Needs subscription 1."""
        return self._call("quote", q.QuoteReply, security_list=security_list)

    def kline(self, *, security: SecurityLike, kl_type: int, rehab_type: int, req_num: int) -> q.KLineReply:
        """The last ``req_num`` bars, at most 1000. Needs the subscription of the bar's length."""
        return self._call("kline", q.KLineReply, rehab_type=rehab_type, kl_type=kl_type, security=security, req_num=req_num)

    def orderbook(self, *, security: SecurityLike, num: int, order_book_type: int | None = None) -> q.OrderBook:
        """``num`` levels of each side. Needs subscription 2."""
        return self._call("orderbook", q.OrderBook, security=security, num=num, order_book_type=order_book_type)

    def broker(self, *, security: SecurityLike) -> q.BrokerReply:
        """Needs subscription 14."""
        return self._call("broker", q.BrokerReply, security=security)

    def ticker(self, *, security: SecurityLike, max_ret_num: int) -> q.TickerReply:
        """The last trades, at most 1000. Needs subscription 4."""
        return self._call("ticker", q.TickerReply, security=security, max_ret_num=max_ret_num)

    def rt(self, *, security: SecurityLike) -> q.RtReply:
        """Needs subscription 5."""
        return self._call("rt", q.RtReply, security=security)

    def snapshot(self, *, security_list: Sequence[SecurityLike]) -> q.SnapshotReply:
        """At most 100 securities a call. Needs no subscription."""
        return self._call("snapshot", q.SnapshotReply, security_list=security_list)

    def static_info(
        self, *, security_list: Sequence[SecurityLike] | None = None, market: int | None = None, sec_type: int | None = None,
        timeout: float | None = None,
    ) -> q.StaticInfoReply:
        """
        Either of a list, or of all securities of ``market`` and ``sec_type``: tens of megabytes for stocks. ``timeout`` in
        seconds replaces the client's.
        """
        if (security_list is None) == (market is None or sec_type is None) or (security_list is not None and (market or sec_type)):
            raise ValueError("static_info needs either security_list, or market and sec_type")
        fields: dict[str, Any] = {"market": market, "sec_type": sec_type, "security_list": security_list}
        return self._read(ROUTES["static_info"], q.StaticInfoReply, make_body(fields), timeout=timeout)

    def plate_set(self, *, market: int, plate_set_type: int) -> q.PlateSetReply:
        return self._call("plate_set", q.PlateSetReply, market=market, plate_set_type=plate_set_type)

    def plate_security(
        self, *, plate: SecurityLike, sort_field: int | None = None, ascend: bool | None = None
    ) -> q.StaticInfoReply:
        return self._call("plate_security", q.StaticInfoReply, plate=plate, sort_field=sort_field, ascend=ascend)

    def reference(self, *, security: SecurityLike, reference_type: int) -> q.StaticInfoReply:
        return self._call("reference", q.StaticInfoReply, security=security, reference_type=reference_type)

    def owner_plate(self, *, security_list: Sequence[SecurityLike]) -> q.OwnerPlateReply:
        return self._call("owner_plate", q.OwnerPlateReply, security_list=security_list)

    def option_chain(
        self, *, owner: SecurityLike, begin_time: str, end_time: str, type: int | None = None, condition: int | None = None,
        index_option_type: int | None = None,
    ) -> q.OptionChainReply:
        """Expiries from ``begin_time`` to ``end_time`` (``YYYY-MM-DD``), at most 30 days. ``type``: 1 calls, 2 puts."""
        return self._call(
            "option_chain", q.OptionChainReply, owner=owner, begin_time=begin_time, end_time=end_time, type=type,
            condition=condition, index_option_type=index_option_type,
        )

    def warrant(
        self, *, begin: int, num: int, sort_field: int, ascend: bool, filters: WarrantFilters | None = None
    ) -> q.WarrantReply:
        """``num`` rows from ``begin`` on, at most 200. The fields of ``filters`` are sent beside the others."""
        body: dict[str, Any] = {**(filters or {}), "begin": begin, "num": num, "sort_field": sort_field, "ascend": ascend}
        return self._call("warrant", q.WarrantReply, **body)

    def iter_warrant(
        self, *, sort_field: int, ascend: bool, filters: WarrantFilters | None = None, num: int = WARRANT_PAGE
    ) -> Iterator[dict[str, Any]]:
        """All rows of ``warrant``, page by page of ``num``."""
        begin: int = 0
        while True:
            page: q.WarrantReply = self.warrant(begin=begin, num=num, sort_field=sort_field, ascend=ascend, filters=filters)
            yield from page["warrant_data_list"]
            if page["last_page"]:
                return
            if not page["warrant_data_list"]:
                raise bad_answer(ROUTES["warrant"], "an empty page that is not the last_page")
            begin += len(page["warrant_data_list"])

    def capital_flow(
        self, *, security: SecurityLike, period_type: int | None = None, begin_time: str | None = None, end_time: str | None = None
    ) -> q.CapitalFlowReply:
        return self._call(
            "capital_flow", q.CapitalFlowReply, security=security, period_type=period_type, begin_time=begin_time, end_time=end_time
        )

    def capital_distribution(self, *, security: SecurityLike) -> dict[str, Any]:
        return self._call("capital_distribution", dict[str, Any], security=security)

    def user_security(self, *, group_name: str) -> q.StaticInfoReply:
        """A group of the user's watch list."""
        return self._call("user_security", q.StaticInfoReply, group_name=group_name)

    def stock_filter(
        self, *, begin: int, num: int, market: int, plate: SecurityLike | None = None,
        base_filter_list: Sequence[Mapping[str, Any]] | None = None,
        accumulate_filter_list: Sequence[Mapping[str, Any]] | None = None,
        financial_filter_list: Sequence[Mapping[str, Any]] | None = None,
        pattern_filter_list: Sequence[Mapping[str, Any]] | None = None,
        custom_indicator_filter_list: Sequence[Mapping[str, Any]] | None = None,
    ) -> q.StockFilterReply:
        """``num`` rows from ``begin`` on, at most 200."""
        return self._call(
            "stock_filter", q.StockFilterReply, begin=begin, num=num, market=market, plate=plate, base_filter_list=base_filter_list,
            accumulate_filter_list=accumulate_filter_list, financial_filter_list=financial_filter_list,
            pattern_filter_list=pattern_filter_list, custom_indicator_filter_list=custom_indicator_filter_list,
        )

    def ipo_list(self, *, market: int) -> q.IpoReply:
        return self._call("ipo_list", q.IpoReply, market=market)

    def future_info(self, *, security_list: Sequence[SecurityLike]) -> q.FutureInfoReply:
        return self._call("future_info", q.FutureInfoReply, security_list=security_list)

    def market_state(self, *, security_list: Sequence[SecurityLike]) -> q.MarketStateReply:
        return self._call("market_state", q.MarketStateReply, security_list=security_list)

    def history_kline(
        self, *, security: SecurityLike, kl_type: int, rehab_type: int, begin_time: str, end_time: str,
        max_ack_kl_num: int | None = None, need_kl_fields_flag: int | None = None, next_req_key: Sequence[int] | None = None,
        extended_time: bool | None = None, session: int | None = None,
    ) -> q.HistoryKLineReply:
        """
        One page of bars from ``begin_time`` to ``end_time`` (``YYYY-MM-DD`` with or without `` HH:MM:SS``, market-local).
        ``kl_type``: 1 minute, 2 day, 3 week, 9 hour. ``rehab_type``: 0 raw, 1 forward, 2 backward. ``max_ack_kl_num``: 1 to 1000
        bars a page. Each security costs one of a quota of 30 days.
        """
        return self._call(
            "history_kline", q.HistoryKLineReply, security=security, kl_type=kl_type, rehab_type=rehab_type, begin_time=begin_time,
            end_time=end_time, max_ack_kl_num=max_ack_kl_num, need_kl_fields_flag=need_kl_fields_flag,
            next_req_key=next_req_key or None, extended_time=extended_time, session=session,
        )

    def iter_history_kline(
        self, *, security: SecurityLike, kl_type: int, rehab_type: int, begin_time: str, end_time: str, max_ack_kl_num: int = PAGE,
        extended_time: bool | None = None, session: int | None = None,
    ) -> Iterator[q.KLine]:
        """All bars of ``history_kline``, page by page, without blank ones."""
        key: list[int] | None = None
        seen: set[tuple[int, ...]] = set()
        while True:
            page: q.HistoryKLineReply = self.history_kline(
                security=security, kl_type=kl_type, rehab_type=rehab_type, begin_time=begin_time, end_time=end_time,
                max_ack_kl_num=max_ack_kl_num, next_req_key=key, extended_time=extended_time, session=session,
            )
            yield from (row for row in page["kl_list"] if not row["is_blank"])
            key = page["next_req_key"]
            if not key:
                return
            if tuple(key) in seen:
                raise bad_answer(ROUTES["history_kline"], "the same next_req_key again")
            seen.add(tuple(key))

    # -- accounts

    def accounts(self) -> f.AccountsReply:
        """Accounts of the login. FutuBadAnswer if a ``trd_env`` is neither 0 nor 1: the server then means something else by it."""
        found: f.AccountsReply = self._call("accounts", f.AccountsReply)
        for number, row in enumerate(found["acc_list"]):
            if row["trd_env"] not in (0, 1):
                raise bad_answer(ROUTES["accounts"], f"acc_list[{number}].trd_env: expected 0 or 1, got {row['trd_env']}")
        return found

    def sub_acc_push(self, *, acc_id_list: Sequence[int]) -> dict[str, Any]:
        """Push orders and fills of these accounts, and no longer of others. FutuForbidden on a gateway without a keys file."""
        return self._call("sub_acc_push", dict[str, Any], acc_id_list=[int(acc_id) for acc_id in acc_id_list])

    def funds(
        self, *, header: HeaderLike, refresh_cache: bool | None = None, currency: int | None = None, asset_category: int | None = None
    ) -> f.FundsReply:
        """
        ``currency`` (1 HKD, 2 USD, 3 CNH) is required for accounts of several markets and of futures. ``refresh_cache`` asks the
        broker: 10 calls in 30 s, as for positions, orders and fills.
        """
        return self._call(
            "funds", f.FundsReply, header=header, refresh_cache=refresh_cache, currency=currency, asset_category=asset_category
        )

    def positions(
        self, *, header: HeaderLike, filter_conditions: FilterConditions | None = None, filter_pl_ratio_min: float | None = None,
        filter_pl_ratio_max: float | None = None, refresh_cache: bool | None = None, asset_category: int | None = None,
        currency: int | None = None, option_strategy_view: bool | None = None,
    ) -> f.PositionsReply:
        """Positions in the market of the header."""
        return self._call(
            "positions", f.PositionsReply, header=header, filter_conditions=filter_conditions,
            filter_pl_ratio_min=filter_pl_ratio_min, filter_pl_ratio_max=filter_pl_ratio_max, refresh_cache=refresh_cache,
            asset_category=asset_category, currency=currency, option_strategy_view=option_strategy_view,
        )

    def orders(
        self, *, header: HeaderLike, filter_conditions: FilterConditions | None = None,
        filter_status_list: Sequence[int] | None = None, refresh_cache: bool | None = None,
    ) -> f.OrdersReply:
        """Orders of today, and older open ones. A new order may be missing for seconds."""
        return self._call(
            "orders", f.OrdersReply, header=header, filter_conditions=filter_conditions, filter_status_list=filter_status_list,
            refresh_cache=refresh_cache,
        )

    def order_fills(
        self, *, header: HeaderLike, filter_conditions: FilterConditions | None = None, refresh_cache: bool | None = None
    ) -> f.OrderFillsReply:
        """Fills of today. FutuRefused for simulated accounts."""
        return self._call(
            "order_fills", f.OrderFillsReply, header=header, filter_conditions=filter_conditions, refresh_cache=refresh_cache
        )

    def max_trd_qtys(
        self, *, header: HeaderLike, order_type: int, code: str, price: float, order_id: int | None = None,
        adjust_price: bool | None = None, adjust_side_and_limit: float | None = None, sec_market: int | None = None,
        order_id_ex: str | None = None, session: int | None = None, position_id: int | None = None,
    ) -> f.MaxTrdQtysReply:
        """The most that can be bought and sold at ``price``; with ``order_id``, the most it can be changed to."""
        return self._call(
            "max_trd_qtys", f.MaxTrdQtysReply, header=header, order_type=order_type, code=code, price=price, order_id=order_id,
            adjust_price=adjust_price, adjust_side_and_limit=adjust_side_and_limit, sec_market=sec_market, order_id_ex=order_id_ex,
            session=session, position_id=position_id,
        )

    def history_orders(
        self, *, header: HeaderLike, filter_conditions: FilterConditions, filter_status_list: Sequence[int] | None = None
    ) -> f.OrdersReply:
        """``filter_conditions`` must have ``begin_time`` and ``end_time``. FutuRefused for some simulated accounts."""
        want_times(filter_conditions)
        return self._call(
            "history_orders", f.OrdersReply, header=header, filter_conditions=filter_conditions, filter_status_list=filter_status_list
        )

    def history_order_fills(self, *, header: HeaderLike, filter_conditions: FilterConditions) -> f.OrderFillsReply:
        """As ``history_orders``."""
        want_times(filter_conditions)
        return self._call("history_order_fills", f.OrderFillsReply, header=header, filter_conditions=filter_conditions)

    def margin_ratio(self, *, header: HeaderLike, security_list: Sequence[SecurityLike]) -> f.MarginRatioReply:
        return self._call("margin_ratio", f.MarginRatioReply, header=header, security_list=security_list)

    def order_fee(self, *, header: HeaderLike, order_id_ex_list: Sequence[str]) -> f.OrderFeeReply:
        """Of real accounts only."""
        return self._call("order_fee", f.OrderFeeReply, header=header, order_id_ex_list=order_id_ex_list)

    # -- trading

    def unlock_trade(
        self, *, unlock: bool, pwd_md5: str | None = None, security_firm: int | None = None, acc_ids: Sequence[int] | None = None,
        sec_otp: str | None = None,
    ) -> dict[str, Any]:
        """
        Unlock (or lock) real accounts, for all clients of the gateway. ``pwd_md5``: MD5 of the trade password, 32 lower-case hex
        digits. **Do not repeat a refused call**: two wrong passwords lock the gateway for 60 s, more may lock the account.
        """
        if unlock and pwd_md5 is None:
            raise ValueError("pwd_md5 is required to unlock")
        return self._call(
            "unlock_trade", dict[str, Any], unlock=unlock, pwd_md5=pwd_md5, security_firm=security_firm, acc_ids=acc_ids, sec_otp=sec_otp
        )

    def new_command(self) -> Command:
        """Identity of a command yet to be sent, for a caller that writes it down first."""
        return self._commands.fresh()

    def order(
        self, *, header: HeaderLike, trd_side: int, order_type: int, code: str, qty: float, price: float | None = None,
        adjust_price: bool | None = None, adjust_side_and_limit: float | None = None, sec_market: int | None = None,
        remark: str | None = None, time_in_force: int | None = None, fill_outside_rth: bool | None = None,
        aux_price: float | None = None, trail_type: int | None = None, trail_value: float | None = None,
        trail_spread: float | None = None, session: int | None = None, position_id: int | None = None,
        expire_time: str | None = None, amount: float | None = None, command: Command | None = None,
    ) -> f.OrderReply:
        """
        Place an order. ``trd_side``: 1 buy, 2 sell. ``order_type``: 1 limit, 2 market. ``qty`` in shares or contracts. ``sec_market``:
        1 HK, 2 US, 31 SH, 32 SZ. ``remark``: up to 64 bytes, comes back in ``orders``. ``time_in_force``: 0 day, 1 GTC, 2 IOC.

        Each call is a new command. After an error that is ``in_doubt`` the order may exist; ``command=error.command`` sends the
        same one again, which gateways from 1.4.38 execute once if it comes within 90 s. An answer without an order id is in
        doubt too.
        """
        sent: Command = command or self._commands.fresh()
        found: f.OrderReply = self._command(
            "order", sent, header=header, trd_side=trd_side, order_type=order_type, code=code, qty=qty, price=price,
            adjust_price=adjust_price, adjust_side_and_limit=adjust_side_and_limit, sec_market=sec_market, remark=remark,
            time_in_force=time_in_force, fill_outside_rth=fill_outside_rth, aux_price=aux_price, trail_type=trail_type,
            trail_value=trail_value, trail_spread=trail_spread, session=session, position_id=position_id, expire_time=expire_time,
            amount=amount,
        )
        if not found["order_id"] and not found["order_id_ex"]:
            error: FutuError = bad_answer(ROUTES["order"], "success without order_id and order_id_ex")
            error.command = sent
            raise error
        return found

    def modify_order(
        self, *, header: HeaderLike, order_id: int, modify_order_op: int, for_all: bool | None = None, trd_market: int | None = None,
        qty: float | None = None, price: float | None = None, adjust_price: bool | None = None,
        adjust_side_and_limit: float | None = None, aux_price: float | None = None, trail_type: int | None = None,
        trail_value: float | None = None, trail_spread: float | None = None, order_id_ex: str | None = None,
        command: Command | None = None,
    ) -> f.OrderReply:
        """
        ``modify_order_op``: 1 change to ``qty`` (the new total) and ``price``, 2 cancel (send ``qty=0, price=0``). Success means
        the request was accepted; ``orders`` tells when the order is cancelled. ``command`` as of ``order``.
        """
        sent: Command = command or self._commands.fresh()
        return self._command(
            "modify_order", sent, header=header, order_id=order_id, modify_order_op=modify_order_op, for_all=for_all,
            trd_market=trd_market, qty=qty, price=price, adjust_price=adjust_price, adjust_side_and_limit=adjust_side_and_limit,
            aux_price=aux_price, trail_type=trail_type, trail_value=trail_value, trail_spread=trail_spread, order_id_ex=order_id_ex,
        )

    # -- requests

    def _command(self, name: str, command: Command, **fields: Any) -> f.OrderReply:
        return self._read(ROUTES[name], f.OrderReply, {"packet_id": command.packet_id, **make_body(fields)}, command)

    def _call(self, name: str, kind: type[T], **fields: Any) -> T:
        return self._read(ROUTES[name], kind, make_body(fields))

    def _read(
        self, route: Route, kind: type[T], body: dict[str, Any], command: Command | None = None, timeout: float | None = None
    ) -> T:
        s2c: Any = self._transport.s2c(route, body, command, timeout)
        try:
            return read(kind, s2c)
        except WrongShape as wrong:
            error: FutuError = bad_answer(route, f"s2c.{wrong}")
            error.command = command
            hide(error, (self._token, body.get("pwd_md5")))
            raise error from wrong
