"""csv_format: what the dumps look like, and every kind of damage to them."""

from itertools import product
import gzip
import zipfile
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockexchange.core.numbers import format_amount
from mockexchange.feeds.csv_format import (
    AGG_TRADES,
    FAST,
    FUTURES_AGG_TRADES,
    FUTURES_TRADES,
    KLINES,
    TRADES,
    BarRow,
    DumpReader,
    FeedError,
    TradeRow,
)

# data.binance.vision, spot BTCUSDT: README of binance/binance-public-data
TRADE_LINES: list[str] = [
    "553287559,39432.48000000,0.00026300,10.37074224,1610064000278,True,True",
    "553287560,39439.44000000,0.00437600,172.58698944,1610064000310,False,True",
    "553287561,39439.22000000,0.00031100,12.26559742,1610064000310,False,True",
]
AGG_LINES: list[str] = [
    "0,0.00000152,5.00000000,100,105,1500004804757,False,True",
    "1,0.00000153,4.00000000,106,106,1500004804999,True,True",
]
KLINE_LINES: list[str] = [
    "1601510340000,4.15070000,4.15870000,4.15060000,4.15540000,539.23000000,1601510399999,2240.39860900,13,401.82000000,1669.98121300,0",
    "1601510400000,4.15540000,4.16000000,4.15000000,4.15500000,0,1601510459999,0,0,0,0,0",
]
LINES: dict[str, list[str]] = {"trades": TRADE_LINES, "aggTrades": AGG_LINES, "klines": KLINE_LINES}
HEADERS: dict[str, str] = {layout.kind: ",".join(layout.fields) for layout in (TRADES, AGG_TRADES, KLINES)}


def write(folder: Path, text: str | bytes, name: str = "BTCUSDT-x.csv") -> Path:
    path: Path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(path: Path) -> list[TradeRow | BarRow]:
    reader: DumpReader = DumpReader(path)
    return list(reader.bars() if reader.layout is KLINES else reader.trades())


def failure(folder: Path, text: str | bytes, name: str = "BTCUSDT-x.csv") -> str:
    with pytest.raises(FeedError) as caught:
        read(write(folder, text, name))
    message: str = str(caught.value)
    assert name in message
    return message


def test_layouts(tmp_path: Path) -> None:
    for kind, header, ending, last_ended, mark in product(LINES, [False, True], ["\n", "\r\n"], [False, True], [b"", b"\xef\xbb\xbf"]):
        lines: list[str] = [HEADERS[kind]] * header + LINES[kind]
        text: str = ending.join(lines) + ending * last_ended
        path: Path = write(tmp_path, mark + text.encode())
        assert DumpReader(path).layout.kind == kind
        assert len(read(path)) == len(LINES[kind])


def test_trade_values(tmp_path: Path) -> None:
    rows = read(write(tmp_path, "\n".join(TRADE_LINES)))
    assert rows[0] == TradeRow(553287559, 3943248000000, 26300, 1610064000278000, True, 0, 0)
    assert rows[1] == TradeRow(553287560, 3943944000000, 437600, 1610064000310000, False, 0, 0)


def test_agg_trade_values(tmp_path: Path) -> None:
    assert read(write(tmp_path, "\n".join(AGG_LINES)))[0] == TradeRow(0, 152, 500000000, 1500004804757000, False, 100, 105)


def test_kline_values(tmp_path: Path) -> None:
    assert read(write(tmp_path, "\n".join(KLINE_LINES)))[0] == BarRow(
        1601510340000000, 1601510399999000, 415070000, 415870000, 415060000, 415540000, 53923000000,
    )


def test_futures_layouts(tmp_path: Path) -> None:
    trades: Path = write(tmp_path, "1,100.5,2,201,1610064000278,true\n2,100,2,200,1610064000279,false\n")
    assert DumpReader(trades).layout is FUTURES_TRADES
    assert [row.buyer_is_maker for row in read(trades)] == [True, False]         # type: ignore[union-attr]
    joined: Path = write(tmp_path, "1,100.5,2,7,9,1610064000278,true\n")
    assert DumpReader(joined).layout is FUTURES_AGG_TRADES
    assert read(joined) == [TradeRow(1, 10050000000, 200000000, 1610064000278000, True, 7, 9)]


