"""
FutuOpenD over its REST edition: ``FutuOpenDClient``, a client that needs ``requests`` only, and ``FutuOpenDGateway`` for VeighNa::

    from vnpy_futuopend import FutuOpenDClient

    with FutuOpenDClient("http://127.0.0.1:22222", token="fc_...") as client:
        print(client.accounts())
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import FutuOpenDClient
    from .errors import FutuError
    from .gateway import FutuOpenDGateway

__all__ = ["FutuError", "FutuOpenDClient", "FutuOpenDGateway"]


def __getattr__(name: str) -> Any:
    # imported on access: the client must work where vn.py is not installed
    if name == "FutuOpenDClient":
        from .client import FutuOpenDClient

        return FutuOpenDClient
    if name == "FutuError":
        from .errors import FutuError

        return FutuError
    if name == "FutuOpenDGateway":
        from .gateway import FutuOpenDGateway

        return FutuOpenDGateway
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
