"""
The options of a dialect: a dataclass of its own, set from Python, the command line or the control API.

A dialect that has some names their class as ``options_type``. Fields are ``str``, ``int``, ``bool`` or
``tuple[str, ...]`` with a default each; ``choice``, ``number`` and ``text`` say which values are allowed.
A method or attribute ``on_change`` of the class is called without arguments when some of them have been set.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, asdict, field, fields
from typing import Any

from rest_locale import _


def choice(*values: str, at_opening: bool = False) -> Any:
    """A field that takes one of these words, the first by default. ``at_opening``: it cannot be changed while the venue runs."""
    return field(default=values[0], metadata={"choices": values, "at_opening": at_opening})


def number(default: int, low: int, high: int) -> Any:
    """A field that takes a whole number within [low, high]."""
    return field(default=default, metadata={"range": (low, high)})


def text(pattern: str, meaning: str, default: str = "") -> Any:
    """A field that takes text which matches a regular expression as a whole; ``meaning`` is what an error calls such text."""
    return field(default=default, metadata={"pattern": pattern, "meaning": meaning})


def check_options(kind: type | None, dialect: str, given: object) -> dict[str, Any]:
    """
    The values of ``given`` as the fields of ``kind`` have them; text stands for any of them
    ("true", "250", "10.0.0.1,10.0.0.2"), as the command line can give nothing else.

    Raises ValueError naming the option and the value that is wrong.
    """
    if not isinstance(given, Mapping):
        raise ValueError(_("options: not an object of names and values: {given!r}").format(given=given))
    known: dict[str, Field[Any]] = {each.name: each for each in fields(kind)} if kind is not None else {}
    values: dict[str, Any] = {}
    for name, value in given.items():
        found: Field[Any] | None = known.get(str(name))
        if found is None:
            if known:
                line: str = _("options: unknown option {name!r} of dialect {dialect!r} (value {value!r}), there are: {names}")
            else:
                line = _("options: unknown option {name!r} of dialect {dialect!r} (value {value!r}), it has none")
            raise ValueError(line.format(name=name, dialect=dialect, value=value, names=", ".join(known)))
        values[found.name] = _read(found, value)
    return values


def make_options(kind: type | None, dialect: str, given: object) -> Any:
    """A new options object, None for a dialect that has no options. Raises ValueError as ``check_options``."""
    values: dict[str, Any] = check_options(kind, dialect, given)
    return kind(**values) if kind is not None else None


def change_options(options: Any, dialect: str, given: object) -> None:
    """Set some options of an object in use: all of them or, when one is wrong, none (ValueError)."""
    values: dict[str, Any] = check_options(type(options) if options is not None else None, dialect, given)
    for each in fields(options) if options is not None else ():
        if each.metadata.get("at_opening") and values.get(each.name, getattr(options, each.name)) != getattr(options, each.name):
            raise ValueError(_("{name}: {value!r} can be chosen when the venue is opened only").format(name=each.name, value=values[each.name]))
    for name, value in values.items():
        setattr(options, name, value)
    on_change: Any = getattr(options, "on_change", None)
    if on_change is not None:
        on_change()


def describe_options(options: Any) -> dict[str, Any]:
    """Name -> value, empty for a dialect without options."""
    return asdict(options) if options is not None else {}


def read_option_texts(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """``hashex.text_key=msg`` -> {"hashex": {"text_key": "msg"}}. Raises ValueError naming the text that is wrong."""
    result: dict[str, dict[str, str]] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        dialect, point, name = path.partition(".")
        if not (equals and point and dialect and name):
            raise ValueError(_("option: not DIALECT.NAME=VALUE: {text!r}").format(text=text))
        if name in result.setdefault(dialect, {}):
            raise ValueError(_("option: {path} is given twice: {text!r}").format(path=path, text=text))
        result[dialect][name] = value
    return result


def _read(one: "Field[Any]", value: object) -> Any:
    name: str = one.name
    default: object = one.default if one.default is not MISSING else ()
    if isinstance(default, bool):
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise ValueError(_("{name}: neither true nor false: {value!r}").format(name=name, value=value))
        return value
    if isinstance(default, int):
        count: object = value
        if isinstance(value, str) and value.isascii() and value.isdigit():
            count = int(value)
        if isinstance(count, bool) or not isinstance(count, int):
            raise ValueError(_("{name}: not a whole number: {value!r}").format(name=name, value=value))
        low, high = one.metadata["range"]
        if not low <= count <= high:
            raise ValueError(_("{name}: {count} is not within {low} .. {high}").format(name=name, count=count, low=low, high=high))
        return count
    if isinstance(default, tuple):
        items: object = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
            raise ValueError(_("{name}: not a list of texts: {value!r}").format(name=name, value=value))
        return tuple(item.strip() for item in items if item.strip())
    if "pattern" in one.metadata:
        if not isinstance(value, str) or re.fullmatch(one.metadata["pattern"], value) is None:
            raise ValueError(_("{name}: not {meaning}: {value!r}").format(name=name, meaning=_(one.metadata["meaning"]), value=value))
        return value
    choices: tuple[str, ...] = one.metadata["choices"]
    if value not in choices:
        raise ValueError(_("{name}: unknown value {value!r}, must be one of {choices}").format(name=name, value=value, choices=', '.join(choices)))
    return value
