"""Where the server is asked for what (specs of the QMT REST server, sections 1 and 2)."""

HOST: str = "http://localhost:9091"         # the server's default address

API: str = "/qmt/trade/api"
ACCOUNTS: str = f"{API}/accounts"
PORTFOLIO: str = f"{API}/portfolio"         # /INDEX
POSITIONS: str = f"{API}/positions"         # /INDEX
ORDERS: str = f"{API}/orders"
CANCEL: str = f"{API}/cancel_order"
BUY: str = f"{API}/outer/trade/buy"
SELL: str = f"{API}/outer/trade/sell"

TICKS: str = "/qmt/data/api/get_full_tick"          # build B only
BARS: str = "/qmt/data/api/get_market_data_ex"      # build B only
