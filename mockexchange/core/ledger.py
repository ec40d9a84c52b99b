"""Who owns what. All numbers are amounts in 1e-8."""

MAKER: str = ""


class Ledger:
    """
    Balances of every account, and the fees taken. ``unsettled``: bought, and not to be sold before the day's end.

    Money only comes in through ``deposit`` and ``adopt``; everything else moves it.
    the market maker account may go negative and locks nothing.
    """

    def __init__(self) -> None:
        self.free: dict[str, dict[str, int]] = {MAKER: {}}
        self.locked: dict[str, dict[str, int]] = {MAKER: {}}
        self.unsettled: dict[str, dict[str, int]] = {MAKER: {}}
        self.fees: dict[str, int] = {}
        self.deposited: dict[str, int] = {}

    def open(self, account: str) -> None:
        """Make sure the account exists."""
        self.free.setdefault(account, {})
        self.locked.setdefault(account, {})
        self.unsettled.setdefault(account, {})

    def deposit(self, account: str, asset: str, amount: int) -> None:
        """Credit the account, or debit it when the amount is negative."""
        free = self.free[account]
        free[asset] = free.get(asset, 0) + amount
        self.deposited[asset] = self.deposited.get(asset, 0) + amount

    def adopt(self, account: str, asset: str, free: int, locked: int, unsettled: int = 0) -> None:
        """Set a balance as a restart found it; the difference counts as deposited."""
        parts = (self.free[account], self.locked[account], self.unsettled[account])
        before: int = sum(part.get(asset, 0) for part in parts)
        parts[0][asset] = free
        parts[1][asset] = locked
        if unsettled:
            parts[2][asset] = unsettled
        else:
            parts[2].pop(asset, None)
        self.deposited[asset] = self.deposited.get(asset, 0) + free + locked + unsettled - before

    def check(self) -> None:
        """Raise AssertionError naming the asset when money was made or lost, or a user owes."""
        totals: dict[str, int] = dict(self.fees)
        for book in (self.free, self.locked, self.unsettled):
            for account, balances in book.items():
                for asset, amount in balances.items():
                    if amount < 0 and account != MAKER:
                        raise AssertionError(f"{asset}: account {account!r} holds {amount}")
                    totals[asset] = totals.get(asset, 0) + amount
        for asset in totals.keys() | self.deposited.keys():
            held, given = totals.get(asset, 0), self.deposited.get(asset, 0)
            if held != given:
                raise AssertionError(f"{asset}: {held} held, {given} deposited")
