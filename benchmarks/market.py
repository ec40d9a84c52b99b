"""Market data messages for the benchmarks, as Binance sends them."""

import json
import random
from typing import NamedTuple


class Message(NamedTuple):
    """One message as a raw stream (``/ws``) and as a combined one (``/stream``) carries it."""

    raw: str
    combined: bytes


def book_tickers(count: int, names: list[str], seed: int = 7) -> list[Message]:
    """
    Best bids and asks, symbols in random order. Quantities change with every message, and with
    every third one the bid, the ask, or both move by a few ticks.
    """
    chance: random.Random = random.Random(seed)
    prices: dict[str, list[int]] = {name: [4_000_000, 4_000_001] for name in names}
    messages: list[Message] = []
    for number in range(1, count + 1):
        name: str = chance.choice(names)
        price: list[int] = prices[name]
        if chance.random() < 1 / 5:
            side: int = chance.choice((0, 1, 2))
            move: int = chance.choice((-3, -2, -1, 1, 2, 3))
            if side != 1:
                price[0] += move
            if side:
                price[1] += move
            price[1] = max(price[1], price[0] + 1)
        raw: str = json.dumps({
            "u": number, "s": name, "b": f"{price[0] / 100:.8f}", "B": f"{chance.uniform(0.001, 9):.8f}",
            "a": f"{price[1] / 100:.8f}", "A": f"{chance.uniform(0.001, 9):.8f}",
        }, separators=(",", ":"))
        messages.append(Message(raw, f'{{"stream":"{name.lower()}@bookTicker","data":{raw}}}'.encode()))
    return messages


def depths(count: int, seed: int = 7) -> list[Message]:
    """Books of 20 levels a side of BTCUSDT."""
    chance: random.Random = random.Random(seed)
    messages: list[Message] = []
    for number in range(1, count + 1):
        best: int = 4_000_000 + chance.randrange(-500, 500)
        raw: str = json.dumps({
            "lastUpdateId": number,
            "bids": [[f"{(best - level) / 100:.8f}", f"{chance.uniform(0.001, 9):.8f}"] for level in range(20)],
            "asks": [[f"{(best + 1 + level) / 100:.8f}", f"{chance.uniform(0.001, 9):.8f}"] for level in range(20)],
        }, separators=(",", ":"))
        messages.append(Message(raw, f'{{"stream":"btcusdt@depth20@100ms","data":{raw}}}'.encode()))
    return messages
