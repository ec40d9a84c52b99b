"""
Error answers and their literals (spec 1.4, 2.1, 2.3 - 2.5).

JSON ``{"error": text}`` for what is refused, ``{"error": "接口异常: <handler>", "message": ...}`` for an exception in a
handler, plain text for what never reaches a handler.
"""

BAD_LOGIN: str = "用户名或密码错误"
NO_LOGIN: str = "未登录，请先登录"
NO_SIGNATURE: str = "缺少必要的签名验证参数"
NO_LOGIN_OR_SIGNATURE: str = "未登录或缺少必要的签名验证参数"
BAD_TIMESTAMP: str = "无效的时间戳格式"
OLD_TIMESTAMP: str = "请求时间戳过期"
BAD_CLIENT: str = "无效的客户端ID"
BAD_SIGNATURE: str = "签名验证失败"
BAD_SECRET: str = "客户端密钥错误"

BAD_INDEX: str = "无效的交易器索引"
NO_DATA: str = "请求数据不能为空"
BAD_OPERATION: str = "操作类型必须是 buy 或 sell"
NEITHER: str = "必须提供 position_pct 或 order_num 其中之一"
BOTH: str = "position_pct 和 order_num 不能同时提供，请选择其中一个"
BAD_PERCENT: str = "position_pct 必须在 0 到 1 之间"
BAD_COUNT: str = "order_num 必须大于 0"
BAD_LOT: str = "order_num 必须是 {lot} 的倍数（{unit}）"
BAD_RESERVE: str = "保留金额不能为负数"
HANDLER_FAILED: str = "接口异常: {handler}"

LINK_LOST: str = "无法连接xtquant服务，请检查QMT-投研版或QMT-极简版是否开启"      # xtquant's own words
NO_SUCH_ORDER: str = "'NoneType' object has no attribute 'order_id'"


class ApiError(Exception):
    """A JSON answer ``{"error": text}``."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status: int = status
        self.text: str = text


class PlainError(Exception):
    """An answer in plain text: 404 or 500, from outside of every handler."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status}")
        self.status: int = status


PLAIN_TEXTS: dict[int, str] = {404: "Not Found", 500: "Internal Server Error"}


def unauthorized(text: str) -> ApiError:
    return ApiError(401, text)


def refused(text: str) -> ApiError:
    """A validation that failed."""
    return ApiError(400, text)


def missing(*names: str) -> ApiError:
    return refused(f"缺少必要参数: {', '.join(names)}")


def bad_index(value: object) -> ApiError:
    """Of a POST; a GET does not name the value (spec 2.1)."""
    return refused(f"{BAD_INDEX}: {value}")
