"""Secrets out of anything that may be logged."""

import base64
import html
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK: str = "***"
SHORT: int = 4          # characters; a shorter secret is part of nearly every word and number
WORD: int = 10          # a shorter one may be part of another word or number, whose gap would give it away

# Names whose values are secret, in headers, JSON bodies, query strings and Python reprs.
_NAME: str = (
    r"(?:signature|sign|api[-_ ]?(?:key|secret)|access[-_ ]?(?:key|token)|secret[-_ ]?key|private[-_ ]?key"
    r"|secret|passphrase|password|passwd|token|authorization|cookie|listen[-_]?key)"
)
_QUOTED: str = r"b?\\*\"[^\"]*\"|b?\\*'[^']*'"
_BARE: str = r"[^\s,;&\"'<>)\]}\\]+"
_FIELD: re.Pattern[str] = re.compile(rf"(?i)(?<![a-z0-9])({_NAME}\\*[\"']?\s*[:=]\s*)({_QUOTED}|{_BARE})")
# begins where a name can begin: a long word would be read from each of its letters else
_QUERY: re.Pattern[str] = re.compile(r"(?<![\w.%+\-\[\]])(?<![\w.%+\-\[\]]=)[\w.%+\-\[\]]+=[^\s&\"'<>]*(?:&[\w.%+\-\[\]]+=[^\s&\"'<>]*)+")
_SIGNED: re.Pattern[str] = re.compile(r"(?i)(?:^|[&_-])(?:signature|sign)=")
_USERINFO: re.Pattern[str] = re.compile(r"(?<=://)(?!user:password@)[^\s/?#\"'<>@]+(?:@[^\s/?#\"'<>@]+)*@")
_SCHEME: re.Pattern[str] = re.compile(r"(?i)\b(bearer|basic)\s+[\w\-.~+/=]{6,}")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """
    Mask in ``text``: every known secret (also URL-quoted, escaped as JSON, Python and HTML do it, and in Base64), the
    values of fields named like signature, apiKey, X-MBX-APIKEY, secret, passphrase, password or token, authorization
    schemes, user and password of a URL, and a query string or form body that carries a signature as a whole.

    A secret of fewer than ten letters and digits is masked where it is a whole word; one of fewer than four where it is a
    value by itself: in quotes, or between signs such as = & : @. Elsewhere it cannot be told from the text around it.
    """
    known: re.Pattern[str] | None = _known(tuple(secrets))
    if known is not None:
        text = known.sub(MASK, text)
    text = _USERINFO.sub(f"{MASK}@", text)
    text = _SCHEME.sub(rf"\1 {MASK}", text)
    text = _QUERY.sub(_mask_signed, text)
    return _FIELD.sub(_mask_field, text)


def longest_form(secrets: Iterable[str]) -> int:
    """Characters of the longest text that ``redact`` replaces for one of these secrets."""
    return max((len(form) for secret in secrets for form in _forms(secret)), default=0)


def _forms(secret: str) -> set[str]:
    """A secret as libraries print it."""
    return {
        secret, quote(secret, "", errors="replace"), quote(secret, errors="replace"), quote_plus(secret, errors="replace"),
        html.escape(secret), repr(secret)[1:-1],
        json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1],
    }


@lru_cache(maxsize=64)
def _known(secrets: tuple[str, ...]) -> re.Pattern[str] | None:
    """What matches any of them, the longest first."""
    long: set[str] = set()
    whole: set[str] = set()
    short: set[str] = set()
    for secret in filter(None, secrets):
        if len(secret) < SHORT:
            short |= _forms(secret)
            continue
        if len(secret) < WORD and secret.isascii() and secret.isalnum():
            whole.add(secret)
        else:
            long |= _forms(secret)
        coded: bytes = secret.encode("utf-8", "surrogatepass")
        long |= {base64.b64encode(coded).decode(), base64.urlsafe_b64encode(coded).decode()}
    # %2f is as good as %2F
    words: list[str] = [re.sub("%[0-9A-F]{2}", lambda m: f"(?i:{m.group()})", re.escape(form)) for form in sorted(long, key=len, reverse=True)]
    words += [rf"(?<![A-Za-z0-9]){word}(?![A-Za-z0-9])" for word in sorted(whole, key=len, reverse=True)]
    if short:
        alone: str = "|".join(map(re.escape, sorted(short, key=len, reverse=True)))
        words += [rf"(?<=[=\"'])(?:{alone})(?=[&\"'\s,;)}}\]]|$)", rf"(?<=:)(?:{alone})(?=@)"]
    return re.compile("|".join(words)) if words else None


def _mask_signed(match: re.Match[str]) -> str:
    query: str = match.group(0)
    return MASK if _SIGNED.search(query) else query


def _mask_field(match: re.Match[str]) -> str:
    value: str = match.group(2)
    if value.endswith(('"', "'")):
        opening: str = value[: value.index(value[-1]) + 1]
        closing: str = "\\" * (len(opening) - len(opening.lstrip("b").lstrip("\\")) - opening.count("b")) + value[-1]
        return f"{match.group(1)}{opening}{MASK}{closing}"
    if value.lower() in ("bearer", "basic", MASK):
        return match.group(0)
    return match.group(1) + MASK
