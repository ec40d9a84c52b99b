"""What stands between a gateway and a venue while it is rehearsed, for gateways that trade through another program."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


def nothing() -> str:
    return ""


def same(orderid: str) -> str:
    return orderid


@dataclass(frozen=True)
class FarEnd:
    """
    A program that was started for a rehearsal, and the venue behind it.

    ``line``: what was started, or why nothing was; one line for the user.
    ``setting``: what the gateway is connected with, beyond the defaults of its dialog. None: nothing was started, the
    gateway runs on its own embedded exchange.
    ``rest``, ``key``: base URL of the venue's control API, and the account that is traded on.
    ``client_order_id``: the gateway's venue id of an order -> the client order id in the venue's journal.
    ``trouble``: why the program cannot go on, "" while it can.
    """

    line: str
    setting: Mapping[str, Any] | None = None
    title: str = ""
    rest: str = ""
    key: str = field(default="", repr=False)
    client_order_id: Callable[[str], str] = same
    trouble: Callable[[], str] = nothing
