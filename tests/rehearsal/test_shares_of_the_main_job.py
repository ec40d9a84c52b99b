"""The main job on share venues: what a profile says of it, its symbols, balances by currency, and how shares are written."""

from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from still_engine import StillEngine
from vnpy.trader.constant import Direction, Exchange, OrderType, Product, Status
from vnpy.trader.event import EVENT_ACCOUNT, EVENT_ORDER, EVENT_POSITION, EVENT_TICK, EVENT_TRADE
from vnpy.trader.object import AccountData, ContractData, OrderData, PositionData, TickData, TradeData

from vnpy_rehearsal.arguments import read_arguments, read_gateway, read_vt_symbol
from vnpy_rehearsal.conform.known import read_profile
from vnpy_rehearsal.figures import Figures
from vnpy_rehearsal.profiles import DEFAULT_STRATEGY, STREAM_LINE, JobProfile, read_job
from vnpy_rehearsal.rehearsal import Record, Rehearsal
from vnpy_rehearsal.shown import status_line
from vnpy_rehearsal.summary import print_summary
from vnpy_rehearsal.view import View

SHARES: str = "vnpy_rehearsal.share_strategy:ShareRehearsalStrategy"
ENTRY: dict[str, Any] = {
    "name": "ACME", "gateway": "vnpy_acme:AcmeGateway", "dialect": "acme", "symbol": "000001", "setting": {"Host": "{rest}"},
    "ready_line": "Trade API connected",
}


# profiles

def test_a_profile_without_a_word_on_the_main_job() -> None:
    assert read_job(ENTRY) == JobProfile("ACME", "vnpy_acme:AcmeGateway", "acme", "000001.GLOBAL", DEFAULT_STRATEGY, ready_line="Trade API connected")
    assert read_job({**ENTRY, "ready_line": STREAM_LINE}).each_fill is None


def test_a_profile_of_shares() -> None:
    job = {
        "symbol": "000001.SZSE", "strategy": SHARES, "strategy_setting": {"lots": 2}, "setting": {"Symbols": "{symbol}"}, "ready_line": "there",
        "each_fill": False,
    }
    found = read_job({**ENTRY, "job": job})
    assert found == JobProfile("ACME", "vnpy_acme:AcmeGateway", "acme", "000001.SZSE", SHARES, {"lots": 2}, {"Symbols": "{symbol}"}, "there", False)
    assert "job" not in read_profile({**ENTRY, "job": job}).more         # the matrix has no use for it


