"""The time of an event as the venue tells it."""

from datetime import datetime, timedelta, timezone

WEEK: timedelta = timedelta(days=7)
SET_BACK: timedelta = timedelta(minutes=1)      # by less, a tick's time stands still until the clock has caught up


def event_time(event_ms: int, moment: datetime) -> datetime:
    """An event time as a datetime; ``moment``, the venue's time as we know it, where it lies more than a week from that."""
    try:
        told: datetime = datetime.fromtimestamp(event_ms / 1_000, timezone.utc)
    except (ValueError, OverflowError, OSError):        # of another age
        return moment
    return told if abs(told - moment) < WEEK else moment
