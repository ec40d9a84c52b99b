"""Tables of bars that are no dump: vn.py's DataManager exports them, other programs too."""

import logging
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from mockexchange.core.instruments import default_instruments
from mockexchange.core.numbers import SCALE
from mockexchange.feeds import FeedError, open_feed, open_recording
from mockexchange.feeds.recording import BarRow
from mockexchange.feeds.times import TextTimes, find_zone, microseconds

HEADER: str = "symbol,exchange,datetime,open,high,low,close,volume,turnover,open_interest\n"
# vnpy_datamanager 1.2, engine.py, output_data_to_csv: strftime("%Y-%m-%d %H:%M:%S"), floats as they are
EXPORT: str = HEADER + (
    "BTCUSDT_SPOT_BINANCE,GLOBAL,2024-01-01 08:00:00,42283.58,42298.62,42261.02,42298.61,35.92724,1519032.5012,0\n"
    "BTCUSDT_SPOT_BINANCE,GLOBAL,2024-01-01 08:01:00,42298.62,42320.0,42298.61,42320.0,21.16779,895580.1,0\n"
    "BTCUSDT_SPOT_BINANCE,GLOBAL,2024-01-01 08:02:00,42319.99,42331.54,42319.99,42325.5,0.0,0.0,0\n"
    "BTCUSDT_SPOT_BINANCE,GLOBAL,2024-01-01 08:05:00,42325.5,42325.51,42325.49,42325.5,1e-05,0.42,0.0\n"
)
MIDNIGHT: int = 1_704_067_200_000_000           # 2024-01-01T00:00Z
MINUTE: int = 60_000_000


def bars(folder: Path, text: str, zone: str = "", name: str = "export.csv") -> list[BarRow]:
    (folder / name).write_text(text)
    return list(open_recording(str(folder / name), default_instruments(), zone).bars())


def test_data_manager(tmp_path: Path) -> None:
    found = bars(tmp_path, EXPORT, "Asia/Shanghai")
    assert [bar.open_time for bar in found] == [MIDNIGHT + minute * MINUTE for minute in (0, 1, 2, 5)]
    assert all(bar.close_time == bar.open_time + MINUTE - 1 for bar in found)
    assert found[0] == BarRow(MIDNIGHT, MIDNIGHT + MINUTE - 1, 4228358000000, 4229862000000, 4226102000000, 4229861000000, 3592724000)
    assert [bar.volume for bar in found[2:]] == [0, 1000]
    feed = open_feed(str(tmp_path / "export.csv"), default_instruments(), 0, "Asia/Shanghai")
    assert feed.symbols == ["BTCUSDT"]
    trades = [command for _, command in feed.steps()]
    assert sum(trade.quantity for trade in trades) == 3592724000 + 2116779000 + 1000


@pytest.mark.parametrize("minutes", [1, 5, 60, 1440, 10080])
def test_the_interval_is_found(tmp_path: Path, minutes: int) -> None:
    start: datetime = datetime(2024, 1, 1)
    lines: list[str] = [
        f"DOGEUSDT.GLOBAL,GLOBAL,{start + timedelta(minutes=minutes * number):%Y-%m-%d %H:%M:%S},1,2,0.5,1.5,10,0,0\n"
        for number in (0, 1, 2, 5, 6, 9)
    ]
    for text in (HEADER + "".join(lines), HEADER + "".join(reversed(lines))):
        recording = open_recording(str(_written(tmp_path, text)), default_instruments(), "UTC")
        found = list(recording.bars())
        if not recording.is_sorted:
            found = list(recording.bars())
        assert {bar.close_time - bar.open_time + 1 for bar in found} == {minutes * MINUTE}
        assert len(found) == 6 and recording.symbol == "DOGEUSDT"


def test_months_end_where_the_next_begins(tmp_path: Path) -> None:
    found = bars(tmp_path, HEADER + "".join(f"X,GLOBAL,2024-{month:02}-01 00:00:00,1,1,1,1,1,0,0\n" for month in range(1, 13)), "UTC")
    assert [two.open_time - one.close_time for one, two in zip(found, found[1:], strict=False)] == [1] * 11


