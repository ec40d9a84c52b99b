"""What the rows of the matrix stand on: which apply, the venue's options, and what the recorder keeps."""

from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import pytest
from vnpy.event import Event
from vnpy.trader.constant import Direction, Exchange, Product
from vnpy.trader.event import EVENT_ACCOUNT, EVENT_CONTRACT, EVENT_POSITION
from vnpy.trader.object import AccountData, ContractData, PositionData

import vnpy_rehearsal.conform.rows  # noqa: F401  (registers the rows)
from mockexchange import MockExchange
from vnpy_rehearsal.conform.harness import GatewayHarness
from vnpy_rehearsal.conform.matrix import ABSENCE, ROWS, Row, Run, venue_options, why_not
from vnpy_rehearsal.conform.profile import DialectLabels, Profile
from vnpy_rehearsal.conform.recorder import Recorder

from .conftest import EVERY_CASE
from .harness import Case

COINS: Case = next(case for case in EVERY_CASE if not case.equity)
SHARES: Case = next(case for case in EVERY_CASE if case.name == "qmt")


def test_what_rows_need_is_there_to_be_told() -> None:
    told = {field.name for field in fields(Profile)}
    assert ABSENCE.keys() <= told | {"equity", "t_plus"}
    assert {row.needs for row in ROWS.values()} <= {"", *ABSENCE, *DialectLabels._fields}
    assert {row.options for row in ROWS.values()} <= {"", *told}


@pytest.mark.parametrize("name", ["equity", "t_plus"])
def test_rows_for_shares_apply_to_shares(name: str) -> None:
    row = Row("X1", "a row of this test", lambda run: None, needs=name)
    assert why_not(row, COINS) == ABSENCE[name] and not why_not(row, SHARES)


def test_a_row_opens_its_venue_with_options_that_the_profile_names() -> None:
    profile = replace(SHARES, options={"a": 1}, hours={"calendar": "exchange"})
    assert venue_options(ROWS["F52"], profile) == {"a": 1, "calendar": "exchange"}
    assert venue_options(ROWS["F50"], profile) == {"a": 1}


def test_options_are_put_back() -> None:
    with MockExchange(SHARES.dialect, seed=7, options={"strategy_name": "dropped"}) as venue:
        run = Run(SHARES, venue)
        with pytest.raises(ZeroDivisionError), run.options({"strategy_name": "overwritten", "stale_positions": True}):
            assert venue.state()["options"]["strategy_name"] == "overwritten"
            raise ZeroDivisionError
        assert venue.state()["options"]["strategy_name"] == "dropped" and venue.state()["options"]["stale_positions"] is False


def recorded(*events: tuple[str, Any]) -> GatewayHarness:
    recorder = Recorder(spoils=False)
    for type, data in events:
        recorder.put(Event(type, data))
    found: Any = SimpleNamespace(recorder=recorder)
    found.balances = GatewayHarness.balances.__get__(found)
    return found        # type: ignore[no-any-return]


def test_one_code_on_two_exchanges_is_two_positions() -> None:
    events: list[tuple[str, Any]] = []
    for exchange, volume in ((Exchange.SZSE, 300.0), (Exchange.SSE, 500.0)):
        contract = ContractData("G", "000001", exchange, "name", Product.EQUITY, 1, 0.01, net_position=True)
        contract.extra = {"base": f"000001.{exchange.value}"}
        events += [(EVENT_CONTRACT, contract), (EVENT_POSITION, PositionData("G", "000001", exchange, Direction.NET, volume, 100.0))]
    found = recorded(*events, events[1])
    assert list(found.recorder.positions) == list(found.recorder.contracts) == ["000001", "000001.SSE"]
    assert found.balances() == {"000001.SZSE": (300.0, 100.0), "000001.SSE": (500.0, 100.0)}


def test_an_account_that_counts_its_shares_shows_its_cash() -> None:
    account = AccountData("G", "123456", 1_500_000.0, 20_000.0)
    account.available = 980_000.0
    account.extra = {"currency": "CNY"}
    assert recorded((EVENT_ACCOUNT, account)).balances() == {"CNY": (1_000_000.0, 20_000.0)}
