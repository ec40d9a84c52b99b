"""The main job's screen at 80x24, at 60 columns and below, its closing table, and what a strategy prints meanwhile."""

import io
import re
import sys
from datetime import datetime
from logging import ERROR
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text
from still_engine import StillEngine
from vnpy.trader.constant import Direction, Exchange, OrderType, Product, Status
from vnpy.trader.event import EVENT_ACCOUNT, EVENT_LOG, EVENT_ORDER, EVENT_POSITION, EVENT_TICK, EVENT_TRADE
from vnpy.trader.object import AccountData, BarData, ContractData, LogData, OrderData, PositionData, TickData, TradeData
from vnpy.trader.utility import ArrayManager, BarGenerator

from vnpy_rehearsal.bad_day.outcome import Struck
from vnpy_rehearsal.conform import rows as _registered  # noqa: F401
from vnpy_rehearsal.hints import hint_of
from vnpy_rehearsal.printed import Printed
from vnpy_rehearsal.rehearsal import Record, Rehearsal
from vnpy_rehearsal.shown import BLOCKS, DOWN, STATUS, UP, Column, fitting, pnl_of, sparkline
from vnpy_rehearsal.summary import ROWS, print_summary
from vnpy_rehearsal.view import PRINTED, Lines, View, watch

PAGE: str = "http://127.0.0.1:41391/_mock/"
SYMBOL: str = "BTCUSDT_SPOT_BINANCE"
NOON: datetime = datetime(2026, 11, 29, 12, 0, 7)


def outcome(row: str, armed: float | None = None, begun: float | None = None, over: float | None = None, number: int = 0, why_not: str = "") -> Struck:
    return Struck(row, armed, begun, over, number, ["POST /api/v3/order: hang after_engine"] if number else [], [], why_not)


DAY: Any = SimpleNamespace(
    outcomes=lambda: [outcome("F24", 3.0, 4.0, 5.2, 3), outcome("F22", 8.0, 8.1), outcome("F18", 6.0, None, 9.0, 0, "nothing of the kind came within 3 s"), outcome("F42")],
    missed=lambda is_whole: ["F18"], rows=["F24", "F22", "F18", "F42"],
)


def rehearsal(orders: int = 6, bad: bool = False, price: float = 40_020.05) -> Rehearsal:
    """One that has neither engine nor gateway: only what was pushed."""
    engine = StillEngine()
    run: Any = object.__new__(Rehearsal)
    run.is_recorded = False
    run.vt_symbol, run.each_fill, run.started, run.initial = f"{SYMBOL}.GLOBAL", True, 0.0, (100_000.0, 1.0)
    run.record = Record(engine)         # type: ignore[arg-type]
    run.record.put = engine.put         # type: ignore[attr-defined]
    run.day = DAY if bad else None
    contract = ContractData("X", SYMBOL, Exchange.GLOBAL, "BTCUSDT", Product.SPOT, 1, 0.01, 0.00001)
    contract.extra = {"base": "BTC", "quote": "USDT"}
    run.gateway = SimpleNamespace(
        contracts={run.vt_symbol: SimpleNamespace(contract=contract)}, health=lambda: {"REST": True, "market data": True, "trading": False}, venue={"rest": PAGE[:-7]},
    )
    run.cta = SimpleNamespace(strategies={})
    engine.put(EVENT_ACCOUNT, AccountData("X", "USDT", 99_600.0, 0.0))
    engine.put(EVENT_POSITION, PositionData("X", SYMBOL, Exchange.GLOBAL, Direction.NET, 1.01))
    levels = {f"{side}_price_{n}": price + (n if side == "ask" else -n) for side in ("bid", "ask") for n in range(1, 6)}
    engine.put(EVENT_TICK, TickData("X", SYMBOL, Exchange.GLOBAL, NOON, last_price=price, high_price=41_052.91, low_price=38_152.94, **levels, **{
        name.replace("price", "volume"): 0.12345 for name in levels
    }))
    for n in range(orders):
        side = Direction.LONG if n % 2 == 0 else Direction.SHORT
        order = OrderData("X", SYMBOL, Exchange.GLOBAL, f"vskgem5h9c5-{n}", OrderType.LIMIT, side, price=40_002.36 + n, volume=0.00998, traded=0.00998, status=Status.ALLTRADED)
        order.datetime = NOON
        engine.put(EVENT_ORDER, order)
        for part in range(2):
            engine.put(EVENT_TRADE, TradeData("X", SYMBOL, Exchange.GLOBAL, order.orderid, f"t{n}-{part}", side, price=40_000.0 + part, volume=0.00499, datetime=NOON))
    engine.put(EVENT_LOG, LogData("X", "Order data received"))
    return run


