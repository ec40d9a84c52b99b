"""
A trading process that is killed: ``python -m gateways.killed_child CASE REST STREAM KEY SECRET SEED``. It sends orders and
cancels without end; each line of its output is "sent ID" before it sends the next.
"""

import sys
from random import Random
from types import SimpleNamespace
from typing import Any

from .conftest import ALL_CASES
from .harness import Desk


def main(name: str, rest: str, stream: str, key: str, secret: str, seed: str) -> None:
    case = next(case for case in ALL_CASES if case.name == name)
    venue: Any = SimpleNamespace(rest=rest, stream=stream, key=key, secret=secret)
    desk = Desk(case, venue, spoils=False).ready()
    random = Random(seed)
    alive: list[str] = []
    while True:
        alive.append(desk.send("BUY", random.choice((30_000.0, 39_900.0, 50_000.0)), round(random.uniform(0.001, 0.02), 4)))
        print("sent", alive[-1], flush=True)
        if len(alive) > 3 and random.random() < 0.4:
            desk.cancel(alive.pop(random.randrange(len(alive))))
        desk.recorder.pass_time(random.uniform(0.0, 0.03))


if __name__ == "__main__":
    main(*sys.argv[1:])
