"""The main job's other side: a real WebTrader that trades on a mock exchange of its own."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from rest_locale import _
from vnpy_restgateway.far_end import FarEnd

from .server.processes import WebTraderServer, missing

REMOTE: str = "vnpy_mockbinance:MockBinanceGateway"        # what trades there, loaded by name in the trading process
REMOTE_NEEDS: tuple[str, ...] = ("vnpy_mockbinance", "mockexchange", "aiohttp")


@contextmanager
def real_webtrader(arguments: Sequence[str]) -> Iterator[FarEnd]:
    """
    Both processes of WebTrader and the exchange behind them, for the time of a ``with``. ``arguments``: words for that exchange.

    :raises RuntimeError: they are installed and do not come up
    """
    lacking: list[str] = missing(*REMOTE_NEEDS)
    if lacking:
        hint: str = " (pip install vnpy_webtrader)" if "vnpy_webtrader" in lacking else ""
        line: str = _("No real WebTrader, {lacking} is not installed{hint}: this runs on the mock exchange's webtrader dialect")
        yield FarEnd(line.format(lacking=", ".join(lacking), hint=hint))
        return
    user, password = "rehearsal", secrets.token_hex(8)
    with TemporaryDirectory(prefix="webtrader-", ignore_cleanup_errors=True) as folder:
        server: WebTraderServer = WebTraderServer(Path(folder), REMOTE, {"Server": "EMBEDDED"}, user, password, embedded_arguments=arguments)
        try:
            server.start(wait_for_venue=True)
        except OSError as error:
            yield FarEnd(_("No real WebTrader ({error}): this runs on the mock exchange's webtrader dialect").format(error=error))
            return
        prefix: str = f"{server.gateway_name}."
        try:
            yield FarEnd(
                line=_("WebTrader {version} started: web process at {url}, trading process with {gateway} on {venue}").format(
                    version=installed("vnpy_webtrader"), url=server.url, gateway=server.gateway_name, venue=server.venue["rest"],
                ),
                title=_("Rehearsal through WebTrader, with {gateway} at its other end").format(gateway=server.gateway_name),
                setting={"Server": "WEBTRADER", "Host": server.url, "Username": user, "Password (密码)": password},
                rest=server.venue["rest"], key=server.venue["key"], client_order_id=lambda name: name.removeprefix(prefix), trouble=server.trouble,
            )
        finally:
            server.stop()


def installed(package: str) -> str:
    """Its version, as far as it is known."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
