"""WebTraderGateway on the real vnpy_webtrader, in both languages; each test ends in the ground truth of the venue at the far end."""

import os
import signal
from pathlib import Path

import pytest
from vnpy.trader.constant import Direction, Exchange, Status

pytest.importorskip("vnpy_webtrader", reason="the real WebTrader is not installed: pip install vnpy_webtrader")

from mockexchange import MockExchange  # noqa: E402

from .real import SECRET, SYMBOL, desk, package  # noqa: E402

BUY, SELL = Direction.LONG, Direction.SHORT
LANGUAGES = ("zh_CN", "en")
LONG = bool(os.environ.get("LONG"))


@pytest.mark.parametrize("language", LANGUAGES if LONG else LANGUAGES[:1])
def test_trading(language: str, tmp_path: Path) -> None:
    with package(tmp_path, language) as server, desk(server) as trader:
        seen = trader.recorder
        trader.subscribe()
        assert seen.contracts[SYMBOL].pricetick == 0.01 and seen.contracts[SYMBOL].gateway_name == "WEBTRADER"
        trader.wait_ticks()
        resting = trader.send(BUY, 30_000.0, 0.1)
        trader.wait_status(resting, Status.NOTTRADED)
        filled = trader.send(BUY, 60_000.0, 0.1)
        trader.wait_status(filled, Status.ALLTRADED)
        trader.cancel(resting)
        trader.wait_status(resting, Status.CANCELLED)
        poor = trader.send(BUY, 30_000.0, 1_000.0)
        trader.wait_status(poor, Status.REJECTED)
        seen.wait(lambda: seen.positions[SYMBOL].volume > 1.0, "the position")
        seen.wait(lambda: seen.accounts["USDT"].balance < 100_000.0, "the account")
        trader.assert_truth()
        assert not [log.msg for log in seen.logs if SECRET in log.msg or "eyJ" in log.msg]
        assert not seen.said("lost") and not seen.said("pushes nothing")


@pytest.mark.parametrize("language", LANGUAGES if LONG else LANGUAGES[:1])
def test_the_web_process_is_killed_in_the_midst_of_orders(language: str, tmp_path: Path) -> None:
    with package(tmp_path, language) as server, desk(server) as trader:
        trader.subscribe()
        resting = trader.send(BUY, 30_000.0, 0.1)
        trader.wait_status(resting, Status.NOTTRADED)
        lost = trader.send(BUY, 60_000.0, 0.1)
        assert server.web is not None
        server.web.kill()
        unsent = trader.send(BUY, 60_000.0, 0.1)
        trader.cancel(resting)
        server.start_web()
        trader.wait_status(resting, Status.CANCELLED, 40)
        trader.recorder.wait(lambda: len(trader.recorder.said("User data stream subscribed")) > 1, "the socket again", 40)
        trader.wait_status(trader.send(BUY, 60_000.0, 0.1), Status.ALLTRADED)
        trader.wait_ticks()
        # whether the two reached the venue is a race that the kill decides; what is shown is what the venue has
        trader.recorder.wait(lambda: trader.recorder.orders[unsent].status in (Status.REJECTED, Status.SUBMITTING, Status.ALLTRADED), "an end")
        assert trader.recorder.orders[lost].status in (Status.ALLTRADED, Status.SUBMITTING, Status.REJECTED)
        undecided = {orderid for orderid in (lost, unsent) if trader.recorder.orders[orderid].status is Status.SUBMITTING}
        trader.assert_truth(without=undecided)


