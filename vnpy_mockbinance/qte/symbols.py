"""The setting ``Symbols``: what a server without exchangeInfo trades. Pure."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from vnpy.trader.constant import Exchange, Product
from vnpy.trader.object import ContractData

from rest_locale import _

from ..parse import SYMBOL_SUFFIX, Listing

DEFAULT: str = "BTCUSDT:0.01:0.00001"       # the document's one symbol, with Binance's tick and step
EXAMPLE: str = "BTCUSDT:0.01:0.00001, ETHUSDT:0.01:0.0001"
QUOTES: tuple[str, ...] = ("USDT", "USDC", "FDUSD", "TUSD", "BUSD", "BTC", "ETH", "BNB", "EUR", "USD")
MOST: Decimal = Decimal("1e18")
_NAME: re.Pattern[str] = re.compile(r"[A-Za-z0-9]{1,20}(/[A-Za-z0-9]{1,20})?")


def parse_symbols(text: str, gateway_name: str) -> list[Listing]:
    """
    "BTCUSDT:0.01:0.00001, ..." -> contracts; an entry is symbol, price tick, volume step. Empty: the default.

    :raises ValueError: naming the entry, and what is wrong with it
    """
    listings: dict[str, Listing] = {}
    # a Chinese keyboard makes commas, colons and digits of full width
    for entry in unicodedata.normalize("NFKC", text or DEFAULT).split(","):
        if not entry.strip():
            continue
        parts: list[str] = [part.strip() for part in entry.split(":")]
        if len(parts) != 3:
            raise ValueError(_("{entry!r} is not symbol:tick:step, as in {example!r}").format(entry=entry.strip(), example=EXAMPLE))
        name, tick, step = parts[0].upper(), parts[1], parts[2]
        if not _NAME.fullmatch(name):
            raise ValueError(_("symbol {name!r} of {entry!r} is no symbol, as in {example!r}").format(name=name, entry=entry.strip(), example=EXAMPLE))
        if name in listings:
            raise ValueError(_("symbol {name!r} is listed twice").format(name=name))
        listings[name] = listing(
            name, positive(tick, "tick", entry.strip()), positive(step, "step", entry.strip()), gateway_name
        )
    if not listings:
        raise ValueError(_("{text!r} lists no symbol, as in {example!r}").format(text=text, example=EXAMPLE))
    return list(listings.values())


def positive(text: str, what: str, entry: str) -> Decimal:
    """A decimal above zero that a venue can have for a tick or step: at most 18 decimals, at most 1e18."""
    try:
        value: Decimal = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value <= 0:
        raise ValueError(_("{what} {text!r} of {entry!r} is no number above 0").format(what=what, text=text, entry=entry))
    exponent = value.normalize().as_tuple().exponent
    if value > MOST or not isinstance(exponent, int) or exponent < -18:
        raise ValueError(_("{what} {text!r} of {entry!r} has more than 18 decimals or is above 1e18").format(what=what, text=text, entry=entry))
    return value


def split_symbol(name: str) -> tuple[str, str]:
    """Base and quote: by the slash, by a quote asset that is known, else the first three letters (Q41)."""
    base, slash, quote = name.partition("/")
    if slash:
        return base, quote
    for quote in QUOTES:
        if name.endswith(quote) and len(name) > len(quote):
            return name[:-len(quote)], quote
    return name[:3], name[3:]


def listing(name: str, tick: Decimal, step: Decimal, gateway_name: str) -> Listing:
    """A contract of which no more than tick and step are known. Whether there are bars depends on the build."""
    base, quote = split_symbol(name)
    contract: ContractData = ContractData(
        symbol=name.replace("/", "") + SYMBOL_SUFFIX,
        exchange=Exchange.GLOBAL,
        name=name,
        product=Product.SPOT,
        size=1,
        pricetick=float(tick),
        min_volume=float(step),
        net_position=True,
        history_data=False,
        gateway_name=gateway_name,
    )
    contract.extra = {"base": base, "quote": quote, "status": ""}
    return Listing(contract, tick, step, 0.0, 0.0)
