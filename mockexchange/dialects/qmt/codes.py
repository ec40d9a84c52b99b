"""Codes of securities as the server reads them: the market from the digits (spec 4.1), the lot from the prefix (spec 4.2). Pure."""

SHARES: str = "股"
BONDS: str = "张"
SHARE_LOT: int = 100
BOND_LOT: int = 10

# the first line that fits wins
MARKETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("SH", ("50", "51", "60", "73", "90", "110", "113", "132", "204", "78")),
    ("SZ", ("00", "12", "13", "15", "16", "18", "20", "30", "39", "115")),
    ("SH", ("5", "6")),
    ("BJ", ("8", "4", "9")),
)
STAR: tuple[str, ...] = ("688", "689")


def full_code(symbol: str) -> str:
    """The code with the market that its digits say; the suffix that was sent is dropped: "000001.SH" -> "000001.SZ"."""
    digits: str = symbol.split(".")[0]
    for market, prefixes in MARKETS:
        if digits.startswith(prefixes):
            return f"{digits}.{market}"
    return f"{digits}.SZ"


def lot_of(symbol: str, is_b: bool = False) -> tuple[int, str]:
    """(lot, unit) of a code: 10 张 for six digits that begin with 11 or 12; build B counts everything in 100 股."""
    digits: str = symbol.split(".")[0]
    if not is_b and len(digits) == 6 and digits.startswith(("11", "12")):
        return BOND_LOT, BONDS
    return SHARE_LOT, SHARES