@pytest.mark.parametrize("language", LANGUAGES if LONG else LANGUAGES[1:])
def test_the_trading_process_is_killed_and_started_again(language: str, tmp_path: Path) -> None:
    with MockExchange("binance", seed=7) as venue:
        setting = {"Server": "BINANCE", "REST Host": venue.rest, "Stream Host": venue.stream, "API Key": venue.key, "API Secret": venue.secret}
        with package(tmp_path, language, setting, web=("hasty", "repaired")) as server, desk(server) as trader:
            trader.subscribe()
            alive = trader.send(BUY, 30_000.0, 0.1)
            other = trader.send(BUY, 31_000.0, 0.1)
            filled = trader.send(BUY, 60_000.0, 0.1)
            trader.wait_status(alive, Status.NOTTRADED)
            trader.wait_status(other, Status.NOTTRADED)
            trader.wait_status(filled, Status.ALLTRADED)
            trader.wait_ticks()
            assert server.trading is not None
            server.trading.kill()
            venue.set_price("BTCUSDT", "30500")         # fills one of them, while nobody can tell
            server.start_trading()
            trader.wait_status(other, Status.ALLTRADED, 40)
            trader.cancel(alive)
            trader.wait_status(alive, Status.CANCELLED, 40)
            trader.wait_ticks()
            trader.wait_status(trader.send(BUY, 60_000.0, 0.1), Status.ALLTRADED)
            trader.assert_truth()
            assert not trader.recorder.said("lost its state")


def test_a_storm_on_the_venue_of_the_remote_gateway(tmp_path: Path) -> None:
    """Lost answers, lost pushes, a restart of the venue: what the remote gateway settles is seen at the near end."""
    with MockExchange("binance", seed=7) as venue:
        setting = {"Server": "BINANCE", "REST Host": venue.rest, "Stream Host": venue.stream, "API Key": venue.key, "API Secret": venue.secret}
        with package(tmp_path, "en", setting) as server, desk(server) as trader:
            trader.subscribe()
            resting = [trader.send(BUY, 30_000.0 + n, 0.01) for n in range(3)]
            for orderid in resting:
                trader.wait_status(orderid, Status.NOTTRADED)
            faults = venue.faults

            def struck() -> bool:
                return not faults.never_bitten()

            faults.add(match="WS order.place", stage="after_engine", action="hang", times=2)
            faults.add(match="PUSH user *", stage="on_push", action="drop", times=3)
            stormy = [trader.send(BUY, 60_000.0, 0.01) for _ in range(3)]
            trader.recorder.wait(struck, "lost answers, lost pushes", 40)
            faults.add(match="WS order.place", stage="before_engine", action="reset", times=1)
            stormy += [trader.send(BUY, 31_000.0 + n, 0.01) for n in range(3)]
            trader.recorder.wait(struck, "a reset", 40)
            venue.restart(keep_state=True, down=1.0)
            venue.set_price("BTCUSDT", "30999")         # fills some of those that rest
            for orderid in (*resting, *stormy):
                trader.recorder.wait(lambda orderid=orderid: trader.recorder.orders[orderid].status is not Status.SUBMITTING, "an end", 60)     # type: ignore[misc]
                trader.cancel(orderid)
            trader.recorder.wait(lambda: not any(order.is_active() for order in trader.recorder.orders.values()), "every order over", 60)
            trader.assert_truth()
            trader.wait_status(trader.send(BUY, 60_000.0, 0.01), Status.ALLTRADED)


