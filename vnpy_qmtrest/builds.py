"""Which build of the server answers (section 2.0). Pure."""

from enum import Enum
from typing import Any

from rest_locale import N_
from vnpy_restgateway.net.outcome import Reply

FIXED: str = "order_num 必须是 100 的倍数"
PERCENT: str = "缺少必要参数: symbol, trade_price, position_pct"
TICKS: str = "缺少必要参数: stock_list"


class Build(Enum):
    """What a build means for orders."""

    FIXED = "orders by volume"
    PERCENT = "orders by a part of the account only"
    UNKNOWN = "an unknown build"


REFUSALS: dict[Build, str] = {
    Build.PERCENT: N_(
        "this build of the server takes orders by a part of the account only (position_pct), not by volume: such an order cannot be sent "
        "safely, as the server may sell all. Trading needs the build that takes order_num"
    ),
    Build.UNKNOWN: N_("this build of the server is not known, its answer to a harmless question was not understood: read only"),
}


def build_of(reply: Reply) -> Build:
    """What the answer to the probe tells."""
    text: Any = reply.data.get("error") if isinstance(reply.data, dict) else None
    if reply.status != 400 or not isinstance(text, str):
        return Build.UNKNOWN
    if text.startswith(FIXED):
        return Build.FIXED
    return Build.PERCENT if text == PERCENT else Build.UNKNOWN


def has_ticks(reply: Reply) -> bool:
    """Whether the answer to a question for quotes without a symbol is that of a server that has them."""
    text: Any = reply.data.get("error") if isinstance(reply.data, dict) else None
    return reply.status == 400 and text == TICKS
