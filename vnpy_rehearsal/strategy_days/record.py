"""What one day was like, and what can be read from it. Pure. Times are seconds since the strategy's start."""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

from ..journal_check import STATUS

Row = dict[str, Any]
MOST_ORDERS: int = 1_000        # of the undisturbed day; each takes milliseconds to play, on that day and on those of all rows
NOISE: float = 1e-9
TOGETHER: float = 5.0           # s within which orders that trade are one occasion


@dataclass
class Record:
    """
    ``rows``: the venue's journal of the account, with ``at``; orders that are not the strategy's are left out. ``prices``: (time, {symbol: last
    price}) at the venue. ``believed``: (time, {vt_symbol: position}) as the strategy has it, None where it keeps no count.
    ``flood``: how many orders there were when the day was ended for it, and how many there may be; None where it was not. ``logs``: (time, level, source, text). ``struck`` and ``over``: when the fault struck first, and when it was over.
    """

    rows: list[Row] = field(default_factory=list)
    prices: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    believed: list[tuple[float, dict[str, float] | None]] = field(default_factory=list)
    logs: list[tuple[float, int, str, str]] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    symbols: dict[str, str] = field(default_factory=dict)       # venue's symbol -> vt_symbol
    stopped: float = 0.0            # when the strategy was stopped
    struck: float | None = None
    over: float | None = None
    armed: float | None = None      # from when on the fault waited
    did: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)               # faults that never bit
    trouble: str = ""               # what kept the day from being played
    took: float = 0.0               # real seconds
    flood: tuple[int, int] | None = None
    wiped: bool = False             # the venue has lost its state

    @property
    def fills(self) -> list[Row]:
        return [row for row in self.rows if row["kind"] == "fill"]

    def traded(self) -> list[float]:
        """When each order traded first, in the order of time."""
        first: dict[Any, float] = {}
        for row in self.fills:
            first.setdefault((row["life"], row["order_id"]), row["at"])
        return sorted(first.values())

    def occasions(self) -> list[float]:
        """When it traded, orders that follow each other within seconds counted once: an exit and the next entry are one."""
        found: list[float] = []
        for at in self.traded():
            if not found or at > found[-1] + TOGETHER:
                found.append(at)
        return found

    def sent(self) -> list[float]:
        """When each order came to the venue."""
        first: dict[Any, float] = {}
        for row in self.rows:
            if row["kind"] == "order":
                first.setdefault((row["life"], row["order_id"]), row["at"])
        return sorted(first.values())

    def cancelled(self) -> list[float]:
        """When orders were cancelled by the strategy before its end."""
        return [row["at"] for row in self.rows if row["kind"] == "order" and row["status"] == "CANCELED" and row["at"] < self.stopped]

    def held(self) -> dict[str, float]:
        """What the venue holds of the strategy, by its fills: in the venue's last life."""
        found: dict[str, float] = dict.fromkeys(self.symbols, 0.0)
        for row in self.fills:
            if row["life"] == self.life:
                found[row["symbol"]] = found.get(row["symbol"], 0.0) + signed(row)
        return found

    @property
    def life(self) -> int:
        """The venue's last: it has one more each time it loses its state."""
        return int(self.wiped)

    def alive(self) -> list[Row]:
        """The strategy's orders that live at the venue in the end."""
        last: dict[Any, Row] = {row["order_id"]: row for row in self.rows if row["kind"] == "order" and row["life"] == self.life}
        return [row for row in last.values() if STATUS.get(row["status"]) is not None and STATUS[row["status"]].name in ("NOTTRADED", "PARTTRADED")]

    def exposure(self, symbol: str) -> list[tuple[float, float, float]]:
        """
        (time, most, least) after every change: what is held if all that is on order to buy is filled and nothing else, or to sell.
        """
        found: list[tuple[float, float, float]] = [(0.0, 0.0, 0.0)]
        working: dict[Any, float] = {}
        held: float = 0.0
        life: int = 0
        for row in self.rows:
            if row.get("symbol") != symbol or row["kind"] not in ("order", "fill"):
                continue
            if row["life"] != life:
                life, held, working = row["life"], 0.0, {}
            if row["kind"] == "fill":
                held += signed(row)         # the order's own row has come before, with what is left of it
            else:
                live: bool = STATUS.get(row["status"]) is not None and STATUS[row["status"]].name in ("NOTTRADED", "PARTTRADED")
                left: float = float(row["qty"]) - float(row["executed"]) if live else 0.0
                working[row["order_id"]] = left if row["side"] == "BUY" else -left
            buying: float = sum(each for each in working.values() if each > 0)
            selling: float = sum(each for each in working.values() if each < 0)
            found.append((row["at"], held + buying, held + selling))
        return found

    def most(self, symbol: str) -> tuple[float, float]:
        """The largest exposure either way, and when it was."""
        return max(((max(abs(most), abs(least)), -at) for at, most, least in self.exposure(symbol)), default=(0.0, 0.0))

    def sides(self, symbol: str) -> tuple[float, float]:
        """The largest exposure long, and short, both 0 or above."""
        found = self.exposure(symbol)
        return max(most for _, most, _ in found), -min(least for _, _, least in found)

    def position(self, symbol: str) -> list[tuple[float, float]]:
        """(time, position) at the venue."""
        found: list[tuple[float, float]] = [(0.0, 0.0)]
        held, life = 0.0, 0
        for row in self.fills:
            if row["symbol"] == symbol:
                held = signed(row) + (held if row["life"] == life else 0.0)
                life = row["life"]
                found.append((row["at"], round(held, 9)))
        return found

    def equity(self) -> list[tuple[float, float]]:
        """(time, what trading has brought so far, after fees and at the market's price), in the quote asset."""
        cash: float = 0.0
        held: dict[str, float] = {}
        found: list[tuple[float, float]] = []
        fills: list[Row] = self.fills
        times: list[float] = [row["at"] for row in fills]
        done: int = 0
        for at, prices in self.prices:
            upto: int = bisect_left(times, at + NOISE)
            for row in fills[done:upto]:
                cash -= signed(row) * float(row["price"])
                fee: float = float(row.get("fee") or 0)
                cash -= fee * float(row["price"]) if str(row.get("fee_asset", "")) and str(row["symbol"]).startswith(str(row["fee_asset"])) else fee
                held[row["symbol"]] = held.get(row["symbol"], 0.0) + signed(row)
            done = max(done, upto)
            found.append((at, cash + sum(volume * prices.get(symbol, 0.0) for symbol, volume in held.items())))
        return found


def signed(row: Row) -> float:
    """Volume of a fill, negative where it sells."""
    return float(row["qty"]) if row["side"] == "BUY" else -float(row["qty"])
