"""
Trading fees paid in BNB, with a discount (Binance, "Using BNB to pay for fees": 25 % on spot).

An account that wishes it, and has enough free BNB when it trades, pays a fill's fee in BNB at the last prices of the venue;
else it pays as usual, out of what it receives.
"""

from collections.abc import Callable

from .accounts import Account
from .numbers import SCALE

ASSET: str = "BNB"
DISCOUNT: int = SCALE // 4

# base and quote asset of a symbol -> its last price (1e-8), 0 for a symbol that is not listed
LastPrice = Callable[[str, str], int]


class FeeDiscount:
    """
    Who pays in BNB, and how much. ``by_default`` goes for every account that has not chosen.

    :param last_price: of the venue's symbols
    :param quotes: assets through which a price is looked for where there is no symbol of the two
    """

    def __init__(self, last_price: LastPrice, quotes: list[str]) -> None:
        self.by_default: bool = False
        self.chosen: dict[str, bool] = {}
        self._last_price: LastPrice = last_price
        self._quotes: list[str] = quotes

    def is_on(self, account: str) -> bool:
        """Whether an account pays in BNB where it can."""
        return self.chosen.get(account, self.by_default)

    def charge(self, account: Account, asset: str, received: int, rate: int) -> int:
        """
        Take the fee of a fill that brought ``received`` of an asset, which the account has already: returns what was taken of BNB.

        -1: nothing was, for want of BNB or of its price.
        """
        ratio: tuple[int, int] | None = (1, 1) if asset == ASSET else self._ratio(asset)
        if ratio is None:
            return -1
        up, down = ratio
        fee: int = received * rate * (SCALE - DISCOUNT) * up // (SCALE * SCALE * down)
        free: int = account.free.get(ASSET, 0)
        if fee > free:
            return -1
        account.free[ASSET] = free - fee
        return fee

    def _ratio(self, asset: str) -> tuple[int, int] | None:
        """What an amount of the asset is multiplied with and divided by to be as much worth in BNB; None without a price."""
        if price := self._last_price(ASSET, asset):
            return SCALE, price
        if price := self._last_price(asset, ASSET):
            return price, SCALE
        for quote in self._quotes:
            of_asset, of_bnb = self._last_price(asset, quote), self._last_price(ASSET, quote)
            if of_asset and of_bnb:
                return of_asset, of_bnb
        return None
