"""Whole bodies of every endpoint and push of the hashex dialect; transcript.py says how the files are read."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from hashex_client import Rest
from transcript import ACCOUNTS, START, Player, differences, instruments

from mockexchange import MockExchange
from mockexchange.dialects.hashex.signature import canonical_text, sign

FOLDER: Path = Path(__file__).parent / "transcripts"
SECRETS: dict[str, str] = {account.split(":")[0]: account.split(":")[1] for account in ACCOUNTS}


class Asker:
    """Account ``nobody`` signs nothing, ``me`` and ``other`` sign. ``stamp=-20000`` makes a request 20 s old, ``secret=x`` signs with x."""

    def __init__(self, venue: MockExchange) -> None:
        self.venue = venue
        self.rest = Rest(venue.rest)
        self.nonce = 0

    def __call__(self, account: str, method: str, path: str, params: dict[str, str]) -> tuple[int, str]:
        headers: dict[str, str] = {}
        offset = int(params.pop("stamp", "0"))
        secret = params.pop("secret", SECRETS.get(account, "no secret"))
        if account != "nobody":
            self.nonce += 1
            stamp = str(int(self.venue.state()["now"]) + offset)
            headers = {
                "X-Access-Key": account,
                "X-Signature": sign(secret, canonical_text(params, stamp)),
                "X-Request-Timestamp": stamp,
                "X-Request-Nonce": str(self.nonce),
            }
        query = "?" + urlencode(params, quote_via=quote) if params else ""
        answer = self.rest.call(method, f"/spot/v1{path}{query}", headers)
        return self.rest.status, json.dumps(answer)

    def token(self, account: str) -> str:
        return str(json.loads(self(account, "GET", "/u/ws/token", {})[1])["data"])


def sign_of(asker: Asker) -> Callable[[str], str]:
    """Puts a fresh token where a subscription names an account."""

    def put(text: str) -> str:
        try:
            request = json.loads(text)
        except ValueError:
            return text
        if request.get("token") in SECRETS:
            request["token"] = asker.token(request["token"])
        return json.dumps(request)

    return put


@contextmanager
def playing(**options: object) -> Iterator[Player]:
    with MockExchange(
        "hashex", feed="none", seed=7, accounts=ACCOUNTS, clock=f"manual={START}", instruments=instruments(), options=options
    ) as venue:
        asker = Asker(venue)
        one = Player(venue, asker, sign_of(asker))
        yield one
        one.close()
        asker.rest.connection.close()


def test_orders() -> None:
    """Seed, section 4; spec, 3.8 to 3.17."""
    with playing() as player:
        assert differences(FOLDER / "orders.txt", player) == []


def test_orders_with_the_fields_of_the_siblings() -> None:
    """Spec, 3.12 to 3.15, and a MARKET BUY by amount."""
    with playing(order_fields="sibling", market_buy="quote", text_key="msg") as player:
        assert differences(FOLDER / "sibling.txt", player) == []


def test_market_data() -> None:
    """Seed, section 5; spec, 3.2 to 3.7."""
    with playing() as player:
        assert differences(FOLDER / "market.txt", player) == []


def test_pushes() -> None:
    """Spec, 5.3 to 5.6."""
    with playing() as player:
        assert differences(FOLDER / "pushes.txt", player) == []
