"""Every example runs, and the main job ends as it promises."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from children import python_path
from mockexchange import MockExchange
from vnpy_futuopend import FutuOpenDClient
from vnpy_rehearsal.rehearsal import load_strategy

ROOT: Path = Path(__file__).parents[2]
LONG: bool = bool(os.environ.get("LONG"))
EXAMPLES: Path = Path("examples")       # of the working directory: a copy, because each keeps its files beside it

QUICK: str = """
from vnpy_ctastrategy import CtaTemplate

from vnpy_rehearsal.rehearsal import load_strategy

class Quick(CtaTemplate):
    author = "test"
    sent = 0

    def on_init(self): pass

    def on_tick(self, tick):
        if self.trading and not self.pos and not self.sent:
            self.sent += 1
            self.buy(tick.ask_price_1 * 1.01, 0.01)
        elif self.pos and self.sent == 1:
            self.sent += 1
            self.sell(tick.bid_price_1 * 0.99, 0.009)

class Idle(CtaTemplate):
    author = "test"

    def on_init(self): pass

class Broken(Quick):
    def on_tick(self, tick):
        raise ZeroDivisionError("a strategy's own fault")
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A working directory with vn.py's folder in it, a module of strategies, and the examples."""
    (tmp_path / ".vntrader").mkdir()
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns(".vntrader", "__pycache__"))
    (tmp_path / "quick.py").write_text(QUICK)
    return tmp_path


