"""Typed reading of the connect dialog's values."""

import os
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from rest_locale import _

from .net.proxy import INVISIBLE, Proxy, bracketed, read_host_name, read_proxy

ENV_PREFIX: str = "ENV:"
LONGEST_VALUE: int = 200        # characters of a value in a message
DEFAULT_PORTS: dict[str, int] = {"http": 80, "https": 443, "ws": 80, "wss": 443}
PROXY_HOST: str = "Proxy Host"
PROXY_PORT: str = "Proxy Port"
SERVER: str = "Server"
WORDS_OF_PROXIES: tuple[str, ...] = ("proxy", "proxies", "代理")


class SettingError(ValueError):
    """One or more values cannot be used; ``messages`` has a line for each, naming field and value."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages: list[str] = messages


@dataclass(frozen=True)
class Field:
    """
    One line of the connect dialog.

    ``kind``: "text", "secret", "choice", "integer", "host" (an http(s) or ws(s) address without a path, or empty),
    "proxy" (see ``proxy.read_proxy``). ``path``: of "host", a path may follow, for a server behind a proxy's prefix.
    ``aliases`` are further names a script may use. A secret's value is never put into a message.
    ``servers``: the field is used with these choices of ``Server`` only; empty: with all. ``real``: of ``Server`` itself,
    the choice when it is missing and a key or host that it uses is given, or a field of it that ``implies`` it (a user's name).
    ``check`` raises ValueError for a text that cannot be used.
    """

    name: str
    kind: str = "text"
    default: Any = ""
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    low: int = 0
    high: int = 2 ** 31
    schemes: tuple[str, ...] = ("http", "https")
    servers: tuple[str, ...] = ()
    real: str = ""
    check: Callable[[str], object] | None = None
    numbers: bool = False           # of "text": a whole number will do
    path: bool = False
    implies: bool = False


PROXY_FIELDS: tuple[Field, Field] = (
    Field(PROXY_HOST, "proxy", aliases=("Proxy", "代理地址")),
    Field(PROXY_PORT, "integer", default=0, high=65_535, aliases=("代理端口",)),
)


def dialog(fields: Sequence[Field]) -> dict[str, Any]:
    """``default_setting`` for a gateway: a choice is a list, as VeighNa Trader's dialog wants it."""
    return {f.name: list(f.choices) if f.kind == "choice" else f.default for f in fields}


def read_setting(setting: dict[str, Any], fields: Sequence[Field]) -> tuple[dict[str, Any], list[str]]:
    """
    Values by field name, and warnings: unknown names, and values that the chosen ``Server`` does not use.

    A missing or blank value takes its default. "ENV:NAME" is read from the environment. Case, spaces and underscores
    of a name do not count, nor does the case of a choice. Raises SettingError with every bad value named, not only
    the first; an unknown name about a proxy is one, because nobody would notice that the proxy is left out.
    """
    if not isinstance(setting, Mapping):
        raise SettingError([_("Settings must be a dict of names and values, got {kind}").format(kind=type(setting).__name__)])
    values: dict[str, Any] = {}
    errors: list[str] = []
    given: set[str] = set()
    names: dict[str, Field] = {_plain(name): f for f in fields for name in (f.name, *f.aliases)}
    raws: dict[str, Any] = {}           # by field name
    for f in fields:
        # the exact name goes before its aliases, and those before what differs in case or spaces
        exact: list[str] = [name for name in (f.name, *f.aliases) if name in setting]
        alike: list[Any] = [name for name in setting if name not in exact and isinstance(name, str) and names.get(_plain(name)) is f]
        raws[f.name] = next((setting[name] for name in (*exact, *alike) if not _blank(setting[name])), None)

    for f in fields:
        raw: Any = raws[f.name]
        if raw is None or (f.kind == "choice" and isinstance(raw, list | tuple) and tuple(raw) == f.choices):
            # VeighNa Trader hands over the chosen word; a script may hand over the untouched default list
            values[f.name] = f.choices[0] if f.kind == "choice" else f.default
            continue
        try:
            values[f.name] = _read_value(f, raw)
        except ValueError as error:
            errors.append(str(error))
            values[f.name] = None
        if raw != f.default:
            given.add(f.name)

    errors += _read_proxy(values)
    warnings: list[str] = []
    for f in fields:
        implying: list[str] = [one.name for one in fields if raws[one.name] is not None and (one.implies or one.kind in ("secret", "host")) and f.real in one.servers]
        if f.real and raws[f.name] is None and implying:
            values[f.name] = f.real
            warnings.append(_("Setting {name!r} is missing, but {other!r} is given: taken as {real}").format(name=f.name, other=implying[0], real=f.real))
    server: Any = values.get(SERVER)
    warnings += [
        _("Setting {name!r} is not used with {field} {choice}").format(name=f.name, field=SERVER, choice=server) for f in fields
        if f.name in given and f.servers and server is not None and server not in f.servers
    ]
    for f in fields:
        if f.check is not None and f.name in given and values[f.name] is not None:
            try:
                f.check(values[f.name])
            except ValueError as error:
                errors.append(_("Setting {name!r}: {error}").format(name=f.name, error=error))
    for key, value in setting.items():
        if isinstance(key, str) and _plain(key) in names:
            continue
        if any(word in str(key).lower() for word in WORDS_OF_PROXIES) and not _blank(value) and value not in (0, "0"):
            errors.append(_("Setting {name} is not known, a proxy is given as {host!r} and {port!r}").format(name=_show(key), host=PROXY_HOST, port=PROXY_PORT))
        else:
            warnings.append(_("Setting {name} is not known and is ignored").format(name=_show(key)))
    if errors:
        raise SettingError(errors)
    return values, warnings


def proxy_of(values: dict[str, Any]) -> Proxy | None:
    """The proxy in what ``read_setting`` returned."""
    return read_proxy(values.get(PROXY_HOST) or "", values.get(PROXY_PORT) or 0)


def half_pair(values: dict[str, Any], key: str, secret: str) -> list[str]:
    """A line when one of the two is given and the other is not."""
    for there, missing in ((key, secret), (secret, key)):
        if values[there] and not values[missing]:
            return [_("Setting {missing!r} is empty, but setting {there!r} is given: give both, or none for market data only").format(missing=missing, there=there)]
    return []


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _blank(raw: Any) -> bool:
    return raw is None or isinstance(raw, str) and not raw.strip(INVISIBLE)


def _show(raw: Any) -> str:
    text: str = repr(raw)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} ..."


