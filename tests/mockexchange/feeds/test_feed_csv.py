"""csv_format: what the dumps look like, and every kind of damage to them."""

import gzip
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockexchange.core.numbers import format_amount, parse_amount
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


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last_ended", [False, True])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_layouts(tmp_path: Path, kind: str, header: bool, ending: str, last_ended: bool, mark: bytes) -> None:
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
    ("trades", 1, "0", "price '0': not positive"),
    ("trades", 1, "0.00000000", "price '0.00000000': not positive"),
    ("trades", 1, "-1.5", "price '-1.5': negative"),
    ("trades", 1, "nan", "price 'nan': not a decimal number"),
    ("trades", 1, "1e5", "price '1e5': not a decimal number"),
    ("trades", 1, "1.123456789", "price '1.123456789': more than 8 digits"),
    ("trades", 1, "999999999999", "price '999999999999': out of range"),
    ("trades", 1, " 5", "price ' 5'"),
    ("trades", 1, "１２", "price"),
    ("trades", 2, "0", "qty '0': not positive"),
    ("trades", 2, "", "qty '': not a decimal number"),
    ("trades", 3, "x", "quote_qty 'x'"),
    ("trades", 4, "1610064000", "time '1610064000': not a time in milliseconds or microseconds"),
    ("trades", 4, "1610064000277000", "time '1610064000277000': not in milliseconds"),
    ("trades", 5, "yes", "is_buyer_maker 'yes': neither True nor False"),
    ("trades", 6, "Tru", "is_best_match 'Tru'"),
    ("aggTrades", 0, "a", "agg_trade_id 'a'"),
    ("aggTrades", 1, "0", "price '0'"),
    ("aggTrades", 2, "-1", "quantity '-1'"),
    ("aggTrades", 3, "x", "first_trade_id 'x'"),
    ("aggTrades", 4, "-1", "last_trade_id '-1'"),
    ("aggTrades", 5, "now", "transact_time 'now'"),
    ("aggTrades", 6, "0", "is_buyer_maker '0'"),
    ("klines", 0, "x", "open_time 'x'"),
    ("klines", 1, "0", "open '0': not positive"),
    ("klines", 2, "x", "high 'x'"),
    ("klines", 3, "", "low ''"),
    ("klines", 4, "-4", "close '-4': negative"),
    ("klines", 5, "-1", "volume '-1': negative"),
    ("klines", 6, "1", "close_time '1'"),
    ("klines", 7, "x", "quote_volume 'x'"),
    ("klines", 8, "1.5", "count '1.5': not a whole number"),
    ("klines", 9, "x", "taker_buy_volume 'x'"),
    ("klines", 10, "x", "taker_buy_quote_volume 'x'"),
    ("klines", 2, "4.14", "high '4.14': below low 4.15000000"),
    ("klines", 1, "4.17", "open '4.17': outside low 4.15000000 and high 4.16000000"),
    ("klines", 4, "4.1", "close '4.1': outside"),
    ("klines", 6, "1601510400000", "close_time '1601510400000': not after open_time"),
    ("klines", 0, "1601510399999", "open_time '1601510399999': inside the record before"),
    ("klines", 0, "1601510340000", "open_time '1601510340000': not after the record before"),
]


@pytest.mark.parametrize(("kind", "column", "value", "expected"), VALUES)
@pytest.mark.parametrize("header", [False, True])
def test_bad_value(tmp_path: Path, kind: str, column: int, value: str, expected: str, header: bool) -> None:
    lines: list[str] = [HEADERS[kind]] * header + [LINES[kind][0], change(LINES[kind][1], column, value)]
    message: str = failure(tmp_path, "\n".join(lines) + "\n")
    assert f":{len(lines)}: " in message
    assert expected in message


ORDERS: list[tuple[str, int, str, str]] = [
    ("trades", 0, "553287559", "id '553287559': not above the record before, 553287559"),
    ("trades", 0, "5", "id '5': not above the record before"),
    ("trades", 4, "1610064000277", "time '1610064000277': earlier than the record before, 1610064000278"),
    ("aggTrades", 0, "0", "agg_trade_id '0': not above"),
    ("aggTrades", 5, "1500004804756", "transact_time '1500004804756': earlier"),
    ("aggTrades", 3, "105", "first_trade_id '105': not above the record before, 105"),
    ("aggTrades", 3, "107", "last_trade_id '106': below first_trade_id 107"),
]


@pytest.mark.parametrize(("kind", "column", "value", "expected"), ORDERS)
def test_disorder(tmp_path: Path, kind: str, column: int, value: str, expected: str) -> None:
    message: str = failure(tmp_path, "\n".join([LINES[kind][0], change(LINES[kind][1], column, value)]))
    assert ":2: " in message
    assert expected in message


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
    message: str = failure(tmp_path, "\n".join([",".join(fields), *KLINE_LINES]))
    assert ":1: column 2 of the header is 'high', klines have 'open' there" in message
    assert ":2: id 'id'" in failure(tmp_path, "\n".join([HEADERS["trades"]] * 2 + TRADE_LINES))
    assert len(read(write(tmp_path, "\n".join([HEADERS["klines"].replace("_", " ").title(), *KLINE_LINES])))) == 2


def test_blank_lines(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, "\n".join(TRADE_LINES) + "\n\n \n"))) == 3
    assert ":2: blank line" in failure(tmp_path, "\n\n".join(TRADE_LINES))
    assert ":1: blank line" in failure(tmp_path, "\n" + "\n".join(TRADE_LINES))
    assert ":2: blank line" in failure(tmp_path, "\n".join([HEADERS["trades"], "", *TRADE_LINES]))


@pytest.mark.parametrize("text", [b"", b"\n", b"\xef\xbb\xbf", HEADERS["trades"].encode(), HEADERS["trades"].encode() + b"\n"])
def test_nothing_in_it(tmp_path: Path, text: bytes) -> None:
    assert "no records" in failure(tmp_path, text)


def test_not_text(tmp_path: Path) -> None:
    assert ":1: not plain text" in failure(tmp_path, "\n".join(TRADE_LINES).encode("utf-16"))
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
        archive.writestr("a.csv", text)
        archive.writestr("b.csv", text)
    with pytest.raises(FeedError, match="must hold one file, it holds 2: a.csv, b.csv"):
        DumpReader(zipped)


def test_unreadable(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="cannot be read"):
        DumpReader(tmp_path / "BTCUSDT-none.csv")
    with pytest.raises(FeedError, match="cannot be read"):
        DumpReader(tmp_path)


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
        row = read(path)[0]
    except FeedError as error:
        assert str(path) in str(error)
        return
    fields: list[str] = line.split(",")
    assert len(fields) in (6, 7, 8)
    assert row[1] == parse_amount(fields[1]) > 0
    assert row[2] == parse_amount(fields[2]) > 0


def test_fast_pattern_takes_the_usual_line() -> None:
    assert FAST["trades"].fullmatch(TRADE_LINES[0])
    assert FAST["aggTrades"].fullmatch(AGG_LINES[0])
