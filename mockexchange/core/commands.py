"""What can be asked of the exchange. All numbers are amounts in 1e-8, all times microseconds."""

from msgspec import Struct, field


class Deposit(Struct):
    """Credit (or debit, when negative) an account. Opens the account when it is new."""

    account: str
    asset: str
    amount: int


class PlaceOrder(Struct):
    """
    A new order, in Binance's words (rest-api.md, "New order").

    ``client_order_id`` "" lets the exchange make one. ``quantity`` 0 with
    ``quote_quantity`` > 0 is a market order by quote amount.
    """

    account: str
    symbol: str
    side: str                       # BUY, SELL
    type: str                       # LIMIT, MARKET, LIMIT_MAKER, STOP_LOSS, ...
    quantity: int = 0
    price: int = 0
    time_in_force: str = "GTC"      # GTC, IOC, FOK; DAY of shares
    stop_price: int = 0
    quote_quantity: int = 0
    client_order_id: str = ""
    stp_mode: str = ""              # "": the symbol's default
    iceberg_quantity: int = 0
    strategy_id: int | None = None
    strategy_type: int | None = None
    trailing_delta: int = 0         # basis points, of the stop types
    peg_price_type: str = ""        # PRIMARY_PEG, MARKET_PEG: the price comes from the book; ``price`` is its limit then
    peg_offset: int | None = None   # price levels behind the best one
    uses_sor: bool = False          # takes from all books of its route (faqs/sor_faq.md)


class CancelOrder(Struct):
    """Cancel by order id, else by client order id. ``new_client_order_id`` names the cancel itself."""

    account: str
    symbol: str
    order_id: int | None = None
    client_order_id: str = ""
    new_client_order_id: str = ""
    restrictions: str = ""          # "", ONLY_NEW, ONLY_PARTIALLY_FILLED


class CancelAll(Struct):
    """Cancel every open order of the account on the symbol, and every list."""

    account: str
    symbol: str


class PlaceOrderList(Struct):
    """
    A new order list (rest-api.md, "Order lists").

    ``contingency`` OCO: the stop loss and the order that it is paired with. OTO: the working order, then one pending order or
    such a pair. ``pays``: the pending orders sell what the working order buys, and have no quantity of their own (faqs/opo.md).
    The orders' account and symbol are the list's.
    """

    account: str
    symbol: str
    contingency: str
    orders: list[PlaceOrder]
    client_order_id: str = ""
    pays: bool = False


class CancelOrderList(Struct):
    """Cancel what is open of a list, by list id, else by the list's client order id. ``new_client_order_id`` names the cancel."""

    account: str
    symbol: str
    order_list_id: int | None = None
    client_order_id: str = ""
    new_client_order_id: str = ""


class SetPrice(Struct):
    """Move the market to a price: users' orders that it crosses are filled, house quotes follow."""

    symbol: str
    price: int


class TapeTrade(Struct):
    """One recorded public trade. ``time`` is the record's own time in microseconds."""

    symbol: str
    trade_id: int
    price: int
    quantity: int
    buyer_is_maker: bool
    time: int
    first_id: int = 0               # aggTrades records: the raw ids they stand for
    last_id: int = 0


class Quote(Struct):
    """
    the market maker quotes a price level: the market maker's resting quantity there becomes ``quantity`` (0 removes it).

    A quote never trades: one that would cross is refused with ValueError.
    """

    symbol: str
    side: str
    price: int
    quantity: int


class FeedTrade(Struct):
    """the market maker takes liquidity: a market order of the flow, stopped at ``limit_price`` when that is not 0."""

    symbol: str
    side: str
    quantity: int
    limit_price: int = 0


class SetSymbolStatus(Struct):
    """
    TRADING, HALT, BREAK, END_OF_DAY, CANCEL_ONLY, AUCTION_MATCH (enums.md, "Symbol status").

    AUCTION_MATCH collects orders without matching them; TRADING, BREAK or END_OF_DAY after it uncrosses them at one price.
    """

    symbol: str
    status: str


class EndDay(Struct):
    """End a symbol's trading day: its open orders expire, shares bought today settle, the last price is the next day's reference."""

    symbol: str


class AmendOrder(Struct):
    """
    Change the quantity of an open order (rest-api.md, "Order Amend Keep Priority").

    The order is named by order id, else by client order id. ``new_client_order_id`` "" lets the exchange make one.
    A smaller quantity keeps the order's place in the queue. A larger one is refused unless ``may_grow``; it sends
    the order to the back of its price level. ``price`` (shares only; 0: as it is) is another limit: the order loses its place,
    and trades at once where it meets the book.
    """

    account: str
    symbol: str
    order_id: int | None = None
    client_order_id: str = ""
    quantity: int = 0
    new_client_order_id: str = ""
    may_grow: bool = False
    price: int = 0


class SetRules(Struct):
    """Change rules of a symbol: names of ``instruments.RULES`` to their new values. Open orders stay as they are."""

    symbol: str
    rules: dict[str, int] = field(default_factory=dict)


class SetFeeDiscount(Struct):
    """Whether an account pays its fees in BNB, with a discount, where it can (Binance's ``spotBNBBurn``)."""

    account: str
    enabled: bool


Command = (
    Deposit | PlaceOrder | CancelOrder | CancelAll | SetPrice | TapeTrade | Quote | FeedTrade | SetSymbolStatus
    | AmendOrder | SetRules | EndDay | SetFeeDiscount | PlaceOrderList | CancelOrderList
)
