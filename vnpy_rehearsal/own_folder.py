"""A folder of vn.py's for a time: what its engines load, save and log in between goes there, and nothing to the user's own."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from vnpy.trader import database, datafeed, utility
from vnpy.trader.setting import SETTINGS

from .folder import NAME

# vn.py's defaults: nobody else's server is asked, and the log is the test's
DEFAULTS: dict[str, Any] = {
    "log.active": False, "email.username": "", "email.password": "", "email.sender": "", "email.receiver": "",
    "datafeed.name": "", "datafeed.username": "", "datafeed.password": "",
    "database.name": "sqlite", "database.database": "database.db", "database.host": "", "database.port": 0, "database.user": "", "database.password": "",
}


@contextmanager
def own_folder(place: Path) -> Iterator[Path]:
    """
    vn.py's working directory is ``place``, its files are in ``.vntrader`` there, which is the value, its database too. Settings are vn.py's
    defaults, and there is no data service. All is as before at the end, the working directory too.
    """
    folder: Path = place / NAME
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.callback(os.chdir, Path.cwd())
        stack.callback(SETTINGS.update, {name: SETTINGS[name] for name in DEFAULTS if name in SETTINGS})
        stack.enter_context(_own_database(folder))
        SETTINGS.update(DEFAULTS)
        for old, new in ((utility.TRADER_DIR, place), (utility.TEMP_DIR, folder)):
            for module, name in _holders(old):
                stack.callback(setattr, module, name, old)
                setattr(module, name, new)
        stack.callback(setattr, datafeed, "datafeed", datafeed.datafeed)
        datafeed.datafeed = datafeed.BaseDatafeed()
        os.chdir(place)
        yield folder


def _holders(path: Path) -> list[tuple[Any, str]]:
    """Modules that have imported one of vn.py's folders by name, and that name."""
    return [
        (module, name) for module_name, module in list(sys.modules.items()) if module_name.partition(".")[0].startswith("vnpy") and module is not None
        for name, value in list(vars(module).items()) if value is path
    ]


@contextmanager
def _own_database(folder: Path) -> Iterator[None]:
    """vn.py's SQLite database, in a folder."""
    from vnpy_sqlite import sqlite_database as sqlite

    before: tuple[Any, str] = database.database, sqlite.db.database
    sqlite.db.close()
    sqlite.db.init(str(folder / "database.db"))
    database.database = sqlite.SqliteDatabase()
    try:
        yield
    finally:
        sqlite.db.close()
        sqlite.db.init(before[1])
        database.database = before[0]
