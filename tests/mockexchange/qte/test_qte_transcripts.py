"""Whole bodies of every endpoint of the qte dialect; transcript.py says how the files are read."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from qte_client import FORM, Rest
from transcript import ACCOUNTS, START, Ask, Player, differences, instruments

from mockexchange import MockExchange

FOLDER: Path = Path(__file__).parent / "transcripts"


def ask_of(venue: MockExchange) -> Ask:
    """Account ``nobody`` sends no key. GET has its parameters in the query, the others in the form."""
    rest = Rest(venue.rest)

    def ask(account: str, method: str, path: str, params: dict[str, str]) -> tuple[int, str]:
        headers = {"X-API-KEY": account} if account != "nobody" else {}
        text = urlencode(params)
        if method == "GET":
            answer = rest.call(method, f"/api{path}" + (f"?{text}" if text else ""), headers)
        else:
            answer = rest.call(method, f"/api{path}", {**headers, **FORM}, text)
        return answer.status, answer.text.strip()

    return ask


@pytest.fixture
def player() -> Iterator[Player]:
    with MockExchange(
        "qte", feed="none", seed=7, accounts=ACCOUNTS, clock=f"manual={START}", instruments=instruments()
    ) as venue:
        yield Player(venue, ask_of(venue))


def test_orders(player: Player) -> None:
    """Seed, 2.3 and 2.4."""
    assert differences(FOLDER / "orders.txt", player) == []


def test_market_data(player: Player) -> None:
    """Seed, 2.1 and 2.2; spec, 1.4."""
    assert differences(FOLDER / "market.txt", player) == []
