"""MockBinance where fees are paid in BNB: trades, positions and balances are the venue's."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from vnpy.trader.constant import OrderType, Status

from mockexchange import MockExchange

from .binance_cases import BINANCE
from .harness import Desk


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    accounts = ["mock-key:mock-secret:USDT=100000,BTC=1,BNB=0.01"]
    with MockExchange("binance", seed=7, options={"bnb_fees": True}, accounts=accounts) as running:
        yield running


def test_fees_in_bnb_until_there_is_no_more(venue: MockExchange) -> None:
    with closing(Desk(BINANCE, venue)) as desk:
        desk.ready()
        bought = desk.send("BUY", 50_000.0, 0.05)
        assert desk.wait_status(bought, Status.ALLTRADED).traded == 0.05
        resting = desk.send("BUY", 39_000.0, 0.02)
        desk.wait_status(resting, Status.NOTTRADED)
        venue.set_price("BTCUSDT", "38900")
        desk.wait_status(resting, Status.ALLTRADED)
        assert {row["fee_asset"] for row in desk.rows("fill")} == {"BNB"}
        desk.assert_truth()
        # the whole of what was bought is there to be sold: no fee was taken out of it
        desk.recorder.wait(lambda: desk.balances().get("BTC", (0.0, 0.0))[0] == pytest.approx(1.07, abs=1e-9), "1.07 BTC")
        assert desk.balances()["BNB"][0] < 0.01
        sold = desk.send("SELL", 0, 0.07, OrderType.MARKET)
        desk.wait_status(sold, Status.ALLTRADED)
        assert desk.send("SELL", 0, 0.5, OrderType.MARKET)          # more than the BNB left pays for
        desk.recorder.wait(lambda: {row["fee_asset"] for row in desk.rows("fill")} == {"BNB", "USDT"}, "a fee in USDT")
        desk.assert_truth()
        venue.run(lambda inner: inner.exchange.ledger.check())