def start(place: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment: dict[str, str] = os.environ | {"HOME": str(place), "LANGUAGE": "en", "PYTHONPATH": python_path(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=place, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )


def run(place: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit status, stdout, stderr."""
    process = start(place, *arguments)
    try:
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    return process.returncode, out, err


def main_job(place: Path, strategy: str, *arguments: str) -> tuple[int, str, str]:
    return run(place, "-m", "vnpy_mockbinance", "--strategy", strategy, *arguments)


def test_cta_strategy(place: Path) -> None:
    status, out, err = run(place, str(EXAMPLES / "cta_strategy/run.py"), "--seconds", "3")
    assert status == 0, err
    assert "double_ma initialization completed" in out + err
    assert "orders, " in out and "BTCUSDT_SPOT_BINANCE" in out


def test_hashex(place: Path) -> None:
    status, out, err = run(place, str(EXAMPLES / "hashex/run.py"))
    assert status == 0, err
    assert "Orders sent: 5, orders at the venue: 5" in out


def test_cta_strategy_on_hashex(place: Path) -> None:
    status, out, err = run(place, str(EXAMPLES / "hashex/cta_strategy.py"), "--seconds", "3")
    assert status == 0, err
    assert "double_ma initialization completed" in out + err
    assert "orders, " in out and "BTCUSDT_SPOT_HASHEX" in out


def test_qmt(place: Path) -> None:
    """A good day with T+1, a lost answer, and a terminal that hangs; the run sends seven orders, two of which are refused here."""
    status, out, err = run(place, str(EXAMPLES / "qmt/run.py"))
    assert status == 0, out + err
    good, lost, hangs = out.split("The server takes an order, and its answer is lost:")[0], *out.split("is lost:")[1].split("The terminal hangs")
    for words in ("1300 shares held, 1000 can be sold", "volume 1300 of 000001 is above the 1000 that can be sold now", "ALLTRADED, 1000 of 1000"):
        assert words in good
    assert "in doubt" in lost and "NOTTRADED, 0 of 200 traded" in lost
    for words in ("in doubt", "the terminal behind the server does not answer", "REJECTED, 0 of 600", "NOTTRADED, 0 of 400", "CANCELLED, 0 of 400"):
        assert words in hangs
    assert "Orders sent: 5, orders at the venue: 5" in out


def test_qmt_sdk(place: Path) -> None:
    status, out, err = run(place, str(EXAMPLES / "qmt/sdk.py"))
    assert status == 0, err
    assert out.splitlines() == [
        "可用资金 1000000.0", "000001.SZ 平安银行 1000 可卖 1000", "买入限价单提交成功: 000001.SZ 500股 @9.5, OrderID: 1000", "1000 000001.SZ 已撤 0 / 500",
    ]


def test_qmt_sdk_on_a_server(place: Path) -> None:
    """With an address it only looks."""
    with MockExchange("qmt", seed=7) as venue:
        status, out, err = run(place, str(EXAMPLES / "qmt/sdk.py"), venue.rest, venue.key, venue.secret)
        assert status == 0, err
        assert out.splitlines() == ["可用资金 1000000.0", "000001.SZ 平安银行 1000 可卖 1000"]
        assert not [row for row in venue.journal() if row["kind"] == "order"]


def test_qmt_grid(place: Path) -> None:
    status, out, err = run(place, str(EXAMPLES / "qmt/grid.py"), "--seconds", "8")
    assert status == 0, out + err
    found = re.search(r"(\d+) orders, (\d+) trades, grid below (\d+\.\d\d)\nheld by the levels: (.*)\n000001.SZSE 1000 shares before, (\d+) now, (\d+) can", out)
    assert found and int(found[1]) >= 5, out
    prices = {float(price) for price in re.findall(r"LONG.*?volume=100.0, price=([\d.]+)", out)}
    assert prices == {round(float(found[3]) - 0.01 * level, 2) for level in range(1, 6)}
    assert int(found[5]) == 1000 + sum(map(int, found[4].split()))


def test_futu_client(place: Path) -> None:
    status, out, err = run(place, str(EXAMPLES / "futu/client.py"))
    assert status == 0, err
    assert out.splitlines() == [
        "account 987654 simulated [1, 2, 3]", "account 281000000000000001 real [1, 2, 4, 113]", "TENCENT 300.0 lot 100 tick 0.2",
        "order 00700 100.0 at 290.0 status 5 filled 0.0 ten lines", "order 00700 100.0 at 290.0 status 15 filled 0.0 ten lines",
    ]


def test_futu_client_on_a_gateway(place: Path) -> None:
    """With an address it only looks."""
    with MockExchange("futu", seed=7) as venue:
        status, out, err = run(place, str(EXAMPLES / "futu/client.py"), venue.rest, venue.key)
        assert status == 0, err
        assert len(out.splitlines()) == 3 and "TENCENT" in out
        assert not [row for row in venue.journal() if row["kind"] == "order"]


def test_futu_watch_list(place: Path) -> None:
    status, out, err = run(place, str(EXAMPLES / "futu/watch_list.py"), "--seconds", "4")
    assert status == 0, err
    *pushes, count = out.splitlines()
    assert count == f"{len(pushes)} pushes"
    for symbol in ("HK.00700", "HK.09988", "US.AAPL", "US.TSLA"):
        assert any(re.fullmatch(rf"{symbol} +quote +last \d+\.\d\d  high .* low .* volume [\d,]+", line) for line in pushes), out
        assert any(re.fullmatch(rf"{symbol} +book +[\d,]+ at \d+\.\d\d / [\d,]+ at \d+\.\d\d", line) for line in pushes), out


def test_futu_watch_list_on_a_gateway(place: Path) -> None:
    """A symbol that another client has subscribed to is pushed too, and left out."""
    with MockExchange("futu", seed=7) as venue, FutuOpenDClient(venue.rest, venue.key) as client:
        client.subscribe(security_list=[{"market": 11, "code": "TSLA"}], sub_type_list=[1, 2, 4], is_sub_or_un_sub=True, is_reg_or_un_reg_push=True)
        status, out, err = run(place, str(EXAMPLES / "futu/watch_list.py"), "--host", venue.rest, "--token", venue.key, "--seconds", "4", "HK.00700")
    assert status == 0, err
    assert "HK.00700   quote" in out and "TSLA" not in out


def test_futu_watch_list_of_a_symbol_that_is_none(place: Path) -> None:
    status, out, err = run(place, str(EXAMPLES / "futu/watch_list.py"), "00700")
    assert status == 2 and "00700: a symbol is like HK.09988 or US.AAPL" in err


def test_futu_cta_strategy(place: Path) -> None:
    """It needs six seconds of ticks until it trades: the long form waits for them."""
    status, out, err = run(place, str(EXAMPLES / "futu/run.py"), "--seconds", "20" if LONG else "2")
    assert status == 0, out + err
    assert "double_ma initialization completed" in out + err
    found = re.search(r"(\d+) orders, (\d+) trades\n00700.SEHK TENCENT, lot 100, tick 0.2: (\d+) shares held\n987654 [\d,.]+ HKD in cash", out)
    assert found and int(found[3]) in (0, 100), out
    assert int(found[2]) or not LONG


@pytest.mark.parametrize("name", ["cta_strategy/run.py", "hashex/run.py", "hashex/cta_strategy.py", "futu/run.py", "qmt/run.py", "qmt/grid.py", "qte/run.py", "veighna_trader/run.py"] if LONG else ["cta_strategy/run.py"])
def test_an_example_keeps_vnpys_files_in_a_folder_of_its_own(place: Path, name: str) -> None:
    """Its market is made up: nothing of it gets into the user's own folder."""
    code: str = f"import runpy; runpy.run_path({name!r}); from vnpy.trader.utility import TEMP_DIR; print(TEMP_DIR)"
    folder: Path = place / "examples" / name.split("/")[0]
    environment: dict[str, str] = os.environ | {"PYTHONPATH": python_path(ROOT, folder), "HOME": str(place)}
    done = subprocess.run(
        [sys.executable, "-c", code.replace(name, str(place / "examples" / name))],
        cwd=place, env=environment, capture_output=True, text=True, timeout=40,
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == folder / ".vntrader"
    assert not list((place / ".vntrader").iterdir())


def test_qte(place: Path) -> None:
    status, out, err = run(place, str(EXAMPLES / "qte/run.py"))
    assert status == 0, err
    for line in ("filled by the market   ALLTRADED  0.01 of 0.01", "found by its own id    NOTTRADED", "Orders sent: 4, orders at the venue: 4"):
        assert line in out


def test_any_binance_client(place: Path) -> None:
    pytest.importorskip("ccxt")
    status, out, err = run(place, str(EXAMPLES / "any_binance_client/run.py"))
    assert status == 0, err
    for line in ("cancel       canceled", "market order closed", "ccxt says    RequestTimeout", "journal says lost-1 NEW", "asked again  open"):
        assert line in out


def test_pytest_fixtures(place: Path) -> None:
    status, out, err = run(
        place, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(EXAMPLES / "pytest_fixture"), str(EXAMPLES / "strategy_test"),
    )
    assert status == 0 and "8 passed" in out, out + err
    assert {path.name for path in (place / ".vntrader").iterdir()} <= {"log", "vt_setting.json"}, "a strategy's tests leave nothing there"


def test_main_job_trades_and_agrees(place: Path) -> None:
    status, out, err = main_job(place, "quick:Quick", "--seconds", "2")        # no terminal: log lines
    assert status == 0, out + err
    assert "Orders 2 (2 alltraded), fills" in out
    assert "Gateway and venue agree" in out


@pytest.mark.parametrize("strategy,words", [
    ("quick:Broken", "strategy Broken failed: ZeroDivisionError: a strategy's own fault (quick.py:"),
    ("quick:Idle", "The strategy did not trade."),
][:2 if LONG else 1])
def test_main_job_of_a_strategy_that_does_not_trade(place: Path, strategy: str, words: str) -> None:
    status, out, err = main_job(place, strategy, "--seconds", "1")
    assert status == 1
    assert words in out + err


@pytest.mark.parametrize("name,words", [
    ("quick", "strategy must be module:Class, got 'quick'"), ("./quick:Quick", "must be module:Class, got './quick:Quick'"), ("quick.py:Quick", "must be module:Class"),
    ("os:path", "is no CtaTemplate"),
])
def test_a_strategy_that_is_none(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        load_strategy(name)


def test_main_job_of_a_symbol_that_is_not_there(place: Path) -> None:
    status, _, err = main_job(place, "quick:Quick", "--symbol", "DOGEUSDT")
    assert status == 1
    assert "no contract DOGEUSDT_SPOT_BINANCE.GLOBAL, there are: BNBUSDT, BTCUSDT, ETHBTC, ETHUSDT" in err


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another thing there")
def test_main_job_ended_by_ctrl_c(place: Path) -> None:
    process = start(place, "-m", "vnpy_mockbinance", "--seconds", "0", "--strategy", "quick:Quick")
    assert process.stdout
    try:
        for line in process.stdout:
            if "fills 2" in line:
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, out + err
    assert "Stopping" in out and "Gateway and venue agree" in out
