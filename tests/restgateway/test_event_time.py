"""Event times that cannot be are as none: a tick made with one never raises, and the next one is right."""

from datetime import datetime, timedelta, timezone

import pytest

from vnpy_restgateway.market.event_time import WEEK, event_time

MOMENT: datetime = datetime(2024, 1, 1, tzinfo=timezone.utc)
MS: int = int(MOMENT.timestamp() * 1_000)


@pytest.mark.parametrize("ms", [-1, 1, 253402300800000, 10 ** 16, 10 ** 30, -10 ** 30, MS + 8 * 86_400_000, MS - 8 * 86_400_000])
def test_of_another_age(ms: int) -> None:
    assert event_time(ms, MOMENT) == MOMENT


def test_of_this_age() -> None:
    assert event_time(MS + 1_500, MOMENT) == MOMENT + timedelta(seconds=1.5)
    assert event_time(MS - 3_600_000, MOMENT) == MOMENT - timedelta(hours=1)
    assert WEEK == timedelta(days=7)
