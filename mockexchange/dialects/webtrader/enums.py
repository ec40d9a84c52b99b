"""
The words that stand for enum members on the wire: those of the server process's language (spec 5.1).

Rows hold member names; they become words when they leave.
"""

Words = dict[str, tuple[str, str]]              # member name -> Chinese, English

LANGUAGES: tuple[str, ...] = ("zh", "en")
ODD_WORD: str = "BRAND_NEW"                     # a word that no version has

DIRECTION: Words = {"LONG": ("多", "Long"), "SHORT": ("空", "Short"), "NET": ("净", "Net")}
OFFSET: Words = {
    "NONE": ("", ""), "OPEN": ("开", "Open"), "CLOSE": ("平", "Close"), "CLOSETODAY": ("平今", "Close Today"),
    "CLOSEYESTERDAY": ("平昨", "Close Yesterday"),
}
STATUS: Words = {
    "SUBMITTING": ("提交中", "Submitting"), "NOTTRADED": ("未成交", "Not Traded"), "PARTTRADED": ("部分成交", "Part Traded"),
    "ALLTRADED": ("全部成交", "All Traded"), "CANCELLED": ("已撤销", "Cancelled"), "REJECTED": ("拒单", "Rejected"),
}
ORDER_TYPE: Words = {
    "LIMIT": ("限价", "Limit"), "MARKET": ("市价", "Market"), "STOP": ("STOP", "STOP"), "FAK": ("FAK", "FAK"),
    "FOK": ("FOK", "FOK"), "RFQ": ("询价", "RFQ"), "ETF": ("ETF", "ETF"),
}
PRODUCT: Words = {"SPOT": ("现货", "Spot"), "FUTURES": ("期货", "Futures")}
EXCHANGES: tuple[str, ...] = (
    "CFFEX", "SHFE", "CZCE", "DCE", "INE", "GFEX", "SSE", "SZSE", "BSE", "SHHK", "SZHK", "SGE", "WXE", "CFETS", "XBOND", "SMART", "NYSE",
    "NASDAQ", "ARCA", "EDGEA", "ISLAND", "BATS", "IEX", "AMEX", "TSE", "NYMEX", "COMEX", "GLOBEX", "IDEALPRO", "CME", "ICE", "SEHK", "HKFE",
    "SGX", "CBOT", "CBOE", "CFE", "DME", "EUX", "APEX", "LME", "BMD", "TOCOM", "EUNX", "KRX", "OTC", "IBKRATS", "LOCAL", "GLOBAL",
)
# field of a row -> its words
FIELDS: dict[str, Words] = {
    "direction": DIRECTION, "offset": OFFSET, "status": STATUS, "type": ORDER_TYPE, "product": PRODUCT,
}


def word(words: Words, name: str, language: str) -> str:
    """A member's word."""
    return words[name][LANGUAGES.index(language)]


def all_words(words: Words, language: str) -> list[str]:
    """The words of all members, in the order of the definition."""
    return [word(words, name, language) for name in words]


def member(words: Words, text: object, language: str) -> str | None:
    """The member of a word; None for one of another language, and for what is no word."""
    return next((name for name in words if word(words, name, language) == text), None)
