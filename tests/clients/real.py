"""
Real clients in processes of their own, and the comparison of what they tell with the venue's journal.

A client is a program in ``programs/`` that imports nothing of this project. It runs under the interpreter which has the
client's package: this one, or the one that CLIENTS_PYTHON_<NAME> names. Program and test talk in JSON, one value a line.
"""

import base64
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import waiting
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mockexchange import MockExchange
from mockexchange.core.commands import CancelOrder, PlaceOrder
from mockexchange.core.events import OrderReport
from mockexchange.core.numbers import parse_amount

PROGRAMS: Path = Path(__file__).with_name("programs")
NODE_PROGRAMS: Path = Path(__file__).with_name("node")
DEADLINE: float = 60.0              # seconds
ME: str = "mock-key"
OTHER: str = "other"                # who quotes
TAKER: str = "taker"                # who trades with the quotes and with resting orders
ACCOUNTS: list[str] = [f"{ME}:mock-secret:USDT=100000,BTC=1", *(f"{name}:secret:USDT=100000000,BTC=10000" for name in (OTHER, TAKER))]


def wanted() -> None:
    """Skip the test unless real clients are asked for."""
    if not os.environ.get("CLIENTS"):
        pytest.skip("real clients run with CLIENTS=1 (docs/clients.md)")


def python_with(client: str, module: str) -> str:
    """The interpreter that has ``module``. Skips the test, saying what is missing, when there is none."""
    wanted()
    variable: str = f"CLIENTS_PYTHON_{client.upper()}"
    python: str = os.environ.get(variable, sys.executable)
    if os.path.dirname(python):
        python = os.path.abspath(python)            # a client runs in a folder of its own
    probe: str = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    try:
        has_it: bool = not subprocess.run([python, "-c", probe], capture_output=True, timeout=DEADLINE).returncode
    except OSError as error:
        pytest.fail(f"{variable}={python!r}: {error}")
    if not has_it:
        pytest.skip(f"{python} has no {module}: install it, or name an interpreter that has it in {variable} (docs/clients.md)")
    return python


def node_with(package: str) -> tuple[str, Path]:
    """node, and the folder CLIENTS_NODE_MODULES with ``package`` in it. Skips the test when one is missing."""
    wanted()
    node: str | None = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    folder: Path = Path(os.environ.get("CLIENTS_NODE_MODULES", "node_modules")).absolute()
    if not (folder / package).is_dir():
        pytest.skip(f"{folder} has no {package}: `npm install {package}` and name its node_modules in CLIENTS_NODE_MODULES (docs/clients.md)")
    return node, folder


class Client:
    """A client's process. ``say`` and ``hear`` exchange one JSON value."""

    def __init__(self, command: list[str], log: Path, environment: dict[str, str]) -> None:
        self.log: Path = log
        self._heard: queue.Queue[Any] = queue.Queue()
        with log.open("w") as errors:
            self._process: subprocess.Popen[str] = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=log.parent,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            )
        self._reader: threading.Thread = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self.log.open("a") as log:
            for line in self._process.stdout:
                try:
                    self._heard.put(json.loads(line))
                except ValueError:
                    log.write(line)             # what the client itself prints
                    log.flush()
        self._heard.put(EOFError(f"the client ended with status {self._process.wait()}"))

    def say(self, value: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value) + "\n")
        self._process.stdin.flush()

    def hear(self, seconds: float = DEADLINE) -> Any:
        """The next value the client says. Fails, with the end of its log, when none comes in time."""
        try:
            value: object = self._heard.get(timeout=seconds)
        except queue.Empty:
            value = TimeoutError(f"the client has said nothing for {seconds:.0f} s")
        if isinstance(value, Exception):
            pytest.fail(f"{value}; its last lines:\n{self.tail()}")
        return value

    def expect(self, name: str, seconds: float = DEADLINE) -> Any:
        """Hear ``{name: value}`` and return the value."""
        heard: Any = self.hear(seconds)
        assert isinstance(heard, dict) and list(heard) == [name], f"{name!r} was expected, the client said {heard!r}:\n{self.tail()}"
        return heard[name]

    @property
    def has_spoken(self) -> bool:
        """Whether there is something to hear."""
        return not self._heard.empty()

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def tail(self, lines: int = 60) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(DEADLINE)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def running(
    python: str, program: str, folder: Path, venue: MockExchange, environment: dict[str, str] | None = None, **settings: object,
) -> Iterator[Client]:
    """A program of ``programs/`` (or, with ``node``, of ``node/``), which gets hosts, key and ``settings`` as its first argument."""
    where: Path = (PROGRAMS if program.endswith(".py") else NODE_PROGRAMS) / program
    told: dict[str, object] = {"rest": venue.rest, "stream": venue.stream, "key": venue.key, "secret": venue.secret, **settings}
    client: Client = Client([python, str(where), json.dumps(told)], folder / "client.log", environment or {})
    try:
        yield client
    finally:
        client.end()


