"""QmtRestGateway: A-shares through the REST server of a QMT terminal, for VeighNa."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .gateway import QmtRestGateway

__all__ = ["QmtRestGateway"]


def __getattr__(name: str) -> Any:
    # imported when it is asked for: vn.py makes its folder while it is imported, and ``python -m vnpy_qmtrest`` must be
    # able to say where it may not
    if name == "QmtRestGateway":
        from .gateway import QmtRestGateway

        return QmtRestGateway
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
