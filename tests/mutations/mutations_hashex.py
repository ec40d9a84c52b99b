"""Wrong builds of the hashex dialect."""

from mutation import Mutation, of

FOLDER: str = "mockexchange/dialects/hashex/"
FILE: str = "mockexchange/hashex/test_hashex_transcripts.py"
MARKET: str = f"{FILE}::test_market_data"
ORDERS: str = f"{FILE}::test_orders"
SIBLING: str = f"{FILE}::test_orders_with_the_fields_of_the_siblings"
PUSHES: str = f"{FILE}::test_pushes"

HASHEX: list[Mutation] = [
    *of(
        FOLDER + "rendering.py", MARKET,
        ('"h": plain(bar.high, digits)', '"h": plain(bar.low, digits)'),
        ('"a": plain(bar.volume)', '"a": plain(bar.quote_volume)'),
        ('"v": plain(bar.quote_volume, TURNOVER_DIGITS)', '"v": plain(bar.volume, TURNOVER_DIGITS)'),
        ('"c": plain(window.last, digits)', '"c": plain(window.open, digits)'),
        ('"v": plain(window.quote, TURNOVER_DIGITS)', '"v": plain(window.volume, TURNOVER_DIGITS)'),
        ('"m": "ASK" if trade.buyer_is_maker else "BID"', '"m": "BID"'),
        ('"b": levels(book.bids(limit), listing)', '"b": levels(book.bids(50), listing)'),
        ('body["r"] = change_fraction(window)', 'body["r"] = change_percent(window)'),
        ('"makerFee": plain(instrument.maker_fee)', '"makerFee": plain(instrument.taker_fee)'),
        ('sign: str = "-" if window.last < window.open and parts else ""', 'sign: str = ""'),
    ),
    *of(
        FOLDER + "op_market.py", MARKET,
        ("bars(interval, limit, start, end)", "bars(interval, limit, start, None)"),
        ("bars(interval, limit, start, end)", "bars(interval, limit, None, end)"),
        ("bars(interval, limit, start, end)", "bars(interval, 500, start, end)"),
        ("reversed(found)", "found"),
        ("trades(number)", "trades(MAX_DEALS)"),
    ),
    *of(
        FOLDER + "rendering.py", ORDERS,
        ('body["orderSide"] = "BUY" if order.is_buy else "SELL"\n    body["balanceType"]', 'body["orderSide"] = "BUY"\n    body["balanceType"]'),
        ('body["orderType"] = "MARKET" if order.type == "MARKET" else "LIMIT"', 'body["orderType"] = "LIMIT"'),
        ('body["timeInForce"] = "GTX" if order.type == "LIMIT_MAKER" else order.time_in_force', 'body["timeInForce"] = "GTC"'),
        ('body["executedQty"] = plain(order.executed)', 'body["executedQty"] = "0"'),
        ('body["state"] = order_state(order.status, order.executed)', 'body["state"] = order.status'),
        ("plain(one.executed_quote * SCALE // one.executed, listing.price_digits)", "plain(one.price, listing.price_digits)"),
        ("plain(order.locked, listing.price_digits if order.is_buy else 0)", "plain(order.quantity)"),
        ('body["fee"] = plain(fill.fee)', 'body["fee"] = plain(fill.quantity)'),
        ('"balance": plain(free + locked)', '"balance": plain(free)'),
        ('"availableBalance": plain(free)', '"availableBalance": plain(free + locked)'),
        ('"estimatedFreeze": plain(multiply(value, locked))', '"estimatedFreeze": plain(locked)'),
    ),
    *of(
        FOLDER + "rendering.py", SIBLING,
        ('body["orderSide"] = "BUY" if fill.is_buy else "SELL"', 'body["orderSide"] = "BUY"'),
    ),
    *of(
        FOLDER + "op_account.py", ORDERS,
        ("start is None or order.time >= start", "start is None or order.time > start"),
        ("end is None or order.time <= end", "True"),
        ("found[(page - 1) * size:page * size]", "found[:size]"),
        ('"2": frozenset({"PARTIALLY_FILLED"})', '"2": frozenset({"NEW", "PARTIALLY_FILLED"})'),
        ("low += low < len(found) and _key(found[low]) == key", "low += 0"),
        ("max(0, low - limit), low", "0, low"),
        ('"hasNext": high < len(found)', '"hasNext": False'),
        ("ctx.exchange.order_fills(ctx.account, order_id)", 'ctx.exchange.order_fills("me", order_id)'),
        ("if not coin or asset == coin", "if True"),
        ("wire_client_id(order.client_order_id) == client_order_id", "True"),
    ),
    *of(
        FOLDER + "op_trade.py", ORDERS,
        ("PlaceOrder(ctx.account, listing.symbol, side, kind,", 'PlaceOrder(ctx.account, listing.symbol, "BUY", kind,'),
        ('        if time_in_force == "GTX":\n', "        if False:\n"),
    ),
    *of(FOLDER + "op_trade.py", SIBLING, ("order.quote_quantity = amount", "order.quantity = amount")),
    *of(
        FOLDER + "stream_rendering.py", PUSHES,
        ('"h": plain(bar.high, digits)', '"h": plain(bar.close, digits)'),
        ('"m": SELL if trade.buyer_is_maker else BUY', '"m": BUY'),
        ('"m": BUY if is_buy else SELL', '"m": BUY'),
        ('"a": levels(asks, listing)', '"a": levels(bids, listing)'),
        ('"v": plain(window.quote, TURNOVER_DIGITS)', '"v": plain(window.volume, TURNOVER_DIGITS)'),
    ),
    *of(
        FOLDER + "user_data.py", PUSHES,
        ('"direction": BUY if report.side == "BUY" else SELL', '"direction": BUY'),
        ('"dealQty": plain(report.executed)', '"dealQty": "0"'),
        ('"orderType": MARKET if report.type == "MARKET" else LIMIT', '"orderType": LIMIT'),
        ("plain(fill.quote if fill.is_buy else fill.quantity)", "plain(fill.quote)"),
        ('"balance": plain(free),', '"balance": plain(free + locked),'),
        ('"CANCELED": 4, "PARTIALLY_CANCELED": 4', '"CANCELED": 4, "PARTIALLY_CANCELED": 2'),
    ),
    *of(
        FOLDER + "signature.py", ORDERS,
        ("    if age > window:\n", "    if False:\n"),
        ("raise fault(PARAMETER_ERROR, f", "raise fault(SIGNATURE_ERROR, f"),
    ),
]
