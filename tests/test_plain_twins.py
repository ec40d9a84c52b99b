"""
What is written for speed does what its plain twin does. The twins are the specification; they stand nowhere else.

Further ones: order forms (tests/restgateway/test_order_data.py), calls (tests/mockbinance/test_limit_forms.py), events
(tests/restgateway/test_gateway_base.py), requests in the caller's thread (tests/restgateway/test_rest_at_once.py), requests that the mock
exchange answers as they come off the wire (tests/mockexchange/server/test_direct.py).
"""

import asyncio
import copy
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import groupby
from typing import Any
from unittest.mock import patch

import msgspec
from aiohttp.test_utils import make_mocked_request
from hypothesis import example, given, settings
from hypothesis import strategies as st
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from mockexchange.core.bars import MINUTE, Bar
from mockexchange.core.events import OrderReport, PublicTrade
from mockexchange.core.numbers import SCALE, format_amount
from mockexchange.core.special import Special
from mockexchange.core.tape import Tape
from mockexchange.dialects.binance import rendering
from mockexchange.dialects.binance import signature as venue_signature
from mockexchange.dialects.binance.user_data import execution_report
from mockexchange.transport.sockets import Socket, fan_out, text_frame
from vnpy_mockbinance import auth
from vnpy_mockbinance.ticks import HANDLERS, AggTrade, BookTicker, Depth, FiveLevels, TickBook, Ticker
from vnpy_restgateway.decimals import Step
from vnpy_restgateway.net import validate
from vnpy_restgateway.orders import order_data
from vnpy_restgateway.orders.dedup import DedupSet

# signatures


@given(st.binary(min_size=1, max_size=200), st.text(max_size=200), st.text(max_size=50))
def test_a_signature_in_two_parts_is_hmac_of_the_whole(secret: bytes, start: str, rest: str) -> None:
    signer = auth.Signer(secret)
    expected: str = hmac.new(secret, (start + rest).encode(), hashlib.sha256).hexdigest()
    state = signer.begin(start)
    assert [signer.end(state, rest), signer.end(state, rest)] == [expected, expected], "the beginning can be used again"
    assert auth.sign(secret, start + rest) == expected


@given(st.text(max_size=200), st.binary(max_size=200))
def test_the_venues_signature_is_hmac(secret: str, payload: bytes) -> None:
    assert venue_signature.hmac_sha256(secret, payload) == hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()


# numbers


