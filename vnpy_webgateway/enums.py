"""
Words of the wire, which are translated: a server writes and takes those of its own language only (spec 5.1).

Never ``Direction(value)``: the language of the local vn.py may be another one than the server's.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from vnpy.trader.constant import Direction, Exchange, Offset, OptionType, OrderType, Product, Status

from vnpy_restgateway.net.validate import short

E = TypeVar("E", bound=Enum)
CHINESE, ENGLISH, NAMES = "Chinese", "English", "names"

# member name -> its word in Chinese and in English; what is not here is the same in both: STOP, FAK, FOK, ETF, CFD
WORDS: dict[type[Enum], dict[str, tuple[str, str]]] = {
    Direction: {"LONG": ("多", "Long"), "SHORT": ("空", "Short"), "NET": ("净", "Net")},
    Offset: {
        "NONE": ("", ""), "OPEN": ("开", "Open"), "CLOSE": ("平", "Close"), "CLOSETODAY": ("平今", "Close Today"),
        "CLOSEYESTERDAY": ("平昨", "Close Yesterday"),
    },
    Status: {
        "SUBMITTING": ("提交中", "Submitting"), "NOTTRADED": ("未成交", "Not Traded"), "PARTTRADED": ("部分成交", "Part Traded"),
        "ALLTRADED": ("全部成交", "All Traded"), "CANCELLED": ("已撤销", "Cancelled"), "REJECTED": ("拒单", "Rejected"),
    },
    OrderType: {"LIMIT": ("限价", "Limit"), "MARKET": ("市价", "Market"), "RFQ": ("询价", "RFQ")},
    Product: {
        "EQUITY": ("股票", "Stock"), "FUTURES": ("期货", "Futures"), "OPTION": ("期权", "Option"), "INDEX": ("指数", "Index"),
        "FOREX": ("外汇", "Forex"), "SPOT": ("现货", "Spot"), "BOND": ("债券", "Bond"), "WARRANT": ("权证", "Warrant"),
        "SPREAD": ("价差", "Spread"), "FUND": ("基金", "Fund"), "SWAP": ("互换", "Swap"),
    },
    OptionType: {"CALL": ("看涨期权", "Call"), "PUT": ("看跌期权", "Put")},
    Exchange: {"EUREX": ("EUX", "EUX")},
}


def _word(member: Enum, language: str) -> str:
    if language == NAMES:
        return member.name
    chinese, english = WORDS[type(member)].get(member.name, (member.name, member.name))
    return chinese if language == CHINESE else english


def _readings(kind: type[E]) -> dict[str, E]:
    found: dict[str, E] = {}
    for language in (NAMES, ENGLISH, CHINESE):
        found.update({_word(member, language): member for member in kind})
    return found


READINGS: dict[type[Enum], Mapping[str, Any]] = {kind: _readings(kind) for kind in WORDS}


def read(kind: type[E], value: Any) -> E:
    """
    A word of the wire, of either language, or a member's name.

    :raises ValueError: it is none, of a newer vn.py perhaps
    """
    found: E | None = READINGS[kind].get(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"unknown {kind.__name__.lower()} {short(value)}")
    return found


def write(member: Enum, language: str) -> str:
    """The word of a server with that language."""
    return _word(member, language)


def language_of(words: Any) -> str:
    """The language of a server that shows these words; "" where they do not tell."""
    if not isinstance(words, list | tuple | set):
        return ""
    for language in (CHINESE, ENGLISH, NAMES):
        telling: set[str] = {_word(member, language) for member in (*Direction, OrderType.LIMIT, OrderType.MARKET)}
        if telling.intersection(word for word in words if isinstance(word, str)):
            return language
    return ""


def language_of_schema(schema: Any) -> str:
    """The language by ``/openapi.json``; "" where it does not tell."""
    try:
        return language_of(schema["components"]["schemas"]["Direction"]["enum"])
    except (KeyError, TypeError):
        return ""


def language_of_refusal(text: str) -> str:
    """The language by the words that a 422 says it would take; "" where it names none."""
    return language_of(re.findall(r"'([^']*)'", text))
