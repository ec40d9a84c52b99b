"""The main job's other side: a real WebTrader that trades on a mock exchange of its own."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

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
        yield FarEnd(f"No real WebTrader, {', '.join(lacking)} is not installed{hint}: this runs on the mock exchange's webtrader dialect")
        return
    user, password = "rehearsal", secrets.token_hex(8)
    with TemporaryDirectory(prefix="webtrader-", ignore_cleanup_errors=True) as folder:
        server: WebTraderServer = WebTraderServer(Path(folder), REMOTE, {"Server": "EMBEDDED"}, user, password, embedded_arguments=arguments)
        try:
            server.start(wait_for_venue=True)
        except OSError as error:
            yield FarEnd(f"No real WebTrader ({error}): this runs on the mock exchange's webtrader dialect")
            return
        prefix: str = f"{server.gateway_name}."
        try:
            yield FarEnd(
                line=f"WebTrader {installed('vnpy_webtrader')} started: web process at {server.url}, trading process with {server.gateway_name} on {server.venue['rest']}",
                title=f"Rehearsal through WebTrader, with {server.gateway_name} at its other end",
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
