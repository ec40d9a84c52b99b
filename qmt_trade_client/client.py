"""QMTTradeClient: all calls of the QMT REST trading server, as its manual (v1.0.0) has them."""

import logging
import math
import sys
import time
import warnings
from collections.abc import Mapping
from datetime import datetime
from types import FrameType, TracebackType
from typing import Any, Literal, cast
from urllib.parse import urlencode

import requests

from .answers import is_login, is_not_understood, login_error, parsed, raise_for_status, unreadable, want_object, want_rows
from .errors import QMTAPIError, QMTAuthenticationError, QMTTraderIndexWarning
from .signing import body_field, canonical_json, signed_headers
from .transport import transport_error

logger: logging.Logger = logging.getLogger("qmt_trade_client")

API: str = "/qmt/trade/api"
JSON: str = "application/json"
FORM: str = "application/x-www-form-urlencoded"

ALL_ACCOUNTS: str = (
    "a trading call without trader_index is executed by EVERY account of the server; "
    "pass trader_index to the call or to QMTTradeClient(...) to address one account"
)
SESSION_INDEX: str = (
    "trader_index is sent in session mode, but servers made for the manual's SDK may ignore it there and let EVERY account "
    "trade; compare results[].trader_index of the reply, or use client_id and secret_key"
)


class _DefaultIndex(int):
    """The default 0 of queries. Unlike a 0 that the caller passed, it gives way to the client's ``trader_index``."""


DEFAULT_INDEX: int = _DefaultIndex(0)


