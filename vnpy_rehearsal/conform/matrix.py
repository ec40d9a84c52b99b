"""The rows of the matrix: what each is about, and the context it works in."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from vnpy.trader.constant import Status

from rest_locale import N_, _
from rest_locale.english import english

from .armed import ArmedFaults, WatchedVenue
from .harness import ALIVE, GatewayHarness
from .market import PriceLevels
from .profile import PAGE, DialectLabels, Profile
from .recorder import Missed
from .stage import Stage
from .storm import OverWire

NOTICE: float = 0.1             # s until a bite is noticed

__all__ = ["ABSENCE", "ALIVE", "PAGE", "ROWS", "Row", "Run", "row", "run_row", "venue_options", "why_not", "worst"]


class Run:
    """One row on one venue: desks that are closed at its end, faults by what they strike."""

    def __init__(self, profile: Profile, venue: Any, spoils: bool = False) -> None:
        self.profile: Profile = profile
        self.market: PriceLevels = profile.market
        self.faults: ArmedFaults = ArmedFaults(venue.faults)
        self._venue: Any = venue        # what a gateway is pointed at with is no fault of the row
        self.venue: Any = WatchedVenue(venue, self.faults)
        self.spoils: bool = spoils
        self.desks: list[GatewayHarness] = []
        self.wires: list[Any] = []

    @property
    def stage(self) -> Stage:
        return self.profile.stage

    @property
    def wire(self) -> DialectLabels:
        return self.profile.wire

    def desk(self, name: str = "", ready: bool = True, past: bool = True) -> GatewayHarness:
        """Another gateway on the account. ``past`` False: it need not show the orders that ended before it came."""
        found: GatewayHarness = GatewayHarness(self.profile, self._venue, name, self.spoils, past)
        self.desks.append(found)
        return found.ready() if ready else found

    def lay_wire(self) -> Any:
        """A wire that can be broken, between the venue and every gateway that is opened from now on."""
        found: Any = self._venue.wire()
        found.start()
        self.wires.append(found)
        self._venue = OverWire(self._venue, found)
        return found

    def close(self) -> None:
        """End all gateways."""
        for desk in self.desks:
            desk.close()
        for wire in self.wires:
            wire.stop()

    def arm(self, labels: tuple[str, ...] | str, stage: str, action: str, must_bite: bool = True, **fields: Any) -> list[int]:
        """
        Set a fault for each label; the handles of the faults.

        The labels of one call are ways that one operation may take: at least one of them must have struck by the end of
        the row, or the row is ``vacuous``. A fault that only counts (a delay of no length, without end) need not strike.
        """
        wanted: tuple[str, ...] = (labels,) if isinstance(labels, str) else labels
        return self.faults.arm([label for label in wanted if label], must_bite, stage=stage, action=action, **fields)

    def bitten(self, handles: list[int]) -> int:
        """How often these faults have bitten, also after ``clear``."""
        return self.faults.bitten(handles)

    def struck(self, handles: list[int], times: int = 1, seconds: float = 0.0) -> None:
        """
        Wait until these faults have bitten so often, for so many seconds or those of the profile.

        :raises Missed: ``vacuous``: what follows would prove nothing
        """
        seconds = seconds or self.profile.strike
        try:
            self.desks[0].recorder.wait(lambda: self.bitten(handles) >= times, "", seconds)
        except Missed:
            found: int = self.bitten(handles)
            line: str = _("bit {found} of {times} times within {seconds:g} s: {what}") if found else _("never bit within {seconds:g} s: {what}")
            raise Missed("vacuous", line.format(found=found, times=times, seconds=seconds, what=self.faults.what(handles))) from None

    @contextmanager
    def while_held(self, handles: list[int], ms: int) -> Iterator[None]:
        """
        Do something while a delay of ``ms`` milliseconds holds a request back.

        :raises Missed: ``vacuous``: the request was never held, or has gone on meanwhile
        """
        self.struck(handles)
        began: float = self.stage.monotonic()
        yield
        if (self.stage.monotonic() - began + NOTICE) * 1000 > ms:
            raise Missed("vacuous", _("the delay of {ms} ms was over before what should happen within it: {what}").format(ms=ms, what=self.faults.what(handles)))

    def read_account(self, desk: GatewayHarness, handles: list[int]) -> None:
        """
        Have the balances read, so that faults of that request strike.

        :raises Missed: ``vacuous``: they are not read
        """
        desk.gateway.query_account()
        self.soon(lambda: self.bitten(handles), self.profile.strike / 4)
        if not self.bitten(handles):
            self.desk("LATER", ready=False, past=False).connect()       # a gateway that asks for them only when it connects
        self.struck(handles)

    def clear(self) -> None:
        """Disarm all faults; what has bitten so far stays known."""
        self.faults.clear()

    @contextmanager
    def options(self, given: Mapping[str, Any]) -> Iterator[None]:
        """The venue with other options of its dialect, for a while."""
        before: dict[str, Any] = self.venue.state()["options"]
        self.venue.set_options(**given)
        try:
            yield
        finally:
            self.venue.set_options(**{name: before[name] for name in given})

    def counted(self, labels: tuple[str, ...] | str) -> Callable[[], int]:
        """Count requests from now on; the number so far when it is called."""
        handles: list[int] = self.arm(labels, "before_engine", "delay", ms=0, times=0)
        return lambda: self.bitten(handles)

    def gone(self, seconds: float = 2.0) -> None:
        """
        Wait until the venue refuses connections.

        :raises Missed: ``vacuous``: it never does
        """
        deadline: float = self.stage.monotonic() + seconds
        while self.stage.monotonic() < deadline:
            if not self.answers():
                return
            self.stage.seams.threads.sleep(0.05)
        raise Missed("vacuous", _("the venue was never away within {seconds:g} s").format(seconds=seconds))

    def answers(self) -> bool:
        """Whether the venue takes connections."""
        address = urlsplit(self.venue.rest)
        try:
            self.stage.seams.wire.connect(address.hostname or "", address.port or 0, self.stage.monotonic() + 1.0, lambda: False).close()
        except OSError:
            return False
        return True

    def resolved(self, desk: GatewayHarness, orderid: str, *statuses: Status) -> Any:
        """Wait until an order of unknown fate is one of these, or anything but SUBMITTING."""
        wanted: tuple[Status, ...] = statuses or (*ALIVE, Status.ALLTRADED, Status.CANCELLED, Status.REJECTED)
        return desk.wait_status(orderid, *wanted, seconds=self.profile.patience)

    def away(self, desk: GatewayHarness, orderid: str) -> None:
        """Cancel an order if it lives, and see that it ends."""
        desk.recorder.wait(lambda: orderid in desk.recorder.orders, _("order {orderid}").format(orderid=orderid), 10.0)
        if desk.order(orderid).is_active():
            desk.cancel(orderid)
        self.resolved(desk, orderid, Status.CANCELLED, Status.ALLTRADED, Status.REJECTED)

    def works(self, desk: GatewayHarness, seconds: float = 20.0) -> None:
        """An order goes through, is cancelled, and another is filled."""
        orderid: str = desk.send("BUY", self.market.low, self.market.volume(1))
        desk.wait_status(orderid, Status.NOTTRADED, seconds=seconds)
        desk.cancel(orderid)
        desk.wait_status(orderid, Status.CANCELLED, seconds=seconds)
        filled: str = desk.send("BUY", self.market.high, self.market.volume(1))
        desk.wait_status(filled, Status.ALLTRADED, seconds=seconds)

    def trades_again(self, desk: GatewayHarness) -> None:
        """A gateway may refuse orders until it has heard that a venue, which was lost, is well: wait for one that it sends."""
        deadline: float = self.stage.monotonic() + self.profile.patience
        while self.stage.monotonic() < deadline:
            orderid: str = desk.send("BUY", self.market.low, self.market.volume(1))
            self.resolved(desk, orderid)
            if desk.order(orderid).status is not Status.REJECTED:
                self.away(desk, orderid)
                return
            self.soon(lambda: False, 0.5)

    def ticks_flow(self, desk: GatewayHarness, more: int = 3, seconds: float = 20.0, moves: bool = False) -> None:
        """So many further ticks come; ``moves``: of a market that moves only when it is told to."""
        seen: int = len(desk.recorder.ticks)
        prices: Iterator[str] = cycle(self.market.moves)

        def enough() -> bool:
            if moves:
                self.venue.set_price(self.market.symbol, next(prices))
            return len(desk.recorder.ticks) >= seen + more

        desk.recorder.wait(enough, "ticks", seconds)

    def sent_once(self, orders: int) -> None:
        """No more orders of ours at the venue than were sent."""
        made: int = len({row["order_id"] for row in self.venue.journal() if row["kind"] == "order"})
        if made > orders:
            raise Missed("doubled", _("{made} orders at the venue, {orders} were sent").format(made=made, orders=orders))

    def soon(self, condition: Callable[[], Any], seconds: float = 3.0) -> None:
        """Give something that need not happen the time to happen."""
        self.desks[0].recorder.soon(condition, seconds)

    def never(self, condition: Callable[[], Any], what: str, seconds: float) -> None:
        """A condition stays false for so long."""
        deadline: float = self.stage.monotonic() + seconds
        while self.stage.monotonic() < deadline:
            if condition():
                raise Missed("invented", what)
            self.stage.seams.threads.sleep(0.05)

    @contextmanager
    def aside(self, call: Callable[[], Any], patience: float = 0.0) -> Iterator[Thread]:
        """Something that blocks, beside the row; for so many seconds at most after it, or the profile's."""
        thread: Thread = self.stage.seams.threads.Thread(target=call, daemon=True)
        thread.start()
        yield thread
        thread.join(patience or self.profile.patience)
        if thread.is_alive():
            raise Missed("hung", _("a call that should have come back has not"))


