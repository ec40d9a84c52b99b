"""F30 to F40 but for F32: symbols, numbers, floods, other hands on the account, restarts of ours, the end."""


from vnpy.trader.constant import Status

from rest_locale import N_, _

from .matrix import Run, row
from .recorder import Missed

AT_RATE: int = 150              # orders of the long run


@row("F30", N_("a symbol is removed, and listed again"))
def symbol_removed(run: Run) -> None:
    desk = run.desk()
    resting = desk.send("BUY", run.market.low, run.market.volume(10))
    desk.wait_status(resting, Status.NOTTRADED)
    run.venue.remove_symbol(run.market.symbol)
    run.resolved(desk, resting, Status.CANCELLED)
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.resolved(desk, orderid, Status.REJECTED)
    run.venue.add_symbol(run.market.symbol)
    run.works(desk)


@row("F31", N_("numbers: steps, 0.1 + 0.2, 5e-05"))
def numbers(run: Run) -> None:
    desk, market = run.desk(), run.market
    odd = desk.send("BUY", *market.odd)
    order = desk.wait_status(odd, Status.NOTTRADED)
    sent = next(row for row in run.venue.journal() if row["kind"] == "order")
    if (float(sent["price"]), float(sent["qty"])) != market.rounded or (order.price, order.volume) != market.rounded:
        raise Missed("invented", _("{price!r} and {volume!r} went out as {sent_price} and {sent_volume}").format(price=market.odd[0], volume=market.odd[1], sent_price=sent['price'], sent_volume=sent['qty']))
    small = desk.send("SELL", market.dear, market.little)
    desk.wait_status(small, Status.NOTTRADED)
    for orderid in (odd, small):
        run.away(desk, orderid)
    least = desk.send("BUY", market.opens, market.too_little)
    run.resolved(desk, least, Status.REJECTED)


@row("F33", N_("a flood of pushes"), streams=True)
def flood(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk)
    quotes = run.arm(run.wire.quote_push, "on_push", "flood", copies=10_000, times=3)
    users = run.arm(run.wire.user_push, "on_push", "flood", copies=2_000, times=2)
    began: float = run.stage.monotonic()
    filled = [desk.send("BUY", run.market.high, run.market.volume(2))]
    run.struck(quotes, times=3)
    # a venue may cut off who does not read as fast as it pushes: then the orders of the new stream are flooded too
    while run.bitten(users) < 2 and len(filled) < 6:
        run.soon(lambda: run.bitten(users) >= 2, 2.0)
        filled.append(desk.send("BUY", run.market.high, run.market.volume(1)))
    run.struck(users, times=2)
    for orderid in filled:
        desk.wait_status(orderid, Status.ALLTRADED, seconds=20)
    run.works(desk)
    run.ticks_flow(desk)
    if run.stage.monotonic() - began > 40:
        raise Missed("hung", _("it falls behind"))


@row("F34", N_("nonces: never used twice, always rising"))
def nonces(run: Run) -> None:
    desk = run.desk()
    ids = [desk.send("BUY", run.market.low_at(n), run.market.volume(1)) for n in range(40)]
    for __ in range(5):
        desk.gateway.query_account()
    for orderid in ids:
        run.resolved(desk, orderid, Status.NOTTRADED)
    for orderid in ids:
        run.away(desk, orderid)


@row("F35", N_("a gap in the book"), streams=True)
def gap(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk, 5)
    dropped = run.arm(run.wire.quote_push, "on_push", "drop", probability=0.3, times=0)
    mixed = run.arm(run.wire.quote_push, "on_push", "reorder", count=3, order="shuffle", times=0)
    for price in run.market.swings:
        run.venue.set_price(run.market.symbol, price)
        desk.recorder.pass_time(0.7)
    for struck in (dropped, mixed):
        run.struck(struck)
    run.clear()
    run.ticks_flow(desk, 5)
    for tick in desk.recorder.ticks:
        if tick.bid_price_1 and tick.ask_price_1 and tick.bid_price_1 >= tick.ask_price_1:
            raise Missed("invented", _("a torn book: {bid} bid, {ask} asked").format(bid=tick.bid_price_1, ask=tick.ask_price_1))


