"""Wrong builds of the qte dialect."""

from mutation import Mutation, of

FOLDER: str = "mockexchange/dialects/qte/"
FILE: str = "mockexchange/qte/test_qte_transcripts.py"
MARKET: str = f"{FILE}::test_market_data"
ORDERS: str = f"{FILE}::test_orders"

QTE: list[Mutation] = [
    *of(
        FOLDER + "rendering.py", MARKET,
        ("format_amount(bar.high),\n        format_amount(bar.low),", "format_amount(bar.low),\n        format_amount(bar.high),", "A28"),
        ("format_amount(bar.quote_volume)", "format_amount(bar.volume)", "A28"),
        ("format_amount(bar.taker_base)", "format_amount(bar.volume)", "A28"),
        ('"isBuyerMaker": trade.buyer_is_maker', '"isBuyerMaker": not trade.buyer_is_maker', "A27"),
        ('body["volume"] = plain(window.volume)', 'body["volume"] = plain(window.quote)', "A20"),
        ('body["highPrice"] = plain(window.high)', 'body["highPrice"] = plain(window.last)', "A19"),
        ("plain(-percent if change < 0 else percent)", "plain(percent)", "A19"),
        ('"bids": _levels(bids), "asks": _levels(asks)', '"bids": _levels(asks), "asks": _levels(bids)', "A23"),
    ),
    *of(
        FOLDER + "op_market.py", MARKET,
        ("average(AVERAGE_MINUTES, ctx.now)", "average(1440, ctx.now)", "A31"),
        ("bars(interval, limit, start, None if end is None else end + 999)", "bars(interval, limit, start, None)"),
        ("bars(interval, limit, start, None if end is None else end + 999)", "bars(interval, 500, start, None if end is None else end + 999)", "A29"),
        ("bars(interval, limit, start, None if end is None else end + 999)", "bars(interval, limit, None, None if end is None else end + 999)"),
        ("reversed(tape.trades(limit))", "tape.trades(limit)"),
        ("reversed(tape.trades(limit))", "reversed(tape.trades(50))", "A26"),
        ("book.bids(limit), book.asks(limit)", "book.bids(100), book.asks(100)", "A25"),
        ("tape.window(ctx.now - DAY, ctx.now)", "tape.window(ctx.now - 7 * DAY, ctx.now)", "A19"),
        ("return {symbol: _price(ctx, instruments[symbol])}", 'return {"symbol": symbol, "price": _price(ctx, instruments[symbol])}', "A14"),
    ),
    *of(
        FOLDER + "rendering.py", ORDERS,
        ('"side": one.side', '"side": "BUY"'),
        ('"type": one.type', '"type": "LIMIT"'),
        ('"status": order_status(one.status, cancelled)', '"status": "NEW"'),
        ('body["executedQty"] = plain(one.executed)', 'body["executedQty"] = plain(0)'),
        ('body["time"] = one.time // 1000', 'body["time"] = one.update_time // 1000'),
        ('"free": plain(free), "locked": plain(locked)', '"free": plain(locked), "locked": plain(free)'),
        ('return cancelled if status == "CANCELED" else status', "return status", "A66"),
    ),
    *of(
        FOLDER + "op_trade.py", ORDERS,
        ("    if order.account != ctx.account:\n", "    if False:\n"),
        ('order.price = params.amount("price", "价格")', 'order.price = params.amount("quantity", "价格")', "A50"),
        ("PlaceOrder(ctx.account, symbol, side, kind,", 'PlaceOrder(ctx.account, symbol, "BUY", kind,', "A50"),
    ),
    *of(
        FOLDER + "op_account.py", ORDERS,
        ("open_orders(ctx.account, symbol or None)", "open_orders(ctx.account, None)", "A68"),
        ("exchange.balances(ctx.account)", 'exchange.balances("other")'),
    ),
]
