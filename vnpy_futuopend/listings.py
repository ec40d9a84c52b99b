"""Contracts: made of what the gateway lists of a security, asked for as far as they are wanted (sections 2.8, 2.9, 5.3, 5.6, 5.7)."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from logging import ERROR, WARNING
from typing import Any

from vnpy.trader.constant import Product
from vnpy.trader.object import ContractData

from rest_locale import _
from vnpy_restgateway.contracts import Listing
from vnpy_restgateway.decimals import plain
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Reply, coded
from vnpy_restgateway.net.validate import amount, label, short, whole
from vnpy_restgateway.polled.ranked_rest import Command, Rank
from vnpy_restgateway.trading_rules import CashEquityRules

from .calls import security
from .endpoints import SNAPSHOT, STATIC_INFO
from .enums import BY_QOT, FUND, HK, PRODUCTS, SH, SZ, TRADED, US, Market, venue_symbol
from .outcomes import FAILED, read_error, rows
from .rest import FutuRest

BATCH: int = 30                 # securities of a request: larger ones were seen to stall
UNKNOWN_FOR: float = 600.0      # s until a security that was not there is asked for again
AGAIN: float = 1.0              # s until what got no answer is asked again
Wanted = tuple[Market, str]     # a market and a code
Ticks = list[tuple[Decimal, Decimal]]

# what a purchase costs beside its price: commission and levies with their least, and no more than any broker takes
FEES: dict[str, tuple[float, float]] = {"HK": (0.001385, 3.0), "US": (0.0003, 0.99), "CN": (0.000384, 3.0)}


def table(text: str) -> Ticks:
    """"0 0.001 1 0.002": from 0 on 0.001, from 1 on 0.002."""
    words: list[Decimal] = [Decimal(word) for word in text.split()]
    return list(zip(words[::2], words[1::2], strict=True))


# upper bounds of bands are multiples of both their ticks, so "from this price on" takes the same prices. Shares since 2025-08-04; what
# has changed since is seen by the tick that the gateway tells at the current price
HK_SHARES: Ticks = table("0 0.001 0.25 0.005 0.5 0.01 10 0.01 20 0.02 50 0.05 100 0.1 200 0.2 500 0.5 1000 1 2000 2 5000 5")
HK_FUNDS: Ticks = table("0 0.001 1 0.002 5 0.005 10 0.01 20 0.02 100 0.05 200 0.1 500 0.2 1000 0.5 2000 1")
HK_OTHERS: Ticks = table("0 0.001 0.25 0.005 0.5 0.01 10 0.02 20 0.05 100 0.1 200 0.2 500 0.5 1000 1 2000 2 5000 5")
US_SHARES: Ticks = table("0 0.0001 1 0.01")
CN_SHARES: Ticks = table("0 0.01")
CN_FUNDS: Ticks = table("0 0.001")


def ticks_of(market: Market, kind: int, price: float, spread: float) -> Ticks:
    """The ticks by price; that at the current price is what the gateway tells."""
    if market is HK:
        found: Ticks = HK_FUNDS if kind == FUND else HK_SHARES if PRODUCTS.get(kind) is Product.EQUITY else HK_OTHERS
    elif market is US:
        found = US_SHARES
    else:
        found = CN_FUNDS if kind == FUND else CN_SHARES
    told: Decimal = Decimal(plain(spread))
    if not told or not price:
        return found
    band: int = max((n for n, (above, __) in enumerate(found) if price >= float(above)), default=0)
    if found[band][1] == told or price == float(found[band][0]):
        return found                    # on a bound either of two is told
    return [*found[:band], (found[band][0], told), *found[band + 1:]]


def tick_at(ticks: Ticks, price: float) -> Decimal:
    return next((tick for above, tick in reversed(ticks) if price >= float(above)), ticks[0][1])


def listing_of(static: dict[str, Any], snapshot: dict[str, Any], gateway_name: str, rounds: bool) -> Listing:
    """
    The contract of a security, of its rows in both answers (their ``basic``).

    :raises ValueError: it is not traded here
    """
    market: Market | None = BY_QOT.get(static["security"]["market"])
    code: str = label(static["security"]["code"])
    kind: Any = static["sec_type"]
    if market is None or type(kind) is not int or kind not in TRADED:
        raise ValueError(_("{code} is of security type {kind}, which is not traded here").format(code=code, kind=short(kind)))
    lot: int = whole(static["lot_size"]) or whole(snapshot.get("lot_size") or 0) or 1
    price: float = amount(snapshot.get("cur_price") or 0.0) or amount(snapshot.get("last_close_price") or 0.0)
    ticks: Ticks = ticks_of(market, kind, price, amount(snapshot.get("price_spread") or 0.0))
    step: int = 1 if market is US else lot
    contract: ContractData = ContractData(
        gateway_name=gateway_name, symbol=code, exchange=market.exchange, name=str(static.get("name") or code)[:64], product=PRODUCTS[kind],
        size=1, pricetick=float(tick_at(ticks, price)), min_volume=step, net_position=True, history_data=True,
    )
    contract.extra = {"base": code, "quote": market.currency, "lot_size": lot}
    star: bool = market is SH and code.startswith(("688", "689"))
    rate, least_fee = FEES[market.word]
    rules: CashEquityRules = CashEquityRules(
        contract, ticks, Decimal(1 if star else step), Decimal(200 if star else step), odd_lots=market in (SH, SZ), fee_rate=rate,
        least_fee=least_fee, rounds=rounds,
    )
    return Listing(contract, venue_symbol(market, code), rules)


class Listings:
    """
    Asks for securities and adds their contracts. SerialExecutor thread only.

    :param changed: called when contracts have come that were not known
    """

    def __init__(self, host: Host, rest: FutuRest, rounds: bool, changed: Callable[[], None]) -> None:
        self.host: Host = host
        self.rest: FutuRest = rest
        self.rounds: bool = rounds
        self.changed: Callable[[], None] = changed
        self.unknown: dict[str, float] = {}                         # venue symbol -> until when nobody asks for it again, monotonic s
        self.asked: dict[str, list[Callable[[], None]]] = {}        # on their way -> who waits for them
        self.fresh: bool = False

    def is_unknown(self, market: Market, code: str) -> bool:
        """Whether the gateway has said lately that there is no such security to trade. Any thread."""
        return self.host.monotonic() < self.unknown.get(venue_symbol(market, code), 0.0)

    def want(self, wanted: Iterable[Wanted], then: Callable[[], None] | None = None) -> None:
        """Contracts of these, and ``then`` a call, when each is here or it is known that there is none."""
        missing: dict[str, Wanted] = {venue_symbol(*each): each for each in wanted if self.host.contracts.of_venue(venue_symbol(*each)) is None}
        missing = {name: each for name, each in missing.items() if not self.is_unknown(*each)}
        left: set[str] = set(missing)
        if not missing:
            if then is not None:
                then()
            return

        def here(name: str) -> None:
            left.discard(name)
            if not left and then is not None:
                then()

        new: list[Wanted] = [each for name, each in missing.items() if name not in self.asked]
        for name in missing:
            self.asked.setdefault(name, []).append(partial(here, name))
        for at in range(0, len(new), BATCH):
            self._ask_static(new[at:at + BATCH])

    def _ask_static(self, batch: list[Wanted]) -> None:
        def take(found: list[Any]) -> None:
            basics: dict[str, Any] = self._by_name([row["basic"] for row in found])
            self._ask_snapshot([each for each in batch if venue_symbol(*each) in basics], basics)
            for each in batch:
                if venue_symbol(*each) not in basics:
                    self._done(each, _("the gateway lists no such security"))

        self._ask(STATIC_INFO, "static_info_list", batch, take, self._ask_static)

    def _ask_snapshot(self, batch: list[Wanted], basics: dict[str, Any]) -> None:
        def take(found: list[Any]) -> None:
            shown: dict[str, Any] = self._by_name([row["basic"] for row in found])
            for each in batch:
                name: str = venue_symbol(*each)
                try:
                    listing: Listing = listing_of(basics[name], shown.get(name, {}), self.host.gateway_name, self.rounds)
                except (ValueError, KeyError, TypeError, ArithmeticError) as problem:
                    self._done(each, str(problem))
                    continue
                self.fresh = True
                self.host.renew_contract(*listing)
                self._done(each, "")

        if batch:
            self._ask(SNAPSHOT, "snapshot_list", batch, take, lambda part: self._ask_snapshot(part, basics))

    @staticmethod
    def _by_name(found: list[dict[str, Any]]) -> dict[str, Any]:
        named: dict[str, Any] = {}
        for row in found:
            market: Market | None = BY_QOT.get(row["security"]["market"])
            if market is not None:
                named[venue_symbol(market, row["security"]["code"])] = row
        return named

    def _ask(
        self, path: str, name: str, batch: list[Wanted], take: Callable[[list[Any]], None], again: Callable[[list[Wanted]], None],
    ) -> None:
        """One request; asked again until it is answered, each by itself when one of them is refused."""
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            refused = read_error(reply) if reply is not None and error is None else None
            if reply is not None and refused is not None and (refused[0] == FAILED or reply.status == 400):
                if len(batch) > 1:
                    for each in batch:
                        again([each])
                else:
                    self._done(batch[0], f"{refused[1]}")
                return
            try:
                if reply is None or error is not None or refused is not None:
                    raise ValueError(str(error) if refused is None else coded(*refused))
                take(rows(reply.data, name))
            except (ValueError, KeyError, TypeError, AttributeError) as problem:
                if self.host.locked_out:
                    return
                self.host.log_once("query contract", _("Query contract failed, trying again: {problem}").format(problem=problem), WARNING)
                key: str = f"contract {path} {venue_symbol(*batch[0])}"
                self.host.executor.call_later(max(AGAIN, self.host.pause()), key, partial(again, batch))

        body: dict[str, Any] = {"security_list": [security(*each) for each in batch]}
        self.rest.call(*Command("POST", path, body), answered, rank=Rank.QUESTION)

    def _done(self, each: Wanted, why_not: str) -> None:
        name: str = venue_symbol(*each)
        if why_not:
            if each[0] is HK and each[1].isdigit() and len(each[1]) < 5:
                why_not = _("Hong Kong's codes have five digits, {code}").format(code=each[1].zfill(5))
            self.unknown[name] = self.host.monotonic() + UNKNOWN_FOR
            self.host.log_once(f"symbol {name}", _("{code}.{exchange} is not traded here: {reason}").format(code=each[1], exchange=each[0].exchange.value, reason=why_not), ERROR)
        else:
            self.unknown.pop(name, None)
        for call in self.asked.pop(name, []):
            self.host.guard(call)
        if not self.asked and self.fresh:
            self.fresh = False
            self.changed()
