"""
kill -9 at random points of a trading run: everything that was answered is there afterwards, and goes on.

MOCKEXCHANGE_KILLS is how often (default 8), MOCKEXCHANGE_KILL_SEED makes other random points.
"""

import http.client
import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal
from hashlib import sha256
from hmac import new as hmac
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from children import LONG

KILLS: int = int(os.environ.get("MOCKEXCHANGE_KILLS", "8"))
SEED: int = int(os.environ.get("MOCKEXCHANGE_KILL_SEED", "1"))
CLIENTS: int = 3
OPENING: dict[str, Decimal] = {"USDT": Decimal(100_000), "BTC": Decimal(1)}
UNIT: Decimal = Decimal("0.00000001")

Row = dict[str, Any]
Serve = Callable[..., "subprocess.Popen[str]"]


class Seen:
    """What the venue has answered, ever: the promises that a restart must keep."""

    def __init__(self) -> None:
        self.orders: dict[int, Row] = {}
        self.canceled: set[int] = set()
        self.rows: list[Row] = []
        self.lock: threading.Lock = threading.Lock()

    def answer(self, body: Row) -> None:
        with self.lock:
            if body["status"] == "CANCELED":
                self.canceled.add(body["orderId"])
            else:
                assert body["orderId"] not in self.orders, "an order id was used again"
                self.orders[body["orderId"]] = body


class Trader(threading.Thread):
    """Places, takes and cancels without a pause until the venue is gone."""

    def __init__(self, address: str, seen: Seen, seed: str) -> None:
        super().__init__(daemon=True)
        self.address: str = address
        self.seen: Seen = seen
        self.rng: Random = Random(seed)
        self.failure: BaseException | None = None

    def run(self) -> None:
        connection = http.client.HTTPConnection(self.address, timeout=5)
        try:
            mine: list[int] = []
            while True:
                kind: float = self.rng.random()
                if kind < 0.25 and mine:
                    order_id: int = mine.pop(self.rng.randrange(len(mine)))
                    status, body = call(connection, "DELETE", "order", symbol="BTCUSDT", orderId=order_id)
                    assert status == 200 or body["code"] == -2011, body
                else:
                    order: dict[str, str] = {"type": "MARKET"}
                    if kind < 0.7:
                        price = 40_000 * (1 + self.rng.uniform(-0.02, 0.02))
                        order = {"type": "LIMIT", "timeInForce": "GTC", "price": f"{price:.2f}"}
                    status, body = call(
                        connection, "POST", "order", symbol="BTCUSDT", side=self.rng.choice(["BUY", "SELL"]),
                        quantity="0.001", newOrderRespType="FULL", **order,
                    )
                    assert status == 200 or body["code"] in (-2010, -1013, -1015), body
                    if status == 200 and body["status"] == "NEW":
                        mine.append(body["orderId"])
                if status == 200:
                    self.seen.answer(body)
        except (OSError, http.client.HTTPException):
            pass                        # the venue is gone
        except BaseException as error:
            self.failure = error
        finally:
            connection.close()


def call(connection: http.client.HTTPConnection, method: str, path: str, **params: Any) -> tuple[int, Any]:
    query: str = urlencode({**params, "timestamp": int(time.time() * 1000)})
    signature: str = hmac(b"mock-secret", query.encode(), sha256).hexdigest()
    connection.request(method, f"/api/v3/{path}?{query}&signature={signature}", headers={"X-MBX-APIKEY": "mock-key"})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def start(serve_command: Serve, folder: Path, feed: str) -> tuple["subprocess.Popen[str]", str]:
    process = serve_command("binance=0", "--seed", "7", "--feed", feed, "--state", str(folder))
    assert process.stdout is not None and process.stderr is not None
    assert select.select([process.stdout], [], [], 20)[0], "no ready line"
    line: str = process.stdout.readline()
    assert line, process.stderr.read()
    return process, json.loads(line)["rest"].removeprefix("http://")


def end(process: "subprocess.Popen[str]") -> str:
    """kill -9; what it had to say on stderr."""
    process.kill()
    err: str = process.communicate(timeout=10)[1]
    return err


def amounts(rows: list[Row]) -> dict[str, Decimal]:
    """What the account must have by the journal's fills."""
    total: dict[str, Decimal] = dict(OPENING)
    for fill in (row for row in rows if row["kind"] == "fill"):
        way: int = 1 if fill["side"] == "BUY" else -1
        total["BTC"] += way * Decimal(fill["qty"])
        total["USDT"] -= way * Decimal(fill["quote"])
        total[fill["fee_asset"]] -= Decimal(fill["fee"])
    return total


