"""``--config FILE``: the main job's command line as a TOML file. Imports no vn.py."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from rest_locale import _

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SETTING, PATHS = "setting", ("feed",)


@dataclass(frozen=True)
class Config:
    """``values``: by option without its dashes. ``setting``: the strategy's parameters, NAME=VALUE."""

    path: Path
    values: Mapping[str, Any]
    setting: tuple[str, ...] = ()

    def name_of(self, name: str) -> str:
        """What an error about one of its values begins with."""
        return f"{self.path}: {name} = {self.values[name]!r}"

    def arguments(self, name: str, option: argparse.Action) -> list[str]:
        """
        One of its values as words of the command line. Paths are relative to the file's folder.

        :raises ValueError: the value is none for this option
        """
        value: Any = self.values[name]
        if isinstance(option, argparse.BooleanOptionalAction) or option.nargs == "?" and isinstance(value, bool):
            if not isinstance(value, bool):
                raise ValueError(_("{path}: {name} must be true or false, got {value!r}").format(path=self.path, name=name, value=value))
            return [f"--{name}" if value else f"--no-{name}"]
        if isinstance(value, list) and option.nargs == "?":
            value = ",".join(map(str, value))
        if isinstance(value, date):             # a datetime is one
            value = value.isoformat()
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(_("{path}: {name} must be text or a number, got {value!r}").format(path=self.path, name=name, value=value))
        beside: Path = self.path.parent / str(value)
        return [f"--{name}={beside if name in PATHS and value and beside.exists() else value}"]

    def words(self, parser: argparse.ArgumentParser, check: Callable[[list[str]], Any]) -> list[str]:
        """
        All of it as words of the command line. ``check`` is handed those of one key, and raises ValueError where they are wrong.

        :raises ValueError: naming file, key and value
        """
        options: dict[str, argparse.Action] = {
            name.removeprefix("--"): option for option in parser._actions for name in option.option_strings if name.startswith("--")
        }
        known: list[str] = [name for name in options if name not in ("help", "version", "config") and not name.startswith("no-")]
        found: list[str] = []
        for name, value in self.values.items():
            if name not in known:
                near: list[str] = get_close_matches(name, known, 3, 0.6)
                line: str = _("{path}: unknown key {name!r} (value {value!r}), near it is: {near}") if near else _("{path}: unknown key {name!r} (value {value!r}), there are: {near}")
                raise ValueError(line.format(path=self.path, name=name, value=value, near=", ".join(near or sorted(known))))
            these: list[str] = self.arguments(name, options[name])
            try:
                check(these)
            except ValueError as error:
                raise ValueError(f"{self.name_of(name)}: {error}") from None
            found += these
        return found


def read_config(text: str) -> Config:
    """
    The file of ``--config``.

    :raises ValueError: it cannot be read, naming it
    """
    path: Path = Path(text)
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ValueError(_("--config: cannot read {path}: {error}").format(path=text, error=error.strerror)) from None
    except ValueError as error:         # its encoding too
        raise ValueError(_("--config: {path} is no TOML: {error}").format(path=text, error=error)) from None
    given: Any = values.pop(SETTING, {})
    if not isinstance(given, dict):
        raise ValueError(_("{path}: {name} must be a table of parameters, got {value!r}").format(path=path, name=SETTING, value=given))
    pairs: list[str] = []
    for name, value in given.items():
        if not isinstance(value, str | int | float):
            raise ValueError(_("{path}: {name} must be text, a number, true or false, got {value!r}").format(path=path, name=f"{SETTING}.{name}", value=value))
        pairs.append(f"{name}={str(value).lower() if isinstance(value, bool) else value}")
    return Config(path, values, tuple(pairs))


class Asking(argparse.ArgumentParser):
    """A parser that raises its complaints as ValueError."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(" ".join(message.split()))
