"""
What clients read of the wallet (``/sapi``; developers.binance.com, "Wallet"), and the choice to pay fees in BNB.

Figures are the ledger's. The venue has a spot wallet alone: no coins come in or leave over a network, nothing is lent,
staked or converted, so that the lists of such things are empty.
"""

from collections.abc import Iterator

from ...core.commands import SetFeeDiscount
from ...core.numbers import format_amount, format_balance
from .errors import ApiError
from .operations import MARKET_DATA, NONE, USER_DATA, Call, Context, Operation, operation
from .params import Params
from .rendering import ZERO
from .valuation import worth

WALLETS: tuple[str, ...] = (
    "Spot", "Funding", "Cross Margin", "Isolated Margin", "USDⓈ-M Futures", "COIN-M Futures", "Earn", "Options", "Trading Bots",
)
DAY_MS: int = 86_400_000


def system_status(ctx: Context, params: Params) -> object:
    return {"status": 0, "msg": "normal"}


def account_status(ctx: Context, params: Params) -> object:
    return {"data": "Normal"}


def api_trading_status(ctx: Context, params: Params) -> object:
    """The indicators that lock an account are not kept: it is never locked."""
    return {"data": {
        "isLocked": False, "plannedRecoverTime": 0, "triggerCondition": {"GCR": 150, "IFER": 150, "UFR": 300}, "updateTime": 0,
    }}


def account_info(ctx: Context, params: Params) -> object:
    return {
        "vipLevel": 0, "isMarginEnabled": False, "isFutureEnabled": False, "isOptionsEnabled": False, "isPortfolioMarginRetailEnabled": False,
    }


