"""
The faults of FAULTS.md part 3, put back: each takes out of a gateway, or out of what all of them share, the rule by which ours survives.
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from vnpy.trader.constant import Status

from vnpy_restgateway.clock_keeper import ClockKeeper
from vnpy_restgateway.market.download import Download
from vnpy_restgateway.net import outcome, rest_connection, rest_transport, validate
from vnpy_restgateway.net.outcome import Outcome
from vnpy_restgateway.net.routes import Routes
from vnpy_restgateway.orders import contradictions, order_matching, reconcile, states
from vnpy_restgateway.orders.dedup import DedupSet
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.end_check import EndCheck
from vnpy_restgateway.orders.life import LifeWatch
from vnpy_restgateway.orders.not_found_policy import StatusQuery
from vnpy_restgateway.orders.order_data import copy
from vnpy_restgateway.orders.push_watch import PushWatch
from vnpy_restgateway.orders.venue_ids import VenueIds
from vnpy_restgateway.polled.derived_fills import DerivedFills
from vnpy_restgateway.polled.health import ConnectionHealth
from vnpy_restgateway.polled.poller import Poller
from vnpy_restgateway.positions import Positions
from vnpy_restgateway.standstill import Standstill
from vnpy_restgateway.trading_rules import CashEquityRules, Holding

Patch = pytest.MonkeyPatch
BINANCE: str = "vnpy_mockbinance:MockBinanceGateway"
HASHEX: str = "vnpy_hashex:HashExGateway"
QMT: str = "vnpy_qmtrest:QmtRestGateway"
WEBTRADER: str = "vnpy_webgateway:WebTraderGateway"


class Bug(NamedTuple):
    """
    ``put_back`` puts it back. ``schedule``: with it the search has found the bug, the text and the seed; "": the row of the matrix finds it,
    and ``why`` says why no schedule does.
    """

    row: str
    gateway: str
    what: str
    put_back: Callable[[Patch], None]
    seed: int = 0
    schedule: str = ""
    why: str = ""


BUGS: list[Bug] = []


def bug(row: str, gateway: str, what: str, seed: int = 0, schedule: str = "", why: str = "") -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    def register(put_back: Callable[[Patch], None]) -> Callable[[Patch], None]:
        BUGS.append(Bug(row, gateway, what, put_back, seed, schedule, why))
        return put_back

    return register


def everywhere(patch: Patch, original: Any, other: Any) -> None:
    """A function is another one in every module of ours that has imported it."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("vnpy_", "qmt_trade_client")):
            for attribute in [key for key, value in vars(module).items() if value is original]:
                patch.setattr(module, attribute, other)


def nothing(*args: Any, **kwargs: Any) -> None:
    """What is taken out does nothing."""


@bug(
    "F41", HASHEX, "every idle connection is tried in its turn, an order leaves over one that was idle for long", 3,
    "still; order BUY 30000; order BUY 30001; order BUY 30002; order BUY 30003; order BUY 30004; pause 8000; wire forget; order BUY 39900; order BUY 39901; order BUY 39902; order BUY 39903; pause 400; wire heal",
)
def tries_dead_connections(patch: Patch) -> None:
    patch.setattr(rest_transport.Transport, "_suspect", nothing)
    patch.setattr(rest_transport, "IDLE_LIMITS", {})
    assert rest_connection.FRESH < rest_connection.IDLE_LIMIT


@bug(
    "F42", BINANCE, "an order in doubt is asked for at longer and longer intervals", 0,
    "still; fault order before_engine hang times=1; order BUY 30000; pause 3000",
)
def asks_ever_later(patch: Patch) -> None:
    def asked(query: StatusQuery, now: float) -> None:
        query._delay *= 4.0
        query.next_query = now + query._delay

    patch.setattr(StatusQuery, "asked", asked)


@bug(
    "F43", HASHEX, "a refusal is a refusal: nobody asks for the rules again", 0,
    "still; order BUY 30000; rules",
)
def keeps_old_rules(patch: Patch) -> None:
    from vnpy_hashex.orders import Orders
    patch.setattr(Orders, "on_rules_doubted", nothing)