@pytest.mark.parametrize("kind", LINES)
def test_microseconds(tmp_path: Path, kind: str) -> None:
    """Spot dumps have them from 2025-01-01 on."""
    lines: list[str] = []
    for line in LINES[kind]:
        lines.append(",".join(
            field + ("999" if kind == "klines" and position == 6 else "000") if len(field) == 13 and field.isdigit() else field
            for position, field in enumerate(line.split(","))
        ))
    rows = read(write(tmp_path, "\n".join(lines)))
    assert rows[0][3 if kind != "klines" else 0] == read(write(tmp_path, "\n".join(LINES[kind])))[0][3 if kind != "klines" else 0]


def test_packed(tmp_path: Path) -> None:
    text: bytes = "\n".join(TRADE_LINES).encode()
    plain = read(write(tmp_path, text))
    zipped: Path = tmp_path / "BTCUSDT-x.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BTCUSDT-x.csv", text)
    assert read(zipped) == plain
    assert read(write(tmp_path, gzip.compress(text), "BTCUSDT-x.csv.gz")) == plain
    assert read(write(tmp_path, gzip.compress(text), "BTCUSDT-y.csv")) == plain


# -- damage: what is done to a good file, and what the message must hold

def change(line: str, column: int, value: str) -> str:
    fields: list[str] = line.split(",")
    fields[column] = value
    return ",".join(fields)


VALUES: list[tuple[str, int, str, str]] = [
    ("trades", 0, "x1", "id 'x1'"),
    ("trades", 0, "-5", "id '-5'"),
    ("trades", 0, "", "id ''"),
    ("trades", 1, "-1.5", "price '-1.5': negative"),
    ("trades", 1, "１２", "price"),
    ("trades", 1, "1000000000000000001", "price '1000000000000000001': out of range"),
    ("trades", 1, "1e999", "price '1e999': out of range"),
    ("trades", 1, "1e9999999", "price '1e9999999': not a decimal number"),
    ("trades", 4, "161006400", "time '161006400': not a time in seconds, milliseconds or microseconds"),
    ("aggTrades", 4, "-2", "last_trade_id '-2': out of range"),
    ("klines", 6, "", "close_time ''"),
    ("trades", 5, "yes", "is_buyer_maker 'yes': neither True nor False"),
    ("aggTrades", 0, "a", "agg_trade_id 'a'"),
    ("aggTrades", 2, "-1", "quantity '-1'"),
    ("aggTrades", 3, "x", "first_trade_id 'x'"),
    ("aggTrades", 5, "now", "transact_time 'now'"),
    ("klines", 0, "x", "open_time 'x'"),
    ("klines", 2, "x", "high 'x'"),
    ("klines", 4, "-4", "close '-4': negative"),
    ("klines", 5, "-1", "volume '-1': negative"),
    ("klines", 6, "1", "close_time '1'"),
]


def test_bad_value(tmp_path: Path) -> None:
    for (kind, column, value, expected), header in product(VALUES, [False, True]):
        lines: list[str] = [HEADERS[kind]] * header + [LINES[kind][0], change(LINES[kind][1], column, value)]
        message: str = failure(tmp_path, "\n".join(lines) + "\n")
        assert f":{len(lines)}: " in message
        assert expected in message


