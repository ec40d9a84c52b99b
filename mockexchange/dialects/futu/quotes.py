"""Quotes as the wire has them (spec 2.2, 2.5 to 2.9): from the books and the tapes. Times in us."""

from datetime import date
from typing import Any
from zlib import crc32

from ...core.events import PublicTrade
from ...core.numbers import SCALE
from ...core.tape import Window
from . import enums
from .contents import CN, MarketFacts
from .rendering import Body, number
from .state import DialectState, begins, local, stamp

NOON: int = 12
MOST_LEVELS: int = 10


def market_state(desk: DialectState, market: MarketFacts, now: int) -> int:
    """QotMarketState: by the phase of what is listed there, halted symbols left out. China's closing auction has no state of its own."""
    instruments = desk.venue.exchange.instruments
    statuses: list[str] = [instruments[name].status for name in desk.listed_in(market)]
    moment = local(market, now)
    morning: bool = moment.hour < NOON
    found: dict[str, int] = {
        "TRADING": enums.MORNING if morning else enums.AFTERNOON,
        "AUCTION_MATCH": enums.AUCTION_STATE if moment.hour < 10 else enums.AFTERNOON if market.trade is CN else enums.CLOSING_AUCTION,
        "BREAK": enums.WAITING_OPEN if moment.hour < 10 else enums.REST,
    }
    return next((found[status] for status in statuses if status in found), enums.CLOSED)


def day_of(desk: DialectState, symbol: str, now: int) -> Window | None:
    """The day's statistics, None before its first trade."""
    return desk.venue.exchange.tapes[symbol].window(desk.day_begins(symbol, now), now)


def basic_qot(desk: DialectState, symbol: str, now: int) -> Body:
    """BasicQot: it has no bid and ask."""
    exchange = desk.venue.exchange
    market, facts, tape = desk.markets[symbol], desk.facts(symbol), exchange.tapes[symbol]
    day: Window | None = day_of(desk, symbol, now)
    last: int = tape.last_price
    close: int = exchange.previous_close(symbol)
    high, low, opened = (day.high, day.low, day.open) if day else (last, last, last)
    traded: int = min(tape.last_time or now, now)
    return {
        "security": desk.security(symbol),
        "name": facts.name,
        "is_suspended": exchange.instruments[symbol].status == "HALT",
        "list_time": facts.listed_on,
        "price_spread": number(desk.tick(symbol, last)),
        "update_time": stamp(market, traded),
        "high_price": number(high),
        "open_price": number(opened),
        "low_price": number(low),
        "cur_price": number(last),
        "last_close_price": number(close),
        "volume": day.volume // SCALE if day else 0,
        "turnover": number(day.quote) if day else 0.0,
        "turnover_rate": number(day.volume) / facts.shares * 100 if day else 0.0,
        "amplitude": (high - low) / close * 100 if close else 0.0,
        "dark_status": 0,
        "list_timestamp": list_timestamp(market, facts.listed_on),
        "update_timestamp": traded / 1e6,
        "pre_market": None,
        "after_market": None,
        "overnight": None,
        "sec_status": 1,
        "future_ex_data": None,
        "option_ex_data": None,
        "warrant_ex_data": None,
        "hp_volume": None,
    }


def list_timestamp(market: MarketFacts, day: str) -> float:
    return begins(market, date.fromisoformat(day)) / 1e6


def order_book(desk: DialectState, symbol: str, depth: int, now: int) -> Body:
    """Both sides, best first."""
    book, market = desk.venue.exchange.books[symbol], desk.markets[symbol]

    def side(is_buy: bool) -> list[Body]:
        rows: list[Body] = []
        for price, total in (book.bids if is_buy else book.asks)(min(depth, MOST_LEVELS)):
            level = book.level(is_buy, price)
            rows.append({
                "price": number(price), "volume": total // SCALE, "oreder_count": sum(1 for _ in level) if level is not None else 0,
                "detail_list": [], "hp_volume": None,
            })
        return rows

    return {
        "security": desk.security(symbol), "name": desk.facts(symbol).name,
        "order_book_ask_list": side(False), "order_book_bid_list": side(True),
        "svr_recv_time_bid": stamp(market, now), "svr_recv_time_bid_timestamp": now / 1e6,
        "svr_recv_time_ask": stamp(market, now), "svr_recv_time_ask_timestamp": now / 1e6,
        "order_book_type": None,
    }