@bug(
    "F44", BINANCE, "the volume of an order is what was sent", 0,
    "still; order BUY 30000; pause 150; amend 0 730; pause 150",
)
def keeps_volume(patch: Patch) -> None:
    merge = states.merge

    def keeps(known: Any, news: Any, inferred: bool = False) -> Any:
        if known.status is not Status.SUBMITTING:
            news = copy(news)
            news.volume = known.volume
        return merge(known, news, inferred)

    everywhere(patch, merge, keeps)


@bug("F45", BINANCE, "a stream that says nothing is dead", why="the market of a schedule moves: a healthy stream has always something to say")
def silence_is_death(patch: Patch) -> None:
    from vnpy_mockbinance.streams import MdApi

    def on_look(stream: Any, data: Any, asked_at: float) -> None:
        stream.quiet._looking = False
        stream.reconnect("no data")

    patch.setattr(MdApi, "on_look", on_look)


@bug(
    "F46", BINANCE, "the clock is measured once, at the connect", 0,
    "still; order BUY 30000; clock 18000000; pause 3000",
)
def measures_once(patch: Patch) -> None:
    measure = ClockKeeper.measure

    def once(keeper: ClockKeeper, then: Any = None, samples: int = 3) -> None:
        if not keeper._due:
            measure(keeper, then, samples)
        elif then:
            then()

    patch.setattr(ClockKeeper, "measure", once)


@bug("F47", BINANCE, "the whole of a history has a limit, whatever comes", why="schedules ask for no bars")
def limits_the_whole(patch: Patch) -> None:
    def got(download: Download, bars: list[Any]) -> list[Any]:
        return bars

    patch.setattr(Download, "_got", got)


@bug(
    "F48", QMT, "an order that the user takes back before it has left is rejected", 0,
    "burst 4",
)
def takes_back_as_rejected(patch: Patch) -> None:
    on_outcome = OrderFlow.on_outcome

    def rejects(flow: OrderFlow, orderid: str, outcome: Outcome, code: object = "", text: str = "") -> None:
        entry = flow.table.get(orderid)
        if entry is not None and outcome is Outcome.NOT_SENT:
            entry.cancel_wanted = False
        on_outcome(flow, orderid, outcome, code, text)

    patch.setattr(OrderFlow, "on_outcome", rejects)


@bug("F50", QMT, "what was bought today can be sold today", why="the venue refuses such an order too, and the truth is the same")
def forgets_t_plus(patch: Patch) -> None:
    patch.setattr(Positions, "holding", lambda positions, order, same_day=False: Holding(None, None))


@bug("F51", QMT, "lots, ticks and the least volume are the venue's business", why="the server refuses such an order before its engine, which leaves no trace in the journal")
def forgets_lots(patch: Patch) -> None:
    patch.setattr(CashEquityRules, "check", lambda rules, order, holding, market: "")


@bug("F52", QMT, "polls do not rest while the market is closed", why="schedules have no hours: their market is always open")
def never_rests(patch: Patch) -> None:
    patch.setattr(Poller, "_rest", lambda poller: 0.0)


@bug(
    "F53", QMT, "an id is an id, on every day", why="the venue is taken for one that begins anew, and the orders come out right",
)
def forgets_the_day(patch: Patch) -> None:
    from vnpy_qmtrest import parse
    everywhere(patch, parse.day_id, lambda order_id, day: f"id-{order_id}")


@bug(
    "F54", QMT, "a 200 is an order: its result is not read", 0,
    "says answers 1; order BUY 9.2; pause 400",
)
def believes_200(patch: Patch) -> None:
    from vnpy_qmtrest.session import QmtSession
    placed = QmtSession._on_place

    def believes(session: Any, entry: Any, reply: Any, error: Any, asked_at: float) -> None:
        if reply is not None and reply.status == 200 and error is None:
            entry.acknowledged = True
            order = copy(entry.order)
            order.status = Status.NOTTRADED
            entry.order = order
            session.host.publish(copy(order))
        placed(session, entry, reply, error, asked_at)

    patch.setattr(QmtSession, "_on_place", believes)