# what official files have: kind, changes of the second record, what is counted, records that are left
ODD: list[tuple[str, dict[int, str], str, int]] = [
    ("trades", {1: "0"}, "without a price, passed over", 1),
    ("trades", {1: "0.00000000"}, "without a price, passed over", 1),
    ("trades", {2: "0.0"}, "without a quantity, passed over", 1),
    ("trades", {1: "nan"}, "without a price, passed over", 1),
    ("trades", {2: ""}, "without a quantity, passed over", 1),
    ("klines", {3: ""}, "without a price, passed over", 1),
    ("klines", {1: "NaN", 2: "null", 3: "None", 4: "N/A"}, "without a price, passed over", 1),
    ("klines", {5: "nan"}, "without a volume, taken as 0", 2),
    ("trades", {1: "1.123456789"}, "with more than 8 digits behind the point, rounded", 2),
    ("trades", {2: "0.30000000000000004"}, "with more than 8 digits behind the point, rounded", 2),
    ("trades", {3: "x"}, "whose quote_qty is none, which is not needed", 2),
    ("trades", {6: "Tru"}, "whose is_best_match is none, which is not needed", 2),
    ("trades", {0: "553287559"}, "that came twice, passed over", 1),
    ("trades", {0: "5", 4: "1610064000277"}, "out of order, sorted", 2),
    ("trades", {4: "1610064000277"}, "earlier than the one before, taken as of the same time", 2),
    ("aggTrades", {2: "0"}, "without a quantity, passed over", 1),
    ("aggTrades", {0: "0"}, "that came twice, passed over", 1),
    ("aggTrades", {5: "1500004804756"}, "earlier than the one before, taken as of the same time", 2),
    ("aggTrades", {3: "105"}, "whose raw trade ids do not follow on, renumbered", 2),
    ("aggTrades", {3: "107"}, "whose raw trade ids do not follow on, renumbered", 2),
    ("aggTrades", {3: "-1", 4: "-1"}, "whose raw trade ids do not follow on, renumbered", 2),
    ("klines", {1: "0"}, "without a price, passed over", 1),
    ("klines", {7: "x"}, "whose quote_volume is none, which is not needed", 2),
    ("klines", {8: "1.5"}, "whose count is none, which is not needed", 2),
    ("klines", {2: "4.14"}, "with a price beyond high or low, widened", 2),
    ("klines", {1: "4.17"}, "with a price beyond high or low, widened", 2),
    ("klines", {6: "1601510400000"}, "that end before they begin, given the usual length", 2),
    ("klines", {0: "1601510399998"}, "that overlap, the first cut short", 2),
    ("klines", {0: "1601510340000"}, "that came twice, passed over", 1),
    ("klines", {0: "1601510280000", 6: "1601510339999"}, "out of order, sorted", 2),
]
FINE: list[tuple[str, dict[int, str]]] = [
    ("trades", {1: " 39439.44 "}), ("trades", {1: '"39439.44"'}), ("trades", {1: "3.943944e4"}), ("trades", {1: "3.943944E+04"}), ("trades", {1: "+39439.44"}),
    ("trades", {4: "1610064001"}), ("trades", {4: "1610064000310000"}), ("trades", {4: "1610064000310000000"}), ("trades", {4: "1.61006400031E12"}),
    ("trades", {5: "TRUE"}), ("trades", {5: "0"}), ("trades", {2: "1e-05"}), ("trades", {1: "1000000000000000000"}), ("trades", {0: "9223372036854775807"}),
    ("trades", {0: "553287560.0"}), ("aggTrades", {6: "1"}), ("aggTrades", {2: "1000000000000000000"}), ("klines", {5: "1E18"}), ("klines", {11: ""}),
    ("klines", {7: "1e36", 10: "1" + "0" * 36}), ("trades", {3: "1e36"}), ("trades", {6: "True,,"}), ("klines", {11: "0,"}),
]


def changed(kind: str, changes: dict[int, str]) -> str:
    line: str = LINES[kind][1]
    for column, value in changes.items():
        line = change(line, column, value)
    return line


