"""FutuOpenDGateway at connect, on the running dialect: settings, accounts, unlocking, keys and their scopes, other servers."""

import socket
from collections.abc import Callable
from logging import ERROR, WARNING
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from futuopend.gateway_desks import ENVIRONMENTS, REAL_ID, a_desk, client_of, counted
from vnpy.trader.constant import Exchange, Status
from vnpy.trader.object import SubscribeRequest

from mockexchange import MockExchange
from vnpy_futuopend import FutuOpenDGateway
from vnpy_futuopend.accounts import Accounts, Choices
from vnpy_futuopend.enums import HK, SZ, US
from vnpy_futuopend.gateway import read_markets, read_symbols
from vnpy_futuopend.identity import OtherConvention, choose, read_accounts
from vnpy_restgateway.net.outcome import NotSent, Reply, Unknown


def said_soon(desk: Any, text: str) -> None:
    desk.recorder.wait(lambda: desk.recorder.said(text), text)


# settings and accounts, pure


def test_symbols_as_people_write_them() -> None:
    assert read_symbols("00700.SEHK, HK.700，AAPL.NASDAQ; BRK.B.SMART、000001.SZ") == [(HK, "00700"), (US, "AAPL"), (US, "BRK.B"), (SZ, "000001")]
    with pytest.raises(ValueError, match="no vt_symbol"):
        read_symbols("BTCUSDT.GLOBAL")
    assert read_markets("us, HK") == ("US", "HK")


# spec 2.13, with the ids as text of later builds
ROWS: list[dict[str, Any]] = [
    {"trd_env": 0, "acc_id": "1000001", "trd_market_auth_list": [1, 100], "acc_type": 1, "sim_acc_type": 1, "acc_status": 0},
    {"trd_env": 0, "acc_id": 1000002, "trd_market_auth_list": [2], "acc_type": 2, "sim_acc_type": 1, "acc_status": 0},
    {"trd_env": 0, "acc_id": 1000003, "trd_market_auth_list": [10], "sim_acc_type": 3, "acc_status": 0},
    {"trd_env": 1, "acc_id": "281000000000000001", "trd_market_auth_list": [1, 2, 4, 113], "acc_type": 2, "security_firm": 1, "acc_status": 0},
]


def test_accounts_are_chosen_by_environment_and_id() -> None:
    accounts = read_accounts(ROWS)
    assert {market: each.acc_id for market, each in choose(accounts, False, "", ("HK", "US")).items()} == {1: 1000001, 2: 1000002}
    real = choose(accounts, True, REAL_ID, ("HK", "CN"))
    assert {market: each.header(market)["trd_env"] for market, each in real.items()} == {1: 1, 4: 1}
    with pytest.raises(ValueError, match="is a simulated account"):
        choose(accounts, True, "1000001", ("HK",))
    with pytest.raises(ValueError, match="no simulated account 77"):
        choose(accounts, False, "77", ("HK",))


def test_another_convention_stops_it() -> None:
    with pytest.raises(OtherConvention, match="trd_env 2"):
        read_accounts([{**ROWS[3], "trd_env": 2}])


def test_real_needs_an_account_id() -> None:
    with MockExchange("futu", seed=7) as venue:
        from gateways.harness import Recorder
        recorder = Recorder(False)
        gateway = FutuOpenDGateway(recorder, "FUTUOPEND")       # type: ignore[arg-type]
        gateway.connect({"Server": "OPEND", "REST Host": venue.rest, "Token": venue.key, "Environment": "REAL"})
        assert recorder.said("Setting 'Account ID' is empty")
        assert not gateway.executor.alive


def test_the_dialog() -> None:
    assert list(FutuOpenDGateway.default_setting) == [
        "Token (Password 密码)", "Trade Password (密码)", "Server", "REST Host", "Environment", "Account ID", "Markets", "Currency", "Symbols",
        "Embedded Options", "Proxy Host", "Proxy Port",
    ]


# on the dialect


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_contracts_account_and_positions(environment: str) -> None:
    with a_desk(environment) as desk:
        seen = desk.recorder
        tencent, fund, apple = (seen.contracts[symbol] for symbol in ("00700", "02800", "AAPL"))
        assert (tencent.exchange, tencent.min_volume, tencent.pricetick, tencent.extra["quote"]) == (Exchange.SEHK, 100, 0.2, "HKD")
        assert (fund.min_volume, fund.pricetick) == (500, 0.02)
        assert (apple.exchange, apple.min_volume, apple.pricetick, apple.extra["quote"]) == (Exchange.SMART, 1, 0.01, "USD")
        assert all(each.net_position and each.history_data for each in (tencent, fund, apple))
        acc_id = REAL_ID if environment == "REAL" else "987654"
        seen.wait(lambda: {f"{acc_id}_HKD", f"{acc_id}_USD"} <= seen.accounts.keys(), "both currencies")
        assert (seen.accounts[f"{acc_id}_HKD"].available, seen.accounts[f"{acc_id}_USD"].available) == (1_000_000.0, 200_000.0)
        seen.wait(lambda: "02800" in seen.positions and seen.positions["02800"].yd_volume == 10_000.0, "the position")
        assert not seen.complaints()
        desk.assert_truth()