def ticker_row(market: MarketFacts, trade: PublicTrade) -> Body:
    """Ticker: ``dir`` 1 is a trade at the ask, bought actively."""
    return {
        "time": stamp(market, trade.time), "sequence": trade.trade_id, "dir": 2 if trade.buyer_is_maker else 1,
        "price": number(trade.price), "volume": trade.quantity // SCALE, "turnover": number(trade.quote),
        "recv_time": trade.time / 1e6, "type": 0, "type_sign": 0, "push_data_type": 1, "timestamp": trade.time / 1e6,
    }


def snapshot(desk: DialectState, symbol: str, now: int) -> Body:
    """A quote with the touch and the lot; what is of a year or a company is made up."""
    exchange = desk.venue.exchange
    quote: Body = basic_qot(desk, symbol, now)
    instrument, facts, tape = exchange.instruments[symbol], desk.facts(symbol), exchange.tapes[symbol]
    book = exchange.books[symbol]
    bids, asks = book.bids(1), book.asks(1)
    five = tape.bars("5m", 2)
    volume: int = quote["volume"]
    basic: Body = {
        "security": quote["security"], "name": facts.name, "type": facts.kind, "is_suspend": quote["is_suspended"],
        "list_time": facts.listed_on, "lot_size": instrument.step_size // SCALE,
        **{name: quote[name] for name in (
            "price_spread", "update_time", "high_price", "open_price", "low_price", "last_close_price", "cur_price", "volume",
            "turnover", "turnover_rate", "list_timestamp", "update_timestamp", "amplitude",
        )},
        "ask_price": number(asks[0][0]) if asks else 0.0, "bid_price": number(bids[0][0]) if bids else 0.0,
        "ask_vol": asks[0][1] // SCALE if asks else 0, "bid_vol": bids[0][1] // SCALE if bids else 0,
        "enable_margin": False, "enable_short_sell": False,
        "avg_price": quote["turnover"] / volume if volume else quote["cur_price"], "volume_ratio": 1.0,
        "highest52_weeks_price": 1.25 * quote["high_price"], "lowest52_weeks_price": 0.75 * quote["low_price"],
        "pre_market": None, "after_market": None, "overnight": None, "sec_status": 1,
        "close_price5_minute": number(five[0].close) if five else quote["cur_price"],
    }
    shares: float = float(facts.shares)
    value: float = shares * quote["cur_price"]
    equity: Body = {
        "issued_shares": facts.shares, "issued_market_val": value, "net_asset": value / 2, "net_profit": value / 20,
        "earnings_pershare": quote["cur_price"] / 20, "outstanding_shares": facts.shares, "outstanding_market_val": value,
        "net_asset_pershare": quote["cur_price"] / 2, "ey_rate": 5.0, "pe_rate": 20.0, "pb_rate": 2.0, "pe_ttm_rate": 20.0,
    }
    return {
        "basic": basic, "equity_ex_data": equity if facts.kind == enums.EQUITY else None, "warrant_ex_data": None,
        "option_ex_data": None, "index_ex_data": None, "plate_ex_data": None, "future_ex_data": None,
        "trust_ex_data": {"dividend_yield": 3.0, "aum": value, "outstanding_units": facts.shares, "net_asset_value": quote["cur_price"],
                          "premium": 0.0, "asset_class": 1} if facts.kind == enums.TRUST else None,
    }


def static_info(desk: DialectState, symbol: str) -> Body:
    """A row of static-info; ``id`` is the same for as long as the code is listed."""
    market, facts = desk.markets[symbol], desk.facts(symbol)
    return {
        "basic": {
            "security": desk.security(symbol), "id": crc32(f"{market.prefix}.{symbol}".encode()),
            "lot_size": desk.instrument(symbol).step_size // SCALE, "sec_type": facts.kind, "name": facts.name,
            "list_time": facts.listed_on, "delisting": False, "list_timestamp": list_timestamp(market, facts.listed_on),
            "exch_type": facts.exch_type or market.exch_type,
        },
        "warrant_ex_data": None, "option_ex_data": None, "future_ex_data": None,
    }


def trades(desk: DialectState, symbol: str, most: int) -> list[dict[str, Any]]:
    """The newest trades since the venue opened, oldest first: the past keeps no exchange's hours."""
    return [ticker_row(desk.markets[symbol], trade) for trade in desk.venue.exchange.tapes[symbol].own_trades(most)]
