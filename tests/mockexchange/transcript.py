"""
Transcripts: requests to a venue and the literal bodies they must get, in text files.

Every line of a file is one of these; a body follows its request and ends at an empty line:

- ``# text``                            a comment, mostly the document that shows the body
- ``+1000``                             the venue's clock is advanced by so many milliseconds
- ``ACCOUNT METHOD PATH name=value``    a request; its body is JSON, after the HTTP status where that is not 200
- ``NAME opens PATH``                   a websocket connection
- ``NAME sends TEXT``                   a message to the venue; the dialect's test signs it, where it has to be signed
- ``NAME hears``                        every message since the last time, one on a line; none: an empty line follows at once

Values cannot hold spaces. A venue with a manual clock gives the same bodies every time, ids and times included.

``TRANSCRIPTS=record`` writes what the venue answers into the file instead of comparing it. Read the difference against
the venue's document before it is committed: a recorded wrong answer is worse than none.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from websockets.sync.client import ClientConnection, connect

from mockexchange import MockExchange
from mockexchange.core.instruments import Instrument
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.numbers import parse_amount

NOON: int = 1_700_049_600_000           # 2023-11-15 12:00 UTC, in ms
START: int = NOON - 600_000
ACCOUNTS: list[str] = ["me:my-secret:USDT=100000,BTC=1", "other:other-secret:USDT=1000000,BTC=100,ETH=1000"]
DEADLINE: float = 10.0


def instruments() -> list[Instrument]:
    """The usual ones; in BTCUSDT no two rules have the same number, so that one cannot stand for another."""
    first, *others = default_instruments()
    return [
        replace(
            first, maker_fee=parse_amount("0.0008"), taker_fee=parse_amount("0.0012"), min_price=parse_amount("0.02"),
            min_quantity=parse_amount("0.00002"), percent_bid_up=parse_amount("4"), percent_bid_down=parse_amount("0.3"),
            percent_ask_up=parse_amount("6"), percent_ask_down=parse_amount("0.4"), max_position=parse_amount("150"),
            stp_modes=("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER"), default_stp_mode="EXPIRE_TAKER", avg_price_mins=5,
        ),
        *others,
    ]


# account, method, path, parameters -> HTTP status and body
Ask = Callable[[str, str, str, dict[str, str]], tuple[int, str]]


class Step(NamedTuple):
    number: int                         # of its line
    line: str
    bodies: list[str]


def read_steps(text: str) -> Iterator[Step]:
    """The steps of a transcript, each with the lines that must answer it."""
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if not line or line.startswith("#"):
            continue
        bodies: list[str] = []
        if has_bodies(line):
            for _, body in lines:
                if not body:
                    break
                bodies.append(body)
        yield Step(number, line, bodies)


def normal(text: str) -> str:
    """JSON in one spelling; the order of the fields stays, what is no JSON stays as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


class Player:
    """Plays the steps of one transcript against a venue."""

    def __init__(self, venue: MockExchange, ask: Ask, sign: Callable[[str], str] = str) -> None:
        self.venue = venue
        self.ask = ask
        self.sign = sign
        self.sockets: dict[str, ClientConnection] = {}

    def play(self, step: Step) -> list[str]:
        """The bodies that the step got."""
        if step.line.startswith("+"):
            self.venue.advance(int(step.line))
            return []
        who, what, *rest = step.line.split(" ", 3)
        if what == "opens":
            opened = connect(
                self.venue.stream + rest[0], proxy=None, max_size=None, max_queue=None, ping_interval=None, close_timeout=1
            )
            self.sockets[who] = opened.__enter__()
            return []
        if what == "sends":
            self.sockets[who].send(self.sign(" ".join(rest)))
            return []
        if what == "hears":
            return list(self.heard(self.sockets[who]))
        params = dict(pair.split("=", 1) for pair in rest[1].split()) if len(rest) > 1 else {}
        status, text = self.ask(who, what, rest[0], params)
        return [normal(text) if status == 200 else f"{status} {normal(text)}"]

    def heard(self, socket: ClientConnection) -> Iterator[str]:
        """What has come: a venue answers pings in their turn, after all that it had sent before."""
        assert socket.ping().wait(DEADLINE), "no pong"
        while True:
            try:
                yield normal(str(socket.recv(timeout=0, decode=True)))
            except TimeoutError:
                return

    def close(self) -> None:
        for socket in self.sockets.values():
            socket.close()


def recorded(text: str, player: Player) -> str:
    """The transcript with the bodies that the steps get now."""
    lines: list[str] = text.splitlines()
    steps: dict[int, Step] = {step.number: step for step in read_steps(text)}
    found: list[str] = []
    number: int = 0
    while number < len(lines):
        found.append(lines[number])
        number += 1
        step = steps.get(number)
        if step is None:
            continue
        got = player.play(step)
        if has_bodies(step.line):
            number += len(step.bodies) + 1
            found += [*got, ""]
    return "\n".join(found).rstrip("\n") + "\n"


def has_bodies(line: str) -> bool:
    """Whether bodies and an empty line follow."""
    return not line.startswith("+") and line.split()[1] not in ("opens", "sends")


def normal_body(body: str) -> str:
    status, _, rest = body.partition(" ")
    return f"{status} {normal(rest)}" if status.isdigit() and rest else normal(body)


def differences(path: Path, player: Player) -> list[str]:
    """Plays a whole transcript; what came otherwise than it says, line by line."""
    found: list[str] = []
    compared: int = 0
    text: str = path.read_text(encoding="utf-8")
    if os.environ.get("TRANSCRIPTS") == "record":
        path.write_text(recorded(text, player), encoding="utf-8")
        return [f"{path.name} was recorded, not compared"]
    for step in read_steps(text):
        got = player.play(step)
        wanted = [normal_body(body) for body in step.bodies]
        compared += len(wanted)
        if got != wanted:
            found.append(f"{path.name}:{step.number}: {step.line}\n  must be {wanted}\n  but is  {got}")
    assert compared, f"{path.name} has no bodies"
    return found


