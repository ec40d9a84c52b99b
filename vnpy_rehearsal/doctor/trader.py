"""VeighNa's folder, the connect settings in it, and the embedded exchange."""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from rest_locale import _
from rest_locale.english import english

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
    whose: str = _("of this working directory") if place.parent == Path.cwd() else _("of your home")
    elsewhere: str = _("start in a working directory that has a folder {name} of its own").format(name=NAME)
    if not place.exists():
        if os.access(place.parent, os.W_OK):
            yield ok(_("VeighNa's folder will be made: {path} ({whose})").format(path=place, whose=whose))
        else:
            yield wrong(_("VeighNa's folder {path} cannot be made").format(path=place), elsewhere)
        return
    problem: str = trouble()
    if problem:
        yield wrong(_("VeighNa's folder cannot be used: {problem}").format(problem=problem), _("mend it, or {advice}").format(advice=elsewhere))
    else:
        yield ok(_("VeighNa's folder: {path} ({whose})").format(path=place, whose=whose))


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
        yield wrong(
            _("no connect settings of these gateways in {path}").format(path=place),
            _("save the connect dialog in VeighNa Trader, or write connect_NAME.json: docs/deploy.md"),
        )
    elif not seen:
        yield note(_("no connect settings of these gateways in {path}: they start with their defaults, the embedded exchange").format(path=place))


def look_at_setting(file: Path, name: str, kind: str, live: bool) -> Iterator[Finding]:
    """One file. No value of a secret field gets into a finding."""
    from vnpy.event import EventEngine

    from vnpy_restgateway.gateway import RestGateway
    from vnpy_restgateway.settings import SettingError, read_setting

    from ..conform.profile import load_class

    mend: str = _("mend the file, or save the connect dialog anew")
    try:
        raw: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield wrong(file.name + _(": ") + describe(error), mend)
        return
    if not isinstance(raw, dict):
        yield wrong(_("{file}: not a JSON object").format(file=file.name), mend)
        return
    gateway_class: type = load_class(kind)
    if not issubclass(gateway_class, RestGateway):
        yield ok(_("{file}: {count} settings").format(file=file.name, count=len(raw)))
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
        is_unset: bool = "environment variable" in english(problem)
        yield wrong(file.name + _(": ") + problem, _("set it, or write another one into the file") if is_unset else mend)
    for warning in warnings:
        if "not known" in english(warning):
            yield wrong(file.name + _(": ") + warning, _("correct its name, or take it out"))
        else:
            yield note(file.name + _(": ") + warning)
    if not problems:
        yield from look_at_secrets(file, gateway, values, raw, live)


def look_at_secrets(file: Path, gateway: "RestGateway", values: Mapping[str, Any], raw: Mapping[str, Any], live: bool) -> Iterator[Finding]:
    server: str = values.get("Server", "")
    used: list[str] = [
        field.name for field in gateway.fields if field.kind == "secret" and (not field.servers or server in field.servers)
    ]
    if server == EMBEDDED and live:
        yield wrong(
            _("{file}: Server is {server}, a made-up market").format(file=file.name, server=EMBEDDED),
            _("choose another Server, there are: {names}").format(names=", ".join(choices_of(gateway))),
        )
        return
    if server == EMBEDDED or not used:
        told: str = server or _("settings")
        yield ok(f"{file.name}: {told}")
        return
    if not any(values[name] for name in used):
        yield wrong(
            _("{file}: {server} without a key ({names} empty): no orders can be sent").format(file=file.name, server=server, names=", ".join(used)),
            _("enter it, or ENV:NAME and set that environment variable"),
        )
        return
    yield ok(_("{file}: {server}, key given").format(file=file.name, server=server))
    plain: list[str] = [
        str(name) for name, value in raw.items()
        if isinstance(value, str) and value and value in [values[one] for one in used] and not value.upper().startswith(ENVIRONMENT)
    ]
    if plain:
        is_seen: bool = os.name == "posix" and bool(file.stat().st_mode & READABLE)
        text: str = _("{file}: {names} is plain text in a file that other users of this machine can read") if is_seen else _("{file}: {names} is plain text in a file")
        yield note(text.format(file=file.name, names=", ".join(plain)), _("ENV:NAME takes it from an environment variable"))


def choices_of(gateway: "RestGateway") -> list[str]:
    return [choice for field in gateway.fields if field.name == "Server" for choice in field.choices if choice != EMBEDDED]


def describe(error: Exception) -> str:
    """Without the file's text, which a decoding error of JSON does not have, and one of Unicode would."""
    if isinstance(error, json.JSONDecodeError):
        return _("not JSON ({error})").format(error=error)
    return _("not UTF-8") if isinstance(error, UnicodeError) else _("cannot be read ({error})").format(error=getattr(error, "strerror", None) or error)


def look_at_embedded() -> Iterator[Finding]:
    """Start the embedded exchange as a gateway does, until it is ready."""
    from vnpy_restgateway.embedded import INSTALL_HINT, READY_WITHIN, EmbeddedExchange

    missing: list[str] = EmbeddedExchange.missing()
    if missing:
        yield wrong(_("the embedded exchange needs {names}").format(names=", ".join(missing)), _("run {command}").format(command=INSTALL_HINT))
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
        yield ok(_("the embedded exchange starts"))
    else:
        yield wrong(
            _("the embedded exchange does not start: {error}").format(error=" ".join(words) or _("no answer")),
            _("mend what it says; python -m mockexchange serve binance=0 shows it in full"),
        )
