"""The main job's options from a file, and the strategy's parameters: typed, checked, and wrong ones named in one line."""

import sys
from pathlib import Path
from typing import Any

import pytest

import vnpy_rehearsal.__main__ as program
import vnpy_rehearsal.job as job
from mockexchange.version import release
from vnpy_rehearsal.arguments import find_config, read_arguments
from vnpy_rehearsal.config import Config, read_config
from vnpy_rehearsal.parameters import read_parameters
from vnpy_rehearsal.strategy_days.subject import load_subject

PROGRAM, USUAL = "python -m vnpy_rehearsal run", "BTCUSDT_SPOT_BINANCE"
GATEWAYS = ("HASHEX", "MOCKBINANCE")
ALL: str = """
gateway = "HASHEX"
seconds = 12.5
feed = "bars/a.csv"
feed-timezone = "Asia/Shanghai"
feed-start = 2022-01-03
loop = true
speed = 60
seed = -7
symbol = "ethusdt"
strategy = "my_module:Mine"
bad-day = ["F2", "F22-F24"]
plain = true
[setting]
size = 3
factor = 0.5
loud = true
name = "a=b"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path


def config(place: Path, text: str) -> Config:
    (place / "day.toml").write_text(text, encoding="utf-8")
    found = find_config(["--seed", "1", "--config", str(place / "day.toml")], PROGRAM)
    assert found is not None
    return found


def read(given: Config, *arguments: str) -> Any:
    return read_arguments(list(arguments), PROGRAM, USUAL, gateways=GATEWAYS, config=given)


def test_everything_that_the_command_line_has(place: Path) -> None:
    (place / "bars").mkdir()
    (place / "bars" / "a.csv").write_text("")
    given = config(place, ALL)
    found = read(given)
    assert found.feed == str(place / "bars" / "a.csv"), "paths are relative to the file"
    assert (found.seconds, found.feed_timezone, found.feed_start, found.loop, found.speed, found.seed) == (12.5, "Asia/Shanghai", "2022-01-03", True, "60", -7)
    assert (found.symbol, found.named, found.strategy, found.plain, found.bad_day) == (f"ETHUSDT{USUAL[7:]}.GLOBAL", True, "my_module:Mine", True, "F2,F22-F24")
    assert found.setting == [] and given.setting == ("size=3", "factor=0.5", "loud=true", "name=a=b") and given.values["gateway"] == "HASHEX"
    told = {name for name in vars(read_arguments([], PROGRAM, USUAL, gateways=GATEWAYS))} - {"named", "origin", "config", "setting"}
    assert told == {name.replace("-", "_") for name in given.values}, "no option is missing here, and so none in the file"


def test_the_command_line_wins(place: Path) -> None:
    given = config(place, 'seconds = 5\nplain = true\nloop = true\nbad-day = true\nsymbol = "ETHUSDT"')
    assert (read(given).bad_day, read(given).plain, read(given).origin["symbol"]) == ("", True, f"{place / 'day.toml'}: symbol = 'ETHUSDT'")
    found = read(given, "--seconds", "9", "--no-plain", "--no-loop", "--no-bad-day", "--symbol", "BTCUSDT")
    assert (found.seconds, found.plain, found.loop, found.bad_day, found.symbol) == (9.0, False, False, None, f"{USUAL}.GLOBAL")
    assert not {"seconds", "symbol"} & found.origin.keys()
    assert read(given, "--bad-day", "f3").bad_day == "F3" and read(config(place, "bad-day = false")).bad_day is None


WRONG: list[tuple[str, str]] = [
    ("secnods = 5", "unknown key 'secnods' (value 5), near it is: seconds"), ("zzz = 1", "unknown key 'zzz' (value 1), there are: bad-day, feed, "),
    ("config = 'x'", "unknown key 'config' (value 'x')"), ("no-plain = true", "unknown key 'no-plain'"),
    ("seconds = -5", "seconds = -5: --seconds must be 0 or more, got -5"), ("seconds = 'x'", "seconds = 'x': argument --seconds: invalid float value: 'x'"),
    ("seconds = true", "seconds must be text or a number, got True"), ("plain = 'yes'", "plain must be true or false, got 'yes'"),
    ("feed = 'x.csv'", "feed = 'x.csv': --feed: no such file: x.csv"), ("symbol = 'B'", "symbol = 'B': --symbol must be a symbol such as BTCUSDT"),
    ("bad-day = []", "bad-day = []: --bad-day: no rows of the matrix, such as F2 or F2,F22-F24: ''"), ("bad-day = 'all'", "bad-day = 'all': --bad-day: no rows of the matrix"), ("seed = 1.5", "seed = 1.5: argument --seed: invalid int value: '1.5'"),
    ("speed = [1]", "speed must be text or a number, got [1]"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_wrong_key_or_value_is_one_line_that_names_file_key_and_value(text: str, words: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read(config(place, text))
    err = capsys.readouterr().err
    assert ended.value.code == 2 and err.startswith(f"{PROGRAM}: error: {place / 'day.toml'}: {words}") and err.count("\n") == 1


@pytest.mark.parametrize(("text", "words"), [
    ("a = = 1", "is no TOML: "), ("setting = 5", "setting must be a table of parameters, got 5"), ("[setting]\na = [1]", "setting.a must be text, a number, true or false, got [1]"),
])
def test_a_file_that_cannot_be_read_is_named(text: str, words: str, place: Path) -> None:
    with pytest.raises(ValueError, match=".toml") as error:
        config(place, text)
    assert words in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_not_there_or_not_utf_8(place: Path) -> None:
    with pytest.raises(ValueError, match="--config: cannot read nowhere.toml: "):
        read_config("nowhere.toml")
    (place / "gbk.toml").write_bytes("feed = '行情'".encode("gbk"))
    with pytest.raises(ValueError, match="gbk.toml is no TOML: "):
        read_config(str(place / "gbk.toml"))
    (place / "bom.toml").write_bytes(b"\xef\xbb\xbfseed = 3\n")
    assert read_config(str(place / "bom.toml")).values == {"seed": 3}, "as Windows' Notepad writes it"


class Mine:
    """A strategy's class, as far as its parameters go."""

    count: int = 3
    factor: float = 0.5
    loud: bool = False
    name: str = "x"
    parameters: list[str] = ["count", "factor", "loud", "name", "bare"]