@row("F36", N_("orders from elsewhere on the account"))
def elsewhere(run: Run) -> None:
    one, two = run.desk("ONE"), run.desk("TWO")
    orderid = one.send("BUY", run.market.low, run.market.volume(10))
    one.wait_status(orderid, Status.NOTTRADED)
    two.wait_status(one.known_as(orderid), Status.NOTTRADED, seconds=20)
    two.cancel(one.known_as(orderid))
    run.resolved(one, orderid, Status.CANCELLED)
    if run.profile.finds_lost:
        bought = two.send("BUY", run.market.high, run.market.volume(1))
        two.wait_status(bought, Status.ALLTRADED)
        one.wait_status(two.known_as(bought), Status.ALLTRADED, seconds=20)


@row("F37", N_("our own restart, with open orders and fills"))
def own_restart(run: Run) -> None:
    old = run.desk()
    done = old.send("BUY", run.market.high, run.market.volume(2))
    old.wait_status(done, Status.ALLTRADED)
    resting = old.send("BUY", run.market.near, run.market.volume(10))
    old.wait_status(resting, Status.NOTTRADED)
    done, resting = old.known_as(done), old.known_as(resting)
    old.assert_truth(run.profile.patience)
    old.close()
    run.desks.remove(old)
    new = run.desk()
    new.wait_status(resting, Status.NOTTRADED, seconds=20)
    if run.profile.finds_lost:
        new.wait_status(done, Status.ALLTRADED, seconds=20)
    run.venue.set_price(run.market.symbol, run.market.under)
    run.resolved(new, resting, Status.ALLTRADED)


@row("F38", N_("close in the midst of it, and connect again"), seconds=32)
def close_and_connect(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    orders = run.arm(run.wire.order, "before_engine", "hang", times=3)
    reads = run.arm("GET *", "before_engine", "hang", times=0, must_bite=False)     # not every gateway reads when it is told to
    for __ in range(3):
        desk.send("BUY", run.market.low, run.market.volume(10))
    desk.gateway.query_account()
    run.struck(orders, seconds=2 * run.profile.strike)
    run.soon(lambda: run.bitten(reads), run.profile.strike / 4)
    before: float = run.stage.monotonic()
    desk.gateway.close()
    if run.stage.monotonic() - before > 2.0:
        raise Missed("hung", _("close() took {seconds:.1f} s").format(seconds=run.stage.monotonic() - before))
    run.clear()
    all_threads = run.stage.seams.threads.enumerate
    left = [thread.name for thread in all_threads() if "rest" in thread.name.lower() or "websocket" in thread.name.lower()]
    desk.recorder.pass_time(0.2)
    left = [name for name in left if name in {thread.name for thread in all_threads()}]
    if left:
        raise Missed("hung", _("threads that are left: {left}").format(left=', '.join(left)))
    before_ready: int = len(desk.recorder.said(run.profile.ready_line))
    desk.connect()
    desk.recorder.wait(lambda: len(desk.recorder.said(run.profile.ready_line)) > before_ready, _("second connect"), 20.0)
    run.works(desk, run.profile.patience)
    for orderid in list(desk.recorder.orders):
        run.resolved(desk, orderid)


@row("F39", N_("a long run of orders at rate"))
def long_run(run: Run) -> None:
    desk = run.desk()
    for n in range(AT_RATE):
        orderid = desk.send("BUY" if n % 2 else "SELL", (run.market.low if n % 4 < 2 else run.market.high), run.market.small)
        if n % 3 == 0:
            desk.cancel(orderid)
    desk.recorder.wait(
        lambda: len(desk.recorder.orders) == AT_RATE
        and all(order.status is not Status.SUBMITTING for order in desk.recorder.orders.values()), _("every order answered"), max(60.0, run.profile.patience)
    )
    for orderid in list(desk.recorder.orders):
        run.away(desk, orderid)


@row("F40", N_("a listener that changes what it was handed"), spoils=True)
def careless(run: Run) -> None:
    desk = run.desk()
    resting = desk.send("BUY", run.market.near, run.market.volume(10))
    desk.wait_status(resting, Status.NOTTRADED)
    run.works(desk)
    run.venue.set_price(run.market.symbol, run.market.under)
    run.resolved(desk, resting, Status.ALLTRADED)