@pytest.mark.parametrize("text", [
    "2024-01-01T00:00:00+00:00", "2024-01-01 08:00:00+08:00", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00.000 UTC", "2023-12-31 19:00:00-0500",
    "2024/1/1 8:00", "2024-01-01 08:00:00", "20240101 08:00:00", "2024.01.01 08:00", "1704067200000", "1704067200",
])
def test_times(tmp_path: Path, text: str) -> None:
    """With an offset, in vn.py's way, as a spreadsheet saves it, as a number."""
    found = bars(tmp_path, f"datetime,open,high,low,close,volume\n{text},1,1,1,1,1\n", "Asia/Shanghai", "BTCUSDT.csv")
    assert [bar.open_time for bar in found] == [MIDNIGHT]


@pytest.mark.parametrize(("text", "expected"), [
    ("2024-13-01 00:00:00", "no such date or time of day"), ("2024-01-01 25:00", "no such date or time of day"),
    ("2024-01-01 00:00:00+99:00", "no such offset from UTC"), ("01/02/2024 00:00", "not a"), ("2024-1", "not a"),
])
def test_bad_times(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(FeedError, match=rf"export.csv:3: open_time '{text.replace('+', '.')}': .*{expected}"):
        bars(tmp_path, HEADER + f"BTCUSDT,GLOBAL,2024-01-01 00:00:00,1,1,1,1,1,0,0\nBTCUSDT,GLOBAL,{text},1,1,1,1,1,0,0\n", "UTC")


def test_an_hour_that_comes_twice(tmp_path: Path) -> None:
    """New York, 2024-11-03: 01:30 is at 05:30Z and again at 06:30Z."""
    times = TextTimes(find_zone("America/New_York"))
    read = [times.read(f"2024-11-03 {clock}") for clock in ("00:30", "01:00", "01:30", "01:00", "01:30", "02:00")]
    assert [two - one for one, two in zip(read, read[1:], strict=False)] == [30 * MINUTE] * 5
    assert read[0] == microseconds(datetime(2024, 11, 3, 4, 30, tzinfo=timezone.utc))


def test_the_machines_zone_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "mockexchange"):
        found = bars(tmp_path, EXPORT)
        assert "name no time zone and are taken as the machine's; --feed-timezone names another" in caplog.text
        caplog.clear()
        bars(tmp_path, EXPORT, "UTC")
        assert not caplog.text
    assert found[0].open_time == microseconds(datetime(2024, 1, 1, 8).astimezone())


def test_zones() -> None:
    with pytest.raises(ValueError, match="feed-timezone: unknown time zone 'Asia/Shanghia'"):
        find_zone("Asia/Shanghia")
    for feed in ("synthetic", "none", "vnpy:BTCUSDT.GLOBAL"):
        with pytest.raises(ValueError, match="feed-timezone: 'UTC' is of no use"):
            open_feed(feed, default_instruments(), 0, "UTC")


def test_symbols_of_a_column(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="export.csv:6: symbol 'ETHUSDT_SPOT_BINANCE': the records before are of BTCUSDT, not of ETHUSDT"):
        bars(tmp_path, EXPORT + "ETHUSDT_SPOT_BINANCE,GLOBAL,2024-01-01 08:06:00,1,1,1,1,1,0,0\n", "UTC")
    with pytest.raises(FeedError, match="symbol 'RB2410' is not listed and ends with no known quote asset"):
        open_feed(str(_written(tmp_path, HEADER + "rb2410,SHFE,2024-01-01 00:00:00,1,1,1,1,1,0,0\n")), default_instruments(), 0, "UTC")


@pytest.mark.parametrize("name", ["BTC-USDT.csv", "btc_usdt-1m.csv", "spot BTC USDT.csv"])
def test_base_and_quote_in_two_words(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("timestamp,open,high,low,close,volume\n1704067200000,1,1,1,1,1\n")
    assert open_recording(str(tmp_path / name), default_instruments()).symbol == "BTCUSDT"


def test_finer_than_the_tick(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Trades are printed as they are recorded; that orders keep to the tick is said."""
    path = _written(tmp_path, "1,40000.123,0.00000125,1,1704067200000,True,True\n2,40000.5,1,1,1704067200001,True,True\n", "BTCUSDT-trades.csv")
    with caplog.at_level(logging.WARNING, "mockexchange"):
        feed = open_feed(str(path), default_instruments(), 0)
    assert "prices are multiples of 0.00100000, the tick of BTCUSDT is 0.01000000" in caplog.text
    assert "quantities are multiples of 0.00000001, the step of BTCUSDT is 0.00001000" in caplog.text
    assert [command.price for _, command in feed.steps()] == [40000 * SCALE + 12300000, 40000 * SCALE + SCALE // 2]


def _written(folder: Path, text: str, name: str = "export.csv") -> Path:
    (folder / name).write_text(text)
    return folder / name