def in_order(path: Path) -> tuple[list[TradeRow | BarRow], DumpReader]:
    """As the replay reads: once more when the first reading has found that there is no order."""
    reader: DumpReader = DumpReader(path)
    for _ in range(2):
        rows: list[TradeRow | BarRow] = list(reader.bars() if reader.layout is KLINES else reader.trades())
        if reader.is_sorted:
            break
        reader_rows = list(reader.bars() if reader.layout is KLINES else reader.trades())
        return reader_rows, reader
    return rows, reader


def test_odd_records_are_mended_or_passed_over(tmp_path: Path) -> None:
    for (kind, changes, expected, left), header in product(ODD, [False, True]):
        lines: list[str] = [HEADERS[kind]] * header + [LINES[kind][0], changed(kind, changes)]
        rows, reader = in_order(write(tmp_path, "\n".join(lines) + "\n"))
        assert len(rows) == left
        assert reader.oddities.counts == {expected: 1}
        assert f"1 record {expected} (first in line {len(lines)})" in reader.oddities.text()
        if kind != "klines":
            assert all(one.trade_id < two.trade_id and one.time <= two.time and one.last_id <= two.last_id for one, two in pairwise(rows))
        else:
            assert all(one.open_time < one.close_time < two.open_time for one, two in pairwise(rows))
            assert all(row.low <= min(row.open, row.close) <= max(row.open, row.close) <= row.high for row in rows)


def test_other_ways_to_write_it(tmp_path: Path) -> None:
    for kind, changes in FINE:
        rows, reader = in_order(write(tmp_path, "\n".join([LINES[kind][0], changed(kind, changes)])))
        assert len(rows) == 2 and not reader.oddities.counts
        if 1 in changes and "18" not in changes and "39" in changes[1]:
            assert rows[1].price == 3943944000000


def test_columns_by_their_names(tmp_path: Path) -> None:
    """In another order, and more than the dumps have."""
    path = write(tmp_path, "symbol,Open time,Close time,Open,Close,High,Low,Volume\nBTCUSDT,1601510340000,1601510399999,4.1,4.2,4.3,4.0,7\n")
    assert read(path) == [BarRow(1601510340000000, 1601510399999000, 410000000, 430000000, 400000000, 420000000, 700000000)]
    more = write(tmp_path, "\n".join(line + ",x,y" for line in KLINE_LINES))
    assert len(read(more)) == 2
    wide = write(tmp_path, "\n".join(line + ",1" for line in TRADE_LINES))
    assert len(read(wide)) == 3


def test_files_joined(tmp_path: Path) -> None:
    """Headers in the midst, and a change of the unit of time."""
    later: str = "553287562,39439.22,0.1,1,1735689600000000,True,True"
    path = write(tmp_path, "\n".join([HEADERS["trades"], *TRADE_LINES, HEADERS["trades"], later]))
    rows, reader = in_order(path)
    assert [row.trade_id for row in rows] == [553287559, 553287560, 553287561, 553287562]
    assert rows[-1].time == 1735689600000000
    assert reader.oddities.counts == {"that are a header once more, passed over": 1}


@pytest.mark.parametrize("kind", LINES)
def test_columns(tmp_path: Path, kind: str) -> None:
    good, line = LINES[kind][:2]
    short: str = line.rsplit(",", 1)[0]
    width: int = len(line.split(","))
    ended: str = failure(tmp_path, f"{good}\n{short}\n{line}\n")
    assert f":2: {width - 1} columns, expected the {width} of {kind}" in ended
    assert "cut off" not in ended
    assert f":2: {width - 1} columns" in (cut := failure(tmp_path, f"{good}\n{short}"))
    assert "cut off" in cut
    assert f":2: {width + 1} columns" in failure(tmp_path, f"{good}\n{line},1\n")


@pytest.mark.parametrize("kind", ["trades", "aggTrades"])
def test_cut_at_any_byte(tmp_path: Path, kind: str) -> None:
    """A file whose end is missing is refused wherever the cut is, but for a cut at a line's very end."""
    text: str = "\n".join(LINES[kind][:2])
    for end in range(len(LINES[kind][0]) + 2, len(text)):
        assert ":2: " in failure(tmp_path, text[:end])