def draw(run: Rehearsal, width: int, height: int) -> tuple[str, str]:
    """The screen as text, and with its colours."""
    console = Console(width=width, height=height, record=True, force_terminal=True, color_system="standard", legacy_windows=False, file=io.StringIO())
    console.print(View(run, 60.0, console).render())
    colours = console.export_text(clear=False, styles=True)
    text = console.export_text()
    lines = text.splitlines()
    assert len(lines) == height and all(len(line) <= width for line in lines), "it is the terminal's size, and no line is broken"
    return text, colours


def panel(text: str, title: str) -> list[str]:
    """The lines of a panel's left edge down, from its title to its end, of the panel's own columns."""
    lines = text.splitlines()
    top = next(n for n, line in enumerate(lines) if f" {title} " in line and "─" in line)
    middle = lines[top].index(f" {title} ")
    left, right = lines[top].rindex("╭", 0, middle), lines[top].index("╮", middle)
    found = []
    for line in lines[top + 1:]:
        if line[left] == "╰":
            break
        found.append(line[left + 1:right].strip())
    return found


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 24), (60, 40), (120, 40)])
@pytest.mark.parametrize("bad", [False, True])
def test_nothing_of_a_price_is_cut(width: int, height: int, bad: bool) -> None:
    text, _ = draw(rehearsal(bad=bad), width, height)
    assert PAGE in text and ("faults" in text) is bad
    assert "position +0   PnL +0.20 USDT   orders 6   fills 12" in text and "last 40,020.05 ▁" in text
    book = panel(text, "Book")
    levels = [line.split() for line in book if line]
    assert [float(line[-1].replace(",", "")) for line in levels if line[0] != "Volume"] == [
        *(40_020.05 + n for n in (5, 4, 3, 2, 1)), 40_020.05, *(40_020.05 - n for n in (1, 2, 3, 4, 5)),
    ], "five levels a side, whatever the size"
    assert all(line[0] in ("0.12345", "last", "Volume") for line in levels)
    orders, fills = panel(text, "Orders"), panel(text, "Fills")
    assert orders[0].split()[:4] == ["Side", "Price", "Volume", "Traded"] and orders[1].split()[:4] == ["SHORT", "40,007.36", "0.00998", "0.00998"]
    assert fills[0].split()[:3] == ["Side", "Price", "Volume"] and fills[1].split()[:3] == ["SHORT", "40,001.00", "0.00499"]
    assert len([line for line in orders[1:] if line]) >= 3 and len([line for line in fills[1:] if line]) >= 2
    assert "…" not in " ".join([*book, *orders, *fills])
    assert any("Order data received" in line for line in panel(text, "Log"))


def test_ids_and_status_are_there_where_there_is_room() -> None:
    wide, middle, narrow = (draw(rehearsal(), width, 24)[0] for width in (120, 80, 60))
    assert "vskgem5h9c5-5" in wide and "alltraded" in wide and "t5-1" in wide
    assert "vskgem5h9c5-5" not in middle and "alltraded" in middle and "12:00:07" in middle
    assert "vskgem5h9c5-5" not in narrow and "alltraded" not in narrow and "40,007.36" in narrow


def test_a_screen_that_is_narrower_has_no_book() -> None:
    text, _ = draw(rehearsal(), 40, 20)
    assert " Book " not in text and "40,007.36" in text and "0.00998" in text


def test_any_size_can_be_drawn() -> None:
    """A terminal may be made smaller while the job runs."""
    for width in (10, 30, 45, 61, 200):
        for height in (3, 5, 8, 12, 15, 18, 60):
            console = Console(width=width, height=height, force_terminal=True, color_system=None, legacy_windows=False, file=io.StringIO())
            console.print(View(rehearsal(bad=True), 60.0, console).render())
    assert "40,007.36" in draw(rehearsal(bad=True), 60, 16)[0], "the newest order stays longest"


def test_sides_prices_profit_and_faults_are_in_colour() -> None:
    _, colours = draw(rehearsal(bad=True), 80, 24)
    for style, words in (("32", "+0.20 USDT"), ("31", "SHORT"), ("32", "LONG"), ("31", "40,007.36"), ("32", "40,006.36"), ("1;32", "40,020.05"), ("30;42", "F24 3×"), ("37;41", "F22"), ("2", "F42")):
        assert re.search(rf"\x1b\[{style}m *{re.escape(words)}", colours), words
    run = rehearsal()
    run.initial = (100_600.0, 1.0)
    assert pnl_of(run).style == DOWN and pnl_of(run).plain.startswith("-") and pnl_of(rehearsal()).style == UP