def _read_value(f: Field, raw: Any) -> Any:
    shown: str = _("a value of another type") if f.kind in ("secret", "proxy") else _show(raw)
    if isinstance(raw, bool) or not isinstance(raw, (str, int) if f.kind == "integer" or f.numbers else str):
        line: str = _("Setting {name!r} must be a whole number, got {shown}") if f.kind == "integer" else _("Setting {name!r} must be text, got {shown}")
        raise ValueError(line.format(name=f.name, shown=shown))
    text: str = str(raw).strip(INVISIBLE)
    shown = _show(text)
    if text[:len(ENV_PREFIX)].upper() == ENV_PREFIX:
        # its value is not shown: a secret may have been put there
        variable: str = text[len(ENV_PREFIX):].strip()
        text = os.environ.get(variable, "").strip(INVISIBLE) if variable else ""
        if not text:
            raise ValueError(_("Setting {name!r} names the environment variable {variable!r}, which is not set").format(name=f.name, variable=variable))
        shown = _("the value of the environment variable {variable!r}").format(variable=variable)
    if f.kind == "secret":
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError(_("Setting {name!r} must be ASCII text without spaces").format(name=f.name))
        return text
    if f.kind == "proxy":
        return text                     # checked together with the port
    if f.kind == "text":
        return text
    # digits, letters and signs of full width, as a Chinese keyboard makes them
    text = unicodedata.normalize("NFKC", text).strip(INVISIBLE)
    if f.kind == "integer":
        return _read_integer(f, text, shown)
    if f.kind == "choice":
        choice: str | None = next((word for word in f.choices if word.casefold() == text.casefold()), None)
        if choice is None:
            raise ValueError(_("Setting {name!r} must be one of {choices}, got {shown}").format(name=f.name, choices=', '.join(f.choices), shown=shown))
        return choice
    return _read_host(f, text, shown)


def _read_integer(f: Field, text: str, shown: str) -> int:
    digits: str = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(_("Setting {name!r} must be a whole number, got {shown}").format(name=f.name, shown=shown))
    number: int = int(text[:20])
    if not f.low <= number <= f.high:
        raise ValueError(_("Setting {name!r} must be from {low} to {high}, got {shown}").format(name=f.name, low=f.low, high=f.high, shown=shown))
    return number


def _read_host(f: Field, text: str, shown: str) -> str:
    """scheme://host[:port] in lower case, without the scheme's own port; the path, where there may be one, without a slash at its end."""
    wanted: str = _(" or ").join(f"{scheme}://host[:port]{'[/path]' if f.path else ''}" for scheme in f.schemes)
    if "@" in text:
        raise ValueError(_("Setting {name!r} must look like {wanted}, without user name and password").format(name=f.name, wanted=wanted))
    try:
        if any(c.isspace() or not c.isprintable() for c in text):
            raise ValueError("a space within")
        parts: SplitResult = urlsplit(text)
        port: int | None = parts.port
        host: str = read_host_name(parts.hostname or "")
    except ValueError:
        raise ValueError(_("Setting {name!r} must look like {wanted}, got {shown}").format(name=f.name, wanted=wanted, shown=shown)) from None
    if parts.scheme not in f.schemes or port == 0 or parts.path.strip("/") and not f.path or parts.query or parts.fragment:
        raise ValueError(_("Setting {name!r} must look like {wanted}, got {shown}").format(name=f.name, wanted=wanted, shown=shown))
    place: str = f":{port}" if port and port != DEFAULT_PORTS.get(parts.scheme) else ""
    return f"{parts.scheme}://{bracketed(host)}{place}{parts.path.rstrip('/') if f.path else ''}"


def _read_proxy(values: dict[str, Any]) -> list[str]:
    """Check host and port together, and put the one text there that clients take; what is wrong with them."""
    if values.get(PROXY_HOST) is None or values.get(PROXY_PORT) is None:
        return []
    try:
        found: Proxy | None = proxy_of(values)
    except ValueError as error:
        if values[PROXY_HOST]:
            return [_("Setting {name!r}: {error}").format(name=PROXY_HOST, error=error)]
        return [_("Setting {name!r} is {value}, but setting {other!r} is empty").format(name=PROXY_PORT, value=values[PROXY_PORT], other=PROXY_HOST)]
    if found is not None:
        values[PROXY_HOST], values[PROXY_PORT] = found.url.removesuffix(f":{found.port}"), found.port
    return []
