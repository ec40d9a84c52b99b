"""What packages say of their gateways: entry points of the group ``vnpy_rehearsal.profiles``, each a list of dicts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from importlib.metadata import entry_points
from typing import Any, TypeVar

T = TypeVar("T")

GROUP: str = "vnpy_rehearsal.profiles"
STREAM_LINE: str = "User data stream subscribed"
DEFAULT_STRATEGY: str = "vnpy_rehearsal.strategy:RehearsalStrategy"


@dataclass(frozen=True)
class JobProfile:
    """
    How the main job runs on a gateway: the key ``job`` of its profile, where every field may be left out.

    ``symbol``: the vt_symbol that is traded unless the user names another; left out, the profile's own on Exchange.GLOBAL.
    ``strategy``: "module:Class" of a CtaTemplate, ``strategy_setting`` its parameters.
    ``setting``: of the connect dialog, beyond its defaults; "{symbol}" in a text becomes the vt_symbol that is traded.
    ``ready_line``: the log line with which orders and fills begin to come; left out, the profile's own.
    ``each_fill``: whether the venue tells each fill; left out, as the traits of its dialect have it (``tells_fills``).
    ``far_end``: "module:function" of a context manager, for a gateway that trades through another program. It is called with the words of
    the mock exchange's command line, starts that program with a venue behind it, and gives a ``vnpy_restgateway.far_end.FarEnd``.
    """

    name: str
    gateway: str                    # "module:Class"
    dialect: str
    symbol: str
    strategy: str = DEFAULT_STRATEGY
    strategy_setting: Mapping[str, Any] = field(default_factory=dict)
    setting: Mapping[str, Any] = field(default_factory=dict)
    ready_line: str = STREAM_LINE
    each_fill: bool | None = None
    far_end: str = ""


def read_job(entry: Mapping[str, Any]) -> JobProfile:
    """
    The main job's part of a profile.

    :raises ValueError: a field is missing, or one is there that the main job does not have
    """
    job: dict[str, Any] = dict(entry.get("job", {}))
    known: list[str] = [each.name for each in fields(JobProfile) if each.name not in ("name", "gateway", "dialect")]
    for name in job:
        if name not in known:
            raise ValueError(f"job has no field {name!r}, there are: {', '.join(known)}")
    try:
        named: dict[str, Any] = {name: entry[name] for name in ("name", "gateway", "dialect")}
        job.setdefault("symbol", f"{entry['symbol']}.GLOBAL")
    except KeyError as error:
        raise ValueError(f"field {error} is missing") from None
    job.setdefault("ready_line", entry.get("ready_line", STREAM_LINE))
    return JobProfile(**named, **job)


def read_profiles(read: Callable[[Mapping[str, Any]], T]) -> list[T]:
    """
    What ``read`` makes of every profile that is installed. Imports no vn.py by itself.

    :raises ValueError: an entry point cannot be loaded or read, naming it
    """
    found: list[T] = []
    for point in entry_points(group=GROUP):
        try:
            found += [read(entry) for entry in point.load()]
        except Exception as error:              # somebody else's module
            raise ValueError(f"profile {point.name!r} ({point.value}) cannot be used: {type(error).__name__}: {error}") from None
    return found
