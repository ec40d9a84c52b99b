"""A trader at one gateway, and what the gateway said held against the venue's journal."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import partial
from typing import Any

from vnpy.event import EventEngine
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.object import (
    CancelRequest,
    ContractData,
    OrderData,
    OrderRequest,
    SubscribeRequest,
    TradeData,
)

from rest_locale import _

from ..journal_check import STATUS, Disagreement, disagreements
from .profile import Profile
from .recorder import Missed, Recorder

NEXT_CONTRACT: float = 3.0      # s that may lie between two contracts of a gateway
ALIVE: tuple[Status, ...] = (Status.NOTTRADED, Status.PARTTRADED)
SETTLE: float = 3.0             # s for a gateway of which nobody knows what it says when it is ready


def ended_orders(rows: list[dict[str, Any]]) -> set[int]:
    """The venue's ids of the orders that are final in its journal."""
    last: dict[int, str] = {row["order_id"]: row["status"] for row in rows if row["kind"] == "order"}
    return {order_id for order_id, status in last.items() if STATUS.get(status) not in (None, *ALIVE)}


def as_shown(rows: list[dict[str, Any]], profile: Profile, table: Any, shown: Mapping[str, OrderData]) -> list[dict[str, Any]]:
    """
    Rows of the journal with the ids under which a gateway shows orders. ``table``: its own of orders, which knows the venue's ids; None where
    it has none. ``shown``: the orders it has shown, by their ids.
    """
    if profile.number:
        rows = by_number(rows, profile.number, shown)
    if not profile.finds_lost:
        # what others did and is over is not told: the truth about the orders that were shown
        rows = [row for row in rows if row["kind"] not in ("order", "fill") or row["client_order_id"] in shown]
    if profile.names_orders:
        # a gateway that trades through another program may put that program's name before what was placed elsewhere, and the venue's life behind it
        far: dict[str, str] = {orderid.rpartition(".")[2].partition("@")[0]: orderid for orderid in list(shown) if "." in orderid}
        return [{**row, "client_order_id": far[row["client_order_id"]]} if row.get("client_order_id") in far else row for row in rows] if far else rows

    def shown_as(row: dict[str, Any]) -> str:
        venue_id: str = str(row["order_id"])
        entry = table.find(venue_id) if table is not None else None
        if entry is not None:
            return str(entry.orderid)
        named: str = str(row["client_order_id"])
        return named if table is None and named in shown else venue_id

    return [{**row, "client_order_id": shown_as(row)} if "order_id" in row else row for row in rows]


def by_number(rows: list[dict[str, Any]], field: str, shown: Mapping[str, OrderData]) -> list[dict[str, Any]]:
    """
    Where a venue's lists show no id of ours, a gateway that was started again shows the orders of the process before by the venue's numbers, which are in
    ``field`` of the journal's order rows: ``1000``, or ``20260105-1000`` where they begin again every day.
    """
    ours: set[str] = {row["client_order_id"] for row in rows if row["kind"] == "order"}
    numbered: dict[str, list[OrderData]] = {}
    for orderid, order in list(shown.items()):
        if orderid not in ours:
            numbered.setdefault(orderid.rpartition("-")[2], []).append(order)
    found: dict[Any, str] = {}
    for row in rows:
        if row["kind"] == "order" and row["order_id"] not in found and row["client_order_id"] not in shown:
            days: list[OrderData] = numbered.get(str(row.get(field)), [])
            if days:
                found[row["order_id"]] = min(days, key=lambda order: abs((order.datetime.timestamp() if order.datetime else 0.0) - row["t"] / 1_000)).orderid
    return [{**row, "client_order_id": found[row["order_id"]]} if row.get("order_id") in found else row for row in rows] if found else rows


class WrongSymbol(Missed):
    """Contracts came, and the one that is to be traded is not among them."""


