"""Binance's order ids are unique per symbol only: equal ones of two symbols are two orders."""

from decimal import Decimal
from typing import Any

import pytest
from payloads import make_contract
from vnpy.event import Event
from vnpy.trader.constant import Status

from vnpy_mockbinance import MockBinanceGateway
from vnpy_mockbinance.account import Account
from vnpy_mockbinance.session import BinanceSession
from vnpy_restgateway.trading_rules import CryptoRules

NAMES = ("BTCUSDT", "LTCBTC")


class Events(list[Any]):
    def put(self, event: Event) -> None:
        if event.type in ("eOrder.", "eTrade."):
            self.append(event.data)


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def account(events: Events) -> Account:
    gateway = MockBinanceGateway(events, "X")       # type: ignore[arg-type]
    session = BinanceSession(gateway.host, gateway.timings, {"rest": "", "stream": "", "key": "", "secret": ""}, ("", 0))
    gateway.host.attach(session)
    for name in NAMES:
        contract = make_contract(name)
        gateway.host.add_contract(contract, name, CryptoRules(contract, Decimal("0.01"), Decimal("0.00001")))
        session.orders.pages[name] = True
    session.rest.call = lambda *args, **kwargs: None        # type: ignore[method-assign]
    return session.account


def report(name: str, client_id: str, number: int, status: str = "NEW", traded: str = "0.00000000", paid: str = "0.00000000") -> dict[str, Any]:
    """user-data-stream.md, "Order Update", with another symbol and id."""
    return {
        "e": "executionReport", "E": 1499405658658, "s": name, "c": client_id, "S": "BUY", "o": "LIMIT", "f": "GTC",
        "q": "1.00000000", "p": "0.10264410", "P": "0.00000000", "F": "0.00000000", "g": -1, "C": "", "x": status, "X": status,
        "r": "NONE", "i": number, "l": "0.00000000", "z": traded, "L": "0.00000000", "n": "0", "N": None,
        "T": 1499405658657, "t": -1, "I": 8641984, "w": True, "m": False, "M": False, "O": 1499405658657,
        "Z": paid, "Y": "0.00000000", "Q": "0.00000000", "W": 1499405658657, "V": "NONE",
    }


def fill(name: str, number: int) -> dict[str, Any]:
    """rest-api.md, "Account trade list"."""
    return {
        "symbol": name, "id": 28457, "orderId": number, "orderListId": -1, "price": "0.10264410", "qty": "0.50000000",
        "quoteQty": "0.05132205", "commission": "10.10000000", "commissionAsset": "BNB", "time": 1499865549590,
        "isBuyer": True, "isMaker": False, "isBestMatch": True,
    }


@pytest.mark.parametrize("ids", [("a", "b"), ("web", "web")], ids=["names of their own", "one name"])
def test_two_orders_of_one_id(account: Account, events: Events, ids: tuple[str, str]) -> None:
    for name, client_id in zip(NAMES, ids, strict=True):
        account.on_user_event(report(name, client_id, 28))
    shown = list(events)
    assert [order.symbol for order in shown] == [f"{name}_SPOT_BINANCE" for name in NAMES]
    assert len({order.vt_orderid for order in shown}) == 2

    events.clear()
    account.on_query_trades("BTCUSDT", [fill("BTCUSDT", 28)], 0.0)
    assert [(trade.symbol, trade.orderid) for trade in events] == [(shown[0].symbol, shown[0].orderid)]

    events.clear()
    account.on_user_event(report("BTCUSDT", ids[0], 28, "CANCELED", "0.50000000", "0.05132205"))
    account.on_user_event(report("LTCBTC", ids[1], 28, "CANCELED"))
    assert [(order.orderid, order.status) for order in events] == [(order.orderid, Status.CANCELLED) for order in shown]


def test_fills_told_before_their_orders(account: Account, events: Events) -> None:
    for name in NAMES:
        account.on_query_trades(name, [fill(name, 28)], 0.0)
    assert not events
    account.on_user_event(report("LTCBTC", "b", 28))
    assert [event.symbol for event in events] == ["LTCBTC_SPOT_BINANCE"] * 2
