"""F20, F22, F23, F28 to F30, F36 to F38, F41 to F44, F46, F69, F71: what happens to the venue, the wire, the account and the trading process."""

from rest_locale import _

from ..conform.rows_time import HOURS
from mockexchange.core.commands import CancelOrder, PlaceOrder
from mockexchange.core.errors import Refusal
from mockexchange.core.numbers import SCALE, parse_amount
from .bench import Bench, strike

WHILE: float = 20.0             # s that what lasts does
STEP: float = 0.5               # s between breaks of the wire
STEP_OF_ORDER: float = 120.0    # s in which an order comes to rest, or none does
AWAY: tuple[float, float] = (5.0, 40.0)         # s that a process is away


@strike("F20")
def clock_off(bench: Bench) -> None:
    way: int = bench.random.choice((10_000, -10_000))
    clock(bench, way, (_("the venue's clock is {seconds} s ahead") if way > 0 else _("the venue's clock is {seconds} s behind")).format(seconds=abs(way) // 1_000))


@strike("F46")
def clock_jumps(bench: Bench) -> None:
    clock(bench, HOURS * 3_600_000, _("the venue's clock is {hours} hours ahead").format(hours=HOURS))


def clock(bench: Bench, ms: int, what: str) -> None:
    bench.set_clock(ms)
    bench.strikes(what)
    bench.lasts(WHILE)
    bench.set_clock(0)


def away(bench: Bench, seconds: float, keep: bool = True) -> None:
    """The venue restarts, and is gone so long."""
    bench.strikes((_("the venue is gone for {seconds:g} s") if keep else _("the venue is gone for {seconds:g} s, and has lost its state")).format(seconds=seconds))
    if not keep:
        bench.before += bench.venue.journal()
    bench.venue.restart(keep_state=keep, down=seconds)


@strike("F22")
def restart(bench: Bench) -> None:
    away(bench, 1.0)


@strike("F23")
def wiped(bench: Bench) -> None:
    away(bench, 0.5, keep=False)


@strike("F28")
def gone(bench: Bench) -> None:
    away(bench, 4.0)


@strike("F71")
def lives(bench: Bench) -> None:
    away(bench, 2.0, keep=False)


@strike("F29")
def revoked(bench: Bench) -> None:
    bench.venue.set_key(bench.venue.key, True)
    bench.strikes(_("the key is revoked; it is good again later, and the user connects again"))
    bench.lasts(WHILE)
    bench.venue.set_key(bench.venue.key, False)
    bench.process.reconnect()


@strike("F30")
def symbol_removed(bench: Bench) -> None:
    bench.venue.remove_symbol(bench.market.symbol)
    bench.strikes(_("the symbol is removed, and listed again"))
    bench.lasts(WHILE)
    bench.venue.add_symbol(bench.market.symbol)


@strike("F36")
def elsewhere(bench: Bench) -> None:
    """Somebody else on the account: an order that rests and is cancelled."""
    order = PlaceOrder(
        bench.venue.key, bench.market.symbol, "BUY", "LIMIT", parse_amount(f"{bench.market.volume(1):.12g}"), parse_amount(f"{bench.market.low:.12g}"),
        client_order_id="elsewhere",
    )
    bench.venue.run(lambda venue: venue.apply(order))
    last = next(row for row in reversed(bench.venue.journal()) if row["kind"] == "order")
    bench.foreign.add(last["order_id"])
    bench.strikes(_("somebody else on the account sends an order, and cancels it"))
    bench.lasts(WHILE)
    if any(row["kind"] == "order" and row["order_id"] == last["order_id"] for row in bench.venue.journal()):
        bench.venue.run(lambda venue: venue.apply(CancelOrder(bench.venue.key, bench.market.symbol, order_id=last["order_id"])))


@strike("F37")
def own_restart(bench: Bench) -> None:
    bench.strikes(_("the user closes the trading process, and starts it again"))
    bench.process.restart(bench.random.uniform(*AWAY))


@strike("F69")
def killed(bench: Bench) -> None:
    """As soon as an order lives at the venue, where one does."""
    bench.resting(STEP_OF_ORDER)
    bench.strikes(_("the trading process is killed, and starts again"))
    bench.process.restart(bench.random.uniform(*AWAY), kill=True)


@strike("F38")
def close_and_connect(bench: Bench) -> None:
    if bench.struck(bench.arm(bench.orders, "before_engine", "hang")):
        bench.did.append(_("the gateway is closed, and connects again"))
        bench.process.disconnect()
        bench.clear()
        bench.lasts(5.0)
        bench.process.reconnect()


@strike("F41")
def silent_death(bench: Bench) -> None:
    bench.wire.forget()
    bench.strikes(_("what is connected dies in silence"))
    bench.lasts(1.0)


@strike("F42")
def bad_wire(bench: Bench) -> None:
    for __ in range(3):
        for break_it in (bench.wire.deafen, bench.wire.reset_new, bench.wire.refuse):
            bench.wire.heal()
            break_it()
            bench.strikes()
            bench.lasts(STEP)
    bench.wire.heal()
    bench.did.append(_("the wire goes deaf, resets and refuses for 5 s"))


@strike("F43")
def rules(bench: Bench) -> None:
    bench.venue.set_rules(bench.market.symbol, **bench.market.coarse)
    bench.strikes(_("coarser ticks and steps from now on: ") + ", ".join(f"{name} {value}" for name, value in bench.market.coarse.items()))


@strike("F44")
def amended(bench: Bench) -> None:
    """The first order that rests from now on loses half of what is left of it, by somebody else's hand."""
    while (row := bench.resting(bench.until)) is not None:
        half: int = (parse_amount(row["qty"]) + parse_amount(row["executed"])) // 2
        step: int = bench.venue.run(lambda venue: venue.exchange.instruments[bench.market.symbol].step_size)
        volume: str = f"{half // step * step / SCALE:.8f}"
        try:
            bench.venue.amend(volume, order_id=row["order_id"])
        except (ValueError, Refusal):   # it has ended meanwhile, or half of it is too little
            bench.sleep(STEP)
            continue
        bench.strikes(_("an order of {before:.12g} is made one of {after:.12g} by somebody else").format(before=float(row["qty"]), after=float(volume)))
        return