@bug(
    "F55", QMT, "the price of a fill is the mean price of all of the order's fills", 0,
    "order BUY 10.03 600; pause 3000; price 9.9; pause 3000",
)
def tells_means(patch: Patch) -> None:
    patch.setattr(DerivedFills, "price_of", lambda fills, record, turnover: turnover / record.order.traded)


@bug("F56", QMT, "a server that answers HTTP is well", why="what is sent to a terminal that hangs is done later: nothing is lost, only nobody is told")
def http_is_health(patch: Patch) -> None:
    patch.setattr(ConnectionHealth, "bad", nothing)


@bug(
    "F57", QMT, "an order is found by its tag, or not at all", 0,
    "option tag_lost 1; fault order after_engine reset times=1; order BUY 9.2; pause 3000",
)
def finds_by_tag_only(patch: Patch) -> None:
    candidate = order_matching.is_candidate
    everywhere(patch, candidate, lambda sought, order: order.reference == sought.orderid and candidate(sought, order))


@bug("F58", QMT, "an order that the server refuses for its time is sent again and again", why="each time with the same end: who counts the tries sees it")
def sends_without_end(patch: Patch) -> None:
    from vnpy_qmtrest.session import QmtSession
    refused = QmtSession.refused

    def again(session: Any, entry: Any, code: Any, text: str) -> bool:
        entry.resent = False
        return refused(session, entry, code, text)

    patch.setattr(QmtSession, "refused", again)


@bug(
    "F59", BINANCE, "an open stream is a healthy one: nothing is compared with REST", 0,
    "still; order BUY 39900; pause 150; fault push on_push drop times=0; price 39000; pause 3000",
)
def trusts_pushes(patch: Patch) -> None:
    from vnpy_mockbinance.account import Account
    reconcile_now = Account.reconcile

    def once(account: Account) -> None:
        if not account.reconciled_at:
            reconcile_now(account)

    patch.setattr(Account, "reconcile", once)
    patch.setattr(PushWatch, "missed", nothing)


@bug(
    "F60", HASHEX, "a 500 is a refusal", 0,
    'still; fault order before_engine delay ms=3000 ack=true times=1; fault order on_reply status status=500 body="{}" times=1; order BUY 30000; pause 8000',
)
def takes_500_for_refusal(patch: Patch) -> None:
    classify = outcome.classify

    def refuses(reply: Any, error: Any, refusals: Any, read: Any = outcome.read_error) -> Any:
        if reply is not None and error is None and reply.status >= 500:
            return Outcome.REFUSED, reply.status, "server error"
        return classify(reply, error, refusals, read)

    everywhere(patch, classify, refuses)


@bug(
    "F62", BINANCE, "an answer that says unknown goes before what the stream has shown", 0,
    "fault order after_engine delay ms=600 times=1; says answers 0; order BUY 30000; pause 3000",
)
def answer_wins(patch: Patch) -> None:
    on_outcome = OrderFlow.on_outcome

    def gives_up(flow: OrderFlow, orderid: str, found: Outcome, code: object = "", text: str = "") -> None:
        entry = flow.table.get(orderid)
        if found is Outcome.UNKNOWN and entry is not None and entry.acknowledged and entry.is_active:
            flow.push(flow.table._conclude(entry, Status.REJECTED, inferred=False))
            return
        on_outcome(flow, orderid, found, code, text)

    patch.setattr(OrderFlow, "on_outcome", gives_up)


@bug(
    "F63", HASHEX, "what is absent from the list of open orders is cancelled", 0,
    "still; order BUY 39900; pause 400; fault push on_push drop times=0; price 39000; pause 30000",
)
def concludes_from_absence(patch: Patch) -> None:
    def on_open_orders(flow: OrderFlow, listed: list[Any], asked_at: float) -> None:
        found = reconcile.reconcile(flow.expected(), listed, asked_at)
        for record in found.updates:
            flow.on_order(record.order, record.venue_id, asked_at)
        for orderid in found.questions:
            entry = flow.table.active.get(orderid)
            if entry is not None and entry.acknowledged:
                flow.push(flow.table._conclude(entry, Status.CANCELLED, inferred=False))

    patch.setattr(OrderFlow, "on_open_orders", on_open_orders)