class Row(NamedTuple):
    """``clock`` and ``speed``: what the venue's must be. ``streams``: it is about what is pushed, and does not apply where nothing is."""

    id: str
    title: str
    run: Callable[[Run], None]
    clock: str = "system"
    speed: float = 1.0              # of the venue's market
    streams: bool = False
    spoils: bool = False            # listeners change what they are handed
    seconds: float = 3.0            # it takes as a rule, with the gateways' own patience
    needs: str = ""                 # what must be told: a field of DialectLabels, or one of those in ABSENCE
    real: str = ""                  # why it needs this machine, and cannot be simulated
    options: str = ""               # the field of the Profile with options that the venue is opened with


ROWS: dict[str, Row] = {}
# a field of the Profile -> why rows that need it do not apply without
ABSENCE: dict[str, str] = {
    "equity": N_("no shares are traded: there are neither lots nor a day's band"),
    "t_plus": N_("what is bought can be sold on the same day"),
    "hours": N_("the market never closes, or the dialect has no option for its hours"),
    "daily_ids": N_("the venue's ids do not begin again every day"),
    "tag_lost": N_("orders are not found by a tag that can be lost"),
    "backend_lost": N_("the dialect has no option to lose the venue's back end"),
    "stale": N_("the dialect has no option to let positions stand still"),
}


