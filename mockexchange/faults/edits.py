"""Editing a JSON message by paths: ``fills.0.price``, ``B.*.f``, ``event.newField``."""

from typing import Any

import msgspec

from rest_locale import _

EVERY: str = "*"


class Edit:
    """
    What to set and what to remove. A path is keys and list positions joined by points; ``*`` is every one of a
    list or object. ValueError names the field and the path that is none.

    A key that is missing on the way is made an object, so that fields can be added; a path that leads
    into a number, a text or past the end of a list changes nothing.
    """

    def __init__(self, values: object, removed: object) -> None:
        if not isinstance(values, dict):
            raise ValueError(_("set: not a JSON object: {values!r}").format(values=values))
        if not isinstance(removed, list):
            raise ValueError(_("remove: not a JSON array: {removed!r}").format(removed=removed))
        self._set: list[tuple[list[str], bytes]] = [
            (_read_path("set", path), msgspec.json.encode(value)) for path, value in values.items()
        ]
        self._removed: list[list[str]] = [_read_path("remove", path) for path in removed]

    def apply(self, message: bytes) -> bytes:
        """The message with its changes; one that is no JSON comes back as it is."""
        try:
            data: Any = msgspec.json.decode(message)
        except msgspec.DecodeError:
            return message
        for path, value in self._set:
            for holder, key in _places(data, path, makes=True):
                holder[key] = msgspec.json.decode(value)
        for path in self._removed:
            # backwards, so that positions in a list stay what they are
            for holder, key in reversed(_places(data, path, makes=False)):
                del holder[key]
        return msgspec.json.encode(data)


def _read_path(name: str, path: object) -> list[str]:
    if not isinstance(path, str) or not path or "" in path.split("."):
        raise ValueError(_("{name}: not a path of keys joined by points: {path!r}").format(name=name, path=path))
    return path.split(".")


def _places(data: Any, path: list[str], makes: bool) -> list[tuple[Any, Any]]:
    """(holder, key) of everything the path leads to; with ``makes`` also of the key that is not there yet."""
    holders: list[Any] = [data]
    for step in path[:-1]:
        following: list[Any] = []
        for holder in holders:
            for key in _keys(holder, step, makes):
                if makes and isinstance(holder, dict) and key not in holder:
                    holder[key] = {}
                following.append(holder[key])
        holders = following
    return [(holder, key) for holder in holders for key in _keys(holder, path[-1], makes)]


def _keys(holder: Any, step: str, makes: bool) -> list[Any]:
    if isinstance(holder, dict):
        if step == EVERY:
            return list(holder)
        return [step] if makes or step in holder else []
    if isinstance(holder, list):
        if step == EVERY:
            return list(range(len(holder)))
        return [int(step)] if step.isascii() and step.isdigit() and int(step) < len(holder) else []
    return []