def until(condition: Callable[[], Any], what: str, client: Client | None = None, seconds: float = DEADLINE) -> Any:
    """As ``waiting.until``; it fails with the end of the client's log, and at once when the client has ended."""
    def ask() -> Any:
        assert client is None or not client.has_ended, f"the client ended before: {what}"
        return condition()

    try:
        return waiting.until(ask, seconds, what)
    except AssertionError as error:
        pytest.fail(f"{error}" + (f"; the client's last lines:\n{client.tail()}" if client else ""))


class Market:
    """Two other traders, who make the market of a venue without a feed: one has the limit orders, one the market orders."""

    def __init__(self, venue: MockExchange) -> None:
        self.venue: MockExchange = venue

    def order(self, side: str, quantity: str, price: str = "", symbol: str = "BTCUSDT") -> int:
        """Place a limit order, or a market order where there is no price; its id."""
        who: str = OTHER if price else TAKER
        command: PlaceOrder = PlaceOrder(
            who, symbol, side, "LIMIT" if price else "MARKET", parse_amount(quantity), parse_amount(price or "0"),
        )
        events: list[Any] = self.venue.run(lambda venue: venue.apply(command))
        return next(event.order_id for event in events if isinstance(event, OrderReport) and event.account == who)

    def cancel(self, order_id: int, symbol: str = "BTCUSDT") -> None:
        self.venue.run(lambda venue: venue.apply(CancelOrder(OTHER, symbol, order_id)))

    def touch(self) -> None:
        """A best bid comes and goes, for who waits for an event of the book."""
        self.cancel(self.order("BUY", "0.01", "39992"))
        time.sleep(0.1)

    def quote(self) -> None:
        """Two sides to trade with, ten apart around 40000."""
        for step in range(5):
            self.order("SELL", "5", str(40_010 + step))
            self.order("BUY", "5", str(39_990 - step))


def resting(venue: MockExchange, price: str | None = None, account: str = ME) -> list[dict[str, Any]]:
    """The account's orders that are open in the journal, those at ``price`` where one is given."""
    return [
        row for row in final_orders(venue, account).values()
        if row["status"] in ("NEW", "PARTIALLY_FILLED") and (price is None or Decimal(row["price"]) == Decimal(price))
    ]


def final_orders(venue: MockExchange, account: str = ME) -> dict[int, dict[str, Any]]:
    """The last row of each order of the account, by order id."""
    return {row["order_id"]: row for row in venue.journal() if row["kind"] == "order" and row["account"] == account}