def row(id: str, title: str, **more: Any) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Registers a row of FAULTS.md."""
    def register(run: Callable[[Run], None]) -> Callable[[Run], None]:
        ROWS[id] = Row(id, title, run, **more)
        return run

    return register


def why_not(row: Row, profile: Profile) -> str:
    """Why a row cannot apply to a gateway and its dialect, or ""."""
    if row.id in profile.absent:
        return profile.absent[row.id]
    if row.needs in ABSENCE:
        if not getattr(profile, row.needs):
            return _(ABSENCE[row.needs])
    elif row.needs and not getattr(profile.wire, row.needs):
        return _("the dialect's labels have no {label}").format(label=row.needs)
    if row.streams and not profile.pushed:
        return _("nothing is pushed: everything is polled")
    return ""


def venue_options(row: Row, profile: Profile) -> dict[str, Any]:
    """The options of the dialect that the venue of a row is opened with."""
    more: Mapping[str, Any] = getattr(profile, row.options) if row.options else {}
    return {**profile.options, **more}


def worst(missed: Missed, run: Run) -> Missed:
    """What never came, in words that say what it cost: an end, a fill or an order that is at the venue and was not shown."""
    if missed.kind != "hung":
        return missed
    if idle := run.faults.idle():
        missed = Missed(missed.kind, _("{missed}\nNever bit: {faults}").format(missed=missed, faults="; ".join(idle)))
    found = [difference for desk in run.desks for difference in desk.differences() if not english(difference).startswith("balance")]
    for kind in ("doubled", "invented", "lost"):
        for difference in found:
            if difference.kind == kind:
                return Missed(kind, f"{difference}\n{missed}")
    return missed


def run_row(row: Row, profile: Profile, venue: Any, close: bool = True) -> None:
    """
    Run one row. Every row ends in the ground truth of every gateway it started, and in the proof that its faults struck.
    ``close`` False leaves the gateways as they are: some never end.

    :raises Missed: or another AssertionError, saying what went wrong
    """
    run: Run = Run(profile, venue, row.spoils or not profile.real_engine)
    try:
        row.run(run)
        for desk in run.desks:
            desk.assert_truth(profile.patience)
        if idle := run.faults.idle():
            raise Missed("vacuous", _("never bit: {faults}").format(faults="; ".join(idle)))
    except Missed as missed:
        raise worst(missed, run) from None
    finally:
        if close:
            run.close()
