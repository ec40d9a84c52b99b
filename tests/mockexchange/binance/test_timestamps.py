"""Time-stamps while the venue's time goes faster than the client's, or is of another year."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from binance_rest import Rest

from mockexchange import MockExchange
from mockexchange.dialects.binance.errors import ApiError
from mockexchange.dialects.binance.signature import ANY_TIME, check_ahead, check_window

YEAR_2022: int = 1_640_995_200_000


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path: Path = tmp_path / "BTCUSDT-1h-2022-01-01.csv"
    path.write_text("".join(f"{YEAR_2022 + n * 3_600_000},40000,40010,39990,40000,5,{YEAR_2022 + (n + 1) * 3_600_000 - 1},0,0,0,0,0\n" for n in range(48)))
    return path


def test_windows_count_the_clients_seconds() -> None:
    now: int = 10 ** 15
    check_ahead(now + 59_999_999, now, 60.0)
    check_window(now - 300_000_000, 5_000_000, now, 60.0)
    refused: list[Callable[[], None]] = [
        lambda: check_ahead(now + 60_000_000, now, 60.0), lambda: check_window(now - 300_000_001, 5_000_000, now, 60.0),
    ]
    for call in refused:
        with pytest.raises(ApiError, match="-1021|Timestamp"):
            call()
    check_ahead(now * 2, now, ANY_TIME)
    check_window(0, 5_000_000, now, ANY_TIME)
    check_window(0, 0, now, ANY_TIME)


def test_a_client_signs_in_the_venues_time_or_where_that_is_allowed_in_its_own(dump: Path) -> None:
    with MockExchange("binance", feed=str(dump), speed=60) as venue:
        rest: Rest = Rest(venue.rest, venue.key, venue.secret)
        server: int = rest.get("time").json["serverTime"]
        assert YEAR_2022 <= server < YEAR_2022 + 48 * 3_600_000
        assert rest.signed("GET", "account", timestamp=server).status == 200
        assert rest.signed("GET", "account", timestamp=server - 200_000).status == 200, "5 s of the client are 300 s here"
        assert rest.signed("GET", "account", timestamp=server - 400_000).json["code"] == -1021
        own: int = int(time.time() * 1000)
        assert rest.signed("GET", "account", timestamp=own).json["code"] == -1021
        venue.set_options(timestamps="any")
        assert rest.signed("GET", "account", timestamp=own).status == 200


def test_a_ban_is_told_in_the_clients_seconds() -> None:
    with MockExchange("binance", feed="none", speed=60) as venue:
        venue.ban(600_000)
        answer = Rest(venue.rest, venue.key, venue.secret).get("time")
        assert answer.status == 418 and 8 <= int(answer.headers["retry-after"]) <= 10
