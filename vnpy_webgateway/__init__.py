"""
WebTraderGateway: trades through a remote VeighNa, over its WebTrader's REST and websocket interface::

    from vnpy_webgateway import WebTraderGateway

    main_engine.add_gateway(WebTraderGateway)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .gateway import WebTraderGateway

__all__ = ["WebTraderGateway"]


def __getattr__(name: str) -> Any:
    # imported on access: the profile is read where vn.py's gateways are not wanted
    if name == "WebTraderGateway":
        from .gateway import WebTraderGateway

        return WebTraderGateway
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