def test_first_record_decides_nothing_when_damaged(tmp_path: Path) -> None:
    message: str = failure(tmp_path, "\n".join([change(TRADE_LINES[0], 0, "abc"), *TRADE_LINES[1:]]))
    assert ":1: id 'abc'" in message
    assert ":2: 3 columns" in failure(tmp_path, HEADERS["trades"] + "\n1,2,3\n")
    assert ":1: 3 columns" in failure(tmp_path, "1,2,3\n")
    assert ":1: is_buyer_maker 'Fals'" in failure(tmp_path, change(TRADE_LINES[0], 5, "Fals"))


def test_header(tmp_path: Path) -> None:
    fields: list[str] = HEADERS["klines"].split(",")
    fields[1], fields[2] = fields[2], fields[1]
    swapped = read(write(tmp_path, "\n".join([",".join(fields), *(change(change(line, 1, line.split(",")[2]), 2, line.split(",")[1]) for line in KLINE_LINES)])))
    assert swapped == read(write(tmp_path, "\n".join(KLINE_LINES)))
    assert len(read(write(tmp_path, "\n".join([HEADERS["trades"]] * 2 + TRADE_LINES)))) == 3
    assert len(read(write(tmp_path, "\n".join([HEADERS["klines"].replace("_", " ").title(), *KLINE_LINES])))) == 2


def test_blank_lines(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, "\n".join(TRADE_LINES) + "\n\n \n"))) == 3
    for text in ("\n\n".join(TRADE_LINES), "\n" + "\n".join(TRADE_LINES), "\n".join([HEADERS["trades"], "", *TRADE_LINES])):
        assert len(read(write(tmp_path, text))) == 3
    _, reader = in_order(write(tmp_path, "\n\n".join(TRADE_LINES) + "\n\n"))
    assert reader.oddities.counts == {"that are blank, passed over": 2}


@pytest.mark.parametrize("text", [b"", b"\n", b"\xef\xbb\xbf", HEADERS["trades"].encode(), HEADERS["trades"].encode() + b"\n"])
def test_nothing_in_it(tmp_path: Path, text: bytes) -> None:
    assert "no records" in failure(tmp_path, text)


def test_not_text(tmp_path: Path) -> None:
    assert ":1: not plain text" in failure(tmp_path, "\n".join(TRADE_LINES).encode("utf-16-le"))
    assert len(read(write(tmp_path, "\n".join(TRADE_LINES).encode("utf-16")))) == 3        # as a spreadsheet saves "Unicode text"
    assert "price" in failure(tmp_path, TRADE_LINES[0].encode() + b"\n" + TRADE_LINES[1].replace("39439", "39\x8939").encode("latin-1"))


