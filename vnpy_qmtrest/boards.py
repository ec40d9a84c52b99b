"""
What the six digits of a code tell: where it is traded, what it is, its tick and its lots (sections 4.1 to 4.3). Pure.

The server throws the suffix of a symbol away and takes the market from the digits, by a rule of its own: what that rule would send
elsewhere is not sent at all.
"""

from decimal import Decimal
from typing import NamedTuple

from vnpy.trader.constant import Exchange, Product
from vnpy.trader.object import ContractData

from rest_locale import _
from vnpy_restgateway.contracts import Listing
from vnpy_restgateway.trading_rules import CashEquityRules

from .enums import SUFFIX_OF

# the server's own rule (section 4.1), first match wins
SERVER_RULE: tuple[tuple[tuple[str, ...], Exchange], ...] = (
    (("50", "51", "60", "73", "90", "110", "113", "132", "204", "78"), Exchange.SSE),
    (("00", "12", "13", "15", "16", "18", "20", "30", "39", "115"), Exchange.SZSE),
    (("5", "6"), Exchange.SSE),
    (("8", "4", "9"), Exchange.BSE),
)
CURRENCIES: dict[tuple[Exchange, str], str] = {(Exchange.SSE, "900"): "USD", (Exchange.SZSE, "200"): "HKD"}     # of B shares

# what a purchase costs beside its price: commission with its least, and the transfer fee; brokers differ, this is at the upper end
FEE_RATE: float = 0.00031
LEAST_FEE: float = 5.0


class Board(NamedTuple):
    """``lot``: volumes are multiples of it, ``least``: the smallest order, ``most``: the largest one with a limit; in shares or 张."""

    name: str
    product: Product
    tick: str
    lot: int
    least: int
    most: int


FUND: Board = Board("fund", Product.FUND, "0.001", 100, 100, 1_000_000)
BOND: Board = Board("convertible bond", Product.BOND, "0.001", 10, 10, 1_000_000)
MAIN: Board = Board("main board", Product.EQUITY, "0.01", 100, 100, 1_000_000)
CHINEXT: Board = Board("ChiNext", Product.EQUITY, "0.01", 100, 100, 300_000)
STAR: Board = Board("STAR", Product.EQUITY, "0.01", 100, 200, 100_000)
BEIJING: Board = Board("Beijing", Product.EQUITY, "0.01", 100, 100, 1_000_000)
B_SHARE: Board = Board("B share", Product.EQUITY, "0.01", 100, 100, 1_000_000)
B_SHARE_SSE: Board = B_SHARE._replace(tick="0.001")

BOARDS: dict[Exchange, tuple[tuple[tuple[str, ...], Board], ...]] = {
    Exchange.SSE: (
        (("688", "689"), STAR), (("60",), MAIN), (("900",), B_SHARE_SSE), (("5",), FUND), (("110", "111", "113", "118", "132"), BOND),
    ),
    Exchange.SZSE: (
        (("30",), CHINEXT), (("00",), MAIN), (("200",), B_SHARE), (("15", "16", "18"), FUND), (("12",), BOND),
    ),
    Exchange.BSE: ((("8", "4", "92"), BEIJING),),
}
INDICES: dict[Exchange, tuple[str, ...]] = {Exchange.SSE: ("000",), Exchange.SZSE: ("399",), Exchange.BSE: ("899",)}
BONDS_OF_SHANGHAI: tuple[str, ...] = ("122", "124")         # whose digits are those of convertible bonds of Shenzhen
REPOS: dict[Exchange, tuple[str, ...]] = {Exchange.SSE: ("204",), Exchange.SZSE: ("1318",)}


def is_code(text: str) -> bool:
    """Whether it is six digits."""
    return len(text) == 6 and text.isascii() and text.isdigit()


def market_of(code: str) -> Exchange:
    """Where the server would send an order of six digits."""
    return next((exchange for starts, exchange in SERVER_RULE if code.startswith(starts)), Exchange.SZSE)


def board_of(code: str, exchange: Exchange) -> Board:
    """
    The board of a code.

    :raises ValueError: why it cannot be traded here, and what to do
    """
    where: str = f"{code}.{exchange.value}"
    if exchange not in BOARDS:
        raise ValueError(_("{where}: this server trades on SSE, SZSE and BSE only").format(where=where))
    if not is_code(code):
        raise ValueError(_("symbol {code!r} of {exchange} is not six digits, as 600000.SSE or 000001.SZSE").format(code=code, exchange=exchange.value))
    if code.startswith(INDICES[exchange]):
        raise ValueError(_("{where} is an index, it cannot be traded").format(where=where) + elsewhere(code, exchange))
    if code.startswith(REPOS.get(exchange, ("-",))):
        raise ValueError(_("{where} is a reverse repo: this server takes it through its own call only, QMTTradeClient.reverse_repo()").format(where=where))
    board: Board | None = _board(code, exchange)
    sent: Exchange = market_of(code)
    if code.startswith(BONDS_OF_SHANGHAI) and exchange is Exchange.SSE:
        raise ValueError(_("{where} is a bond of Shanghai's and cannot be traded through this server, which would send the order to {sent}").format(where=where, sent=sent.value))
    if board is None and sent is not exchange and _board(code, sent) is not None:
        raise ValueError(_("{where} is no code of {exchange}, it is traded as {code}.{sent}").format(where=where, exchange=exchange.value, code=code, sent=sent.value))
    if board is None:
        raise ValueError(_("{where} is no share, fund or convertible bond that is known here").format(where=where))
    if sent is not exchange:
        raise ValueError(
            _("{where} cannot be traded through this server: it takes the market from the digits and would send the order to {sent}").format(where=where, sent=sent.value)
        )
    return board


def _board(code: str, exchange: Exchange) -> Board | None:
    return next((found for starts, found in BOARDS[exchange] if code.startswith(starts)), None)


def elsewhere(code: str, exchange: Exchange) -> str:
    """What an order of these digits would become."""
    sent: Exchange = market_of(code)
    return _("; {code}.{sent} is another security, and what the server would order").format(code=code, sent=sent.value) if sent is not exchange and _board(code, sent) else ""


def listing_of(code: str, exchange: Exchange, name: str, gateway_name: str, has_bars: bool, rounds: bool) -> Listing:
    """
    The contract of a code, with its rules. ``rounds``: a price off the tick is rounded for the user's good, else refused.

    :raises ValueError: see ``board_of``
    """
    board: Board = board_of(code, exchange)
    wire: str = f"{code}.{SUFFIX_OF[exchange]}"
    contract: ContractData = ContractData(
        gateway_name=gateway_name, symbol=code, exchange=exchange, name=name or code, product=board.product, size=1,
        pricetick=float(board.tick), min_volume=board.lot, max_volume=board.most, net_position=True, history_data=has_bars,
    )
    contract.extra = {"base": wire, "quote": CURRENCIES.get((exchange, code[:3]), "CNY"), "board": board.name}
    # the server refuses what is left below a lot, which the exchange would take
    rules: CashEquityRules = CashEquityRules(
        contract, [(Decimal(0), Decimal(board.tick))], Decimal(board.lot), Decimal(board.least), odd_lots=False, fee_rate=FEE_RATE,
        least_fee=LEAST_FEE, rounds=rounds,
    )
    return Listing(contract, wire, rules)