class QMTTradeClient:
    """
    A client of one server, in one of two modes.

    Signature mode, if ``client_id`` and ``secret_key`` are both given, signs every request and has all methods. Session mode
    needs ``login`` and has only the account queries, ``buy``, ``sell`` and ``sell_all``; the others raise QMTAPIError without
    a request.

    ``timeout`` is in seconds, for the connection and for each read. ``trader_index`` is the account of all calls that name
    none: queries otherwise use account 0, **trading calls otherwise address every account of the server**
    (QMTTraderIndexWarning, once per client).

    Every method but ``logout`` raises QMTAuthenticationError (401) or QMTAPIError (anything else); their attributes have the
    server's own words. A request is never sent twice. The server signs the path it sees: behind a proxy that adds a path to
    ``base_url``, and takes it off again, signatures hold; a server that is itself mounted under a path refuses them (401).
    The connection is plain HTTP unless ``base_url`` is https.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:9091",
        client_id: str | None = None,
        secret_key: str | None = None,
        timeout: int = 30,
        trader_index: int | None = None,
    ) -> None:
        self.base_url: str = base_url.rstrip("/")
        self.client_id: str | None = client_id
        self.secret_key: str | None = secret_key
        self.timeout: int = timeout
        self.trader_index: int | None = trader_index
        self.session: requests.Session = requests.Session()
        self.use_signature: bool = bool(client_id and secret_key)
        self._warned: set[str] = set()
        if self.use_signature:
            logger.info("✓ 使用API签名认证模式 (client_id: %s)", client_id)
        else:
            logger.info("✓ 使用登录会话认证模式")

    def __repr__(self) -> str:
        mode: str = "签名认证" if self.use_signature else "会话认证"
        return f"QMTTradeClient(base_url='{self.base_url}', auth_mode='{mode}')"

    def __enter__(self) -> "QMTTradeClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        """Closes the HTTP connections. Does not log out; exceptions propagate."""
        self.session.close()
        return False

    # -- session

    def login(self, username: str, password: str) -> bool:
        """
        Log in for session mode. Returns True or raises QMTAuthenticationError.

        Two contracts exist. The manual's server reads JSON and answers JSON with ``success``. The public server reads a form
        and answers 302 with a cookie; it fails to decode a JSON body (500) before it looks at any password. So JSON is
        sent first and the form only if nobody has read the JSON: either server sees each password once, and a wrong one
        counts once.
        """
        fields: dict[str, str] = {"username": username, "password": password}
        try:
            answer: requests.Response = self._send("POST", "/login", canonical_json(fields).encode(), JSON, redirects=False)
            if not is_login(answer) and is_not_understood(answer):
                second: requests.Response = self._send("POST", "/login", urlencode(fields).encode(), FORM, redirects=False)
                if second.status_code not in (400, 415, 422):       # else the form was the wrong guess
                    answer = second
            if is_login(answer):
                return True
            self._raise_for_status(answer)
        except QMTAPIError as error:
            raise QMTAuthenticationError(
                f"登录失败: {error}", status_code=error.status_code, server_error=error.server_error,
                server_message=error.server_message,
            ) from error
        reason: str = login_error(answer)
        raise QMTAuthenticationError(f"登录失败: {reason}", status_code=answer.status_code, server_error=reason)

    def logout(self) -> bool:
        """Log out. True for any answer below status 400 (the public server answers 302), else False; never raises."""
        try:
            return self._send("GET", "/logout", redirects=False).status_code < 400
        except Exception as error:
            logger.warning("logout failed: %s", error)
            return False

    # -- queries

    def get_accounts(self) -> list[dict[str, Any]]:
        """Accounts of the server: rows with ``index`` (the ``trader_index`` of calls), ``account_id`` and ``nick_name``."""
        return want_rows(self._get("accounts").get("accounts", []), "accounts")

    def get_portfolio(self, trader_index: int = DEFAULT_INDEX) -> dict[str, float]:
        """``total_asset``, ``cash`` (available), ``frozen_cash``, ``market_value`` in CNY. ``profit`` and ``profit_ratio`` are always 0."""
        found: dict[str, Any] = self._get(f"portfolio/{self._query_index(trader_index)}")
        return want_object(found.get("portfolio", {}), "portfolio")

    def get_positions(self, trader_index: int = DEFAULT_INDEX) -> list[dict[str, Any]]:
        """
        Positions, also those of volume 0: rows with ``symbol`` (``000001.SZ``), ``name``, ``volume``, ``can_use_volume``
        (sellable today), ``frozen_volume`` in shares (bonds: 张), ``avg_price``, ``open_price``, ``current_price``,
        ``market_value``, ``profit`` in CNY, ``profit_ratio`` in percent.
        """
        found: dict[str, Any] = self._get(f"positions/{self._query_index(trader_index)}")
        return want_rows(found.get("positions", []), "positions")

    def get_account_summary(self, trader_index: int = DEFAULT_INDEX) -> dict[str, Any]:
        """``portfolio``, ``positions`` and ``timestamp`` (local time, ISO 8601, no zone), of two requests."""
        return {
            "portfolio": self.get_portfolio(trader_index),
            "positions": self.get_positions(trader_index),
            "timestamp": datetime.now().isoformat(),
        }

    def get_position_by_symbol(self, symbol: str, trader_index: int = DEFAULT_INDEX) -> dict[str, Any] | None:
        """The position whose ``symbol`` equals the argument, or None. Give the suffix: ``000001.SZ``, never ``000001``."""
        return next((row for row in self.get_positions(trader_index) if row.get("symbol") == symbol), None)

    def has_position(self, symbol: str, trader_index: int = DEFAULT_INDEX) -> bool:
        """Whether there is a row for ``symbol`` (with suffix), even one of volume 0."""
        return self.get_position_by_symbol(symbol, trader_index) is not None

    # -- trading

    def buy(
        self,
        symbol: str,
        price: float,
        position_pct: float | None = None,
        shares: int | None = None,
        price_type: int = 0,
        trader_index: int | None = None,
        strategy_name: str = "客户端交易",
    ) -> dict[str, Any]:
        """
        Buy stock or convertible bonds. **Without** ``trader_index``, here or at the client, **every account buys.**

        Exactly one of ``shares`` (shares; bonds: 张) and ``position_pct`` (0 to 1 of the total assets); ValueError otherwise.
        ``price`` in CNY. ``price_type``: 0 limit, 1 latest price, 2 best five levels, rest cancelled, 3 own best, 5 opposite best.

        Returns ``{"message", "results": [{"trader_index", "status", "result"}], ...}``. Only ``result["success"]`` with a positive
        ``result["order_id"]`` means an order: ``status`` is "success" also when nothing was ordered. The server shrinks a
        buy to the cash there is; ``result["order_num"]`` is the volume that was ordered.
        """
        return self._order("buy", symbol, price, position_pct, shares, price_type, trader_index, strategy_name)

    def sell(
        self,
        symbol: str,
        price: float,
        position_pct: float | None = None,
        shares: int | None = None,
        price_type: int = 0,
        trader_index: int | None = None,
        strategy_name: str = "客户端交易",
    ) -> dict[str, Any]:
        """
        Sell stock or convertible bonds; arguments and reply as of ``buy``. **Without** ``trader_index``, here or at the
        client, **every account sells.**

        ``position_pct`` is a part of the sellable volume. A part below one lot, and also 0, sells ALL of it. In session mode the
        server has no sale by ``position_pct`` and refuses it (QMTAPIError); there ``shares=0`` sells everything.
        """
        return self._order("sell", symbol, price, position_pct, shares, price_type, trader_index, strategy_name)

    def buy_all(self, symbol: str, price: float, trader_index: int | None = None) -> dict[str, Any]:
        """
        Buy with all cash, limit order. The reply has no order id (``result`` is null). Signature mode only. **Without**
        ``trader_index``, here or at the client, **every account buys.**
        """
        self._want_signature("全仓买入接口仅支持签名认证模式")
        _want_finite(price=price)
        return self._trade("trade/allin", {"symbol": symbol, "cur_price": price}, trader_index)

    def sell_all(self, symbol: str, price: float, trader_index: int | None = None) -> dict[str, Any]:
        """
        Sell the whole sellable volume of ``symbol``, less odd lots: ``sell(position_pct=1.0)``, which a server refuses in
        session mode. **Without** ``trader_index``, here or at the client, **every account sells.**
        """
        return self.sell(symbol, price, position_pct=1.0, trader_index=trader_index, strategy_name="清仓卖出")

    def reverse_repo(self, reserve_amount: float = 0, trader_index: int | None = None) -> dict[str, Any]:
        """
        Lend the cash above ``reserve_amount`` (CNY) for one day, in steps of 1000 CNY (131810.SZ). Signature mode only.
        **Without** ``trader_index``, here or at the client, **every account lends.**
        """
        self._want_signature("逆回购接口仅支持签名认证模式")
        _want_finite(reserve_amount=reserve_amount)
        return self._trade("trade/nhg", {"reserve_amount": reserve_amount}, trader_index)

    # -- orders

    def get_order(self, order_id: int, trader_index: int) -> dict[str, Any]:
        """
        One order of today: ``order_id``, ``symbol``, ``side`` (buy, sell), ``status`` (48 to 57, 255), ``m_status`` (its text),
        ``volume``, ``traded_volume``, ``price``, ``traded_price`` (average), ``price_type`` (the terminal's code), ``time`` (Unix
        seconds), ``strategy_name``. Signature mode only; QMTAPIError for an unknown id.
        """
        self._want_signature("订单查询接口仅支持签名认证模式")
        return self._post("order", {"order_id": order_id, **self._index(trader_index)})

    def get_orders(self, trader_index: int, cancelable_only: bool = False) -> list[dict[str, Any]]:
        """
        The orders of today, rows as of ``get_order``. Signature mode only.

        The manual's type is a dict; the server sends a list. A JSON object is returned unchanged.
        """
        self._want_signature("订单查询接口仅支持签名认证模式")
        body: dict[str, Any] = {"cancelable_only": cancelable_only, **self._index(trader_index)}
        found: Any = self._request("POST", f"{API}/orders", body, self.use_signature)
        return cast(list[dict[str, Any]], found) if isinstance(found, dict) else want_rows(found, "orders")

    def cancel_order(self, order_id: int, trader_index: int) -> dict[str, Any]:
        """
        Ask for an order's cancellation: ``{"success", "order_id", "message"}``. ``success`` means the terminal took the
        request; the order is over when its status is 53 or 54. Signature mode only.
        """
        self._want_signature("撤单接口仅支持签名认证模式")
        return self._post("cancel_order", {"order_id": order_id, **self._index(trader_index)})

    def cancel_all_buy_orders(self, trader_index: int | None = None) -> dict[str, Any]:
        """
        Cancel all buy orders of the account, also those placed elsewhere. Signature mode only. **Without** ``trader_index``,
        here or at the client, **those of every account.** Refusals of single orders are not reported.
        """
        self._want_signature("取消所有买单接口仅支持签名认证模式")
        return self._trade("cancel_orders/buy", {}, trader_index)

    def cancel_all_sell_orders(self, trader_index: int | None = None) -> dict[str, Any]:
        """Cancel all sell orders, as ``cancel_all_buy_orders`` does. **Without** ``trader_index`` **those of every account.**"""
        self._want_signature("取消所有卖单接口仅支持签名认证模式")
        return self._trade("cancel_orders/sale", {}, trader_index)

    # -- arguments

    def _order(
        self, side: str, symbol: str, price: float, position_pct: float | None, shares: int | None, price_type: int,
        trader_index: int | None, strategy_name: str,
    ) -> dict[str, Any]:
        if position_pct is None and shares is None:
            raise ValueError("必须提供 position_pct 或 shares 其中之一")
        if position_pct is not None and shares is not None:
            raise ValueError("position_pct 和 shares 不能同时提供")
        _want_finite(price=price, position_pct=position_pct, shares=shares)
        body: dict[str, Any] = {"symbol": symbol, "strategy_name": strategy_name}
        if self.use_signature:
            quantity: dict[str, Any] = {"order_num": shares} if position_pct is None else {"position_pct": position_pct}
            return self._trade(
                f"outer/trade/{side}", {**body, "trade_price": price, "price_type": price_type, **quantity}, trader_index
            )
        if side == "buy" and position_pct is not None:
            return self._trade(
                "trade", {**body, "trade_price": price, "pricetype": price_type, "position_pct": position_pct}, trader_index
            )
        return self._trade(side, {**body, "price": price, "price_type": price_type, "shares": shares}, trader_index)

    def _query_index(self, trader_index: int | None) -> int:
        """Account of a query: the argument, else the client's, else 0."""
        if trader_index is None or trader_index is DEFAULT_INDEX:
            return self.trader_index if self.trader_index is not None else 0
        return trader_index

    def _index(self, trader_index: int | None) -> dict[str, int]:
        """The field ``trader_index`` of a body: the argument, else the client's, else no field."""
        index: int | None = self.trader_index if trader_index is None else trader_index
        return {} if index is None else {"trader_index": index}

    def _want_signature(self, message: str) -> None:
        if not self.use_signature:
            raise QMTAPIError(message)

    def _warn(self, message: str) -> None:
        """Warn once per client, at the line of the caller. Raises where the warning is an error, every time."""
        if message in self._warned:
            return
        level: int = 1
        frame: FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename == __file__:
            frame, level = frame.f_back, level + 1
        warnings.warn(message, QMTTraderIndexWarning, stacklevel=level)
        self._warned.add(message)

    # -- requests

    def _trade(self, endpoint: str, body: Mapping[str, Any], trader_index: int | None) -> dict[str, Any]:
        """POST of a call that acts on every account if it names none."""
        index: dict[str, int] = self._index(trader_index)
        if not index:
            self._warn(ALL_ACCOUNTS)
        elif not self.use_signature:
            self._warn(SESSION_INDEX)
        return self._post(endpoint, {**body, **index})

    def _get(self, endpoint: str) -> dict[str, Any]:
        return want_object(self._request("GET", f"{API}/{endpoint}", None, self.use_signature), endpoint)

    def _post(self, endpoint: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return want_object(self._request("POST", f"{API}/{endpoint}", body, self.use_signature), endpoint, in_doubt=True)

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None, signed: bool) -> Any:
        """
        The JSON of an answer. A POST without content sends ``{}``, signed as an empty body: the server fails to decode a body of
        no bytes (500). What is sent is the canonical JSON that is signed.
        """
        if signed and not (self.client_id and self.secret_key):
            raise QMTAuthenticationError("使用签名认证需要提供 client_id 和 secret_key")
        if method not in ("GET", "POST"):
            raise QMTAPIError(f"不支持的HTTP方法: {method}")
        content: bytes | None = canonical_json(body or {}).encode() if method == "POST" else None
        headers: dict[str, str] = {}
        if signed and self.client_id and self.secret_key:
            text: str = body_field(body) if method == "POST" else ""
            headers = signed_headers(self.client_id, self.secret_key, method, path, text, int(time.time()))
        answer: requests.Response = self._send(method, path, content, JSON, headers)
        self._raise_for_status(answer)
        try:
            return parsed(answer)
        except ValueError as error:
            raise unreadable(f"{method} {path}", error, answer.status_code, method == "POST") from error

    def _send(
        self, method: str, path: str, content: bytes | None = None, content_type: str = JSON,
        headers: Mapping[str, str] | None = None, redirects: bool = True,
    ) -> requests.Response:
        """One request. Raises QMTAPIError if there is no answer."""
        try:
            return self.session.request(
                method, self.base_url + path, data=content, headers={"Content-Type": content_type, **(headers or {})},
                timeout=self.timeout, allow_redirects=redirects,
            )
        except (requests.RequestException, UnicodeError) as error:
            raise transport_error(error, method, self.base_url, self.timeout) from error

    def _raise_for_status(self, answer: requests.Response) -> None:
        """Raises the error of a status of 400 and above. Logs the server's cause of a 401, which the manual's message lacks."""
        try:
            raise_for_status(answer)
        except QMTAuthenticationError as error:
            logger.warning("%s answered 401: %r", answer.request.path_url, error.server_error)
            raise


def _want_finite(**values: float | None) -> None:
    """Raises ValueError that names the first argument that is NaN or infinite; JSON has neither."""
    for name, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{name} must be a finite number, got {value!r}")
