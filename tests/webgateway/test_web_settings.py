"""The connect dialog (DESIGN, 4.4), and the embedded exchange behind its first choice."""

from typing import Any

import pytest
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.object import HistoryRequest, Interval, OrderRequest

from vnpy_rehearsal.conform.recorder import Recorder
from vnpy_restgateway.settings import SettingError, read_setting
from vnpy_webgateway import WebTraderGateway

PASSWORD = "Password (密码)"
FIELDS = WebTraderGateway.fields


def test_the_dialog() -> None:
    assert WebTraderGateway.default_name == "WEBTRADER" and WebTraderGateway.exchanges == list(Exchange)
    assert WebTraderGateway.default_setting == {
        "Username": "vnpy", PASSWORD: "vnpy", "Server": ["EMBEDDED", "WEBTRADER"], "Host": "http://127.0.0.1:8000", "Remote Gateway": "",
        "Embedded Options": "", "Proxy Host": "", "Proxy Port": 0,
    }
    values, warnings = read_setting(WebTraderGateway.default_setting, FIELDS)
    assert not warnings and values["Server"] == "EMBEDDED"


@pytest.mark.parametrize("given", [
    {"Host": "http://10.0.0.5:8000"}, {"Host": "http://127.0.0.1:8000"}, {"Username": "vnpy"}, {"Username": "me", "Password": "word"}, {"Password": "word"},
])
def test_a_script_that_gives_a_host_or_a_user_means_the_real_server(given: dict[str, Any]) -> None:
    values, warnings = read_setting(given, FIELDS)
    assert values["Server"] == "WEBTRADER" and len(warnings) == 1
    assert values[PASSWORD] == given.get("Password", "vnpy")


def test_a_path_behind_a_proxy_and_a_password_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PASSWORD", "from-outside")
    values, _ = read_setting({"Host": "https://Desk.example/webtrader/", "Password": "ENV:WEB_PASSWORD"}, FIELDS)
    assert (values["Host"], values[PASSWORD]) == ("https://desk.example/webtrader", "from-outside")


@pytest.mark.parametrize(("key", "value"), [
    ("Host", "127.0.0.1:8000"), ("Host", "ws://h"), ("Host", "http://me:word@h"), ("Host", "http://h/?token=x"), ("Server", "REAL"), (PASSWORD, 5),
    ("Proxy Port", 70_000), ("Remote Gateway", True),
])
def test_bad_values_are_named(key: str, value: Any) -> None:
    with pytest.raises(SettingError) as failure:
        read_setting({key: value}, FIELDS)
    assert len(failure.value.messages) == 1 and failure.value.messages[0].startswith(f"Setting {key!r}")


def test_the_first_choice_trades() -> None:
    """No key, no network: a child of our own."""
    recorder = Recorder(spoils=False)
    gateway: Any = WebTraderGateway(recorder, "WEBTRADER")     # type: ignore[arg-type]
    try:
        gateway.connect(dict(WebTraderGateway.default_setting))
        recorder.wait(lambda: gateway.ready, "connected", 20)
        request = OrderRequest("BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL, Direction.LONG, OrderType.LIMIT, 0.01, 60_000.0)
        orderid = gateway.send_order(request).split(".", 1)[1]
        recorder.wait(lambda: recorder.orders[orderid].status is Status.ALLTRADED and recorder.trades, "the fill")
        start = recorder.trades[0].datetime
        assert start is not None
        assert gateway.query_history(HistoryRequest("BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL, start, interval=Interval.MINUTE)) == []
        assert recorder.said("Query kline history failed, WebTrader has no klines here")
    finally:
        gateway.close()