@given(
    st.floats(0, 1e9) | st.integers(0, 10**9).map(float) | st.decimals(0, 10**9, places=4),
    st.sampled_from(["1", "0.1", "0.01", "0.00001", "0.00000001", "0.5", "0.25", "10"]), st.booleans(),
)
def test_a_step_rounds_as_decimals_do(value: float | Decimal, text: str, up: bool) -> None:
    step, made = Decimal(text), Step(Decimal(text))
    got: Decimal = Decimal(made.up(value) if up else made.down(value))
    exact: Decimal = value if isinstance(value, Decimal) else Decimal(repr(value))
    plain: Decimal = (exact / step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * step
    nearest: Decimal = (exact / step).to_integral_value() * step        # a float next to a multiple means the multiple
    assert got == plain or got == nearest and abs(exact - nearest) <= Decimal("1.1e-9") * step + exact * Decimal("1.1e-15")


def told_by(read: Callable[[Any], float], value: Any) -> float | str:
    try:
        return read(value)
    except ValueError as error:
        return str(error)


@settings(max_examples=400)
@given(
    st.text("0123456789.eE+-_ niaf\\u\"\u0661\ud800", max_size=8) | st.floats().map(repr) | st.decimals(0, 10**20, allow_nan=False).map(str)
    | st.integers() | st.floats() | st.booleans() | st.none() | st.text("0123456789.", min_size=18, max_size=40)
)
@example("\\u0031")
@example("9" * 100_000)
@example("-0")
def test_a_text_is_the_amount_that_float_reads(value: Any) -> None:
    assert told_by(validate.amount, value) == told_by(validate.plain_amount, value)


# copies, and what was told before


@given(
    st.text(max_size=9), st.sampled_from(list(Direction)), st.sampled_from(list(Status)), st.floats(0, 1e9), st.floats(0, 1e9),
    st.sampled_from(list(Offset)), st.booleans(),
)
def test_a_copy_is_what_copy_makes(
    orderid: str, direction: Direction, status: Status, price: float, volume: float, offset: Offset, extra: bool,
) -> None:
    order = OrderData("GW", "A", Exchange.GLOBAL, orderid, OrderType.LIMIT, direction, offset, price, volume, 0.0, status)
    trade = TradeData("GW", "A", Exchange.GLOBAL, orderid, "1", direction, offset, price, volume)
    if extra:
        order.extra = {"note": orderid}
    for item in (order, trade):
        twin = order_data.copy(item)
        assert twin == copy.copy(item) and type(twin) is type(item) and vars(twin) == vars(item) and vars(twin) is not vars(item)


@given(st.integers(1, 6), st.lists(st.tuples(st.booleans(), st.integers(-3, 12) | st.text("ab", max_size=2)), max_size=60))
def test_what_was_told_before_is_two_generations_of_a_set(kept: int, steps: list[tuple[bool, Any]]) -> None:
    dedup = DedupSet(kept)
    newer: set[Any] = set()
    older: set[Any] = set()
    for adds, thing in steps:
        if adds:
            if len(newer) == kept:
                older, newer = newer, set()
            newer.add(hash(thing) or 1)
            dedup.add(thing)
        assert (thing in dedup) == ((hash(thing) or 1) in newer | older)


# the book of a tick

SIDES: tuple[str, str] = ("bid", "ask")
Levels = list[tuple[float, float]]


def worse(levels: Levels, price: float, name: str) -> Levels:
    """Those of a side that are behind a price."""
    return [level for level in levels if level[0] and (level[0] < price if name == "bid" else level[0] > price)]


def after_best(levels: Levels, price: float, volume: float, name: str) -> Levels:
    """A side after its best price was told."""
    return [(price, volume), *worse(levels, price, name)][:5] if price else []


def after_depth(levels: Levels, rows: Levels, name: str, older: bool) -> Levels:
    """A side after its levels were told: those of an older moment stand behind the best price that is known."""
    if not older:
        return rows[:5]
    return [levels[0], *worse(rows, levels[0][0], name)][:5] if levels else []


def rows_of(name: str) -> st.SearchStrategy[Levels]:
    prices = st.lists(st.integers(90, 99) if name == "bid" else st.integers(101, 110), unique=True, max_size=7)
    return prices.map(lambda found: [(float(p), 1.0 + p % 3) for p in sorted(found, reverse=name == "bid")])


def best_of(name: str) -> st.SearchStrategy[tuple[float, float]]:
    price = st.integers(90, 99) if name == "bid" else st.integers(101, 110)
    return st.tuples(price.map(float), st.integers(1, 9).map(float)) | st.just((0.0, 0.0))


NEWS = st.tuples(st.integers(1, 9), best_of("bid"), best_of("ask")) | st.tuples(st.integers(1, 9), rows_of("bid"), rows_of("ask"))


@given(st.lists(NEWS, max_size=25))
def test_a_book_is_two_lists_of_levels(news: list[tuple[int, Any, Any]]) -> None:
    moment = datetime(2024, 1, 1, tzinfo=timezone.utc)
    book = TickBook("A", "A", Exchange.GLOBAL, "GW", moment)
    book.fields["last_price"] = 100.0
    sides: dict[str, Levels] = {"bid": [], "ask": []}
    known: int = 0
    for number, bid, ask in news:
        told = dict(zip(SIDES, (bid, ask), strict=True))
        if isinstance(bid, tuple):
            book.on_book(BookTicker(number, *bid, *ask))
            if number >= known:
                sides = {name: after_best(sides[name], *told[name], name) for name in SIDES}
        else:
            book.on_depth(Depth(number, FiveLevels(*bid[:5]), FiveLevels(*ask[:5])))        # further ones are not read
            sides = {name: after_depth(sides[name], told[name][:5], name, number < known) for name in SIDES}
        known = max(known, number)
        tick = book.make(moment, moment + timedelta(seconds=1))
        for name in SIDES:
            filled = [*sides[name], *[(0.0, 0.0)] * 5][:5]
            shown = [(getattr(tick, f"{name}_price_{n}"), getattr(tick, f"{name}_volume_{n}")) for n in range(1, 6)]
            assert shown == filled


MS: int = 1_704_067_200_000        # 2024-01-01
PRICES = st.integers(95, 105).map(float)
TIMES = st.integers(-3, 120_000).map(lambda after: MS + after) | st.sampled_from([0, -5])
TOLD = st.one_of(
    st.tuples(st.just("bookTicker"), st.builds(BookTicker, st.integers(1, 9), PRICES, PRICES, PRICES, PRICES)),
    st.tuples(st.just("aggTrade"), st.builds(AggTrade, PRICES, PRICES, TIMES, TIMES)),
    st.tuples(st.just("ticker"), st.builds(Ticker, TIMES, PRICES, PRICES, PRICES, PRICES, PRICES, PRICES, PRICES)),
    st.just(("set", None)),
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.lists(TOLD, max_size=3), st.integers(0, 3)), min_size=1, max_size=25), st.booleans())
def test_ticks_of_one_moment_are_those_of_equal_moments(reads: list[tuple[list[tuple[str, Any]], int]], has_price: bool) -> None:
    """``make`` is quick where the moment is the very object of the last tick; one that is equal takes the long way."""
    moment = datetime(2024, 1, 1, tzinfo=timezone.utc)
    books = [TickBook("A", "A", Exchange.GLOBAL, "GW", moment) for _ in range(2)]
    for book in books:
        book.fields["last_price"] = 100.0 * has_price
    for news, minutes in reads:
        if minutes > 1:
            moment += timedelta(seconds=20 * minutes - 50)
        for channel, d in news:
            for book in books:
                if channel == "set":
                    book.restamp = True
                else:
                    HANDLERS[channel](book, d)
        quick, plain = (book.make(now, now) for book, now in zip(books, (moment, moment + timedelta(0)), strict=True))
        assert (quick and vars(quick)) == (plain and vars(plain))
        for name in set(TickBook.__slots__) - {"publish", "early"}:
            assert getattr(books[0], name) == getattr(books[1], name), name
        assert [vars(tick) for tick in books[0].early] == [vars(tick) for tick in books[1].early]


