"""Secrets out of anything that may be logged."""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK: str = "***"

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
_SCHEME: re.Pattern[str] = re.compile(r"(?i)\b(bearer|basic)\s+[\w\-.~+/=]{6,}")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """
    Mask in ``text``: every known secret (also in its URL-quoted form), the values of fields named
    like signature, apiKey, X-MBX-APIKEY, secret, passphrase, password or token, authorization
    schemes, and a query string or form body that carries a signature as a whole.
    """
    for secret in sorted({s for s in secrets if s}, key=len, reverse=True):
        for form in (secret, quote(secret, safe=""), quote_plus(secret)):
            text = text.replace(form, MASK)
    text = _SCHEME.sub(rf"\1 {MASK}", text)
    text = _QUERY.sub(_mask_signed, text)
    return _FIELD.sub(_mask_field, text)


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
