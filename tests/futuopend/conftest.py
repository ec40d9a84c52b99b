"""A server as told and a client of it."""

from collections.abc import Iterator

import pytest
from futu_server import TOKEN, FutuServer

from vnpy_futuopend import FutuOpenDClient


@pytest.fixture
def server() -> Iterator[FutuServer]:
    with FutuServer() as made:
        yield made


@pytest.fixture
def client(server: FutuServer) -> Iterator[FutuOpenDClient]:
    with FutuOpenDClient(server.url, token=TOKEN, timeout=5) as made:
        yield made
