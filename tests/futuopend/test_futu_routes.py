"""The client has a method for each route of the seed page."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vnpy_futuopend import FutuOpenDClient
from vnpy_futuopend.routes import ROUTES

ROOT: Path = Path(__file__).parents[2]
TABLE: str = """
GET /api/global-state qot:read
GET /api/user-info qot:read
GET /api/delay-statistics qot:read
POST /api/subscribe qot:read
GET /api/sub-info qot:read
POST /api/quote qot:read
POST /api/kline qot:read
POST /api/orderbook qot:read
POST /api/broker qot:read
POST /api/ticker qot:read
POST /api/rt qot:read
POST /api/snapshot qot:read
POST /api/static-info qot:read
POST /api/plate-set qot:read
POST /api/plate-security qot:read
POST /api/reference qot:read
POST /api/owner-plate qot:read
POST /api/option-chain qot:read
POST /api/warrant qot:read
POST /api/capital-flow qot:read
POST /api/capital-distribution qot:read
POST /api/user-security qot:read
POST /api/stock-filter qot:read
POST /api/ipo-list qot:read
POST /api/future-info qot:read
POST /api/market-state qot:read
POST /api/history-kline qot:read
GET /api/accounts acc:read
POST /api/sub-acc-push acc:read
POST /api/funds acc:read
POST /api/positions acc:read
POST /api/orders acc:read
POST /api/order-fills acc:read
POST /api/max-trd-qtys acc:read
POST /api/history-orders acc:read
POST /api/history-order-fills acc:read
POST /api/margin-ratio acc:read
POST /api/order-fee acc:read
POST /api/unlock-trade trade:real
POST /api/order trade:real
POST /api/modify-order trade:real
GET /metrics
GET /health
GET /ws qot:read
"""
LINE: re.Pattern[str] = re.compile(r"^(GET|POST) (/\S+)(?: (\w+:\w+))?", re.MULTILINE)


def rows(text: str) -> set[tuple[str, ...]]:
    return {match.groups("") for match in LINE.finditer(text)}


def page() -> str | None:
    """The page itself, where it lies beside the repository."""
    for folder in ROOT.parents:
        for path in sorted(folder.glob("shared/seeds/*.txt")):
            text = path.read_text(encoding="utf-8")
            if "REST API\n\n:22222/api/*" in text:
                return text
    return None


def test_the_copy_is_the_page() -> None:
    text = page()
    if text is None:
        pytest.skip("the page is not beside the repository")
    assert rows(text) == rows(TABLE)


def test_41_routes_and_3_of_operations() -> None:
    assert len([row for row in rows(TABLE) if row[1].startswith("/api/")]) == 41
    assert {(route.method, route.path, route.scope.split(" ")[0]) for route in ROUTES.values()} == rows(TABLE)
    assert len(ROUTES) == 44


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_method_each_named_after_the_route(name: str) -> None:
    assert name == ROUTES[name].path.removeprefix("/").removeprefix("api/").replace("-", "_")
    method = inspect.signature(getattr(FutuOpenDClient, name))
    assert all(one.kind is one.KEYWORD_ONLY for one in list(method.parameters.values())[1:])


def test_writes_are_the_three_of_trading() -> None:
    assert {name for name, route in ROUTES.items() if route.write} == {"order", "modify_order", "unlock_trade"}


def test_the_client_needs_neither_vnpy_nor_websockets_nor_msgspec() -> None:
    script = (
        "import sys\n"
        "for name in ('vnpy', 'websockets', 'msgspec', 'vnpy_restgateway', 'google'): sys.modules[name] = None\n"
        "from vnpy_futuopend import FutuOpenDClient\n"
        "import vnpy_futuopend.pushes\n"
        "client = FutuOpenDClient('127.0.0.1:1')\n"
        "try: client.ws()\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert (done.stdout, done.stderr) == ('pushes need the package websockets: pip install "websockets>=15"\n', "")


def test_other_names_of_the_package_do_not_exist() -> None:
    import vnpy_futuopend

    with pytest.raises(AttributeError, match="no attribute 'Client'"):
        vnpy_futuopend.Client  # noqa: B018