@bug(
    "F64", BINANCE, "a fill is delivered as often as it is told", 0,
    "fault push on_push duplicate copies=3 times=2; order BUY 45000; pause 400",
)
def delivers_again(patch: Patch) -> None:
    patch.setattr(DedupSet, "__contains__", lambda seen, thing: False)
    everywhere(patch, contradictions.fill_contradiction, lambda *args: "")


@bug(
    "F65", BINANCE, "an order that was taken for lost is lost", 0,
    "still; fault order before_engine delay ms=30000 ack=true times=1; fault order on_reply reset times=1; order BUY 30000; pause 35000",
)
def stays_lost(patch: Patch) -> None:
    merge = states.merge
    everywhere(patch, merge, lambda known, news, inferred=False: merge(known, news, False))
    patch.setattr(OrderFlow, "_hear_of_final", nothing)


@bug("F67", BINANCE, "a route that is gone is an error like any other", why="the other route is not needed: the first one is back with the end of the faults")
def minds_no_route(patch: Patch) -> None:
    patch.setattr(Routes, "gone", nothing)


@bug(
    "F68", BINANCE, "what Python reads as a number is one", 0,
    "says no_numbers 140; order BUY 30000; pause 400",
)
def takes_any_number(patch: Patch) -> None:
    def amount(value: Any) -> float:
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            return 0.0

    everywhere(patch, validate.amount, amount)
    everywhere(patch, validate.positive, amount)


@bug("F70", QMT, "the venue's positions are right, whatever was filled", why="positions are right again when they move again: what was shown meanwhile is no part of the truth in the end")
def believes_positions(patch: Patch) -> None:
    def told(still: Standstill, value: float, asked_at: float, patience: float) -> None:
        still.value = value
        still._happened.clear()

    patch.setattr(Standstill, "told", told)


@bug(
    "F71", BINANCE, "ids mean for ever what they meant once", 0,
    "still; order BUY 45000; pause 400; wipe 500; pause 30000; order BUY 45001; order BUY 45002; pause 3000",
)
def one_life(patch: Patch) -> None:
    patch.setattr(LifeWatch, "begin", nothing)


@bug(
    "F72", QMT, "a message is believed, though its parts contradict each other", 0,
    "says contradictions 1; order BUY 9.2; pause 3000",
)
def believes_contradictions(patch: Patch) -> None:
    everywhere(patch, contradictions.order_contradiction, lambda order: "")
    everywhere(patch, contradictions.known_contradiction, lambda *args: "")
    everywhere(patch, contradictions.fill_contradiction, lambda *args: "")


@bug(
    "F73", HASHEX, "an id is whatever stands in its place", 0,
    "says wrong_ids 5; order BUY 30000; pause 400",
)
def takes_any_id(patch: Patch) -> None:
    from vnpy_hashex import parse
    everywhere(patch, parse.parse_id, str)


@bug(
    "F74", BINANCE, "one word that an order has ended is enough", 0,
    "says cancelled 0; order BUY 30000; pause 400",
)
def believes_one_word(patch: Patch) -> None:
    patch.setattr(EndCheck, "begin", nothing)
    for look in ("_listed_alive", "_hear_of_final"):
        patch.setattr(OrderFlow, look, nothing)


@bug("F75", HASHEX, "the order that looks like ours is ours, whoever else trades", why="in the journal it is the account's order, as ours would be: nothing tells whose it is")
def takes_alike_for_ours(patch: Patch) -> None:
    candidate = order_matching.is_candidate

    def alike(sought: Any, order: Any) -> bool:
        nameless = copy(order)
        nameless.reference = ""
        return candidate(sought, nameless)

    everywhere(patch, candidate, alike)
    patch.setattr(VenueIds, "shared", property(lambda ids: False, lambda ids, value: None), raising=False)
