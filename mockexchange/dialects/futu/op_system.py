"""The state of the gateway and its user (spec 2.1 to 2.3)."""

from typing import Any

from . import enums
from .contents import HONG_KONG, SHANGHAI, SHENZHEN, UNITED_STATES
from .operations import Context, Operation
from .params import Body
from .quotes import market_state


def global_state(ctx: Context, body: Body) -> dict[str, Any]:
    desk = ctx.desk
    is_up: bool = ctx.options.link == "up"
    return {
        "market_hk": market_state(desk, HONG_KONG, ctx.now),
        "market_us": market_state(desk, UNITED_STATES, ctx.now),
        "market_sh": market_state(desk, SHANGHAI, ctx.now),
        "market_sz": market_state(desk, SHENZHEN, ctx.now),
        "market_hk_future": enums.FUTURE_DAY_OPEN,
        "market_us_future": None,
        "market_sg_future": None,
        "market_jp_future": None,
        "qot_logined": is_up,
        "trd_logined": is_up,
        "server_ver": 1002,
        "server_build_no": 0,
        "time": ctx.now // 1_000_000,
        "local_time": ctx.now / 1e6,
        "program_status": {"type": 10 if is_up else 3, "str_ext_desc": None},
        "qot_svr_ip_addr": "",
        "trd_svr_ip_addr": "",
        "conn_id": None,
    }


def user_info(ctx: Context, body: Body) -> dict[str, Any]:
    return {
        "nick_name": "mock", "user_id": 1000001, "user_attribution": 0,
        "hk_qot_right": 3, "us_qot_right": 2, "sh_qot_right": 2, "sz_qot_right": 2, "cn_qot_right": 2,
        "hk_option_qot_right": 1, "hk_future_qot_right": 1, "us_option_qot_right": 1, "has_us_option_qot_right": False,
        "us_index_qot_right": 1, "sg_future_qot_right": 1,
        "sub_quota": ctx.options.sub_quota, "history_kl_quota": ctx.desk.history_left(ctx.now), "is_need_agree_disclaimer": False,
    }


def delay_statistics(ctx: Context, body: Body) -> dict[str, Any]:
    """Nothing is measured."""
    return {"qot_push_statistics_list": [], "req_reply_statistics_list": [], "place_order_statistics_list": []}


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/api/global-state", global_state),
    Operation("GET", "/api/user-info", user_info),
    Operation("GET", "/api/delay-statistics", delay_statistics),
)