@pytest.mark.parametrize(("entry", "words"), [
    ({**ENTRY, "job": {"symbols": "000001.SZSE"}}, "job has no field 'symbols', there are: symbol, strategy, "),
    ({"name": "ACME", "dialect": "acme", "symbol": "X"}, "field 'gateway' is missing"),
])
def test_a_profile_that_is_wrong(entry: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_job(entry)


# arguments

PROGRAM: str = "python -m vnpy_rehearsal run"


@pytest.mark.parametrize(("text", "vt_symbol"), [
    ("600000.SSE", "600000.SSE"), (" 000001.szse ", "000001.SZSE"), ("00700.SEHK", "00700.SEHK"), ("aapl.smart", "AAPL.SMART"), ("X.GLOBAL", "X.GLOBAL"),
])
def test_a_vt_symbol_of_any_exchange(text: str, vt_symbol: str) -> None:
    assert read_vt_symbol(text, "000001.SZSE") == vt_symbol == read_arguments(["--symbol", text], PROGRAM, "000001.SZSE").symbol


@pytest.mark.parametrize("value", ["600000", "600000.SH", ".SSE", "600000.", "60 00.SSE", "A.B.SSE", "", "平安.SZSE"])
def test_a_symbol_that_is_none(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_arguments(["--symbol", value], PROGRAM, "000001.SZSE")
    error = capsys.readouterr().err
    assert ended.value.code == 2 and error == f"{PROGRAM}: error: --symbol must be a vt_symbol such as 000001.SZSE, got {value!r}\n"


def test_defaults_are_those_of_the_gateway() -> None:
    found = read_arguments([], PROGRAM, "000001.SZSE", SHARES)
    assert (found.symbol, found.strategy) == ("000001.SZSE", SHARES)
    found = read_arguments([], PROGRAM, "BTCUSDT_SPOT_BINANCE.GLOBAL")
    assert (found.symbol, found.strategy) == ("BTCUSDT_SPOT_BINANCE.GLOBAL", DEFAULT_STRATEGY)


def test_the_gateway_is_named_by_an_option_that_the_help_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert read_gateway(["--seconds", "3", "--gateway", "X", "--plain"], PROGRAM) == ("X", ["--seconds", "3", "--plain"])
    assert read_gateway(["--help"], PROGRAM) == ("MOCKBINANCE", ["--help"])
    for gateways in (("ACME", "MOCKBINANCE"), ()):
        with pytest.raises(SystemExit):
            read_arguments(["--help"], PROGRAM, "000001.SZSE", SHARES, gateways)
        text = " ".join(capsys.readouterr().out.split())
        assert ("--gateway NAME which gateway: ACME, MOCKBINANCE (default MOCKBINANCE)" in text) is bool(gateways)
        assert "what to trade, a vt_symbol (default 000001.SZSE)" in text
    with pytest.raises(SystemExit):
        read_gateway(["--gateway"], PROGRAM)
    assert capsys.readouterr().err == f"{PROGRAM}: error: argument --gateway: expected one argument\n"


# figures

def contract(product: Product = Product.EQUITY, tick: float = 0.01, lot: float = 100, **extra: Any) -> ContractData:
    found = ContractData("X", "000001", Exchange.SZSE, "Ping An", product, 1, tick, lot)
    found.extra = {"base": "000001.SZ", "quote": "CNY", **extra}
    return found


@pytest.mark.parametrize(("value", "lot", "text"), [
    (1300, 100, "1,300 (13 lots)"), (100, 100, "100 (1 lot)"), (0, 100, "0 (0 lots)"), (150, 100, "150 (1.5 lots)"), (99_923, 100, "99,923 (999.23 lots)"),
    (12_000_000, 500, "12,000,000 (24,000 lots)"), (13, 1, "13"), (0.5, 1, "0.5"),
])
def test_a_holding_of_shares(value: float, lot: float, text: str) -> None:
    assert Figures(contract(lot=lot)).holding(value) == text


def test_numbers_of_shares_and_coins() -> None:
    shares, fund = Figures(contract()), Figures(contract(Product.FUND, 0.001))
    coins, pair = Figures(contract(Product.SPOT, 0.01, 0.00001)), Figures(contract(Product.SPOT, 0.00001, 0.0001))
    assert [each.price(1234.5) for each in (shares, fund, coins)] == ["1,234.50", "1,234.500", "1,234.50"]
    assert [each.volume(1_500_000) for each in (shares, coins)] == ["1,500,000", "1500000"]
    assert [coins.volume(each) for each in (0.00001, 12_345.678_9, 0.01)] == ["0.00001", "12345.6789", "0.01"]
    assert [each.depth(1_500.0) for each in (shares, coins)] == ["1,500", "1500.00000"]
    assert [each.money(-1.25, "CNY", "+") for each in (shares, fund, coins, pair)] == ["-1.25 CNY", "-1.25 CNY", "-1.25 CNY", "-1.25000000 CNY"]
    assert Figures(None).coins and Figures(None).price(1.0) == "1.00"


# what is shown

def account(name: str, balance: float, available: float, frozen: float, **extra: Any) -> AccountData:
    found = AccountData("X", name, balance, frozen)
    found.available = available
    found.extra = extra or None
    return found


def rehearsal(**extra: Any) -> tuple[Rehearsal, StillEngine]:
    """One that has neither engine nor gateway: only what was pushed."""
    engine = StillEngine()
    run: Any = object.__new__(Rehearsal)
    run.is_recorded = False
    run.vt_symbol, run.each_fill, run.started, run.initial = "000001.SZSE", False, 0.0, (1_000_000.0, 1_000.0)
    run.record = Record(engine)         # type: ignore[arg-type]
    listed = {"000001.SZSE": SimpleNamespace(contract=contract(**extra))}
    run.gateway = SimpleNamespace(contracts=listed, health=lambda: {"REST": True}, venue={"rest": "http://127.0.0.1:41391"})
    run.cta = SimpleNamespace(strategies={})
    engine.put(EVENT_ACCOUNT, account("8881", 1_010_000.0, 998_500.5, 990.0, currency="CNY"))
    engine.put(EVENT_POSITION, PositionData("X", "000001", Exchange.SZSE, Direction.NET, 1_100.0, 200.0, yd_volume=900.0))
    engine.put(EVENT_TICK, TickData("X", "000001", Exchange.SZSE, run.record, last_price=10.0, bid_price_1=9.99, ask_price_1=10.0, bid_volume_1=123_400.0))
    return run, engine


def test_balances_are_by_currency_and_without_the_value_of_shares() -> None:
    run, engine = rehearsal()
    assert run.balances() == {"CNY": (999_490.5, 990.0), "000001.SZ": (1_100.0, 200.0)}
    assert run.holdings() == (999_490.5, 1_100.0) and run.sellable() == 900.0
    engine.put(EVENT_ACCOUNT, account("8881.USD", 5.0, 5.0, 0.0, currency="USD"))
    engine.put(EVENT_ACCOUNT, AccountData("X", "BTC", 3.0, 1.0))
    assert run.balances() == {"CNY": (999_490.5, 990.0), "USD": (5.0, 0.0), "BTC": (3.0, 1.0), "000001.SZ": (1_100.0, 200.0)}


def test_the_index_of_the_same_code_is_another_symbol() -> None:
    run, engine = rehearsal()
    engine.put(EVENT_TICK, TickData("X", "000001", Exchange.SSE, run.record, last_price=3_000.0))       # type: ignore[arg-type]
    engine.put(EVENT_POSITION, PositionData("X", "000001", Exchange.SSE, Direction.NET, 7.0))
    assert run.tick is not None and run.tick.last_price == 10.0 and run.sellable() == 900.0
    assert "000001.SSE" not in run.balances()


@pytest.mark.parametrize(("quote", "accounts", "currency"), [("HKD", 1, "HKD"), ("", 1, "CNY"), ("", 2, "")])
def test_the_currency_is_the_contracts_or_the_only_accounts(quote: str, accounts: int, currency: str) -> None:
    run, engine = rehearsal(quote=quote)
    if accounts > 1:
        engine.put(EVENT_ACCOUNT, AccountData("X", "USD", 3.0))
    assert run.currency == currency


def test_a_line_of_figures() -> None:
    run, _ = rehearsal()
    line = " ".join(status_line(run, 0.0).split())
    assert line.endswith(
        "s 0.0 ticks/s book 9.99/10.00 last 10.00 position 1,100 (11 lots), 900 sellable cash 999,490.50 CNY PnL +490.50 CNY orders 0 fills 0"
    )


def test_a_line_of_figures_of_coins_is_as_it_was() -> None:
    run, _ = rehearsal(product=Product.SPOT)
    line = " ".join(status_line(run, 0.0).split())
    assert line.endswith("s 0.0 ticks/s book 9.99/10 position +0 PnL +490.50 CNY orders 0 fills 0")


def test_the_screen_and_the_summary() -> None:
    run, engine = rehearsal()
    engine.put(EVENT_ORDER, OrderData("X", "000001", Exchange.SZSE, "o1", OrderType.LIMIT, Direction.LONG, price=9.99, volume=1_500_000.0, status=Status.NOTTRADED))
    engine.put(EVENT_TRADE, TradeData("X", "000001", Exchange.SZSE, "o1", "t1", Direction.LONG, price=9.99, volume=1_200.0))
    console = Console(width=140, height=40, record=True, force_terminal=True, file=open("/dev/null", "w"))
    console.print(View(run, 60.0, console).render())
    text = " ".join(console.export_text().split())
    for words in ("000001.SZSE 0.0 ticks/s cash 999,490.50 CNY", "position 1,100 (11 lots), 900 sellable PnL +490.50 CNY orders 1 fills 1",
                  "123,400 9.99", "1,500,000", "1,200"):
        assert words in text, words
    assert "24 h" not in text and "day" not in text
    print_summary(console, run, [])
    text = console.export_text()
    assert "000001.SZSE: position 1,100 (11 lots), 900 sellable, cash 999,490.50 CNY." in text
    assert "Gateway and venue agree: every order's status and traded volume, the sum of every order's fills, every balance." in text