def test_damaged_archives(tmp_path: Path) -> None:
    text: bytes = "\n".join(f"{number},1.5,2,3,1610064000278,True,True" for number in range(5000)).encode()
    packed: bytes = gzip.compress(text)
    assert "damaged archive" in failure(tmp_path, packed[:len(packed) // 2], "BTCUSDT-x.csv.gz")
    assert "damaged archive" in failure(tmp_path, packed[:-8] + b"\0" * 8, "BTCUSDT-x.csv.gz")
    assert "not a gzip file" in failure(tmp_path, text, "BTCUSDT-x.csv.gz")
    assert "damaged archive" in failure(tmp_path, text, "BTCUSDT-x.zip")
    zipped: Path = tmp_path / "BTCUSDT-y.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", text)
    whole: bytes = zipped.read_bytes()
    middle: int = len(whole) // 2
    assert "damaged archive" in failure(tmp_path, whole[:middle] + b"\xff" * 40 + whole[middle + 40:], "BTCUSDT-x.zip")
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("README.txt", "x")
        archive.writestr("LICENSE", "x")
    with pytest.raises(FeedError, match="must hold a CSV file, it holds 2 files: LICENSE, README.txt"):
        DumpReader(zipped)


def test_zips_as_people_make_them(tmp_path: Path) -> None:
    """Folders, what file managers leave, several days, a zip of zips."""
    expected = read(write(tmp_path, "\n".join(TRADE_LINES)))
    path: Path = tmp_path / "BTCUSDT-z.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/", b"")
        archive.writestr("data/spot/BTCUSDT-2.csv", HEADERS["trades"] + "\n" + TRADE_LINES[2])
        archive.writestr("data/spot/BTCUSDT-1.CSV", "\n".join(TRADE_LINES[:2]))
        archive.writestr("__MACOSX/data/spot/._BTCUSDT-1.csv", b"\x00\x05\x16\x07")
        archive.writestr("data/.DS_Store", b"\x00\x00")
        archive.writestr("data/._x.csv", b"\x00")
        archive.writestr("data/Thumbs.db", b"\x00")
        archive.writestr("data/README.txt", "read me")
        archive.writestr("BTCUSDT-1.csv.CHECKSUM", "0" * 64)
    assert read(path) == expected
    outer: Path = tmp_path / "BTCUSDT-outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(path, "inner/BTCUSDT-z.zip")
    assert read(outer) == expected
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("a.csv", TRADE_LINES[0])
        archive.writestr("b.csv", TRADE_LINES[1].replace("39439", "x"))
    with pytest.raises(FeedError, match=r"BTCUSDT-outer.zip/b.csv:1: price 'x.44000000'"):
        read(outer)


def test_unreadable(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="cannot be read"):
        DumpReader(tmp_path / "BTCUSDT-none.csv")
    with pytest.raises(FeedError, match="the folder must hold a CSV file, it holds 0 files"):
        DumpReader(tmp_path)


def test_separators_line_ends_and_what_stands_above_a_table(tmp_path: Path) -> None:
    """What spreadsheets, old Macs and other programs make of a dump."""
    expected = read(write(tmp_path, "\n".join(TRADE_LINES)))
    with_header: str = "\n".join([HEADERS["trades"], *TRADE_LINES]) + "\n"
    for text in (
        with_header.replace(",", ";"), with_header.replace(",", "\t"), with_header.replace(",", ";").replace(".", ","),
        with_header.replace("\n", "\r"), with_header.replace("\n", "\r\n"), with_header + "\x1a", "sep=;\n" + with_header.replace(",", ";"),
        "# made by hand\n\n" + with_header, "https://example.org\n" + with_header, "\ufeff" + with_header,
        with_header.replace("\n", ",\n"), with_header.replace("\n", ",\n", 1), with_header.replace("True,True\n", "True,True,\n"),
        "," + HEADERS["trades"] + "\n" + "\n".join(f"{number},{line}" for number, line in enumerate(TRADE_LINES)),
    ):
        assert read(write(tmp_path, text)) == expected, text
    pieces: list[str] = [line + "," * (number % 2) for number, line in enumerate(TRADE_LINES)]
    assert read(write(tmp_path, "\n".join(pieces))) == expected


def test_each_file_has_columns_of_its_own(tmp_path: Path) -> None:
    """Headers came late, and columns were left out: every file of an archive is read by its own."""
    swapped: list[str] = [",".join([fields[0], fields[2], fields[1], *fields[3:]]) for fields in (line.split(",") for line in TRADE_LINES)]
    path: Path = tmp_path / "BTCUSDT-trades.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.csv", TRADE_LINES[0])
        archive.writestr("2.csv", "id,qty,price,quote_qty,time,is_buyer_maker,is_best_match\n" + swapped[1])
        archive.writestr("3.csv", TRADE_LINES[2].rsplit(",", 1)[0])
    assert read(path) == read(write(tmp_path, "\n".join(TRADE_LINES)))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("4.csv", KLINE_LINES[0])
    with pytest.raises(FeedError, match=r"trades.zip/4.csv:1: klines, the records before are trades"):
        read(path)


