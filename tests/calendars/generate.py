"""
Writes the tables of market holidays from the package ``exchange_calendars``: ``python tests/calendars/generate.py``.

The mock exchange and the gateways share no code, so each has a copy of the table.
"""

from datetime import date, timedelta
from pathlib import Path

ROOT: Path = Path(__file__).resolve().parent.parent.parent
FILES: tuple[str, ...] = ("mockexchange/core/holidays.py", "vnpy_restgateway/holidays.py")
NAMES: dict[str, str] = {"SHANGHAI": "XSHG", "HONG_KONG": "XHKG", "NEW_YORK": "XNYS"}
FIRST_YEAR: int = 2019
HEAD: str = '''"""
Weekdays without trading, and days that close early, as ISO dates.

Written by tests/calendars/generate.py from exchange_calendars {version}. ``UNTIL``: the last day that is known.
"""

'''


def known_until(name: str) -> date:
    """The end of the last whole year the package has; of the year under way, its last session."""
    import exchange_calendars

    last: date = exchange_calendars.get_calendar(NAMES[name]).last_session.date()
    return date(last.year, 12, 31) if last >= date(last.year, 12, 29) else last


def closed_days(name: str) -> tuple[list[date], list[date]]:
    """(weekdays without a session, sessions that close early) from FIRST_YEAR to ``known_until``."""
    import exchange_calendars

    calendar = exchange_calendars.get_calendar(NAMES[name], start=f"{FIRST_YEAR}-01-01")
    sessions: set[date] = {each.date() for each in calendar.sessions}
    closed: list[date] = []
    day = date(FIRST_YEAR, 1, 1)
    while day <= known_until(name):
        if day.weekday() < 5 and day not in sessions:
            closed.append(day)
        day += timedelta(days=1)
    return closed, sorted(each.date() for each in calendar.early_closes)


def table(name: str) -> str:
    closed, early = closed_days(name)
    text: str = f'{name}_UNTIL: str = "{known_until(name)}"\n'
    for title, days in (("CLOSED", closed), ("EARLY", early)):
        text += f"{name}_{title}: str = (\n"
        for year in sorted({day.year for day in days}):
            text += f'    "{" ".join(str(day) for day in days if day.year == year)} "\n'
        text += ")\n" if days else '    ""\n)\n'
    return text


def main() -> None:
    import exchange_calendars

    text: str = HEAD.format(version=exchange_calendars.__version__) + "\n".join(table(name) for name in NAMES)
    for file in FILES:
        (ROOT / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
