"""A scripted server and clients of it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# This folder has the package's name. Where "tests" is on sys.path and the repository is not, Python would take the folder for it.
sys.path.insert(0, str(Path(__file__).parents[2]))

from scripted_server import ScriptedServer  # noqa: E402

from qmt_trade_client import QMTTradeClient  # noqa: E402

KEY: str = "demo"
SECRET: str = "qmt-secret"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as made:
        yield made


@pytest.fixture
def make_client(server: ScriptedServer) -> Callable[..., QMTTradeClient]:
    """Clients of the scripted server, with ``signed`` credentials or none."""

    def make(signed: bool = True, **arguments: object) -> QMTTradeClient:
        credentials = {"client_id": KEY, "secret_key": SECRET} if signed else {}
        return QMTTradeClient(server.url, **{"timeout": 5, **credentials, **arguments})     # type: ignore[arg-type]

    return make


@pytest.fixture
def signed(make_client: Callable[..., QMTTradeClient]) -> Iterator[QMTTradeClient]:
    with make_client(trader_index=0) as client:
        yield client


@pytest.fixture
def plain(make_client: Callable[..., QMTTradeClient]) -> Iterator[QMTTradeClient]:
    """In session mode."""
    with make_client(signed=False) as client:
        yield client
