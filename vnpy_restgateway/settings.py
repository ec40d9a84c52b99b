"""Typed reading of the connect dialog's values."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ENV_PREFIX: str = "ENV:"


class SettingError(ValueError):
    """One or more values cannot be used; ``messages`` has a line for each, naming field and value."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages: list[str] = messages


@dataclass(frozen=True)
class Field:
    """
    One line of the connect dialog.

    ``kind``: "text", "secret", "choice", "integer", "host" (an http(s) or ws(s) address without a path, or empty).
    ``aliases`` are further names a script may use. A secret's value is never put into a message.
    """

    name: str
    kind: str = "text"
    default: Any = ""
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    low: int = 0
    high: int = 2 ** 31
    schemes: tuple[str, ...] = field(default=("http", "https"))


def dialog(fields: Sequence[Field]) -> dict[str, Any]:
    """``default_setting`` for a gateway: a choice is a list, as VeighNa Trader's dialog wants it."""
    return {f.name: list(f.choices) if f.kind == "choice" else f.default for f in fields}


def read_setting(setting: dict[str, Any], fields: Sequence[Field]) -> tuple[dict[str, Any], list[str]]:
    """
    Values by field name, and warnings (unknown keys).

    A missing key takes its default. "ENV:NAME" as a text or secret is read from the
    environment. Raises SettingError with every bad value named, not only the first.
    """
    values: dict[str, Any] = {}
    errors: list[str] = []
    known: set[str] = set()

    for f in fields:
        names: tuple[str, ...] = (f.name, *f.aliases)
        known.update(names)
        raw: Any = next((setting[name] for name in names if setting.get(name) not in (None, "")), None)
        if raw is None or (f.kind == "choice" and isinstance(raw, list | tuple) and tuple(raw) == f.choices):
            # VeighNa Trader hands over the chosen word; a script may hand over the untouched default list
            values[f.name] = f.choices[0] if f.kind == "choice" else f.default
            continue
        try:
            values[f.name] = _read_value(f, raw)
        except ValueError as error:
            errors.append(str(error))

    if errors:
        raise SettingError(errors)
    warnings: list[str] = [f"Setting {key!r} is not known and is ignored" for key in setting if key not in known]
    return values, warnings


def _read_value(f: Field, raw: Any) -> Any:
    if f.kind == "integer":
        try:
            if isinstance(raw, bool):
                raise ValueError
            number: int = int(str(raw).strip())
        except ValueError:
            raise ValueError(f"Setting {f.name!r} must be a whole number, got {raw!r}") from None
        if not f.low <= number <= f.high:
            raise ValueError(f"Setting {f.name!r} must be from {f.low} to {f.high}, got {number}")
        return number

    if not isinstance(raw, str):
        shown: str = "a value of another type" if f.kind == "secret" else repr(raw)
        raise ValueError(f"Setting {f.name!r} must be text, got {shown}")
    text: str = raw.strip()

    if text.startswith(ENV_PREFIX):
        variable: str = text[len(ENV_PREFIX):]
        value: str | None = os.environ.get(variable)
        if not value:
            raise ValueError(f"Setting {f.name!r} names the environment variable {variable!r}, which is not set")
        text = value.strip()

    if f.kind == "choice" and text not in f.choices:
        raise ValueError(f"Setting {f.name!r} must be one of {', '.join(f.choices)}, got {text!r}")
    if f.kind == "secret" and (not text.isascii() or any(c.isspace() for c in text)):
        raise ValueError(f"Setting {f.name!r} must be ASCII text without spaces")
    if f.kind == "host":
        return _read_host(f, text)
    return text


def _read_host(f: Field, text: str) -> str:
    text = text.rstrip("/")
    try:
        parts = urlsplit(text)
        port: int | None = parts.port
    except ValueError:
        raise ValueError(f"Setting {f.name!r} is no address, got {text!r}") from None
    wanted: str = " or ".join(f"{scheme}://host[:port]" for scheme in f.schemes)
    if "@" in text:
        raise ValueError(f"Setting {f.name!r} must look like {wanted}, without user name and password")
    if parts.scheme not in f.schemes or not parts.hostname or port == 0 or parts.path or parts.query or parts.fragment:
        raise ValueError(f"Setting {f.name!r} must look like {wanted}, got {text!r}")
    return text
