"""
Error bodies: two JSON formats (spec 1.3) and, of Flask itself, HTML pages.

The seed declares ``{"error": text}`` for the whole server and shows ``{"code", "msg"}`` for three market data errors.
It names the constants of their codes, not the numbers: those are Binance's here (spec, U3). Texts the seed does not
give are those of the project's server (spec 1.3, "O errors"); the last ones below are ours.
"""

from ...core.errors import Refusal

# shown with {"code", "msg"} in the seed
PRICE_NOT_FOUND: int = -1121
TICKER_NOT_FOUND: int = -1121
MISSING_PARAMETER: int = -1102

# of the other errors, seen with the option errors=code only
BAD_PARAMETER: int = -1130
BAD_TYPE: int = -1116
BAD_SIDE: int = -1117
BAD_SYMBOL: int = -1121
BAD_INTERVAL: int = -1120
REFUSED: int = -2010
CANCEL_REFUSED: int = -2011
NO_SUCH_ORDER: int = -2013
UNAUTHORIZED: int = -2015

# reason of a core Refusal -> text
TEXTS: dict[str, str] = {
    "INSUFFICIENT_BALANCE": "资金不足",
    "MARKET_CLOSED": "交易对已暂停交易",
    "INVALID_SYMBOL": "无效的交易对",
    "NO_LIQUIDITY": "市场上没有可成交的订单",
    "UNKNOWN_ACCOUNT": "账户不存在",
}
FILTER_TEXT: str = "订单不符合交易规则: {filter}"


class ApiError(Exception):
    """
    A JSON error answer. ``coded``: the seed shows it with ``{"code", "msg"}``.
    """

    def __init__(self, status: int, code: int, text: str, coded: bool = False) -> None:
        super().__init__(f"{status} {code} {text}")
        self.status: int = status
        self.code: int = code
        self.text: str = text
        self.coded: bool = coded

    def body(self, style: str) -> dict[str, object]:
        """``style`` is the option ``errors``."""
        if style == "code" or (style == "mixed" and self.coded):
            return {"code": self.code, "msg": self.text}
        return {"error": self.text}


def unauthorized() -> ApiError:
    return ApiError(401, UNAUTHORIZED, "未认证")


def missing(name: str) -> ApiError:
    return ApiError(400, MISSING_PARAMETER, f"缺少必要参数: {name}")


def missing_symbol() -> ApiError:
    """Of market data but depth and avgPrice, which have their own."""
    return ApiError(400, MISSING_PARAMETER, "必须指定交易对")


def no_such_order() -> ApiError:
    return ApiError(404, NO_SUCH_ORDER, "订单不存在")


def from_refusal(refusal: Refusal) -> ApiError:
    """The answer for an order that the exchange has refused."""
    if refusal.reason == "FILTER":
        return ApiError(400, REFUSED, FILTER_TEXT.format(filter=refusal.filter))
    return ApiError(400, REFUSED, TEXTS.get(refusal.reason) or f"创建订单失败: {refusal.text}")


# Flask's own pages

PAGES: dict[int, tuple[str, str]] = {
    404: (
        "Not Found",
        "The requested URL was not found on the server. If you entered the URL manually please check your spelling "
        "and try again.",
    ),
    405: ("Method Not Allowed", "The method is not allowed for the requested URL."),
    500: (
        "Internal Server Error",
        "The server encountered an internal error and was unable to complete your request. Either the server is "
        "overloaded or there is an error in the application.",
    ),
}


def page(status: int) -> str:
    """The HTML page of a status."""
    title, text = PAGES[status]
    return f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n"
