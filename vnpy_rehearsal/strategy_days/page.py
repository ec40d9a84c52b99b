"""The report as one page: price, fills, position and equity of both days over each other, the fault marked, the log beside."""

import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from mockexchange.conform_report import Outcome

from .judge import Finding
from .record import Record, Row

LONGEST: int = 600              # characters of a log line
BEFORE: float = 120.0           # s of the log before a fault
ENUM: "re.Pattern[str]" = re.compile(r"<\w+\.(\w+): [^>]*>")       # of a request that vn.py logs
REFERENCE: "re.Pattern[str]" = re.compile(r", reference='[^']*'")
PLACE: str = "/*DATA*/"


def to_page(
    strategy: str, about: str, symbol: str, undisturbed: Record, outcomes: Sequence[Outcome], days: Mapping[str, Record],
    findings: Mapping[str, Sequence[Finding]], notes: Mapping[str, str],
) -> bytes:
    """A page of HTML that needs nothing else. ``symbol``: the venue's, of the charts; the others by outcome's id."""
    rows: list[dict[str, Any]] = [{
        "id": each.id, "title": each.title, "verdict": each.verdict, "reason": each.reason,
        "findings": [list(finding) for finding in findings.get(each.id, ())], "note": notes.get(each.id, ""),
        "day": show(days[each.id], symbol, undisturbed) if each.id in days else None,
    } for each in outcomes]
    data: dict[str, Any] = {
        "strategy": strategy, "about": about, "symbol": symbol, "undisturbed": show(undisturbed, symbol, None), "rows": rows,
    }
    text: str = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    page: str = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return page.replace(PLACE, text).encode("utf-8", "replace")


def show(day: Record, symbol: str, undisturbed: Record | None) -> dict[str, Any]:
    """What the page draws of a day. Prices are left out where they are those of the undisturbed day."""
    same: dict[float, float] = {at: prices.get(symbol, 0.0) for at, prices in undisturbed.prices} if undisturbed else {}
    prices: list[tuple[float, float]] = [(at, each[symbol]) for at, each in day.prices if symbol in each and at <= day.stopped]
    since: float = max(0.0, (day.armed or 0.0) - BEFORE) if undisturbed else float("-inf")
    return {
        "prices": [] if undisturbed and all(same.get(at, price) == price for at, price in prices) else prices,
        "fills": [(row["at"], float(row["price"]), row["side"], float(row["qty"])) for row in orders(day.fills, symbol)],
        "position": day.position(symbol), "equity": [(at, round(value, 2)) for at, value in day.equity() if at <= day.stopped],
        "logs": [(at, level, source, short(text)) for at, level, source, text in day.logs if at >= since],
        "armed": day.armed, "struck": day.struck, "over": day.over, "stopped": day.stopped, "did": day.did,
    }


def short(text: str) -> str:
    """A log line without what a reader can do without."""
    return REFERENCE.sub("", ENUM.sub(r"\1", text))[:LONGEST]


def orders(fills: list[Row], symbol: str) -> list[Row]:
    """Fills of one order at one moment and price as one."""
    found: dict[Any, Row] = {}
    for row in fills:
        if row["symbol"] == symbol:
            key: Any = (row["order_id"], row["at"], row["price"])
            before: Row | None = found.get(key)
            found[key] = {**row, "qty": float(row["qty"]) + float(before["qty"])} if before else row
    return list(found.values())