def journal_fills(venue: MockExchange, account: str = ME) -> dict[int, dict[str, Any]]:
    """The account's fills by trade id; none may come twice."""
    rows: list[dict[str, Any]] = [row for row in venue.journal() if row["kind"] == "fill" and row["account"] == account]
    found: dict[int, dict[str, Any]] = {row["exec_id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def journal_balances(venue: MockExchange, account: str = ME) -> dict[str, tuple[Decimal, Decimal]]:
    """Free and locked of each asset, as the journal has them last."""
    return {
        row["asset"]: (Decimal(row["free"]), Decimal(row["locked"]))
        for row in venue.journal() if row["kind"] == "balance" and row["account"] == account
    }


def check(venue: MockExchange, report: dict[str, Any], least_orders: int, least_fills: int, account: str = ME) -> None:
    """
    A client's account of itself against the journal: status and executed quantity of every order, every fill once with
    price, quantity and fee, and the balances.

    ``report``: ``orders`` {order id: [status, executed]}, ``fills`` [[trade id, order id, price, quantity, fee, fee asset]],
    ``balances`` {asset: [free, locked]}; amounts as text or numbers, status words are Binance's.
    """
    orders: dict[int, dict[str, Any]] = final_orders(venue, account)
    assert len(orders) >= least_orders
    told_orders = {int(id): (status, Decimal(str(executed))) for id, (status, executed) in report["orders"].items()}
    assert told_orders == {id: (row["status"], Decimal(row["executed"])) for id, row in orders.items()}
    fills: dict[int, dict[str, Any]] = journal_fills(venue, account)
    assert len(fills) >= least_fills
    told_fills = [
        (int(id), int(order), Decimal(str(price)), Decimal(str(quantity)), Decimal(str(fee)), asset)
        for id, order, price, quantity, fee, asset in report["fills"]
    ]
    assert sorted(told_fills) == sorted(
        (id, row["order_id"], Decimal(row["price"]), Decimal(row["qty"]), Decimal(row["fee"]), row["fee_asset"])
        for id, row in fills.items()
    )
    balances = journal_balances(venue, account)
    assert {"BTC", "USDT"} <= balances.keys()
    told_balances = {asset: tuple(Decimal(str(amount)) for amount in amounts) for asset, amounts in report["balances"].items()}
    assert {asset: told_balances.get(asset) for asset in balances} == balances


class Requests:
    """Counts the requests whose label matches, ``WS order.place`` or ``GET /api/v3/*``, from now on."""

    def __init__(self, venue: MockExchange, match: str) -> None:
        self.venue: MockExchange = venue
        self.id: object = venue.faults.add(match=match, stage="before_engine", action="delay", ms=0, times=0)["id"]

    @property
    def count(self) -> int:
        return next(int(fault["bitten"]) for fault in self.venue.faults.list() if fault["id"] == self.id)

    @property
    def labels(self) -> list[str]:
        return [row["label"] for row in self.venue.journal() if row["kind"] == "fault" and row["id"] == self.id]


def cut_user_stream(venue: MockExchange) -> None:
    """Reset the connection that carries the account's user data, in the middle of a push that is lost with it."""
    fault: dict[str, Any] = venue.faults.add(match="PUSH user balanceUpdate", stage="on_push", action="reset")
    venue.deposit(ME, "ETH", "1")
    until(lambda: next(each["bitten"] for each in venue.faults.list() if each["id"] == fault["id"]), "the user stream is cut")


def open_book(venue: MockExchange, symbol: str = "BTCUSDT") -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
    """Bids and asks, price -> quantity, that the journal's open orders of all accounts add up to."""
    last: dict[int, dict[str, Any]] = {
        row["order_id"]: row for row in venue.journal() if row["kind"] == "order" and row["symbol"] == symbol
    }
    sides: dict[str, dict[Decimal, Decimal]] = {"BUY": {}, "SELL": {}}
    for row in last.values():
        if row["status"] in ("NEW", "PARTIALLY_FILLED"):
            side = sides[row["side"]]
            price = Decimal(row["price"])
            side[price] = side.get(price, Decimal(0)) + Decimal(row["qty"]) - Decimal(row["executed"])
    return sides["BUY"], sides["SELL"]


def amounts(levels: Any) -> dict[Decimal, Decimal]:
    """``[[price, quantity], ...]`` as a client tells it."""
    return {Decimal(str(level[0])): Decimal(str(level[1])) for level in levels}


def public_trades(venue: MockExchange, after: int = 0) -> dict[int, tuple[Decimal, Decimal]]:
    """Price and quantity of each trade by id, from the journal's rows behind number ``after`` of a venue without a feed."""
    return {
        row["exec_id"]: (Decimal(row["price"]), Decimal(row["qty"]))
        for row in venue.journal(after) if row["kind"] == "fill"
    }


def meet(market: Market, client: Client) -> None:
    """Wait for the order that the client lets rest at 39995, and fill it."""
    until(lambda: resting(market.venue, "39995"), "the resting order", client)
    market.order("SELL", "0.01")


def meet_and_stir(market: Market, client: Client) -> None:
    """``meet``, and once the client has said ``filled``, ``stir``."""
    meet(market, client)
    client.expect("filled")
    stir(market)


def stir(market: Market, rounds: int = 40, seed: int = 1) -> None:
    """Orders placed, cancelled and traded at many prices, so that a copy of the book which misses an update shows it."""
    random = Random(seed)
    mine: list[int] = []
    for number in range(rounds):
        side, away = random.choice([("BUY", -1), ("SELL", 1)])
        price: int = 40_000 + away * random.randrange(1, 60)
        mine.append(market.order(side, f"0.{random.randrange(1, 99):02d}", str(price)))
        if number % 4 == 3:
            market.order(random.choice(["BUY", "SELL"]), f"0.{random.randrange(1, 99):02d}")
        if number % 3 == 2:
            found = final_orders(market.venue, OTHER)
            order_id = mine.pop(random.randrange(len(mine)))
            if found[order_id]["status"] in ("NEW", "PARTIALLY_FILLED"):
                market.cancel(order_id)


def update_id(venue: MockExchange, symbol: str = "BTCUSDT") -> int:
    """Of the last change of the book."""
    return venue.run(lambda venue: venue.exchange.books[symbol].update_id)


def ed25519_pair() -> tuple[str, str]:
    """The private key as PEM, the public one as base64 of its 32 bytes."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return private.decode(), base64.b64encode(public).decode()