# the tape


def minute_bars(trades: list[PublicTrade]) -> list[Bar]:
    """Bars of one minute, a flat one where nothing was traded."""
    made: list[Bar] = []
    for opened, group in groupby(trades, lambda trade: trade.time // MINUTE * MINUTE):
        rows = list(group)
        while made and made[-1].open_time + MINUTE < opened:
            last = made[-1]
            made.append(Bar(last.open_time + MINUTE, last.close_time + MINUTE, last.close, last.close, last.close, last.close, 0, 0))
        prices = [row.price for row in rows]
        taken = [row for row in rows if not row.buyer_is_maker]
        made.append(Bar(
            opened, opened + MINUTE - 1, prices[0], max(prices), min(prices), prices[-1], sum(row.quantity for row in rows),
            sum(row.quote for row in rows), len(rows), sum(row.quantity for row in taken), sum(row.quote for row in taken),
            rows[0].trade_id, rows[-1].trade_id,
        ))
    return made


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20), st.integers(1, 9), st.booleans()), min_size=1, max_size=60))
def test_bars_of_a_minute_are_the_trades_of_that_minute(steps: list[tuple[int, int, int, bool]]) -> None:
    tape = Tape()
    trades: list[PublicTrade] = []
    time: int = 1_700_000_000 * 1_000_000 // MINUTE * MINUTE
    for number, (seconds, price, quantity, is_maker) in enumerate(steps, 1):
        time += seconds * 1_000_000
        trades.append(PublicTrade("A", number, price * SCALE, quantity * SCALE, price * quantity * SCALE, time, is_maker, number))
        tape.record(trades[-1])
    expected = minute_bars(trades)
    assert tape.bars("1m", 10_000, start=expected[0].open_time) == expected


# an order's report

AMOUNTS = st.integers(0, 10**15)
REPORTS = st.builds(
    OrderReport, execution_type=st.sampled_from(["NEW", "TRADE", "CANCELED", "EXPIRED", "REJECTED"]), execution_id=st.integers(1),
    account=st.text(max_size=3), symbol=st.text(max_size=5), order_id=st.integers(1), client_order_id=st.text(max_size=5),
    side=st.sampled_from(["BUY", "SELL"]), type=st.text(max_size=3), time_in_force=st.text(max_size=3), price=AMOUNTS,
    quantity=AMOUNTS, quote_quantity=AMOUNTS, stop_price=AMOUNTS, iceberg_quantity=AMOUNTS, stp_mode=st.text(max_size=3),
    status=st.text("NEWTRADE", max_size=4), executed=AMOUNTS, executed_quote=AMOUNTS, prevented=st.just(0), time=AMOUNTS,
    update_time=AMOUNTS, working_time=AMOUNTS, expiry_reason=st.text("ab", max_size=2), reject_reason=st.text(max_size=3),
    is_on_book=st.booleans(), strategy_id=st.none() | st.integers(0, 9), strategy_type=st.none() | st.integers(0, 9),
    last_quantity=AMOUNTS, last_price=AMOUNTS, trade_id=st.integers(-1), fee=AMOUNTS, fee_asset=st.text(max_size=3),
    is_maker=st.booleans(), cancel_client_order_id=st.text("xy", max_size=2),
)


