"""Listing symbols that are not built in: from the command line, or as a recorded market needs them."""

import re
from collections.abc import Iterable

from rest_locale import _

from .core.instruments import Instrument, make_instrument
from .core.numbers import LARGEST, SCALE, format_amount, parse_amount

# what Binance has quoted in; the longest that fits is the quote
QUOTES: tuple[str, ...] = tuple(sorted((
    "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USDP", "USDS", "USD1", "USDE", "DAI", "UST", "USD", "EUR", "GBP", "TRY", "BRL", "JPY", "AUD", "RUB",
    "UAH", "ZAR", "PLN", "ARS", "MXN", "COP", "CZK", "RON", "IDRT", "IDR", "BIDR", "BKRW", "NGN", "VAI", "AEUR", "EURI", "PAX", "BVND", "INR", "KZT",
    "BTC", "ETH", "BNB", "TRX", "XRP", "DOGE", "DOT", "SOL",
), key=len, reverse=True))
LEAST_NOTIONAL: dict[str, str] = {"BTC": "0.0001", "ETH": "0.001", "BNB": "0.01", "SOL": "0.05", "DOT": "1", "XRP": "5", "DOGE": "10", "TRX": "10"}
DEFAULT_PRICE: int = SCALE
_NAME: re.Pattern[str] = re.compile(r"[A-Z0-9]{1,20}", re.ASCII)
_SYMBOL: re.Pattern[str] = re.compile(r"[A-Z0-9._-]{1,40}", re.ASCII)


def split_symbol(symbol: str) -> tuple[str, str] | None:
    """DOGEUSDT -> ("DOGE", "USDT"); None when it ends with no quote that is known."""
    for quote in QUOTES:
        if symbol.endswith(quote) and len(symbol) > len(quote):
            return symbol[:-len(quote)], quote
    return None


def venue_symbol(text: str) -> str:
    """
    The venue's symbol in one of another program's: BTCUSDT of "BTCUSDT_SPOT_BINANCE" and "btcusdt.BINANCE" (vn.py), "BTC/USDT",
    "BTC-USDT".
    """
    word: str = text.split(".")[0].split(":")[0].upper()
    head, __, rest = word.partition("_")
    if rest in QUOTES:
        return head + rest
    return "".join(part for part in re.split(r"[/ -]", head) if part)


def list_symbol(symbol: str, base: str, quote: str, tick: int, step: int, price: int) -> Instrument:
    """
    An instrument with filters in Binance's proportions for a coin of that price (all in 1e-8).

    The largest quantity is about nine million of the quote asset, as it is for the symbols that are built in.
    """
    largest: int = max(9_000_000 * SCALE * SCALE // price, step * 10_000)
    most: int = 9 * 10 ** (len(str(largest // 9)) - 1) // step * step or step * 10_000
    found: Instrument = make_instrument(
        symbol, base, quote, format_amount(tick), format_amount(step), format_amount(price), LEAST_NOTIONAL.get(quote, "5")
    )
    found.max_quantity = most
    found.market_max_quantity = max(most // 10 // step * step, step)
    found.max_price = max(found.max_price, 10 ** len(str(price * 100)) // tick * tick)
    found.max_notional = max(found.max_notional, 10 * price * step // SCALE)
    return found


def parse_listing(text: str) -> Instrument:
    """
    Read ``DOGEUSDT:DOGE:USDT:0.00001:1`` or ``DOGEUSDT:DOGE:USDT:0.00001:1:0.32``: symbol, base and quote asset, tick, step,
    and the price at which a synthetic market opens (1 without one, or a thousand ticks where that is more).

    Raises ValueError naming the part that is wrong.
    """
    parts: list[str] = [part.strip() for part in text.split(":")]
    if len(parts) not in (5, 6):
        raise ValueError(_("list: not SYMBOL:BASE:QUOTE:TICK:STEP[:PRICE]: it has {count} parts: {text!r}").format(count=len(parts), text=text))
    symbol, base, quote = (part.upper() for part in parts[:3])
    if not _SYMBOL.fullmatch(symbol):
        raise ValueError(_("list: symbol: not of letters and digits: {symbol!r}").format(symbol=parts[0]))
    for name, value, given in (("base", base, parts[1]), ("quote", quote, parts[2])):
        if not _NAME.fullmatch(value):
            raise ValueError(_("list {symbol}: {name}: not of 1 to 20 letters and digits: {given!r}").format(symbol=symbol, name=name, given=given))
    if base == quote:
        raise ValueError(_("list {symbol}: quote: the same as base: {quote!r}").format(symbol=symbol, quote=parts[2]))
    amounts: dict[str, int] = {}
    for name, given in zip(("tick", "step", "price"), parts[3:], strict=False):
        try:
            amounts[name] = parse_amount(given)
        except ValueError as error:
            raise ValueError(_("list {symbol}: {name}: {error}").format(symbol=symbol, name=name, error=error)) from None
        if not 0 < amounts[name] <= LARGEST:
            raise ValueError(_("list {symbol}: {name}: not above 0 and up to 1e18: {given!r}").format(symbol=symbol, name=name, given=given))
    tick: int = amounts["tick"]
    price: int = amounts.get("price") or max(DEFAULT_PRICE // tick * tick, tick * 1000)
    if price % tick:
        raise ValueError(_("list {symbol}: price: {price!r} is no multiple of the tick {tick}").format(symbol=symbol, price=parts[5], tick=parts[3]))
    return list_symbol(symbol, base, quote, tick, amounts["step"], price)


def with_listed(instruments: Iterable[Instrument], texts: Iterable[str]) -> list[Instrument]:
    """
    Instruments and those that texts list. Raises ValueError for a symbol that is there already, twice given ones too.
    """
    result: list[Instrument] = list(instruments)
    for text in texts:
        found: Instrument = parse_listing(text)
        if any(each.symbol == found.symbol for each in result):
            raise ValueError(_("list {symbol}: this symbol is listed already").format(symbol=found.symbol))
        if any((each.base, each.quote) == (found.base, found.quote) for each in result):
            raise ValueError(_("list {symbol}: {base} and {quote} are traded as another symbol already").format(symbol=found.symbol, base=found.base, quote=found.quote))
        result.append(found)
    return result


def new_funds(instrument: Instrument) -> dict[str, int]:
    """
    What the default account gets of a symbol's assets where it has none: 100000 of the quote asset, and of the base
    asset about 10000 of the quote's worth, a power of ten.
    """
    worth: int = max(10_000 * SCALE * SCALE // max(instrument.start_price, 1), 1)
    return {instrument.quote: 100_000 * SCALE, instrument.base: 10 ** (len(str(worth)) - 1)}