def key_permissions(ctx: Context, params: Params) -> object:
    """Every key may read and trade spot, from any address. It was made when the venue was opened."""
    opened: int = next((int(row["t"]) for row in ctx.venue.journal.each_row()), ctx.now // 1000)
    return {
        "ipRestrict": False, "createTime": opened, "enableReading": True, "enableWithdrawals": False, "enableInternalTransfer": False,
        "enableMargin": False, "enableFutures": False, "permitsUniversalTransfer": False, "enableVanillaOptions": False,
        "enableFixApiTrade": False, "enableFixReadOnly": False, "enableSpotAndMarginTrading": True, "enablePortfolioMarginTrading": False,
    }


def user_assets(ctx: Context, params: Params) -> object:
    """What the account has of each asset, or of the one asked for, by name; those it has nothing of are left out."""
    wanted: str = params.values.get("asset", "")
    valued: bool = params.boolean("needBtcValuation", False)
    return [
        {
            "asset": asset, "free": format_balance(free), "locked": format_balance(locked), "freeze": "0", "withdrawing": "0", "ipoable": "0",
            "btcValuation": format_balance(worth(ctx.exchange, asset, free + locked, "BTC")) if valued else "0",
        }
        for asset, free, locked in _held(ctx) if wanted in ("", asset)
    ]


def wallet_balances(ctx: Context, params: Params) -> object:
    """The worth of each wallet in ``quoteAsset``, BTC by default; only the spot wallet is active."""
    quote: str = params.values.get("quoteAsset", "BTC")
    if quote not in _assets(ctx):
        raise ApiError(-1100, "Illegal characters found in parameter 'quoteAsset'.")
    detailed: bool = params.boolean("needBalanceDetail", False)
    held = list(_held(ctx))
    total: int = sum(worth(ctx.exchange, asset, free + locked, quote) for asset, free, locked in held)
    found: list[dict[str, object]] = [
        {"activate": name == WALLETS[0], "balance": format_balance(total) if name == WALLETS[0] else "0", "walletName": name} for name in WALLETS
    ]
    if detailed:
        for row in found:
            row["assetBalances"] = []
        found[0]["assetBalances"] = [
            {
                "asset": asset, "assetName": asset, "free": format_balance(free), "locked": format_balance(locked), "freeze": "0",
                "withdrawing": "0", "btcValuation": format_balance(worth(ctx.exchange, asset, free + locked, "BTC")),
            }
            for asset, free, locked in held
        ]
    return found


def coins(ctx: Context, params: Params) -> object:
    """``GET /sapi/v1/capital/config/getall``: every asset of the venue, none of which can be deposited or withdrawn."""
    held: dict[str, tuple[int, int]] = ctx.exchange.balances(ctx.account)
    found: list[dict[str, object]] = []
    for asset in _assets(ctx):
        free, locked = held.get(asset, (0, 0))
        found.append({
            "coin": asset, "depositAllEnable": False, "free": format_balance(free), "freeze": ZERO,
            "ipoable": ZERO, "ipoing": ZERO, "isLegalMoney": False, "locked": format_balance(locked),
            "name": asset, "networkList": [], "storage": ZERO, "trading": True,
            "withdrawAllEnable": False, "withdrawing": ZERO,
        })
    return found


def asset_details(ctx: Context, params: Params) -> object:
    """Of every asset, or of the one asked for: it can neither be deposited nor withdrawn."""
    wanted: str = params.values.get("asset", "")
    return {
        asset: {"minWithdrawAmount": ZERO, "depositStatus": False, "withdrawFee": 0, "withdrawStatus": False}
        for asset in _assets(ctx) if wanted in ("", asset)
    }


def trade_fees(ctx: Context, params: Params) -> object:
    """``GET /sapi/v1/asset/tradeFee``: of one symbol or of all."""
    instruments = ctx.exchange.instruments
    found = [ctx.instrument(params.symbol())] if "symbol" in params else list(instruments.values())
    return [
        {
            "symbol": instrument.symbol,
            "makerCommission": format_amount(instrument.maker_fee),
            "takerCommission": format_amount(instrument.taker_fee),
        }
        for instrument in found
    ]


def bnb_burn(ctx: Context, params: Params) -> object:
    """``GET /sapi/v1/bnbBurn``: whether the account pays its fees in BNB. There is no margin, and no interest of it."""
    return {"spotBNBBurn": ctx.exchange.discount.is_on(ctx.account), "interestBNBBurn": False}


def set_bnb_burn(ctx: Context, params: Params) -> object:
    """``POST /sapi/v1/bnbBurn``: at least one of the two must be sent."""
    if "spotBNBBurn" not in params and "interestBNBBurn" not in params:
        raise ApiError(-1102, "Param 'spotBNBBurn' or 'interestBNBBurn' must be sent, but both were empty/null!")
    params.boolean("interestBNBBurn", False)
    if "spotBNBBurn" in params:
        ctx.apply(SetFeeDiscount(ctx.account, params.boolean("spotBNBBurn", False)))
    return bnb_burn(ctx, params)


def transfers(ctx: Context, params: Params) -> object:
    params.text("type")
    return no_rows(ctx, params)


def convert_history(ctx: Context, params: Params) -> object:
    """Nothing was converted in the span asked for, which must be named and have 30 days at most."""
    for name in ("startTime", "endTime"):
        params.text(name)
    start, end = (int(params.time(name) or 0) // 1000 for name in ("startTime", "endTime"))
    if not 0 <= end - start <= 30 * DAY_MS:
        raise ApiError(-1128, "Combination of optional parameters invalid.")
    return {"list": [], "startTime": start, "endTime": end, "limit": params.limit(100, 1000), "moreData": False}


def earn_account(ctx: Context, params: Params) -> object:
    names = ("totalAmount", "totalFlexibleAmount", "totalLocked")
    return {f"{name}In{quote}": ZERO for name in names for quote in ("BTC", "USDT")}


def no_rows(ctx: Context, params: Params) -> object:
    """A page of a list that is empty."""
    return {"total": 0, "rows": []}


def nothing(ctx: Context, params: Params) -> object:
    return []


def no_dust_log(ctx: Context, params: Params) -> object:
    return {"total": 0, "userAssetDribblets": []}


def no_dust(ctx: Context, params: Params) -> object:
    """No asset can be turned into BNB."""
    return {"details": [], "totalTransferBtc": "0", "totalTransferBNB": "0", "dribbletPercentage": "0.02"}


def no_margin_account(ctx: Context, params: Params) -> object:
    raise ApiError(-3003, "Margin account does not exist.")


def no_isolated_account(ctx: Context, params: Params) -> object:
    raise ApiError(-11001, "Isolated margin account does not exist.")


def _assets(ctx: Context) -> list[str]:
    """Every asset of the venue, in the order of its symbols."""
    return list(dict.fromkeys(asset for instrument in ctx.exchange.instruments.values() for asset in (instrument.base, instrument.quote)))


def _held(ctx: Context) -> Iterator[tuple[str, int, int]]:
    """Asset, free and locked of what the account has, by name."""
    for asset, (free, locked) in sorted(ctx.exchange.balances(ctx.account).items()):
        if free or locked:
            yield asset, free, locked


def _read(call: Call, names: str, weight: int) -> Operation:
    return operation(call, names, weight, USER_DATA)


def _open(call: Call, names: str, weight: int) -> Operation:
    """What needs a key, and takes a signature as well: clients sign it, the documents differ."""
    return operation(call, f"{names} recvWindow timestamp signature", weight, MARKET_DATA)


PAGE: str = "current size"
SPAN: str = "startTime endTime"
BY_ADDRESS: tuple[tuple[str, str, Operation], ...] = (
    ("GET", "/sapi/v1/system/status", operation(system_status, "", 1, NONE)),
    ("GET", "/sapi/v1/account/status", _read(account_status, "", 1)),
    ("GET", "/sapi/v1/account/apiTradingStatus", _read(api_trading_status, "", 1)),
    ("GET", "/sapi/v1/account/info", _read(account_info, "", 1)),
    ("GET", "/sapi/v1/account/apiRestrictions", _read(key_permissions, "", 1)),
    ("POST", "/sapi/v3/asset/getUserAsset", _read(user_assets, "asset needBtcValuation", 5)),
    ("POST", "/sapi/v1/asset/get-funding-asset", _read(nothing, "asset needBtcValuation", 1)),
    ("GET", "/sapi/v1/asset/wallet/balance", _read(wallet_balances, "quoteAsset needBalanceDetail", 60)),
    ("GET", "/sapi/v1/asset/assetDetail", _read(asset_details, "asset", 1)),
    ("GET", "/sapi/v1/asset/tradeFee", _read(trade_fees, "symbol", 1)),
    ("GET", "/sapi/v1/asset/assetDividend", _read(no_rows, f"asset limit {SPAN}", 10)),
    ("GET", "/sapi/v1/asset/dribblet", _read(no_dust_log, f"accountType {SPAN}", 1)),
    ("POST", "/sapi/v1/asset/dust-btc", _read(no_dust, "accountType", 1)),
    ("GET", "/sapi/v1/asset/transfer", _read(transfers, f"type fromSymbol toSymbol {SPAN} {PAGE}", 1)),
    ("GET", "/sapi/v1/capital/config/getall", _read(coins, "", 10)),
    ("GET", "/sapi/v1/capital/deposit/hisrec", _read(nothing, f"includeSource coin status offset limit txId {SPAN}", 1)),
    ("GET", "/sapi/v1/bnbBurn", _read(bnb_burn, "", 1)),
    ("POST", "/sapi/v1/bnbBurn", _read(set_bnb_burn, "spotBNBBurn interestBNBBurn", 1)),
    ("GET", "/sapi/v1/spot/delist-schedule", _open(nothing, "", 100)),
    ("GET", "/sapi/v1/spot/open-symbol-list", _open(nothing, "", 100)),
    ("GET", "/sapi/v1/margin/allAssets", _open(nothing, "asset", 1)),
    ("GET", "/sapi/v1/margin/allPairs", _open(nothing, "symbol", 1)),
    ("GET", "/sapi/v1/margin/isolated/allPairs", _open(nothing, "symbol", 10)),
    ("GET", "/sapi/v1/margin/account", _read(no_margin_account, "", 10)),
    ("GET", "/sapi/v1/margin/isolated/account", _read(no_isolated_account, "symbols", 10)),
    ("GET", "/sapi/v1/simple-earn/account", _read(earn_account, "", 150)),
    ("GET", "/sapi/v1/simple-earn/flexible/list", _read(no_rows, f"asset {PAGE}", 150)),
    ("GET", "/sapi/v1/simple-earn/locked/list", _read(no_rows, f"asset {PAGE}", 150)),
    ("GET", "/sapi/v1/simple-earn/flexible/position", _read(no_rows, f"asset productId {PAGE}", 150)),
    ("GET", "/sapi/v1/simple-earn/locked/position", _read(no_rows, f"asset positionId projectId {PAGE}", 150)),
    ("GET", "/sapi/v1/convert/exchangeInfo", operation(nothing, "fromAsset toAsset", 3000, NONE)),
    ("GET", "/sapi/v1/convert/assetInfo", _read(nothing, "", 100)),
)
BY_ACCOUNT: tuple[tuple[str, str, Operation], ...] = (
    ("GET", "/sapi/v1/capital/withdraw/history", _read(nothing, f"coin withdrawOrderId status offset limit idList {SPAN}", 18_000)),
    ("GET", "/sapi/v1/convert/tradeFlow", _read(convert_history, f"limit {SPAN}", 3000)),
)