@given(REPORTS, st.sampled_from([1, 1_000]))
def test_a_report_is_read_by_its_names(report: OrderReport, per: int) -> None:
    row = execution_report(report, 1_700_000_000_000_000, None, per)        # type: ignore[arg-type]
    told: dict[str, Any] = {key: value for key, value in msgspec.structs.asdict(row).items() if value is not msgspec.UNSET}
    traded: bool = report.execution_type == "TRADE"
    expected: dict[str, Any] = {
        "e": "executionReport", "E": 1_700_000_000_000_000 // per, "s": report.symbol,
        "c": report.cancel_client_order_id or report.client_order_id, "S": report.side, "o": report.type, "f": report.time_in_force,
        "q": format_amount(report.quantity), "p": format_amount(report.price), "P": format_amount(report.stop_price),
        "F": format_amount(report.iceberg_quantity), "g": report.order_list_id,
        "C": report.client_order_id if report.cancel_client_order_id else "", "x": report.execution_type, "X": report.status,
        "r": report.reject_reason, "i": report.order_id, "z": format_amount(report.executed), "t": report.trade_id,
        "T": report.update_time // per, "I": report.execution_id, "w": report.is_on_book, "O": report.time // per,
        "Z": format_amount(report.executed_quote), "Q": format_amount(report.quote_quantity), "V": report.stp_mode, "M": traded,
        "l": format_amount(report.last_quantity if traded else 0), "L": format_amount(report.last_price if traded else 0),
        "Y": format_amount(report.last_price * report.last_quantity // SCALE if traded else 0),
        "n": format_amount(report.fee) if traded else "0", "N": report.fee_asset if traded else None, "m": traded and report.is_maker,
    }
    if report.working_time:
        expected["W"] = report.working_time // per
    if report.strategy_id is not None:
        expected["j"] = report.strategy_id
    if report.strategy_type is not None:
        expected["J"] = report.strategy_type
    if report.expiry_reason:
        expected["eR"] = report.expiry_reason
    if report.special is not None:
        _expect_special(expected, report.special, per)
    assert told == expected


PLAIN: dict[str, Any] = {
    "iceberg_quantity": 0, "strategy_id": None, "strategy_type": None, "expiry_reason": "NONE", "type": "LIMIT", "special": None, "prevented": 0,
}
NOT_PLAIN: dict[str, Any] = {
    "iceberg_quantity": 1, "strategy_id": 0, "strategy_type": 7, "expiry_reason": "X", "type": "STOP_LOSS", "special": Special(used_sor=True), "prevented": 1,
}


@settings(max_examples=10)
@given(REPORTS, st.sampled_from([1, 1_000]))
def test_an_answer_without_conditional_fields_is_seen(report: OrderReport, per: int) -> None:
    plain = report._replace(**PLAIN)
    assert rendering.is_plain(plain) and not rendering._conditional(plain, per)
    for name, value in NOT_PLAIN.items():
        other = plain._replace(**{name: value})
        assert not rendering.is_plain(other) and rendering._conditional(other, per), name


# frames to many


class Wire(asyncio.Transport):
    """Takes what is written, and lets go of it when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.waiting: int = 0
        self.closed: bool = False

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))
        self.waiting += len(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.closed

    def is_reading(self) -> bool:
        return False

    def resume_reading(self) -> None:
        """Nothing comes in."""

    def close(self) -> None:
        self.closed = True

    abort = close


async def socket_on(wire: Wire, most: int) -> Socket:
    one = Socket(make_mocked_request("GET", "/"), max_buffer=most)
    one._transport, one.is_open = wire, True
    return one


@settings(max_examples=50)
@given(st.lists(st.tuples(st.lists(st.integers(1, 120), min_size=1, max_size=3), st.integers(0, 60)), min_size=5, max_size=20), st.integers(200, 600))
def test_many_get_what_each_would_get_and_a_slow_one_is_dropped_at_the_same_frame(turns: list[tuple[list[int], int]], most: int) -> None:
    async def play() -> None:
        wires = [Wire(), Wire()]
        ours = [await socket_on(wire, most) for wire in wires]
        plain: list[bytes] = []         # a write a turn
        waiting: int = 0
        is_dropped: bool = False
        for sizes, read in turns:
            for size in sizes:
                fan_out(ours, b"x" * size)
            await asyncio.sleep(0)
            if sizes and not is_dropped:
                plain.append(b"".join(text_frame(b"x" * size) for size in sizes))
                waiting += len(plain[-1])
                is_dropped = waiting > most
            for wire in wires:
                assert wire.closed == is_dropped
                assert wire.written[:len(plain)] == plain and len(wire.written) == len(plain) + is_dropped      # and a close frame
                wire.waiting = max(0, wire.waiting - read)
            waiting = max(0, waiting - read)

    asyncio.run(play())


CROWDS: tuple[tuple[int, ...], ...] = ((0, 1, 2), (0, 1), (1, 2), (2,), ())
STEPS: st.SearchStrategy[tuple[str, int]] = st.tuples(st.sampled_from(["all"] * 6 + ["one", "turn", "freeze", "thaw", "end", "look"]), st.integers(0, 4))


@settings(max_examples=150)
@example([("all", 0), ("freeze", 1), ("thaw", 1)], 512, 10_000)
@example([("all", 0), ("look", 1)], 512, 10_000)
@given(st.lists(STEPS, max_size=30), st.sampled_from([3, 512]), st.sampled_from([60, 10_000]))
def test_whatever_else_is_sent_each_gets_what_was_sent_to_it_in_its_order(steps: list[tuple[str, int]], late: int, most: int) -> None:
    if late == 3:           # what leaves before the end of a turn, and what a freeze then loses, is another frame or two
        steps = [step for step in steps if step[0] not in ("freeze", "look")]

    async def play(sends: Callable[[list[Socket], bytes], None]) -> list[object]:
        wires = [Wire() for _ in range(3)]
        sockets = [await socket_on(wire, most) for wire in wires]
        seen: list[object] = []
        for number, (what, which) in enumerate([*steps, ("turn", 0)]):
            one: Socket = sockets[which % 3]
            if what == "all":
                sends([sockets[place] for place in CROWDS[which]], b"%d" % number)
            elif what == "one":
                one.send(b"one %d" % number)
            elif what == "turn":
                await asyncio.sleep(0)
                seen.append([(b"".join(wire.written), wire.closed) for wire in wires])
            elif what == "look":
                seen.append(one.buffered)
            elif what == "end":
                one.finish(1000 if which % 2 else None)
            else:
                (one.freeze if what == "freeze" else one.thaw)()
        for one in sockets:
            one.reset()                 # its timers end
        return seen

    def to_each(sockets: list[Socket], payload: bytes) -> None:
        for one in sockets:
            one.send(payload)

    with patch("mockexchange.transport.sockets.LATE_FRAMES", late):
        assert asyncio.run(play(fan_out)) == asyncio.run(play(to_each))


def _expect_special(expected: dict[str, Any], special: Special, per: int) -> None:
    """Fields of user-data-stream.md, "Conditional Fields in Execution Report"."""
    if special.trailing_delta:
        expected.update(d=special.trailing_delta, D=special.trailing_time // per if special.trailing_time else -1)
    if special.used_sor:
        expected.update(k=special.working_floor, uS=True)
        if special.allocation_id >= 0:
            expected.update(b="ONE_PARTY_TRADE_REPORT", a=special.allocation_id)
    if special.peg_price_type:
        expected.update(p=format_amount(special.limit_price), gP=special.peg_price_type)
        if special.peg_offset is not None:
            expected.update(gOT="PRICE_LEVEL", gOV=special.peg_offset)
        if special.pegged_price:
            expected.update(gp=format_amount(special.pegged_price))


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2024, 1, 1, 3), timezones=st.just(timezone.utc)), st.integers(-200_000_000, 4_000_000_000),
    st.sampled_from([0.0, 2.0, 50.0]), st.booleans(),
)
def test_a_minute_begins_where_its_seconds_are_none(before: datetime, apart: int, patience: float, told: bool) -> None:
    """A tick without a time of its own, soon after a minute began, is of the minute before."""
    book = TickBook("A", "A", Exchange.GLOBAL, "GW", before)
    book.fields["last_price"] = 1.0
    book.patience = timedelta(seconds=patience)
    book._told = (int(told), 1.0)
    moment = before + timedelta(microseconds=apart)
    opened = moment.replace(second=0, microsecond=0)
    expected = before if told and before < opened and moment - opened < book.patience else max(before, moment)
    tick = book.make(moment, moment)
    assert tick is not None and tick.datetime == expected