def test_simulated_accounts_of_a_market_each() -> None:
    with a_desk(sim_accounts="per_market", acc_id="text") as desk:
        assert desk.recorder.said("Trading account 987654, 1000002, simulated, markets HK, US")
        assert {"987654_HKD", "1000002_USD"} == desk.recorder.accounts.keys()


def test_the_seeds_convention_is_not_traded_on() -> None:
    with a_desk(ready=False, trd_env="seed") as desk:
        said_soon(desk, "has trd_env 2: this gateway knows 0 (simulated) and 1 (real) only")
        desk.recorder.pass_time(0.5)
        assert not desk.gateway.ready


def test_a_wrong_trade_password_is_sent_once() -> None:
    counts: list[Callable[[], int]] = []

    def count(desk: Any) -> None:
        counts.append(counted(desk, "POST /api/unlock-trade"))

    with a_desk("REAL", ready=False, setting={"Trade Password": "wrong"}, before=count, trade_password="right") as desk:
        said_soon(desk, "Unlocking failed and is not tried again")
        said_soon(desk, "Order data received")
        orderid = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(orderid, Status.REJECTED)
        assert desk.recorder.said("Order rejected, not sent: trading is not unlocked")
        desk.recorder.pass_time(1.0)
        assert counts[0]() == 1 and not desk.rows("order")
        assert not any("wrong" in log.msg.split("message:")[0] for log in desk.recorder.logs)


def test_trading_that_was_locked_again_is_unlocked_for_the_order_and_for_the_cancel() -> None:
    with a_desk("REAL", setting={"Trade Password": "123456"}, trade_password="123456") as desk, client_of(desk) as other:
        other.unlock_trade(unlock=False)
        orderid = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(orderid, Status.NOTTRADED)
        other.unlock_trade(unlock=False)
        desk.cancel(orderid)
        desk.wait_status(orderid, Status.CANCELLED)
        assert len(desk.recorder.said("Trading unlocked")) == 3
        desk.assert_truth()


def test_a_gateway_without_keys_takes_no_orders_and_is_read() -> None:
    with a_desk(setting={"Token": ""}, auth="open_reads") as desk:
        orderid = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(orderid, Status.REJECTED)
        assert len(desk.recorder.said("The gateway takes no orders without a keys file")) == 1
        again = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(again, Status.REJECTED)
        assert desk.recorder.said("Order rejected, not sent: The gateway takes no orders without a keys file")
        desk.subscribe()
        desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")


def test_a_missing_scope_is_named() -> None:
    with a_desk(scopes=("qot:read", "acc:read")) as desk:
        orderid = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(orderid, Status.REJECTED)
        assert desk.recorder.said("Order rejected, code: 403") and desk.recorder.said("the token lacks the scope trade:real or trade:simulate")
        assert not desk.rows("order")


def test_orders_that_are_not_pushed_are_polled() -> None:
    with a_desk(ready=False, setting={"Token": ""}, auth="open_no_push", trade_push="never") as desk:
        said_soon(desk, "Orders and fills are not pushed, they are polled: code: 403, message: sub-acc-push needs a keys file: without a token of a keys file")


def test_a_wrong_token_is_one_line() -> None:
    with a_desk(ready=False, setting={"Token": "fc_00"}) as desk:
        said_soon(desk, "Authentication failed")
        desk.recorder.pass_time(1.0)
        lines = desk.recorder.said("Authentication failed")
        assert len(lines) == 1 and "fc_00" not in lines[0] and not desk.gateway.ready


def test_no_token_is_one_line_that_can_be_read() -> None:
    """Nothing of it looks like a secret, which would be masked."""
    with a_desk(ready=False, setting={"Token": ""}) as desk:
        said_soon(desk, "Authentication failed, message: missing bearer token; give a token of the gateway's keys file as Token, then connect again")


@pytest.mark.parametrize("scopes,question,scope", [(("qot:read",), "accounts", "acc:read"), (("acc:read",), "time", "qot:read")])
def test_a_scope_without_which_nothing_begins_is_an_error(scopes: tuple[str, ...], question: str, scope: str) -> None:
    """Said once, though it is asked again: the key may be given the scope."""
    with a_desk(ready=False, scopes=scopes) as desk:
        said_soon(desk, f"Query {question} failed, trying again: code: 403")
        desk.recorder.pass_time(1.5)
        assert len(desk.recorder.said(f"the token lacks the scope {scope}", ERROR)) == 1


def test_nobody_there_is_a_warning() -> None:
    with a_desk(ready=False, setting={"REST Host": "http://127.0.0.1:9"}) as desk:
        desk.recorder.wait(lambda: desk.recorder.said("Query time failed, trying again: no connection to 127.0.0.1:9", WARNING), "the line")