@pytest.mark.parametrize(("gateway", "setting", "symbol", "exchange", "prices", "volume"), [
    ("vnpy_hashex:HashExGateway", {}, "BTCUSDT_SPOT_HASHEX", Exchange.GLOBAL, (60_000.0, 30_000.0), 0.1),
    ("vnpy_qmtrest:QmtRestGateway", {"Symbols": "000001.SZSE"}, "000001", Exchange.SZSE, (10.5, 9.2), 100.0),
    ("vnpy_futuopend:FutuOpenDGateway", {"Symbols": "00700.SEHK"}, "00700", Exchange.SEHK, (310.0, 280.0), 100.0),
][0 if LONG else 1:], ids=["HASHEX", "QMTREST", "FUTUOPEND"][0 if LONG else 1:])
def test_our_other_gateways_are_served(
    gateway: str, setting: dict[str, str], symbol: str, exchange: Exchange, prices: tuple[float, float], volume: float, tmp_path: Path,
) -> None:
    with package(tmp_path, "en", {"Server": "EMBEDDED", **setting}, gateway=gateway) as server, desk(server, symbol, exchange) as trader:
        seen = trader.recorder
        seen.wait(lambda: symbol in seen.contracts, "the contract", 40)
        trader.subscribe()
        filled = trader.send(BUY, prices[0], volume)
        resting = trader.send(BUY, prices[1], volume)
        trader.wait_status(filled, Status.ALLTRADED)
        trader.wait_status(resting, Status.NOTTRADED)
        trader.cancel(resting)
        trader.wait_status(resting, Status.CANCELLED)
        if symbol != "000001":              # the manual's QMT server has no quotes
            trader.wait_ticks()
        seen.wait(lambda: seen.accounts and symbol in seen.positions and seen.positions[symbol].volume > 0, "account and position", 40)
        account = server.venue()["key"]
        fills = [float(row["qty"]) for row in server.journal() if row["kind"] == "fill" and row["account"] == account]
        assert fills and sorted(trade.volume for trade in seen.trades) == sorted(fills)
        assert not seen.said("fails while /account answers") and not seen.said("pushes nothing")


def test_a_silent_socket(tmp_path: Path) -> None:
    """The package's own command line on uvicorn 0.47 or newer (spec 2.2): it trades by REST alone, and says so once."""
    with package(tmp_path, "en", web=("-m", "uvicorn", "vnpy_webtrader.web:app", "--host=127.0.0.1", "--port={port}")) as server, desk(server) as trader:
        trader.subscribe()
        resting = trader.send(BUY, 30_000.0, 0.1)
        trader.wait_status(resting, Status.NOTTRADED)
        trader.wait_status(trader.send(BUY, 60_000.0, 0.1), Status.ALLTRADED)
        trader.recorder.wait(lambda: trader.recorder.said("pushes nothing"), "the line")
        trader.wait_ticks()
        trader.wait_ticks()
        trader.cancel(resting)
        trader.wait_status(resting, Status.CANCELLED)
        trader.recorder.wait(lambda: trader.recorder.positions[SYMBOL].volume > 1.0, "the position")
        trader.assert_truth()
        assert len(trader.recorder.said("pushes nothing")) == 1


def test_the_rpc_is_lost_and_the_cure_is_said_once(tmp_path: Path) -> None:
    """One time-out of the RPC ends REST for good while pushes go on (spec 6.2); the web process is started again."""
    with package(tmp_path, "en", web=("hasty",)) as server, desk(server) as trader:
        trader.subscribe()
        trader.wait_ticks()
        resting = trader.send(BUY, 30_000.0, 0.1)
        trader.wait_status(resting, Status.NOTTRADED)
        trader.wait_ticks()                 # the subscription has gone through; a question that is on its way is lost with the RPC
        assert server.trading is not None and server.web is not None
        server.trading.send_signal(signal.SIGSTOP)
        trader.recorder.wait(lambda: trader.recorder.said("has lost its RPC connection"), "the cure", 40)
        server.trading.send_signal(signal.SIGCONT)
        refused = trader.send(BUY, 60_000.0, 0.1)
        trader.wait_status(refused, Status.REJECTED)
        assert trader.recorder.said("Order rejected, not sent: WebTrader's web process has lost its RPC connection")
        trader.wait_ticks()                 # pushes go on
        trader.cancel(resting)
        server.web.kill()
        server.start_web("hasty")
        trader.wait_status(resting, Status.CANCELLED, 40)
        trader.wait_status(trader.send(BUY, 60_000.0, 0.1), Status.ALLTRADED)
        trader.assert_truth()
        assert len([line for line in trader.recorder.said("has lost its RPC connection") if not line.startswith("Order")]) == 1
