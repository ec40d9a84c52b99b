"""Trading days at a venue: phases by the calendar, the day's end, and what comes back after a restart."""

from pathlib import Path

from mockexchange import MockExchange
from mockexchange.contents import Contents
from mockexchange.core.calendar import RoundTheClock, shanghai
from mockexchange.core.instruments import CashEquity, Instrument
from mockexchange.core.numbers import SCALE, parse_amount
from mockexchange.dialects.qte import QteDialect

HUNDRED: int = 100 * SCALE
DAY: int = 86_400_000
MONDAY_NOON: int = 1_767_585_600_000            # 2026-01-05, 12:00 in Shanghai
MONDAY_LATE: int = MONDAY_NOON + DAY // 2 - 600_000         # ten minutes to midnight: what a feed makes of a day takes seconds
SHARE: str = "600001.SH"


def share() -> Instrument:
    terms = CashEquity(lot=HUNDRED, least=HUNDRED, band=SCALE // 10, t_plus=1)
    return Instrument(
        SHARE, SHARE, "CNY", tick_size=parse_amount("0.01"), step_size=SCALE, min_price=parse_amount("0.01"), max_price=parse_amount("1000"),
        min_quantity=SCALE, max_quantity=1_000_000 * SCALE, market_max_quantity=1_000_000 * SCALE, min_notional=0, max_notional=0,
        start_price=parse_amount("10"), maker_fee=0, taker_fee=0, default_stp_mode="NONE", equity=terms,
    )


class Shares(QteDialect):
    """A dialect of shares: what it is called on the wire is no matter here."""

    calendar = RoundTheClock("Asia/Shanghai")

    @classmethod
    def contents(cls) -> Contents:
        return Contents([share()], [("mock-key", "mock-secret", {"CNY": 1_000_000 * SCALE, SHARE: 500 * SCALE})], cls.calendar)


class OfHours(Shares):
    calendar = shanghai()           # type: ignore[assignment]


def open_venue(
    monkeypatch: object, kind: type[Shares], state: Path | None = None, clock: int = MONDAY_LATE, feed: str = "synthetic",
) -> MockExchange:
    from mockexchange import dialects

    monkeypatch.setitem(dialects.DIALECTS, "shares", f"{__name__}:{kind.__name__}")        # type: ignore[attr-defined]
    return MockExchange("shares", seed=3, clock=f"manual={clock}", state=state, feed=feed)


def buy(venue: MockExchange, quantity: str, price: str) -> None:
    from mockexchange.core.commands import PlaceOrder

    venue.run(lambda inner: inner.apply(PlaceOrder("mock-key", SHARE, "BUY", "LIMIT", parse_amount(quantity), parse_amount(price))))


def rows(venue: MockExchange, kind: str) -> list[dict[str, object]]:
    return [row for row in venue.journal() if row["kind"] == kind]


def test_a_day_ends_at_midnight_of_the_zone(monkeypatch: object) -> None:
    with open_venue(monkeypatch, Shares) as venue:
        buy(venue, "300", "10.5")
        late = [row for row in rows(venue, "balance") if row["asset"] == SHARE][-1]
        assert (late["free"], late["unsettled"]) == ("500.00000000", "300.00000000")
        venue.advance(600_000 - 1)
        buy(venue, "100", str(float(venue.state()["symbols"][SHARE]["best_bid"]) - 0.05)[:5])
        assert not rows(venue, "day")
        venue.advance(2)
        assert len(rows(venue, "day")) == 1
        settled = [row for row in rows(venue, "balance") if row["asset"] == SHARE][-1]
        assert (settled["free"], settled.get("unsettled")) == ("800.00000000", None)
        assert rows(venue, "order")[-1]["status"] == "EXPIRED"


def test_phases_follow_the_calendar(monkeypatch: object) -> None:
    with open_venue(monkeypatch, OfHours, clock=MONDAY_NOON, feed="none") as venue:
        def status() -> str:
            return str(venue.state()["symbols"][SHARE]["status"])

        assert status() == "BREAK"                  # lunch
        venue.advance(DAY // 24)
        assert status() == "TRADING"
        venue.advance(2 * DAY // 24)
        assert status() == "END_OF_DAY" and len(rows(venue, "day")) == 1
        venue.advance(DAY * 3 // 4 + DAY // 24)
        assert status() == "TRADING" and len(rows(venue, "day")) == 1


def test_what_is_unsettled_and_the_close_come_back(monkeypatch: object, tmp_path: Path) -> None:
    with open_venue(monkeypatch, Shares, tmp_path) as venue:
        venue.advance(900_000)
        buy(venue, "300", str(venue.state()["symbols"][SHARE]["best_ask"]))
        close = rows(venue, "day")[-1]["previous_close"]
        venue.restart(keep_state=True)
        held = venue.run(lambda inner: dict(inner.exchange.ledger.unsettled["mock-key"]))
        assert held[SHARE] == 300 * SCALE
    with open_venue(monkeypatch, Shares, tmp_path, MONDAY_LATE + 3_600_000) as venue:
        assert venue.run(lambda inner: dict(inner.exchange.ledger.unsettled["mock-key"]))[SHARE] == 300 * SCALE
        assert len(rows(venue, "day")) == 1 and rows(venue, "day")[-1]["previous_close"] == close


def test_a_day_that_ended_while_the_venue_was_down_ends_when_it_comes_back(monkeypatch: object, tmp_path: Path) -> None:
    with open_venue(monkeypatch, Shares, tmp_path) as venue:
        buy(venue, "300", "10.5")
    with open_venue(monkeypatch, Shares, tmp_path, MONDAY_LATE + 2 * DAY) as venue:
        assert len(rows(venue, "day")) == 1
        assert venue.run(lambda inner: inner.exchange.balances("mock-key")[SHARE][0]) == 800 * SCALE
