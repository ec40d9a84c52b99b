"""freqtrade's bot, unmodified and not dry: its configuration names the mock exchange's host."""

import base64
import json
import socket
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from mockexchange import MockExchange

from .real import PROGRAMS, Client, check, journal_balances, journal_fills, python_with, until

WORDS: dict[str, str] = {"closed": "FILLED", "canceled": "CANCELED"}
USER: str = "freqtrader"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def config(venue: MockExchange, port: int, folder: Path) -> dict[str, Any]:
    """As ``freqtrade new-config`` makes it, with ``ccxt_config`` for the host."""
    host = {"urls": {"api": {
        "public": f"{venue.rest}/api/v3", "private": f"{venue.rest}/api/v3", "v1": f"{venue.rest}/api/v1",
        "sapi": f"{venue.rest}/sapi/v1", "sapiV2": f"{venue.rest}/sapi/v2", "sapiV3": f"{venue.rest}/sapi/v3", "sapiV4": f"{venue.rest}/sapi/v4",
        "fapiPublic": f"{venue.rest}/fapi/v1", "dapiPublic": f"{venue.rest}/dapi/v1",
        "ws": {"spot": f"{venue.stream}/ws", "ws-api": {"spot": f"{venue.stream}/ws-api/v3"}},
    }}}
    side = {"price_side": "other", "use_order_book": True, "order_book_top": 1, "price_last_balance": 0.0}
    return {
        "dry_run": False, "trading_mode": "spot", "stake_currency": "USDT", "stake_amount": 400, "max_open_trades": 1,
        "tradable_balance_ratio": 0.99, "timeframe": "1m", "cancel_open_orders_on_exit": False,
        "unfilledtimeout": {"entry": 10, "exit": 10, "unit": "minutes"},
        "entry_pricing": side, "exit_pricing": side,
        "exchange": {
            "name": "binance", "key": venue.key, "secret": venue.secret, "ccxt_config": host, "enable_ws": True,
            "pair_whitelist": ["BTC/USDT"], "pair_blacklist": [],
        },
        "custom_price_max_distance_ratio": 0.1, "pairlists": [{"method": "StaticPairList"}],
        "internals": {"process_throttle_secs": 1}, "bot_name": "rehearsal", "initial_state": "running",
        "db_url": f"sqlite:///{folder}/trades.sqlite",
        "api_server": {
            "enabled": True, "listen_ip_address": "127.0.0.1", "listen_port": port, "username": USER, "password": USER,
            "jwt_secret_key": "a long enough secret for a test of a bot", "CORS_origins": [], "verbosity": "error",
        },
    }


class Bot:
    """freqtrade's REST API."""

    def __init__(self, port: int) -> None:
        self.url: str = f"http://127.0.0.1:{port}/api/v1"

    def get(self, name: str) -> Any:
        """The answer, None while there is none."""
        key = base64.b64encode(f"{USER}:{USER}".encode()).decode()
        request = urllib.request.Request(f"{self.url}/{name}", headers={"Authorization": f"Basic {key}"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError):
            return None

    def closed(self) -> list[dict[str, Any]]:
        return [trade for trade in (self.get("trades") or {"trades": []})["trades"] if not trade["is_open"]]

    def balances(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Of the bot's wallets, which it asks the venue for when a trade is over."""
        rows = (self.get("balance") or {"currencies": []})["currencies"]
        return {row["currency"]: (Decimal(str(row["free"])), Decimal(str(row["used"]))) for row in rows}


def database_orders(folder: Path) -> list[tuple[str, str, Decimal, Decimal]]:
    """Id, status, filled quantity and cost of the orders in the bot's database; its API leaves out the cancelled ones."""
    with closing(sqlite3.connect(folder / "trades.sqlite")) as database:
        rows = database.execute("SELECT order_id, status, filled, cost FROM orders ORDER BY id").fetchall()
    return [(id, WORDS[status], Decimal(str(filled)), Decimal(str(cost))) for id, status, filled, cost in rows]


def test_bot_buys_and_sells(tmp_path: Path) -> None:
    python = python_with("freqtrade", "freqtrade")
    port = free_port()
    with MockExchange("binance", seed=24) as venue:
        lost = venue.faults.add(match="GET /api/v3/order", stage="on_reply", action="reset")
        (tmp_path / "config.json").write_text(json.dumps(config(venue, port, tmp_path)))
        command = [
            python, "-m", "freqtrade", "trade", "--config", str(tmp_path / "config.json"), "--userdir", str(tmp_path),
            "--strategy-path", str(PROGRAMS), "--strategy", "BuysAndSells",
        ]
        client = Client(command, tmp_path / "client.log", {})
        try:
            bot = Bot(port)
            trade = until(bot.closed, "a closed trade", client, 120)[0]
            until(lambda: bot.get("status") == [], "no open trade", client)
            until(lambda: bot.balances() == journal_balances(venue), "the bot's balances are the venue's", client)
            balances = bot.balances()
        finally:
            client.end()
        assert next(fault["bitten"] for fault in venue.faults.list() if fault["id"] == lost["id"]) == 1
        orders = database_orders(tmp_path)
        assert [status for _, status, _, _ in orders] == ["FILLED", "CANCELED", "FILLED"]
        fills = journal_fills(venue)
        check(venue, {
            "orders": {id: [status, filled] for id, status, filled, _ in orders},
            # the bot keeps one average for each order, its fills are the venue's own
            "fills": [[id, row["order_id"], row["price"], row["qty"], row["fee"], row["fee_asset"]] for id, row in fills.items()],
            "balances": balances,
        }, least_orders=3, least_fills=2)
        for id, _, _, cost in orders:
            quote = sum(Decimal(row["quote"]) for row in fills.values() if row["order_id"] == int(id))
            assert abs(cost - quote) < Decimal("0.00000002")
        fee = sum(Decimal(row["fee"]) for row in fills.values() if row["fee_asset"] == "USDT")
        assert abs(Decimal(str(trade["fee_close_cost"])) - fee) < Decimal("0.00000002")