def test_parameters_have_the_types_of_their_defaults() -> None:
    found = read_parameters(Mine, ["count=7", "factor=2", "loud=True", "name=a=b", "bare=1", "count=8"])
    assert found == {"count": 8, "factor": 2.0, "loud": True, "name": "a=b", "bare": "1"} and isinstance(found["factor"], float)


@pytest.mark.parametrize(("pair", "words"), [
    ("count", "--setting: not NAME=VALUE: 'count'"), ("=3", "--setting: not NAME=VALUE: '=3'"), ("size=3", "--setting: Mine has no parameter 'size', there are: count, factor, loud, name, bare"),
    ("count=1.5", "--setting: count must be int, got '1.5'"), ("factor=nan", "--setting: factor must be float, got 'nan'"), ("loud=maybe", "--setting: loud must be bool, got 'maybe'"),
])
def test_a_wrong_parameter_is_named(pair: str, words: str) -> None:
    with pytest.raises(ValueError) as error:
        read_parameters(Mine, [pair])
    assert str(error.value) == words
    if "Mine" not in words and "count" not in words:
        return
    with pytest.raises(ValueError, match="^day.toml: setting: "):
        read_parameters(Mine, [pair], "day.toml: setting")


def test_the_main_job_and_the_strategy_days_read_them_alike() -> None:
    spec = "vnpy_rehearsal.strategy:RehearsalStrategy"
    assert load_subject(spec, ["hold=3"]).setting == read_parameters(load_subject(spec).what, ["hold=3"]) == {"hold": 3.0}
    with pytest.raises(ValueError, match="--setting: hold must be float, got 'x'"):
        load_subject(spec, ["hold=x"])


@pytest.mark.parametrize(("text", "arguments", "words"), [
    ('gateway = "NOBODY"', (), "day.toml: gateway = 'NOBODY': no gateway 'NOBODY', there are: "), ("gateway = 5", (), "day.toml: gateway = 5: no gateway '5'"),
    ('strategy = "no.such:Thing"', (), "day.toml: strategy = 'no.such:Thing': strategy 'no.such:Thing' cannot be loaded"),
    ('strategy = "no.such:Thing"', ("--strategy", "x"), "--strategy: strategy must be module:Class, got 'x'"),
    ('bad-day = "F99"', (), "day.toml: bad-day = 'F99': --bad-day: no row 'F99', there are: F1 to F75"),
    ('bad-day = "F99"', ("--bad-day", "F37"), "--bad-day: F37 cannot strike on binance here: the main job is the trading process itself"),
    ("feed-start = 2022-01-03", (), "day.toml: feed-start = datetime.date(2022, 1, 3): '2022-01-03' is for a recorded feed, 'synthetic' has no dates of its own"),
    ("", ("--loop",), "--loop: True is for a recorded feed"), ("", ("--feed-timezone", "Asia/Shanghai"), "--feed-timezone: 'Asia/Shanghai' is for a recorded feed"),
    ("[setting]\nhlod = 1", (), "day.toml: setting: RehearsalStrategy has no parameter 'hlod', there are: fast_window, "),
    ("[setting]\nhold = 'x'", ("--setting", "hold=3"), "day.toml: setting: hold must be float, got 'x'"), ("[setting]\nhold = 3", ("--setting", "hold=y"), "--setting: hold must be float, got 'y'"),
])
def test_what_shows_later_is_named_by_its_origin(
    text: str, arguments: tuple[str, ...], words: str, place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "elsewhere" / "day.toml").write_text(text)
    monkeypatch.setattr(job.signal, "signal", lambda *given: None)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (place / "elsewhere" / ".vntrader").mkdir()
    assert job.start("", PROGRAM, ["--config", "day.toml", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.startswith(f"{PROGRAM}: error: {words}"), err


def test_each_command_tells_its_version_by_the_name_it_was_called_by(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for words in ([], ["strategy"], ["doctor"], ["run"]):
        monkeypatch.setattr(sys, "argv", ["vnpy-rehearsal", *words, "--version"])
        for call, name in ((program.main, "vnpy-rehearsal"), (lambda: program.main(program.PROGRAM), "python -m vnpy_rehearsal")):
            with pytest.raises(SystemExit) as ended:
                call()
            assert ended.value.code == 0 and capsys.readouterr().out == f"{' '.join([name, *words])} {release()}\n"