def check(address: str, seen: Seen) -> None:
    """The venue that came back has all that was answered before, and its books are in order."""
    connection = http.client.HTTPConnection(address, timeout=5)
    connection.request("GET", "/_mock/journal")
    rows: list[Row] = json.loads(connection.getresponse().read())["rows"]
    assert rows[:len(seen.rows)] == seen.rows, "the past has changed"
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    seen.rows = rows
    latest: dict[int, Row] = {row["order_id"]: row for row in rows if row["kind"] == "order"}
    fills: dict[int, list[Row]] = {}
    for row in rows:
        if row["kind"] == "fill":
            fills.setdefault(row["order_id"], []).append(row)
    for order_id, answer in seen.orders.items():
        row = latest[order_id]
        assert row["client_order_id"] == answer["clientOrderId"]
        assert Decimal(row["executed"]) >= Decimal(answer["executedQty"])
        kept: set[int] = {fill["exec_id"] for fill in fills.get(order_id, ())}
        assert kept >= {fill["tradeId"] for fill in answer["fills"]}, "an answered fill is gone"
        if answer["status"] == "FILLED":
            assert row["status"] == "FILLED"
    for order_id in seen.canceled:
        assert latest[order_id]["status"] == "CANCELED"
    for order_id, row in latest.items():
        assert sum(Decimal(fill["qty"]) for fill in fills.get(order_id, ())) == Decimal(row["executed"])
    executions: list[int] = [row["execution_id"] for row in rows if row["kind"] == "order"]
    assert len(set(executions)) == len(executions), "an execution id was used again"
    placed: list[int] = [row["order_id"] for row in rows if row["kind"] == "order" and row["execution"] == "NEW"]
    assert len(set(placed)) == len(placed) and placed == sorted(placed), "an order id was used again"
    sides: list[tuple[int, int, str]] = [(f["exec_id"], f["order_id"], f["side"]) for each in fills.values() for f in each]
    trades: dict[int, int] = {}
    for exec_id, _, _ in sides:
        trades[exec_id] = trades.get(exec_id, 0) + 1
    assert len(set(sides)) == len(sides) and max(trades.values(), default=0) <= 2, "a trade id was used again"

    status, account = call(connection, "GET", "account")
    assert status == 200
    want: dict[str, Decimal] = amounts(rows)
    locked: dict[str, Decimal] = {"USDT": Decimal(0), "BTC": Decimal(0)}
    status, open_orders = call(connection, "GET", "openOrders", symbol="BTCUSDT")
    for order in open_orders:
        rest: Decimal = Decimal(order["origQty"]) - Decimal(order["executedQty"])
        if order["side"] == "BUY":
            locked["USDT"] += (rest * Decimal(order["price"])).quantize(UNIT, ROUND_CEILING)
        else:
            locked["BTC"] += rest
    # The market goes on between the two questions: the journal is asked once more before this is an error.
    connection.request("GET", f"/_mock/journal?after={len(rows)}")
    news: list[Row] = json.loads(connection.getresponse().read())["rows"]
    connection.close()
    if any(row["kind"] == "fill" for row in news):
        return
    assert {order["orderId"] for order in open_orders} == {
        order_id for order_id, row in latest.items() if row["status"] in ("NEW", "PARTIALLY_FILLED")
    }
    for balance in account["balances"]:
        asset: str = balance["asset"]
        if asset in want:
            assert Decimal(balance["free"]) + Decimal(balance["locked"]) == want[asset], asset
            assert Decimal(balance["locked"]) == locked[asset], asset


@pytest.mark.parametrize("feed", ["none", "synthetic"] if LONG else ["synthetic"])
def test_killed_at_random_points_it_keeps_every_promise(serve_command: Serve, tmp_path: Path, feed: str) -> None:
    rng: Random = Random(f"{SEED}:{feed}")
    seen: Seen = Seen()
    torn: int = 0
    kills: int = KILLS // 2 if feed == "none" else KILLS - KILLS // 2
    process, address = start(serve_command, tmp_path, feed)
    try:
        for run in range(kills):
            traders: list[Trader] = [Trader(address, seen, f"{SEED}:{feed}:{run}:{n}") for n in range(CLIENTS)]
            for trader in traders:
                trader.start()
            time.sleep(rng.uniform(0.0, 0.25))      # the random point
            torn += "torn" in end(process)
            for trader in traders:
                trader.join(10)
                assert not trader.is_alive()
                if trader.failure is not None:
                    raise trader.failure
            process, address = start(serve_command, tmp_path, feed)
            check(address, seen)
    finally:
        end(process)
    assert len(seen.orders) > 5 * kills and seen.canceled, "nothing was traded"
