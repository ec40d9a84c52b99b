"""
Recordings that are no file: what keeps them has a driver, found by the entry point group ``mockexchange.feeds``.

``--feed NAME:SPEC`` calls the driver NAME with SPEC; it returns a Recording or raises FeedError saying what is wrong with SPEC.
A driver is registered in a package's ``[options.entry_points]``::

    mockexchange.feeds =
        mine = my_package.my_module:open_recording
"""

import re
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

from rest_locale import _

from .archive import FeedError
from .recording import Recording

GROUP: str = "mockexchange.feeds"
Driver = Callable[[str], Recording]
# a driver's name has two letters at least: C:\\ is a drive
_SPEC: re.Pattern[str] = re.compile(r"([A-Za-z][A-Za-z0-9_-]+):(.*)", re.DOTALL)


def split_spec(feed: str) -> tuple[str, str] | None:
    """"vnpy:BTCUSDT.GLOBAL" -> ("vnpy", "BTCUSDT.GLOBAL"); None for what names no driver."""
    found = _SPEC.fullmatch(feed)
    return (found.group(1), found.group(2)) if found else None


def open_by_driver(name: str, spec: str) -> Recording:
    """The recording that a driver knows as ``spec``. FeedError for an unknown driver, for one that is not installed whole, and its own."""
    found: dict[str, EntryPoint] = {each.name: each for each in entry_points(group=GROUP)}
    if name not in found:
        if found:
            line: str = _("feed {name}:{spec}: no such file, and unknown feed driver {name!r}, there are: {names}")
        else:
            line = _("feed {name}:{spec}: no such file, and unknown feed driver {name!r}, none is installed")
        raise FeedError(line.format(name=name, spec=spec, names=", ".join(sorted(found))))
    try:
        driver: Driver = found[name].load()
    except ImportError as error:
        raise FeedError(_("feed driver {name}: {error} (is it installed?)").format(name=name, error=error)) from None
    if not spec.strip():
        raise FeedError(_("feed driver {name}: nothing behind the colon, {name}:SPEC is expected").format(name=name))
    return driver(spec)
