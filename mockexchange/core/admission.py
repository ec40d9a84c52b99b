"""What can be said against a new order: one place for orders placed alone, those of a list, and those that wait in one."""

from .accounts import Account
from .commands import PlaceOrder
from .errors import refuse
from .filters import Walk
from .market import Market, rises_to_trigger
from .market_maker import EVERYTHING
from .numbers import SCALE
from .rules import Rules


# an order that may be placed: its market and account, its quantity (a market order's by amount is worked out), and what to lock for it
Admitted = tuple[Market, Account, int, int]


class Admission:
    """The admission to all markets of an exchange. Every method raises Refusal, or ValueError, and changes nothing."""

    def __init__(self, markets: dict[str, Market], rules: dict[str, Rules], accounts: dict[str, Account]) -> None:
        self._markets: dict[str, Market] = markets
        self._rules: dict[str, Rules] = rules
        self._accounts: dict[str, Account] = accounts

    def place(self, symbol: str, account: str) -> tuple[Market, Account]:
        """The market and the account that a command names."""
        market = self._markets.get(symbol)
        owner = self._accounts.get(account)
        if market is None or owner is None:
            raise refuse("INVALID_SYMBOL" if market is None else "UNKNOWN_ACCOUNT")
        return market, owner

    def admit(self, command: PlaceOrder, now: int, is_open: bool = False) -> Admitted:
        """All that can be said against an order that goes to work at once. ``is_open``: it has been pending in a list."""
        symbol: str = command.symbol
        market = self._markets.get(symbol)
        account = self._accounts.get(command.account)
        if market is None or account is None:
            raise refuse("INVALID_SYMBOL" if market is None else "UNKNOWN_ACCOUNT")
        self._rules[symbol].admit(command, account, now, is_open)
        if command.client_order_id and not is_open and account.is_taken(symbol, command.client_order_id):
            raise refuse("DUPLICATE_CLIENT_ORDER_ID")
        is_buy: bool = command.side == "BUY"
        kind: str = command.type
        quantity: int = command.quantity
        if kind == "LIMIT_MAKER" and market.book.crosses(is_buy, command.price):
            raise refuse("WOULD_MATCH")
        if kind == "MARKET":
            return market, account, self._market_order(command, market, account, is_buy), 0
        if command.stop_price:
            last: int = market.tape.last_price
            if last >= command.stop_price if rises_to_trigger(is_buy, kind) else last <= command.stop_price:
                raise refuse("WOULD_TRIGGER")
        lock: int = market.settlement.reserve(is_buy, command.price or command.stop_price, quantity)
        if lock > account.free.get(market.quote if is_buy else market.base, 0):
            raise refuse("INSUFFICIENT_BALANCE")
        return market, account, quantity, lock

    def _market_order(self, command: PlaceOrder, market: Market, account: Account, is_buy: bool) -> int:
        """The quantity of a market order; one by quote amount is worth at most that (rest-api.md, "New order")."""
        book, rules = market.book, market.instrument
        stp_mode: str = command.stp_mode or rules.default_stp_mode
        quantity: int = command.quantity
        free: int = account.free.get(market.quote if is_buy else market.base, 0)
        amount: int = command.quote_quantity
        if amount:
            walk = Walk(book, account.name, is_buy, stp_mode, EVERYTHING, 0, amount)
            if not walk.last_price:
                raise refuse("NO_LIQUIDITY")
            quantity = walk.quantity
            if not walk.short:
                # what the book cannot give counts at its last price, and will expire
                quantity += (amount - walk.cost) * SCALE // walk.last_price
            quantity -= quantity % (rules.step_size or 1)
            if not quantity or quantity < rules.min_quantity:
                raise refuse("FILTER", "LOT_SIZE")
            needed: int = amount if is_buy else quantity
        else:
            cost: int = Walk(book, account.name, True, stp_mode, quantity).cost if is_buy else 0
            needed = market.settlement.spend(is_buy, quantity, cost)
        if needed > free:
            raise refuse("INSUFFICIENT_BALANCE")
        return quantity
