"""Arguments of calls as JSON bodies, checked before anything is sent. No IO."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypedDict

MAX_REMARK: int = 64            # bytes of UTF-8
MD5: re.Pattern[str] = re.compile(r"[0-9a-f]{32}", re.ASCII)


class TrdHeader(NamedTuple):
    """
    Account of a trading call. Copy ``trd_env`` and ``acc_id`` from a row of ``accounts``: ``trd_env`` is 0 for simulated and 1
    for real money. ``trd_market``: 1 HK, 2 US, 3 and 4 CN, 5 futures, 6 SG, 15 JP; others see the specification.
    """

    trd_env: int
    acc_id: int
    trd_market: int
    jp_acc_type: int | None = None


class Security(NamedTuple):
    """``market``: 1 HK, 11 US, 21 SH, 22 SZ, 31 SG, 41 JP (not the numbers of ``trd_market``). ``code`` without prefix: ``00700``."""

    market: int
    code: str


HeaderLike = TrdHeader | Mapping[str, Any]
SecurityLike = Security | Mapping[str, Any]


class FilterConditions(TypedDict, total=False):
    """All that are given must hold. Times are ``YYYY-MM-DD HH:MM:SS`` in the market's local time."""

    code_list: list[str]
    id_list: list[int]
    begin_time: str
    end_time: str
    order_id_ex_list: list[str]
    filter_market: int


class WarrantFilters(TypedDict, total=False):
    """Filters of ``warrant``; ranges include both ends, ratios are in percent."""

    owner: SecurityLike
    type_list: list[int]
    issuer_list: list[int]
    maturity_time_min: str
    maturity_time_max: str
    ipo_period: int
    price_type: int
    status: int
    cur_price_min: float
    cur_price_max: float
    strike_price_min: float
    strike_price_max: float
    street_min: float
    street_max: float
    conversion_min: float
    conversion_max: float
    vol_min: int
    vol_max: int
    premium_min: float
    premium_max: float
    leverage_ratio_min: float
    leverage_ratio_max: float
    delta_min: float
    delta_max: float
    implied_min: float
    implied_max: float
    recovery_price_min: float
    recovery_price_max: float
    price_recovery_ratio_min: float
    price_recovery_ratio_max: float


def make_body(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are not None; nested ones too. Raises ValueError that names a number that JSON does not have."""
    body: dict[str, Any] = {name: _plain(name, value) for name, value in fields.items() if value is not None}
    if "remark" in body and len(body["remark"].encode()) > MAX_REMARK:
        raise ValueError(f"remark must not exceed {MAX_REMARK} bytes")
    if "pwd_md5" in body and not MD5.fullmatch(body["pwd_md5"]):
        raise ValueError("pwd_md5 must be the 32 lower-case hex digits of the trade password's MD5")
    return body


def _plain(name: str, value: Any) -> Any:
    """
    ``value`` as JSON has it. NamedTuples, headers and securities become objects; empty lists in filters are omitted.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value!r}")
    if name == "header":
        return header_json(value)
    if name in ("security", "owner", "plate"):
        return security_json(name, value)
    if name == "security_list":
        return securities_json(value)
    if name == "filter_conditions":
        return {key: _plain(key, part) for key, part in value.items() if part is not None and part != []}
    if isinstance(value, Mapping):
        return {key: _plain(f"{name}.{key}", part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_plain(f"{name}[{number}]", part) for number, part in enumerate(value)]
    return value


def header_json(value: HeaderLike) -> dict[str, int]:
    found: dict[str, int] = _named("header", value, ("trd_env", "acc_id", "trd_market"), ("jp_acc_type",))
    if found["trd_env"] not in (0, 1):
        raise ValueError(f"header.trd_env must be 0 (simulated) or 1 (real), got {found['trd_env']}")
    if found["trd_market"] == 7:
        raise ValueError("header.trd_market 7 is not Japan but crypto; Japan is 15")
    return found


def security_json(name: str, value: SecurityLike) -> dict[str, Any]:
    fields: Mapping[str, Any] = value._asdict() if isinstance(value, Security) else value
    if not isinstance(fields, Mapping) or set(fields) != {"market", "code"}:
        raise ValueError(f"{name} must have market and code, got {value!r}")
    if not isinstance(fields["code"], str) or not fields["code"]:
        raise ValueError(f"{name}.code must be a text such as '00700', got {fields['code']!r}")
    return {"market": _integer(f"{name}.market", fields["market"]), "code": fields["code"]}


def securities_json(value: Iterable[SecurityLike]) -> list[dict[str, Any]]:
    """Not empty: some builds answer an empty list with all securities there are."""
    if isinstance(value, Security | Mapping | str):
        raise ValueError("security_list must be a list of securities")
    found: list[dict[str, Any]] = [security_json(f"security_list[{number}]", one) for number, one in enumerate(value)]
    if not found:
        raise ValueError("security_list must not be empty")
    return found


def want_times(filter_conditions: Mapping[str, Any]) -> None:
    """History calls need a period. Raises ValueError."""
    for name in ("begin_time", "end_time"):
        if not filter_conditions.get(name):
            raise ValueError(f"filter_conditions.{name} is required")


def _named(name: str, value: Any, required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, int]:
    fields: Any = value._asdict() if isinstance(value, TrdHeader) else value
    if not isinstance(fields, Mapping):
        raise ValueError(f"{name} must be a TrdHeader or a mapping, got {value!r}")
    missing: list[str] = [key for key in required if fields.get(key) is None]
    unknown: list[str] = [str(key) for key in fields if key not in required and key not in optional]
    if missing or unknown:
        raise ValueError(f"{name} {'lacks ' + missing[0] if missing else 'has no field ' + unknown[0]}")
    return {key: _integer(f"{name}.{key}", fields[key]) for key in (*required, *optional) if fields.get(key) is not None}


def _integer(name: str, value: Any) -> int:
    """Digits are accepted as well: newer builds list ``acc_id`` as a string and want an integer back."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} must be an integer, got {value!r}")
    return int(value)