def test_days_in_a_month(tmp_path: Path) -> None:
    """Zips of days in a zip, with their checksums; a folder of zips, some of them unpacked beside; a zip that was gzipped."""
    expected = read(write(tmp_path, "\n".join(TRADE_LINES)))
    folder: Path = tmp_path / "days"
    folder.mkdir()
    outer: Path = tmp_path / "BTCUSDT-2021-01.ZIP"
    with zipfile.ZipFile(outer, "w") as archive:
        for number in (2, 0, 1):
            name: str = f"BTCUSDT-trades-2021-01-0{number + 1}"
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as day:
                day.writestr(f"{name}.csv", TRADE_LINES[number])
            (folder / f"{name}.zip.CHECKSUM").write_text("0" * 64)
            archive.write(folder / f"{name}.zip", f"month/{name}.zip")
            archive.write(folder / f"{name}.zip.CHECKSUM", f"month/{name}.zip.CHECKSUM")
    (folder / "BTCUSDT-trades-2021-01-02.csv").write_text(TRADE_LINES[1])
    (folder / "notes.txt").write_text("mine")
    packed: Path = write(tmp_path, gzip.compress(outer.read_bytes()), "BTCUSDT.zip.gz")
    for path in (outer, folder, packed):
        rows, reader = in_order(path)
        assert rows == expected and not reader.oddities.counts


AMOUNTS = st.integers(1, 10 ** 18 - 1)


@st.composite
def decimal(draw: st.DrawFn) -> tuple[str, int]:
    """Decimal text as files have it, and its amount."""
    value: int = draw(AMOUNTS)
    text: str = format_amount(value)
    style: int = draw(st.integers(0, 3))
    if style == 1:
        text = text.rstrip("0").rstrip(".")
    elif style == 2:
        text += "0" * draw(st.integers(1, 4))
    elif style == 3:
        text = "0" * draw(st.integers(0, 2)) + text
    return text, value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.integers(1, 999), decimal(), decimal(), st.integers(0, 9999), st.booleans()), min_size=1, max_size=8),
    us=st.booleans(), joined=st.booleans(),
)
def test_rows_come_back(tmp_path: Path, rows: list, us: bool, joined: bool) -> None:
    """Whatever a file says is what is read, by the fast way or the slow one."""
    lines: list[str] = []
    expected: list[TradeRow] = []
    number, time = 0, 1610064000000 * (1000 if us else 1)
    for gap, (price, price_value), (size, size_value), later, maker in rows:
        number += gap
        time += later
        ids: str = f"{number * 1000},{number * 1000 + gap}" if joined else "12.5"
        lines.append(f"{number},{price},{size},{ids},{time},{maker},True")
        first, last = (number * 1000, number * 1000 + gap) if joined else (0, 0)
        expected.append(TradeRow(number, price_value, size_value, time * (1 if us else 1000), maker, first, last))
    assert read(write(tmp_path, "\n".join(lines))) == expected


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(column=st.integers(0, 6), value=st.text("0123456789.-eTrueFalse ,+_x\x00é", max_size=14))
def test_any_value_is_read_right_or_refused(tmp_path: Path, column: int, value: str) -> None:
    """The pattern for the usual line accepts nothing that the field by field check would not."""
    line: str = change(TRADE_LINES[0], column, value)
    path: Path = write(tmp_path, line)
    try:
        rows = read(path)
    except FeedError as error:
        assert str(path) in str(error)
        return
    fields: list[str] = [field.strip() for field in line.split(",")]
    for row in rows:
        assert row[1] == int((Decimal(fields[1]) * 10 ** 8).to_integral_value()) > 0
        assert row[2] == int((Decimal(fields[2]) * 10 ** 8).to_integral_value()) > 0


def test_fast_pattern_takes_the_usual_line() -> None:
    assert FAST["trades"].fullmatch(TRADE_LINES[0])
    assert FAST["aggTrades"].fullmatch(AGG_LINES[0])
