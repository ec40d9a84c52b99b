"""VeighNa's folder, the connect settings in it, and the embedded exchange."""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from ..folder import NAME, trouble
from ..profiles import read_profiles
from .finding import Finding, note, ok, wrong

if TYPE_CHECKING:
    from vnpy_restgateway.gateway import RestGateway

EMBEDDED: str = "EMBEDDED"
READABLE: int = stat.S_IRGRP | stat.S_IROTH
ENVIRONMENT: str = "ENV:"


def folder() -> Path:
    """Where vn.py has its files when it is started here."""
    here: Path = Path.cwd() / NAME
    return here if here.exists() else Path.home() / NAME


def look_at_folder() -> Iterator[Finding]:
    place: Path = folder()
    whose: str = "of this working directory" if place.parent == Path.cwd() else "of your home"
    if not place.exists():
        if os.access(place.parent, os.W_OK):
            yield ok(f"VeighNa's folder will be made: {place} ({whose})")
        else:
            yield wrong(f"VeighNa's folder {place} cannot be made", f"start in a working directory that has a folder {NAME}")
        return
    problem: str = trouble()
    if problem:
        yield wrong(f"VeighNa's folder cannot be used: {problem}", f"mend it, or start in a working directory that has a folder {NAME} of its own")
    else:
        yield ok(f"VeighNa's folder: {place} ({whose})")


def look_at_settings(live: bool = False) -> Iterator[Finding]:
    """``connect_NAME.json`` of every gateway that is installed, as VeighNa Trader saves it. ``live``: one of a real venue is wanted."""
    place: Path = folder()
    seen: set[str] = set()
    for name, kind in read_profiles(lambda entry: (entry.get("name", ""), entry["gateway"])):
        file: Path = place / f"connect_{name.lower()}.json"
        if name and name not in seen and file.exists():
            seen.add(name)
            yield from look_at_setting(file, name, kind, live)
    if not seen and live:
        yield wrong(f"no connect settings of these gateways in {place}", "save the connect dialog in VeighNa Trader, or write connect_NAME.json: docs/deploy.md")
    elif not seen:
        yield note(f"no connect settings of these gateways in {place}: they start with their defaults, the embedded exchange")


def look_at_setting(file: Path, name: str, kind: str, live: bool) -> Iterator[Finding]:
    """One file. No value of a secret field gets into a finding."""
    from vnpy.event import EventEngine

    from vnpy_restgateway.gateway import RestGateway
    from vnpy_restgateway.settings import SettingError, read_setting

    from ..conform.profile import load_class

    mend: str = "mend the file, or save the connect dialog anew"
    try:
        raw: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield wrong(f"{file.name}: {describe(error)}", mend)
        return
    if not isinstance(raw, dict):
        yield wrong(f"{file.name}: not a JSON object", mend)
        return
    gateway_class: type = load_class(kind)
    if not issubclass(gateway_class, RestGateway):
        yield ok(f"{file.name}: {len(raw)} settings")
        return
    gateway: RestGateway = gateway_class(EventEngine(), name)
    problems: list[str] = []
    warnings: list[str] = []
    try:
        values, warnings = read_setting(raw, gateway.fields)
        problems = gateway.check_setting(values)
    except SettingError as error:
        values, problems = {}, error.messages
    for problem in problems:
        yield wrong(f"{file.name}: {problem}", mend)
    for warning in warnings:
        if "not known" in warning:
            yield wrong(f"{file.name}: {warning}", "correct its name, or take it out")
        else:
            yield note(f"{file.name}: {warning}")
    if not problems:
        yield from look_at_secrets(file, gateway, values, raw, live)


def look_at_secrets(file: Path, gateway: "RestGateway", values: Mapping[str, Any], raw: Mapping[str, Any], live: bool) -> Iterator[Finding]:
    server: str = values.get("Server", "")
    used: list[str] = [
        field.name for field in gateway.fields if field.kind == "secret" and (not field.servers or server in field.servers)
    ]
    if server == EMBEDDED and live:
        yield wrong(f"{file.name}: Server is {EMBEDDED}, a made-up market", f"choose another Server, there are: {', '.join(choices_of(gateway))}")
        return
    if server == EMBEDDED or not used:
        yield ok(f"{file.name}: {server or 'settings'}")
        return
    if not any(values[name] for name in used):
        yield wrong(f"{file.name}: {server} without a key ({', '.join(used)} empty): no orders can be sent", "enter it, or ENV:NAME and set that environment variable")
        return
    yield ok(f"{file.name}: {server}, key given")
    plain: list[str] = [
        str(name) for name, value in raw.items()
        if isinstance(value, str) and value and value in [values[one] for one in used] and not value.upper().startswith(ENVIRONMENT)
    ]
    if plain:
        seen: str = " that other users of this machine can read" if os.name == "posix" and file.stat().st_mode & READABLE else ""
        yield note(f"{file.name}: {', '.join(plain)} is plain text in a file{seen}", "ENV:NAME takes it from an environment variable")


def choices_of(gateway: "RestGateway") -> list[str]:
    return [choice for field in gateway.fields if field.name == "Server" for choice in field.choices if choice != EMBEDDED]


def describe(error: Exception) -> str:
    """Without the file's text, which a decoding error of JSON does not have, and one of Unicode would."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error})"
    return "not UTF-8" if isinstance(error, UnicodeError) else f"cannot be read ({getattr(error, 'strerror', None) or error})"


def look_at_embedded() -> Iterator[Finding]:
    """Start the embedded exchange as a gateway does, until it is ready."""
    from vnpy_restgateway.embedded import INSTALL_HINT, READY_WITHIN, EmbeddedExchange

    missing: list[str] = EmbeddedExchange.missing()
    if missing:
        yield wrong(f"the embedded exchange needs {', '.join(missing)}", f"run {INSTALL_HINT}")
        return
    over: Event = Event()
    where: list[str] = []
    words: list[str] = []

    def on_ready(line: dict[str, Any]) -> None:
        where.append(line["rest"])
        over.set()

    def on_exit(code: int, text: str) -> None:
        words.append(text)
        over.set()

    exchange: EmbeddedExchange = EmbeddedExchange(on_ready, on_exit)
    try:
        exchange.start("binance")
        over.wait(READY_WITHIN + 3.0)
    except OSError as error:
        words.append(str(error))
    finally:
        exchange.stop()
    if where:
        yield ok("the embedded exchange starts")
    else:
        yield wrong(f"the embedded exchange does not start: {' '.join(words) or 'no answer'}", "mend what it says; python -m mockexchange serve binance=0 shows it in full")
