"""Numbers of the official definitions (spec 3), as far as the venue speaks them."""

SIMULATE, REAL = 0, 1
BUY, SELL = 1, 2

# security.market
QOT_HK, QOT_HK_FUTURE, QOT_US, QOT_SH, QOT_SZ = 1, 2, 11, 21, 22
# header.trd_market
TRD_HK, TRD_US, TRD_CN, TRD_HKCC, TRD_HK_FUND = 1, 2, 3, 4, 113
# what later builds take as header.trd_market (spec 3)
TRD_MARKETS: frozenset[int] = frozenset({1, 2, 3, 4, 5, 6, 8, 15, 111, 112, 113, 123})
MARKET_TEXTS: dict[int, str] = {1: "HK", 2: "US", 3: "CN", 4: "HKCC", 5: "FUTURES", 6: "SG", 8: "AU", 15: "JP", 111: "MY", 112: "CA"}

HKD, USD, CNH = 1, 2, 3

NORMAL, MARKET, ABSOLUTE_LIMIT, AUCTION, AUCTION_LIMIT, SPECIAL_LIMIT, SPECIAL_LIMIT_ALL = 1, 2, 5, 6, 7, 8, 9
STOP, STOP_LIMIT, MARKET_IF_TOUCHED, LIMIT_IF_TOUCHED = 10, 11, 12, 13
DAY, GTC, IOC, GTD = 0, 1, 2, 3
AMEND, CANCEL = 1, 2

UNKNOWN, UNSUBMITTED, WAITING, SUBMITTING, SUBMIT_FAILED, TIMEOUT, SUBMITTED = -1, 0, 1, 2, 3, 4, 5
FILLED_PART, FILLED_ALL, CANCELLING_PART, CANCELLING_ALL, CANCELLED_PART, CANCELLED_ALL = 10, 11, 12, 13, 14, 15
FAILED: int = 21

BASIC, ORDER_BOOK, TICKER, RT, BROKER = 1, 2, 4, 5, 14
# sub_type of K lines -> kl_type
KL_OF_SUB: dict[int, int] = {
    6: 2, 7: 6, 8: 7, 9: 8, 10: 9, 11: 1, 12: 3, 13: 4, 15: 11, 16: 5, 17: 10, 18: 12, 19: 13, 20: 14, 21: 15,
}
SUB_OF_KL: dict[int, int] = {kl: sub for sub, kl in KL_OF_SUB.items()}
SUB_TYPES: frozenset[int] = frozenset({BASIC, ORDER_BOOK, TICKER, RT, BROKER, 22, *KL_OF_SUB})

EQUITY, TRUST = 3, 4                            # security type
HK_MAIN, NASDAQ, SH_MAIN, SZ_MAIN, STAR = 1, 5, 14, 15, 16      # exch_type

# market states
WAITING_OPEN, AUCTION_STATE, MORNING, REST, AFTERNOON, CLOSED, CLOSING_AUCTION = 2, 1, 3, 4, 5, 6, 19
FUTURE_DAY_OPEN: int = 15

NOTIFY, ORDER_PUSH, FILL_PUSH = 1003, 2208, 2218
QUOTE_PUSH, KLINE_PUSH, TICKER_PUSH, BOOK_PUSH = 3005, 3007, 3011, 3013