def test_the_telnet_console_is_recognised() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            one.sendall(b"Futu OpenD telnet console\r\n>")
            one.close()

    Thread(target=serve, daemon=True).start()
    try:
        with a_desk(ready=False, setting={"REST Host": f"http://127.0.0.1:{server.getsockname()[1]}"}) as desk:
            said_soon(desk, "does not speak HTTP: it may be the telnet console of the C++ OpenD")
            desk.recorder.pass_time(1.5)
            assert len(desk.recorder.said("does not speak HTTP")) == 1
    finally:
        server.close()


def test_a_market_in_which_nothing_is_listed_stops_nothing() -> None:
    with a_desk("REAL", setting={"Markets": "HK,US,CN", "Symbols": "02800.SEHK, 600000.SSE"}) as desk:
        assert desk.recorder.said("markets HK, US, CN") and desk.recorder.said("600000.SSE is not traded here")
        desk.assert_truth()


def test_bad_lines_of_the_dialog_are_named() -> None:
    with a_desk(ready=False, setting={"Markets": "HK,JP", "Symbols": "700.XY", "Account ID": "first"}) as desk:
        for text in ("Setting 'Markets': 'JP' is none of HK, US, CN", "Setting 'Symbols': '700.XY'", "Setting 'Account ID': 'first' is no account's number"):
            assert desk.recorder.said(text), text


def test_a_symbol_that_is_not_there_costs_itself_only() -> None:
    with a_desk(setting={"Symbols": "02800.SEHK, 99999.SEHK, AAPL.SMART"}) as desk:
        assert desk.recorder.said("99999.SEHK is not traded here")
        assert {"02800", "AAPL"} <= desk.recorder.contracts.keys()


def test_an_unlocking_that_was_not_answered_is_tried_again_where_the_password_was_right() -> None:
    with a_desk("REAL") as desk:
        resting = desk.send("BUY", 22.0, 500.0)
        desk.wait_status(resting, Status.NOTTRADED)
        for action in ("reset", "hang"):
            with client_of(desk) as other:
                other.unlock_trade(unlock=False)
            desk.venue.faults.add(match="POST /api/unlock-trade", stage="before_engine", action=action)
            refused = desk.send("BUY", 22.0, 500.0)
            desk.wait_status(refused, Status.REJECTED)
            taken = desk.send("BUY", 22.0, 500.0)
            desk.wait_status(taken, Status.NOTTRADED)
            desk.cancel(taken)
            desk.wait_status(taken, Status.CANCELLED)
        with client_of(desk) as other:
            other.unlock_trade(unlock=False)
        desk.venue.faults.add(match="POST /api/unlock-trade", stage="before_engine", action="reset")
        desk.cancel(resting)
        desk.wait_status(resting, Status.CANCELLED)
        assert not desk.venue.faults.never_bitten()
        assert len(desk.recorder.said("it is tried again with the next order")) == 3
        desk.assert_truth()


@pytest.mark.parametrize(("error", "again"), [(NotSent("refused"), True), (Unknown("reset"), False)])
def test_a_first_password_is_sent_again_only_if_it_never_left(error: Exception, again: bool) -> None:
    timers: list[Any] = []
    lines: list[str] = []
    told: list[bool] = []
    host = SimpleNamespace(
        log=lambda line, level=20: lines.append(line), log_once=lambda key, line, level=20: lines.append(line), locked_out=False, pause=lambda: 0.0,
        executor=SimpleNamespace(call_later=lambda seconds, name, call: timers.append(call)),
    )
    answers: list[Any] = [(None, error), (Reply(200, {}, b"", {"ret_type": 0, "s2c": {}}, False), None)]
    rest = SimpleNamespace(call=lambda method, path, params, answer, **more: answer(*answers.pop(0), 0.0))
    choices = Choices(True, "1", ("HK",), "HKD", "123456", ())
    accounts = Accounts(host, rest, None, choices, lambda: None, lambda: None)        # type: ignore[arg-type]
    accounts.found = {1: SimpleNamespace(firm=1)}      # type: ignore[dict-item]
    accounts.unlock_again(told.append)
    assert bool(timers) is again and told == ([] if again else [False])
    for call in timers:
        call()
    assert accounts.unlocked is again and told == [again]


def test_a_symbol_of_another_market_is_said_and_a_short_code_explained() -> None:
    with a_desk(setting={"Symbols": "02800.SEHK, 600036.SSE", "Account ID": 987654}) as desk:
        assert desk.recorder.said("600036.SSE of the setting Symbols is left out: CN is not in the setting Markets")
        desk.gateway.subscribe(SubscribeRequest("700", Exchange.SEHK))
        said_soon(desk, "700.SEHK is not traded here: Hong Kong's codes have five digits, 00700")
        desk.gateway.subscribe(SubscribeRequest("02800", Exchange.SMART))
        said_soon(desk, "Failed to subscribe data, 02800 is traded on SEHK, not SMART")


def test_a_password_that_is_part_of_the_account_number_hides_nothing_of_it() -> None:
    with a_desk("REAL", setting={"Trade Password": "000001"}, trade_password="000001") as desk:
        assert desk.recorder.said(f"Trading account {REAL_ID}, REAL")
