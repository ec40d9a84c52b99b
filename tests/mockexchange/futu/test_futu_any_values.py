"""Whatever a body holds, there is an answer of one of the two forms, and never an internal error."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from futu_client import STILL, Rest

from mockexchange import MockExchange
from mockexchange.dialects.futu.operations import Operation
from mockexchange.dialects.futu.params import Form, anything, flag, number, text, whole
from mockexchange.dialects.futu.routes import OPERATIONS

ROUNDS: int = 12
NUMBERS: list[Any] = [0, 1, 2, 3, 5, 11, 100, 987654, 1000000, 281000000000000001, -1, 2 ** 63, 2 ** 64 - 1, 2 ** 64, -(2 ** 63)]
FLOATS: list[Any] = [0, 0.0, 1e-9, 1e-8, 0.1 + 0.2, 100, 290.1, 300.0, 1e9, 1e14, -5, 1e300]
TEXTS: list[Any] = [
    "", "00700", "AAPL", "HK.00700", ".", "US.", "2026-01-05", "2026-01-05 10:00:00.5", "0001-01-01", "9999-12-31 23:59:59", "x" * 5000,
    "密", "a#b", "20260105", "20260105" + "9" * 30, "\u0000",
]
ODD: list[Any] = [None, True, "1", [], {}, [1], {"a": 1}, 1.5]


@pytest.fixture(scope="module")
def rest() -> Iterator[Rest]:
    options = {"sim_fills": True, "sim_history": True, "min_sub_s": 0, "sample_shares": 5000}
    with MockExchange("futu", seed=7, options=options, speed=STILL) as venue:
        yield Rest(venue.rest)


def make(reader: Any, random: Random) -> Any:
    """Mostly a value of the kind, sometimes another."""
    if random.random() < 0.05:
        return random.choice(ODD)
    if isinstance(reader, Form):
        return body(reader, random)
    if reader is whole:
        return random.choice(NUMBERS)
    if reader is number:
        return random.choice(FLOATS)
    if reader is flag:
        return random.random() < 0.5
    if reader is text:
        return random.choice(TEXTS)
    if reader is anything:
        return random.choice(ODD)
    [one] = [cell.cell_contents for cell in reader.__closure__]
    return [make(one, random) for _ in range(random.choice((0, 1, 1, 2)))]


def body(form: Form, random: Random) -> dict[str, Any]:
    found = {name: make(reader, random) for name, reader in form._fields.items() if name in form._required or random.random() < 0.4}
    if "trd_env" in found:
        found |= random.choice([{"trd_env": 0, "acc_id": 987654}, {}])
        found["trd_market"] = random.choice([1, 2, 3, 4, 113])
    if {"market", "code"} <= set(found):
        found |= random.choice([{"market": 1, "code": "00700"}, {"market": 11, "code": "AAPL"}, {"market": 21, "code": "600036"}, {}])
    return found


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.method == "POST"], ids=lambda each: str(each.path))
def test_any_values(rest: Rest, operation: Operation) -> None:
    random = Random(operation.path)
    for _ in range(ROUNDS):
        given = body(operation.form, random)
        answer = rest.call("POST", operation.path, json.dumps(given))
        assert answer.status in (200, 400), (answer.text, given)
        keys = {"ret_type", "ret_msg", "err_code", "s2c"} if answer.status == 200 else {"error"}
        assert set(answer.json) == keys, (answer.text, given)