def test_sparkline() -> None:
    assert sparkline([], 10).plain == sparkline([1.0], 0).plain == "" and sparkline([5.0, 5.0], 10).plain == "▁▁"
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 10).plain == BLOCKS and sparkline([0, 1, 2, 3, 4, 5, 6, 7], 3).plain == "▁▅█"
    assert (sparkline([1, 2], 5).style, sparkline([2, 1], 5).style) == (UP, DOWN)


def test_columns_of_the_highest_rank_go_first() -> None:
    columns = [Column("a"), Column("bb", 2), Column("c", 1)]
    cells = [[Text("12345"), Text("1234"), Text("交易")]]
    assert [fitting(columns, cells, width) for width in (15, 14, 10, 9, 1)] == [[0, 1, 2], [0, 2], [0, 2], [0], [0]]


def test_every_status_has_a_word() -> None:
    assert set(STATUS) == set(Status)


# what is printed meanwhile

def test_what_a_strategy_prints_is_told_in_lines() -> None:
    told: list[str] = []
    before = sys.stdout, sys.stderr
    with Printed(told.append):
        print("a line")
        print("in ", end="")
        print("parts")
        threads = [Thread(target=lambda n=n: [print(f"thread {n}") for _ in range(50)]) for n in range(3)]      # type: ignore[misc]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("an error\n\nand more", file=sys.stderr)
        sys.stdout.write("no end")
    assert (sys.stdout, sys.stderr) == before
    assert told[:2] == ["a line", "in parts"] and told[-3:] == ["an error", "and more", "no end"]
    assert sorted({line for line in told[2:-3] if line}) == ["thread 0", "thread 1", "thread 2"] or "".join(told[2:-3]).count("thread") == 150


def test_in_plain_mode_a_print_and_a_log_line_do_not_mix() -> None:
    stream = io.StringIO()
    run: Any = rehearsal()
    before, sys.stdout = sys.stdout, stream
    try:
        lines = Lines(run)
        with Printed(lines.printed, errors=False):
            print("half of", end="")
            run.record.on_log(LogData("X", "Order data received"))
            lines.say("the page")
            print(" a line")
            print("an error", file=sys.stderr)
    finally:
        sys.stdout = before
    told = [line[9:] if ":" in line[:3] else line for line in stream.getvalue().split("\n")]
    assert told == ["X            Order data received", "the page", "print        half of a line", ""], "stderr is left alone"


def test_on_a_bad_day_it_is_said_which_address_is_for_what() -> None:
    run: Any = rehearsal()
    run.far = run.bad = None
    assert run.where == f"Page of the mock exchange: {PAGE}"
    run.bad = SimpleNamespace(venue=SimpleNamespace(rest="http://127.0.0.1:5"), wire=SimpleNamespace(rest="http://127.0.0.1:6"))
    assert run.where == "Page of the mock exchange: http://127.0.0.1:5/_mock/. The gateway reaches it over http://127.0.0.1:6, a line that faults break"


def test_what_is_printed_meanwhile_is_in_the_log_panel_and_not_over_the_drawing(capsys: pytest.CaptureFixture[str]) -> None:
    run: Any = rehearsal()
    run.check = lambda: print("from the strategy")
    console = Console(width=80, height=24, force_terminal=True, color_system=None, legacy_windows=False, file=io.StringIO())
    watch(run, 0.6, console, None)
    assert [log.msg for log in run.record.logs if log.gateway_name == PRINTED][0] == "from the strategy"
    drawn: str = console.file.getvalue()        # type: ignore[attr-defined]
    assert "print from the strategy" in drawn and capsys.readouterr() == ("", "")
    assert drawn.count("from the strategy") == drawn.count("print from the strategy")
    print("after it")
    assert capsys.readouterr().out == "after it\n"


# the closing table

def close(run: Rehearsal, width: int = 80, terminal: bool = False, found: tuple[str, ...] = (), is_whole: bool = True) -> tuple[list[str], bool]:
    console = Console(width=width, force_terminal=terminal, color_system=None, legacy_windows=False, file=io.StringIO())
    good = print_summary(console, run, found, is_whole)
    return console.file.getvalue().splitlines(), good       # type: ignore[attr-defined]


def test_orders_and_their_fills() -> None:
    lines, good = close(rehearsal(2))
    assert good and lines[0].split() == ["Time", "Side", "Price", "Volume", "Traded", "Fills", "Average", "Status", "Order"]
    assert lines[1].split() == ["12:00:07", "LONG", "40,002.36", "0.00998", "0.00998", "2", "40,000.50", "alltraded", "vskgem5h9c5-0"]
    assert lines[-3:] == [
        "Orders 2 (2 alltraded), fills 4, ticks 1.", "PnL +0.20 USDT after fees, at the last price.",
        "Gateway and venue agree: every order's status and traded volume, every fill once, every balance.",
    ]