class GatewayHarness:
    """
    A trader at one gateway: sends, waits, and in the end compares with the venue's journal. ``main_engine``: vn.py's, to which the
    gateway is added; else it stands alone.
    """

    def __init__(
        self, profile: Profile, venue: Any, name: str = "", spoils: bool = True, past: bool = True, main_engine: Any = None,
    ) -> None:
        self.ended: set[int] = set() if past else ended_orders(venue.journal())     # orders it need not show
        self.profile: Profile = profile
        self.venue: Any = venue
        self.recorder: Recorder = Recorder(spoils, profile.stage.seams)
        self.engine: EventEngine | None = None
        kind: Any = profile.stage.gateway_class(profile.gateway_class)
        self.gateway: Any
        if main_engine is not None:
            main_engine.event_engine.register_general(self.recorder.put)
            self.gateway = main_engine.add_gateway(kind, name)
        elif profile.real_engine:
            self.engine = profile.stage.make_engine()
            self.recorder.listen(self.engine)
            self.engine.start()
            self.gateway = kind(self.engine, name or kind.default_name)
        else:
            self.gateway = kind(self.recorder, name or kind.default_name)
        profile.quick(self.gateway)

    # life

    def connect(self, **setting: Any) -> "GatewayHarness":
        self.gateway.connect({**self.profile.setting(self.venue), **setting})
        return self

    def ready(self, **setting: Any) -> "GatewayHarness":
        """Connected, with contracts, balances and the user stream. ``setting``: what is set otherwise than ever."""
        return self.connect(**setting).wait_ready()

    def wait_ready(self) -> "GatewayHarness":
        """Wait until a gateway that connects is ready."""
        self.wait_contract()
        self.recorder.wait(lambda: self.recorder.accounts, "account", 20.0)
        for line in (self.profile.orders_line, self.profile.ready_line):
            if line:
                self.recorder.wait(partial(self.recorder.said, line), line)
        if not self.profile.ready_line:
            self.recorder.pass_time(SETTLE)
        return self

    def wait_contract(self) -> None:
        """
        Wait for the contract that is traded; the profile has its symbol and exchange then, as the gateway writes them.

        :raises WrongSymbol: naming the contracts that came instead
        :raises Missed: none came
        """
        contracts = self.recorder.contracts
        wanted: str = self.profile.symbol.casefold()

        def find() -> ContractData | None:
            found = [c for c in list(contracts.values()) if wanted in (c.symbol.casefold(), c.vt_symbol.casefold())]
            return next((c for c in found if c.exchange is self.profile.exchange), found[0] if found else None)

        def news(seen: int) -> bool:
            return find() is not None or len(contracts) > seen

        self.recorder.wait(lambda: contracts, "contracts", 20.0)
        seen: int = 0
        while find() is None and len(contracts) > seen:     # others have come: perhaps it is among the next
            seen = len(contracts)
            self.recorder.soon(partial(news, seen), NEXT_CONTRACT)
        found: ContractData | None = find()
        if found is None:
            names: list[str] = get_close_matches(wanted.upper(), contracts, 5, 0.3) or sorted(contracts)[:5]
            raise WrongSymbol(
                "hung", _("no contract {symbol!r} has come, but {contracts} others: {names}").format(symbol=self.profile.symbol, contracts=len(contracts), names=', '.join(names))
                + (", ..." if len(contracts) > len(names) else ""),
            )
        self.profile.symbol, self.profile.exchange = found.symbol, found.exchange

    def close(self) -> None:
        self.gateway.close()
        if self.engine:
            self.engine.stop()

    def assert_engine(self) -> None:
        """The event engine lives: what a handler raises would have ended it (FAULTS M3)."""
        if self.engine and not self.engine._thread.is_alive():
            raise Missed("hung", _("the event engine's thread has ended"))

    # trading

    def send(
        self, side: str, price: float, volume: float, type: OrderType = OrderType.LIMIT, symbol: str = "", exchange: str = ""
    ) -> str:
        """Send an order; the vn.py order id (without the gateway's name)."""
        vt_orderid: str = self.gateway.send_order(OrderRequest(
            symbol=symbol or self.profile.symbol, exchange=Exchange(exchange) if exchange else self.profile.exchange,
            direction=Direction.LONG if side == "BUY" else Direction.SHORT, type=type, price=price, volume=volume,
        ))
        assert vt_orderid.startswith(self.gateway.gateway_name + ".")
        return vt_orderid.split(".", 1)[1]

    def cancel(self, orderid: str, symbol: str = "") -> None:
        self.gateway.cancel_order(CancelRequest(orderid, symbol or self.profile.symbol, self.profile.exchange))

    def subscribe(self, symbol: str = "") -> None:
        self.gateway.subscribe(SubscribeRequest(symbol or self.profile.symbol, self.profile.exchange))

    def order(self, orderid: str) -> OrderData:
        return self.recorder.orders[orderid]

    def wait_status(self, orderid: str, *statuses: Status, seconds: float = 10.0) -> OrderData:
        """Wait until an order has been pushed with one of these states."""
        found = self.recorder.orders
        wanted: str = _(" or ").join(status.name for status in statuses)
        try:
            self.recorder.wait(lambda: orderid in found and found[orderid].status in statuses, wanted, seconds)
        except Missed as missed:
            now: str = found[orderid].status.name if orderid in found else _("never shown")
            raise Missed(missed.kind, _("order {orderid} is {now}: {missed}").format(orderid=orderid, now=now, missed=missed)) from None
        return found[orderid]

    def known_as(self, orderid: str) -> str:
        """The id under which other gateways on the account show an order of this one."""
        if self.profile.names_orders or self.table is None:
            return orderid
        return str(self.table.get(orderid).venue_id)

    @property
    def table(self) -> Any:
        """The gateway's own table of orders, which knows the venue's ids; None for gateways that are not built on this base."""
        return getattr(getattr(self.gateway, "flow", None), "table", None)

    # truth

    def journal(self) -> list[dict[str, Any]]:
        """The venue's journal; where it does not call orders by our ids, with the ids the gateway knows them by."""
        shown = self.recorder.orders
        rows: list[dict[str, Any]] = as_shown(self.venue.journal(), self.profile, self.table, shown)
        return [row for row in rows if row.get("order_id") not in self.ended or row["client_order_id"] in shown]

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return [row for row in self.venue.journal() if row["kind"] == kind]

    def balances(self) -> dict[str, tuple[float, float]]:
        """What is shown of each asset: all of it, and what of it cannot be used. Cash is what can be spent; an account may count its shares."""
        shown: dict[str, tuple[float, float]] = {
            (account.extra or {}).get("currency", account.accountid): (account.available + account.frozen, account.frozen)
            for account in self.recorder.accounts.values()
        }
        contracts: dict[str, ContractData] = {each.vt_symbol: each for each in list(self.recorder.contracts.values())}
        for position in list(self.recorder.positions.values()):
            contract = contracts[position.vt_symbol]
            base: str = (contract.extra or {}).get("base") or contract.name.removesuffix("USDT").removesuffix("USDC")
            shown[base] = (position.volume, position.frozen)
        return shown

    def assert_truth(self, seconds: float = 15.0) -> None:
        """
        The ground truth (DESIGN.md 5): final status and traded volume of every order, every fill
        once, balances; and in what was pushed nothing ever went back, trades before final orders.
        """
        self.assert_agreement(seconds)
        self.assert_monotone()
        self.assert_engine()

    def assert_agreement(self, seconds: float) -> None:
        """Orders, fills and balances are the venue's, within so many seconds."""
        found: list[Disagreement] = []

        def agree() -> bool:
            nonlocal found
            found = self.differences()
            return not found

        monotonic = self.profile.stage.monotonic
        deadline: float = monotonic() + seconds
        asked: float = 0.0
        while not agree() and monotonic() < deadline:
            if monotonic() > asked + 2.0:
                asked = monotonic()
                self.gateway.query_account()
            with self.recorder.condition:
                self.recorder.condition.wait(0.05)
        if found:
            lines: str = "\n".join(log.msg for log in self.recorder.logs[-25:])
            raise Missed(found[0].kind, "\n".join(found) + _("\nThe log ends:\n") + lines)

    def differences(self) -> list[Disagreement]:
        """In what the gateway's word and the venue's journal differ now."""
        return disagreements(
            self.recorder.orders, self.recorder.trades, self.journal(), self.venue.key, self.balances(),
            self.profile.tells_fills,
        )

    def assert_monotone(self) -> None:
        """Traded never shrinks, a proven final state is never left, a final order comes after its trades."""
        final = (Status.ALLTRADED, Status.CANCELLED)
        last: dict[str, OrderData] = {}
        filled: dict[str, float] = {}
        for item in self.recorder.sequence:
            if isinstance(item, TradeData):
                filled[item.orderid] = filled.get(item.orderid, 0.0) + item.volume
                continue
            before: OrderData | None = last.get(item.orderid)
            if before:
                if item.traded < before.traded:
                    raise Missed("invented", _("{orderid}: traded went back").format(orderid=item.orderid))
                if before.status in final and item.status is not before.status:
                    raise Missed("invented", _("{orderid}: left a final state").format(orderid=item.orderid))
            # the rule of this project's gateways, which says nothing of others
            if not self.profile.real_engine and item.status in final and filled.get(item.orderid, 0.0) < item.traded - 1e-9:
                raise Missed("lost", _("{orderid}: final before its trades").format(orderid=item.orderid))
            last[item.orderid] = item
