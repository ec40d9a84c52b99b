"""Wrong builds of what the gateways make of answers, and of what they send."""

from mutation import Mutation, of

PARSE: str = "mockbinance/test_parse.py::"
CALLS: str = "mockbinance/test_calls.py::"
ERRORS: str = "mockbinance/test_errors.py::"
QTE: str = "mockbinance/test_qte_parse.py::"
QTE_CALLS: str = "mockbinance/test_qte_calls.py::"
HASHEX: str = "hashex/test_hashex_parse.py::"
HASHEX_CALLS: str = "hashex/test_hashex_calls.py::"
HASHEX_ERRORS: str = "hashex/test_hashex_errors.py::"

GATEWAYS: list[Mutation] = [
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_a_kline",
        ("high_price=amount(row[2]),", "high_price=amount(row[3]),"),
        ("volume=amount(row[5]),", "volume=amount(row[7]),"),
        ("turnover=amount(row[7]),", "turnover=amount(row[5]),"),
        ("datetime=parse_time(row[0]),", "datetime=parse_time(row[6]),"),
    ),
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_a_contract_with_its_filters",
        ('max_volume=_amount(lot.get("maxQty", "0"))', 'max_volume=_amount(lot.get("minQty", "0"))'),
        ('contract, tick, step,', 'contract, step, tick,'),
        ('"STOP_LOSS_LIMIT" in d.get("orderTypes", ())', "False"),
        ('filters.get("NOTIONAL") or filters.get("MIN_NOTIONAL") or NO_FILTER', "{}"),
    ),
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_a_whole_step_and_a_symbol_without_stops",
        ('_amount(lot.get("minQty", "0")), _amount(', '_amount(lot.get("stepSize", "0")), _amount('),
    ),
    *of("vnpy_mockbinance/parse.py", PARSE + "test_min_notional_is_the_older_name", ('filters.get("NOTIONAL") or filters.get("MIN_NOTIONAL")', 'filters.get("NOTIONAL")')),
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_a_cancels_answer_names_the_order_not_the_cancel",
        ('text_id(d.get("origClientOrderId") or d["clientOrderId"])', 'text_id(d["clientOrderId"])'),
    ),
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_a_new_orders_full_answer",
        ('traded=amount(d["executedQty"])', "traded=0.0"),
        ('direction=parse_direction(d["side"]),\n            price=positive(fill["price"]),', 'direction=Direction.LONG,\n            price=positive(fill["price"]),'),
        ('volume=positive(fill["qty"])', 'volume=positive(fill["price"])'),
        ('trade_id(contract.name, number_id(fill["tradeId"], 0), number_id(d["orderId"]))', 'trade_id(contract.name, 0, number_id(d["orderId"]))'),
    ),
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_an_orders_time_is_when_it_was_made",
        ('d.get("time") or d.get("workingTime")', 'd.get("updateTime") or d.get("workingTime")'),
        ('d.get("workingTime") or d.get("transactTime")', 'd.get("transactTime") or d.get("workingTime")'),
    ),
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_types_and_prices",
        ('if type.startswith(("STOP_LOSS", "TAKE_PROFIT")):', 'if type.startswith("STOP_LOSS"):'),
        ('type_to_vt(d["type"], d.get("timeInForce", ""))', 'type_to_vt(d["type"], "GTC")'),
    ),
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_a_trade_of_the_list",
        ("Direction.LONG if d[\"isBuyer\"] else Direction.SHORT", "Direction.SHORT if d[\"isMaker\"] else Direction.LONG"),
        ('volume=positive(d["qty"]),\n        datetime', 'volume=positive(d["quoteQty"]),\n        datetime'),
    ),
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_a_trade_report",
        ('traded=amount(d["z"])', 'traded=amount(d.get("l", "0"))'),
        ('price=positive(d["L"])', 'price=positive(d["p"])'),
        ("volume=last,", 'volume=amount(d["z"]),'),
        ('datetime=parse_time(d.get("O") or d["E"])', 'datetime=parse_time(d.get("T") or d["E"])'),
        ('datetime=parse_time(d.get("T") or d["E"])', 'datetime=parse_time(d["E"])'),
    ),
    *of("vnpy_mockbinance/parse.py", PARSE + "test_a_cancels_report_names_the_order_by_its_original_id", ('text_id(d.get("C") or d["c"])', 'text_id(d["c"])')),
    *of(
        "vnpy_mockbinance/parse.py", PARSE + "test_a_sell_that_is_filled_at_another_price",
        ('direction: Direction | None = parse_direction(d["S"])', "direction: Direction | None = Direction.LONG"),
        ('direction=parse_direction(d["side"]),\n        price=order_price', 'direction=Direction.LONG,\n        price=order_price'),
        ('status=status_to_vt(d["X"])', 'status=status_to_vt(d["x"])'),
        ('type=type_to_vt(d["o"], d.get("f", ""))', 'type=type_to_vt(d["o"], "")'),
    ),
    *of(
        "vnpy_mockbinance/calls.py", CALLS + "test_a_sell_stop_goes_the_other_way",
        ("max(trigger * (1 - STOP_SLIP), tick)", "max(trigger * (1 + STOP_SLIP), tick)"),
        ("DIRECTION_VT2BINANCE[order.direction] ", 'DIRECTION_VT2BINANCE[Direction.LONG] '),
    ),
    *of(
        "vnpy_mockbinance/calls.py", CALLS + "test_each_type",
        ('"newOrderRespType": "FULL"', '"newOrderRespType": "ACK"'),
        ('params["timeInForce"] = time_in_force', 'params["timeInForce"] = "GTC"'),
        ("trigger * (1 + STOP_SLIP)", "trigger * (1 - STOP_SLIP)"),
        ('params["stopPrice"] = round_down(order.price, tick)', 'params["stopPrice"] = stop_limit_price(order, tick)'),
    ),
    *of("vnpy_mockbinance/calls.py", CALLS + "test_exact_text_never_an_exponent", ('"quantity": round_down(order.volume, step)', '"quantity": str(order.volume)')),
    *of(
        "vnpy_mockbinance/calls.py", CALLS + "test_an_order_is_named_by_the_venues_id_once_it_is_known",
        ('venue_id.removeprefix(order_key(name, ""))', "venue_id"),
        ('"origClientOrderId": orderid', '"newClientOrderId": orderid'),
    ),
    *of(
        "vnpy_mockbinance/errors.py", ERRORS + "test_codes_that_prove_a_refusal",
        ("    -1021,      # timestamp outside", "    # timestamp outside"), ('    "HTTP 429", "HTTP 418",\n})', "})"),
        ("    -1013,      # refused before", "    # refused before"),
    ),
    *of("vnpy_mockbinance/errors.py", ERRORS + "test_a_duplicate_id_may_well_be_alive", ("not (code == -2010 and text == DUPLICATE_TEXT)", "True")),
    *of(
        "vnpy_mockbinance/errors.py", ERRORS + "test_what_a_cancel_gives_up_on",
        ('REFUSALS - {-2010, -1003, -1021, "HTTP 429", "HTTP 418"}', "REFUSALS - {-2010, -1021}"),
        ("| {UNKNOWN_ORDER}", "| {NO_SUCH_ORDER}"),
    ),
    *of(
        "vnpy_mockbinance/errors.py", ERRORS + "test_when_to_come_back",
        ('(data["retryAfter"] - data["serverTime"]) / 1_000', '(data["retryAfter"] - data["serverTime"])'),
        ("max(0.0, ", "max(1.0, "),
    ),
    *of(
        "vnpy_mockbinance/errors.py", ERRORS + "test_code_and_text_of_an_answer",
        ('return data["code"], str(data.get("msg", ""))', 'return reply.status, str(data.get("msg", ""))'),
        ('return 0, f"status {reply.status}"', 'return reply.status, f"status {reply.status}"'),
    ),
    *of(
        "vnpy_mockbinance/errors.py", ERRORS + "test_a_route_that_is_gone",
        ("status in (404, 410) and not code", "status in (404, 410)"), ("code in RETIRED or ", ""),
    ),
    *of(
        "vnpy_mockbinance/qte/parse.py", QTE + "test_order_of_the_document",
        ('text_id(d.get("clientOrderId") or venue_id)', "text_id(venue_id)"),
        ('d.get("origQty", d.get("quantity"))', 'd.get("origQty")'),
        ("parse_time(whole(time)) if time else moment", "parse_time(whole(time)) if time else None"),
    ),
    *of(
        "vnpy_mockbinance/qte/parse.py", QTE + "test_status_words_and_what_they_say_of_the_volume",
        ('Status.CANCELLED if word == "CANCELLED" else status_to_vt(word)', "status_to_vt(word)"),
        ('"FILLED": volume,', '"FILLED": 0.0,'),
    ),
    *of("vnpy_mockbinance/qte/parse.py", QTE + "test_orders_of_the_later_builds", ('number(d.get("executedQty"))', "None")),
    *of("vnpy_mockbinance/qte/parse.py", QTE + "test_a_sell_of_every_kind", ('direction=parse_direction(d["side"])', "direction=Direction.LONG"), ('Direction.LONG if d["isBuyer"] else Direction.SHORT', "Direction.LONG")),
    *of("vnpy_mockbinance/qte/parse.py", QTE + "test_a_new_order_with_fills_is_partly_traded", ("order.status = Status.PARTTRADED", "order.status = Status.NOTTRADED")),
    *of("vnpy_mockbinance/qte/parse.py", QTE + "test_price_of_a_fill_of_a_sell", ("else max(limit, reference)", "else min(limit, reference)")),
    *of("vnpy_mockbinance/qte/parse.py", QTE + "test_price_of_a_fill_that_is_not_told", ("    if limit and not taken:\n", "    if limit:\n"), ("return min(limit, reference) if", "return reference if")),
    *of(
        "vnpy_mockbinance/qte/parse.py", QTE + "test_book_is_sorted_here",
        ("sorted((row for row in bids if row[1] > 0), reverse=True)", "sorted(row for row in bids if row[1] > 0)"),
        ("sorted((row for row in bids if row[1] > 0), reverse=True)", "sorted(bids, reverse=True)"),
    ),
    *of(
        "vnpy_mockbinance/qte/parse.py", QTE + "test_day_of_seven_fields_and_of_all",
        ('last - float(d.get("priceChange") or 0)', 'last + float(d.get("priceChange") or 0)'),
        ('of("highPrice"), of("lowPrice"), of("volume"), of("quoteVolume"))', 'of("lowPrice"), of("highPrice"), of("volume"), of("quoteVolume"))'),
    ),
    *of("vnpy_restgateway/polled/derived_fills.py", QTE + "test_made_fills_have_ids_that_the_same_look_makes_again", ("round(traded - filled, 10)", "traded"), ("{traded:.10g}", "{traded - filled:.10g}")),
    *of("vnpy_mockbinance/qte/parse.py", QTE + "test_what_an_answer_to_an_order_proves", ("return not (ENGINE_FAILED in text or LOOP in text)", "return True")),
    *of("vnpy_mockbinance/qte/parse.py", QTE + "test_a_page_instead_of_an_answer", ("reply.status in (401, 403, 405, 415, 429)", "reply.status // 100 == 4")),
    *of(
        "vnpy_mockbinance/qte/calls.py", QTE_CALLS + "test_each_type_in_each_build",
        ("DIRECTION_VT2BINANCE[order.direction]", "DIRECTION_VT2BINANCE[Direction.LONG]"),
        ("and not build.market_buys", "and build.market_buys"),
        ("(1 + MARKET_SLIP)", "(1 - MARKET_SLIP)"),
        ('"type": "LIMIT" if limit else "MARKET"', '"type": "LIMIT"'),
        ('if build.time_in_force:', 'if not build.time_in_force:'),
        ("round_down(order.price, tick) if", "round_up(order.price, tick) if"),
    ),
    *of("vnpy_mockbinance/qte/calls.py", QTE_CALLS + "test_an_order_is_named_in_every_spelling", ('"order_id": venue_id, "orderId": venue_id', '"order_id": venue_id')),
    *of(
        "vnpy_hashex/parse.py", HASHEX + "test_bar",
        ('high_price=amount(d["h"])', 'high_price=amount(d["l"])'),
        ('volume=amount(d["a"])', 'volume=amount(d["v"])'),
        ('turnover=amount(d["v"])', 'turnover=amount(d["a"])'),
        ('datetime=parse_time(d["t"])', 'datetime=parse_time(0)'),
    ),
    *of(
        "vnpy_hashex/parse.py", HASHEX + "test_order_detail",
        ('price=positive(d["price"]) if', "price=1.0 if"), ("volume=volume,", "volume=traded,"),
        ('reference=text_id(d["clientOrderId"]) if d.get("clientOrderId") else ""', 'reference=""'),
        ('d.get("createdTime") or d.get("createTime")', 'd.get("updatedTime")'),
    ),
    *of(
        "vnpy_hashex/parse.py", HASHEX + "test_order_push",
        ('d["orderSide"] if "orderSide" in d else d["direction"]', 'd["orderSide"] if "orderSide" in d else 1.5'),
        ('executed: Any = d["executedQty"] if "executedQty" in d else d["dealQty"]', 'executed: Any = d.get("executedQty")'),
        ('d.get("createdTime") or d.get("createTime")', 'd.get("createdTime")'),
    ),
    *of(
        "vnpy_hashex/parse.py", HASHEX + "test_market_buy_has_no_volume_until_it_is_filled",
        ("volume = traded if status is Status.ALLTRADED else 0.0", "volume = traded"),
        ("if type_ is OrderType.MARKET and direction is Direction.LONG:", "if type_ is OrderType.MARKET:"),
    ),
    *of("vnpy_hashex/parse.py", HASHEX + "test_cancelled_with_fills_and_new_with_fills", ("        status = Status.PARTTRADED\n", "        status = Status.NOTTRADED\n")),
    *of("vnpy_hashex/parse.py", HASHEX + "test_order_of_the_documents_own_history", ("traded = volume             #", "traded = 0.0             #")),
    *of("vnpy_hashex/parse.py", HASHEX + "test_fill", ('volume=positive(d["quantity"])', 'volume=positive(d["price"])'), ('direction_to_vt(d["orderSide"]) if d.get("orderSide") is not None else direction', "direction")),
    *of("vnpy_hashex/parse.py", HASHEX + "test_margin_is_another_account", ('str(d.get("balanceType") or SPOT) == SPOT', "True")),
    *of("vnpy_hashex/parse.py", HASHEX + "test_balances_are_available_and_frozen", ('amount(d["availableBalance"])', 'amount(d["balance"])')),
    *of("vnpy_hashex/parse.py", HASHEX + "test_listing_guessed_from_a_ticker_is_no_finer_than_what_is_shown", ("max(decimals(d.get(key))", "min(decimals(d.get(key))"), ('min(decimals(d.get("a")), GUESSED_VOLUME_DIGITS)', 'decimals(d.get("a"))')),
    *of("vnpy_hashex/parse.py", HASHEX + "test_listing", ('d.get("baseAsset") or base', "base"), ('d.get("quoteAsset") or quote', 'd.get("quoteAsset")'), ('digits(d["pricePrecision"]), digits(d["quantityPrecision"])', 'digits(d["quantityPrecision"]), digits(d["pricePrecision"])')),
    *of(
        "vnpy_hashex/parse.py", HASHEX + "test_what_an_order_says_of_itself",
        ("filled < order.volume * (1.0 - NOISE)", "filled > order.volume * (1.0 - NOISE)"),
        ('if str(d["state"]) in NEVER_TRADED and traded:', "if False:"),
        ("if price and not traded and order.status is not Status.ALLTRADED:", "if False:"),
        ("if traded and not price:", "if False:"),
        ("_ROUNDED[order.direction])):", "1.01)):"),
    ),
    *of(
        "vnpy_hashex/calls.py", HASHEX_CALLS + "test_market_buy",
        ("(1 + CAP)", "(1 - CAP)"), ("order.volume * best_ask, tick)", "order.volume, tick)"),
        ('or market_buy == BASE', 'or market_buy == QUOTE'),
    ),
    *of("vnpy_hashex/calls.py", HASHEX_CALLS + "test_market_sell_is_base_in_every_source", ('params["tradeType"] = "MARKET"', 'params["tradeType"] = "LIMIT"')),
    *of("vnpy_hashex/calls.py", HASHEX_CALLS + "test_a_sell", ("DIRECTION_VT2HASHEX[order.direction]", "DIRECTION_VT2HASHEX[Direction.LONG]")),
    *of("vnpy_hashex/calls.py", HASHEX_CALLS + "test_limit", ('"clientOrderId": order.orderid,', '"clientOrderId": "",')),
    *of(
        "vnpy_hashex/errors.py", HASHEX_ERRORS + "test_both_text_keys",
        ('text: Any = data.get("msg")\n', 'text: Any = data.get("message")\n'), ('        text = data.get("message")\n', '        text = ""\n'),
    ),
    *of("vnpy_hashex/errors.py", HASHEX_ERRORS + "test_what_is_no_envelope_proves_nothing", ("    if isinstance(code, bool):\n        return None\n", "")),
    *of("vnpy_hashex/errors.py", HASHEX_ERRORS + "test_every_documented_code_has_its_place", ("TIMESTAMP | {NONCE}\n", "TIMESTAMP\n"), ("NO_SUCH_URL, \"HTTP 418\"", "\"HTTP 418\"")),
]