def test_a_narrow_terminal_has_prices_and_no_ids() -> None:
    lines, _ = close(rehearsal(2), 60, terminal=True)
    assert lines[1].split() == ["12:00:07", "LONG", "40,002.36", "0.00998", "0.00998", "40,000.50"] and max(map(len, lines)) <= 60


def test_many_orders_are_the_newest() -> None:
    lines, _ = close(rehearsal(ROWS + 7))
    assert lines[0] == f"The last {ROWS} of {ROWS + 7} orders:" and lines[2].split()[-1] == "vskgem5h9c5-7" and sum("vskgem" in line for line in lines) == ROWS


def test_faults_that_struck_and_those_that_did_not() -> None:
    lines, good = close(rehearsal(bad=True))
    start = next(n for n, line in enumerate(lines) if line.startswith("Fault "))
    table = [" ".join(line.split()) for line in lines[start:start + 5]]
    assert table[:2] == ["Fault Struck At Lasted What", "F24 3 times 4.0 s 1.2 s the user's stream drops, and fills happen meanwhile: POST /api/v3/order: hang after_engine"]
    assert table[3] == "F18 no the fate of a cancel unknown: nothing of the kind came within 3 s"
    assert not good and lines[-1] == "Faults that should have struck and did not: F18."


def test_a_day_without_an_end_shows_its_last_faults() -> None:
    run: Any = rehearsal(bad=True)
    run.day = SimpleNamespace(outcomes=lambda: [outcome("F2" if n % 2 else "F22", n, n + 0.5, n + 0.6, 1) for n in range(100)], missed=lambda is_whole: [], rows=["F2", "F22"])
    assert "faults  F22   F2  " in draw(run, 80, 24)[0]
    lines, good = close(run)
    assert good and f"The last {ROWS} of 100 faults:" in lines and sum(line.startswith("F2") for line in lines) == ROWS


def test_a_disagreement_is_told_and_is_not_well() -> None:
    lines, good = close(rehearsal(1), found=("order [x]: lost",))
    assert not good and lines[-2:] == ["Gateway and venue disagree in 1 points:", "  order [x]: lost"]


# hints

class OnBars:
    def __init__(self, window: int, bars: int) -> None:
        self.bg = BarGenerator(lambda bar: None, window, lambda bar: None) if window else BarGenerator(lambda bar: None)
        self.am = ArrayManager(10)
        for _ in range(bars):
            self.am.update_bar(BarData("X", SYMBOL, Exchange.GLOBAL, NOON, close_price=1.0))


@pytest.mark.parametrize(("window", "bars", "words"), [
    (0, 10, "OnBars trades on bars of 1 min: within 90 s of market no more than 2 ended. Try --speed 60"), (15, 10, "on bars of 15 min: within 90 s of market no more than 1 ended. Try"),
    (5, 3, "no more than 1 ended. Its ArrayManager has 3 of 10 bars. Try --speed 60, an hour of market in a minute, or more --seconds."),
])
def test_a_strategy_on_bars_that_did_not_trade_gets_a_hint(window: int, bars: int, words: str) -> None:
    run: Any = rehearsal(0)
    run.cta.strategies["rehearsal"], run.market_seconds = OnBars(window, bars), 90.0
    run.strategy.pos = 0.0
    assert words in hint_of(run)
    lines, good = close(run)
    assert not good and lines[-2] == "The strategy did not trade." and words in lines[-1]


def test_orders_that_were_all_rejected_are_counted_and_the_first_reason_is_told() -> None:
    run: Any = rehearsal(0)
    engine: Any = run.record.put
    for n, status in enumerate((Status.REJECTED, Status.REJECTED, Status.CANCELLED)):
        engine(EVENT_LOG, LogData("X", f"Order rejected, code: -20{n}, message: too small", ERROR))
        engine(EVENT_ORDER, OrderData("X", SYMBOL, Exchange.GLOBAL, f"o-{n}", OrderType.LIMIT, Direction.LONG, price=1.0, volume=1.0, status=status))
        lines, good = close(run)
        assert not good and lines[-2] == "The strategy did not trade."
        how: str = f"All {n + 1}" if n < 2 else "2 of 3"
        assert lines[-1] == f"{how} orders were rejected. The first one: Order rejected, code: -200, message: too small"


def test_others_get_none() -> None:
    run: Any = rehearsal(0)
    assert hint_of(run) == ""
    run.cta.strategies["rehearsal"] = SimpleNamespace(pos=0.0)
    assert hint_of(run) == "" and close(run)[0][-1] == "The strategy did not trade."
    run = rehearsal(2)
    run.cta.strategies["rehearsal"] = OnBars(0, 0)
    run.cta.strategies["rehearsal"].pos = 0.0
    assert "bars" not in "\n".join(close(run)[0]), "it has traded"
