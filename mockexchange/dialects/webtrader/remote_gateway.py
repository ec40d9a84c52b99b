"""
The gateway of the trading process: it trades for every user on the core exchange, and tells what happens there in the order in
which MockBinance does (spec 3.4, 7.3): the order on its way, its fills, the order, positions and cash.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ...core.commands import CancelOrder
from ...core.errors import Refusal, refuse
from ...core.events import BalanceChange, Event, OrderReport
from ...core.instruments import Instrument
from ...core.orders import Order
from ..common.client_ids import ClientIds
from . import rendering
from .contents import CASH, GATEWAY, OTHER_GATEWAY, POSITION_QUOTES, core_symbol
from .oms import Record
from .options import WebTraderOptions
from .params import OrderRequest
from .remote_orders import (
    Refused,
    RemoteOrder,
    follow,
    found_again,
    journal_name,
    make_command,
    show_amounts,
)
from .rendering import Row, make_account, make_order, make_position, make_trade, moment, number

if TYPE_CHECKING:
    from ...server.venue import Venue

DAY_US: int = 86_400_000_000
OTHER_BALANCE: float = 50_000.0
OTHER_VOLUME: float = 2.0
FINAL: frozenset[str] = frozenset({"ALLTRADED", "CANCELLED", "REJECTED"})
Tell = Callable[[Record], None]

REFUSED: str = "refused by the remote gateway"      # a note in the journal: the exchange does not know of the order
READ_ROWS: int = 5_000              # of the journal's newest that are looked through


class RemoteGateway:
    """One venue's, between two starts of the trading process. ``tell`` hands a record to the event engine."""

    def __init__(self, venue: "Venue", options: WebTraderOptions, tell: Tell, prefix: str) -> None:
        self._venue: Venue = venue
        self._options: WebTraderOptions = options
        self._tell: Tell = tell
        self._prefix: str = prefix
        self._client_ids: ClientIds = ClientIds(venue)
        self._orders: dict[str, RemoteOrder] = {}               # by vt_orderid
        self._by_order_id: dict[int, RemoteOrder] = {}          # by the core's id
        self._by_client_id: dict[tuple[str, str], RemoteOrder] = {}     # account and core client order id, until the core's id is known
        self._remote_ids: dict[int, str] = {}                   # core id -> remote orderid, of this life of the venue
        self._accounts: frozenset[str] = frozenset(each.key for each in venue.accounts)
        self._placing: RemoteOrder | None = None
        self._shown: set[tuple[str, str]] = set()               # account and asset of balances that were not 0 when they were told
        self._number: int = self._last_number()
        self.listed: dict[str, Instrument] = {}                 # as it has read them; the exchange may have other rules by now
        self.is_connected: bool = False

    def _last_number(self) -> int:
        """The number of the last order before the venue was started anew, refused ones too: no id is given twice."""
        exchange, journal = self._venue.exchange, self._venue.journal
        sent: int = max((
            order.strategy_id or 0
            for account in exchange.accounts() for symbol in exchange.books for order in exchange.all_orders(account, symbol)
        ), default=0)
        refused: list[int] = [row["number"] for row in journal.each_row(journal.last - READ_ROWS) if row["kind"] == "fault" and row.get("action") == REFUSED]
        return max(sent, *refused, 0)

    # -- life

    def connect(self) -> None:
        """Read the contracts, and report balances, then the fills and orders that the option ``reported`` lets it find."""
        self.is_connected = True
        self.read_contracts()
        exchange = self._venue.exchange
        for account in self._venue.accounts:
            for asset, (free, locked) in exchange.balances(account.key).items():
                self._tell_balance(account.key, asset, free, locked)
            if self._options.reported != "nothing":
                self._report_orders(account.key)
            if self._options.gateways == "two":
                self._tell_other(account.key)

    def read_contracts(self) -> None:
        """The exchange's symbols and rules as they are now: when it connects, after a refusal by a rule, and for a new symbol."""
        self.listed = {name: replace(each) for name, each in self._venue.exchange.instruments.items()}

    def _report_orders(self, account: str) -> None:
        exchange = self._venue.exchange
        since: int = self._venue.now() // DAY_US * DAY_US
        found: list[Order] = [order for symbol in exchange.books for order in exchange.all_orders(account, symbol)]
        for order in sorted(found, key=lambda each: each.order_id):
            if order.is_final and (self._options.reported == "open" or order.time < since):
                continue
            remote: RemoteOrder = self._find_again(order)
            if self._options.reported == "today":
                for fill in exchange.order_fills(account, order.order_id):
                    self._tell_fill(remote, fill.trade_id, fill.price, fill.quantity, fill.time)
            self._tell_order(remote)

    def _find_again(self, order: Order | OrderReport) -> RemoteOrder:
        """
        An order that this life of the trading process did not send. Its id is the one it had; of an order of an earlier life of the
        venue the number is in the journal.
        """
        orderid: str = order.client_order_id if order.strategy_id is None else f"{self._prefix}-{order.strategy_id}"
        row: Row = found_again(GATEWAY, self._remote_ids.get(order.order_id, orderid), order)
        remote: RemoteOrder = RemoteOrder(order.account, order.symbol, row, order.order_id, row["status"] in FINAL)
        self._know(remote)
        return remote

    def forget(self) -> None:
        """The trading process has ended; the exchange keeps its orders."""
        self.is_connected = False
        self.listed = {}
        self._orders.clear()
        self._by_order_id.clear()
        self._by_client_id.clear()
        self._shown.clear()
        if self._options.order_numbers == "reused":
            self._number = 0

    # -- orders

    def place(self, account: str, request: OrderRequest) -> str:
        """
        Send an order. Returns its vt_orderid, "" when it is refused without one; an order that is refused later has one.
        """
        instrument: Instrument | None = self.listed.get(core_symbol(request.vt_symbol))
        if not self.is_connected or instrument is None or self._options.order_answer == "empty":
            return ""
        self._number += 1
        orderid: str = f"{self._prefix}-{self._number}"
        reference: str = "" if self._options.references == "never" else request.reference
        price, volume = (value if abs(value) < float("inf") else 0.0 for value in (request.price, request.volume))
        row: Row = make_order(
            GATEWAY, instrument.symbol, orderid, request.type, request.direction, request.offset, price, volume, reference,
        )
        remote: RemoteOrder = RemoteOrder(account, instrument.symbol, row)
        self._know(remote)
        name: str = self._client_ids.core(account, instrument.symbol, journal_name(request.reference, orderid))
        try:
            command = make_command(account, request, instrument, name, self._number)
        except Refused:
            self._reject(remote)
            return str(row["vt_orderid"])
        show_amounts(row, command)
        self._tell_order(remote)
        if self._options.references == "first":
            row["reference"] = ""
        self._by_client_id[account, name] = remote
        self._placing = remote
        try:
            if remote.symbol not in self._venue.exchange.instruments:
                raise refuse("INVALID_SYMBOL")          # removed since the contracts were read
            reports = [event for event in self._venue.apply(command) if isinstance(event, OrderReport)]
        except (Refusal, ValueError) as error:
            self._by_client_id.pop((account, name), None)
            self._reject(remote)
            if isinstance(error, Refusal) and error.reason == "FILTER":
                self.read_contracts()
        else:
            if not remote.order_id and reports:             # accepted, and executed later
                follow(row, reports[0])
                self._tell_order(remote)
        finally:
            self._placing = None
        return str(row["vt_orderid"])

    def cancel(self, vt_orderid: str) -> None:
        """Ask for the cancel of an order; nothing tells what comes of it but its push."""
        remote: RemoteOrder | None = self._orders.get(vt_orderid)
        if remote is None or remote.is_final or self._options.cancels == "ignored":
            return
        if not remote.order_id:
            remote.wants_cancel = True
            return
        try:
            self._venue.apply(CancelOrder(remote.account, remote.symbol, remote.order_id))
        except Refusal:
            pass                    # filled meanwhile: the push tells

    def is_live(self, vt_orderid: str) -> bool:
        """Whether it can still be cancelled."""
        remote: RemoteOrder | None = self._orders.get(vt_orderid)
        return remote is not None and not remote.is_final

    def _know(self, remote: RemoteOrder) -> None:
        self._orders[remote.row["vt_orderid"]] = remote
        if remote.order_id:
            self._by_order_id[remote.order_id] = remote
            self._remote_ids[remote.order_id] = remote.row["orderid"]

    def _reject(self, remote: RemoteOrder) -> None:
        remote.is_final = True
        remote.row["status"] = "REJECTED"
        remote.row["datetime"] = moment(self._venue.now())
        self._venue.note({"action": REFUSED, "number": self._number})
        self._tell_order(remote)

    # -- what the exchange does

    def on_events(self, events: list[Event]) -> None:
        """
        Tell what has happened. Of an order that is just being placed only the last state is told, after all its fills.
        """
        placed: RemoteOrder | None = None
        for event in events:
            if not isinstance(event, OrderReport) or event.account not in self._accounts:
                continue
            known: RemoteOrder | None = self._of(event)
            before: Row = dict(known.row) if known is not None else {}
            remote: RemoteOrder = known or self._find_again(event)
            if event.execution_type == "TRADE":
                self._tell_fill(remote, event.trade_id, event.last_price, event.last_quantity, event.update_time)
            follow(remote.row, event)
            remote.is_final = remote.row["status"] in FINAL
            if remote is self._placing:
                placed = remote
            elif remote.row != before:
                self._tell_order(remote)
            if remote.wants_cancel and not remote.is_final:
                remote.wants_cancel = False
                self._venue.clock.call_soon(partial(self.cancel, remote.row["vt_orderid"]))
        if placed is not None:
            self._tell_order(placed)
        for event in events:
            if isinstance(event, BalanceChange) and event.account in self._accounts:
                for asset, (free, locked) in event.assets.items():
                    self._tell_balance(event.account, asset, free, locked)
                if self._options.gateways == "two":
                    self._tell_other(event.account)

    def _of(self, report: OrderReport) -> RemoteOrder | None:
        """None for an order that it does not know."""
        remote: RemoteOrder | None = self._by_order_id.get(report.order_id)
        if remote is None:
            remote = self._by_client_id.pop((report.account, report.client_order_id), None)
            if remote is not None:
                remote.order_id = report.order_id
                self._know(remote)
        return remote

    # -- telling

    def _tell_order(self, remote: RemoteOrder) -> None:
        self._tell(Record(remote.account, rendering.ORDER, dict(remote.row)))

    def _tell_fill(self, remote: RemoteOrder, trade_id: int, price: int, quantity: int, us: int) -> None:
        tradeid: str = f"{remote.symbol}-{trade_id}-{remote.order_id}"
        row: Row = make_trade(remote.row, tradeid, number(price), number(quantity), us)
        self._tell(Record(remote.account, rendering.TRADE, row))

    def _tell_balance(self, account: str, asset: str, free: int, locked: int) -> None:
        """Cash is an account, anything else a position of its pair; a zero is told of what was shown before."""
        if not free + locked and (account, asset) not in self._shown:
            return
        (self._shown.add if free + locked else self._shown.discard)((account, asset))
        symbol: str = self._pair(asset)
        if symbol:
            row: Row = make_position(GATEWAY, symbol, number(free + locked), number(locked))
            self._tell(Record(account, rendering.POSITION, row))
        else:
            self._tell(Record(account, rendering.ACCOUNT, make_account(GATEWAY, asset, number(free + locked), number(locked))))

    def _pair(self, asset: str) -> str:
        """The symbol whose position an asset is; "" for cash and for what has no pair."""
        if asset in CASH:
            return ""
        return next((
            each.symbol for quote in POSITION_QUOTES for each in self.listed.values() if (each.base, each.quote) == (asset, quote)
        ), "")

    def _tell_other(self, account: str) -> None:
        """The account and positions of the second gateway, which have the names of the first one's, and an order with its number."""
        symbol: str = self._venue.instruments[0].symbol
        quote: str = self._venue.instruments[0].quote
        order: Row = make_order(OTHER_GATEWAY, symbol, f"{self._prefix}-1", "LIMIT", "LONG", "NONE", 1.0, 1.0, "")
        order |= {"status": "NOTTRADED", "datetime": moment(self._venue.now() // DAY_US * DAY_US)}
        self._tell(Record(account, rendering.ORDER, order))
        self._tell(Record(account, rendering.POSITION, make_position(OTHER_GATEWAY, symbol, OTHER_VOLUME, 0.0)))
        self._tell(Record(account, rendering.ACCOUNT, make_account(OTHER_GATEWAY, quote, OTHER_BALANCE, 0.0)))
