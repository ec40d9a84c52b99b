"""Whole bodies of every REST endpoint, stream and WebSocket API method; transcript.py says how the files are read."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from binance_rest import Rest
from transcript import ACCOUNTS, START, Player, differences, instruments

from mockexchange import MockExchange

FOLDER: Path = Path(__file__).parent / "transcripts"
SECRETS: dict[str, str] = {account.split(":")[0]: account.split(":")[1] for account in ACCOUNTS}


def ask_of(venue: MockExchange, rest: Rest) -> Callable[[str, str, str, dict[str, str]], tuple[int, str]]:
    """Account ``nobody`` sends no key, ``me`` and ``other`` sign."""

    def ask(account: str, method: str, path: str, params: dict[str, str]) -> tuple[int, str]:
        headers: dict[str, str] = {}
        if "unit" in params:
            headers["X-MBX-TIME-UNIT"] = params["unit"]
            params = {name: value for name, value in params.items() if name != "unit"}
        query = urlencode(params)
        if account in SECRETS:
            headers["X-MBX-APIKEY"] = account
            query = urlencode({**params, "timestamp": venue.state()["now"]})
            query += f"&signature={hmac.new(SECRETS[account].encode(), query.encode(), hashlib.sha256).hexdigest()}"
        answer = rest.call(method, path + (f"?{query}" if query else ""), headers)
        return answer.status, answer.text

    return ask


def sign_of(venue: MockExchange) -> Callable[[str], str]:
    """Signs a call of the WebSocket API that names an apiKey."""

    def sign(text: str) -> str:
        call = json.loads(text)
        params = call.get("params", {})
        if isinstance(params, dict) and "apiKey" in params:
            params["timestamp"] = venue.state()["now"]
            texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
            payload = "&".join(f"{name}={texts[name]}" for name in sorted(texts))
            params["signature"] = hmac.new(SECRETS[params["apiKey"]].encode(), payload.encode(), hashlib.sha256).hexdigest()
        return json.dumps(call)

    return sign


@pytest.fixture
def player() -> Iterator[Player]:
    with MockExchange(
        "binance", feed="none", seed=7, accounts=ACCOUNTS, clock=f"manual={START}", instruments=instruments()
    ) as venue:
        rest = Rest(venue.rest)
        one = Player(venue, ask_of(venue, rest), sign_of(venue))
        yield one
        one.close()
        rest.connection.close()


def test_orders(player: Player) -> None:
    """rest-api.md, "Trading endpoints" and "Account Endpoints"."""
    assert differences(FOLDER / "orders.txt", player) == []


def test_market_data(player: Player) -> None:
    """rest-api.md, "General endpoints" and "Market Data endpoints"."""
    assert differences(FOLDER / "market.txt", player) == []


def test_streams(player: Player) -> None:
    """web-socket-streams.md and user-data-stream.md."""
    assert differences(FOLDER / "streams.txt", player) == []


def test_websocket_api(player: Player) -> None:
    """web-socket-api.md."""
    assert differences(FOLDER / "wsapi.txt", player) == []


def test_order_lists(player: Player) -> None:
    """rest-api.md and web-socket-api.md, "Order lists"; user-data-stream.md, ``listStatus``."""
    assert differences(FOLDER / "lists.txt", player) == []
