"""Construction, modes, repr, ``with`` and the warnings of the client."""

import ast
import logging
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_server import ScriptedServer

import qmt_trade_client
from qmt_trade_client import QMTAPIError, QMTTradeClient, QMTTraderIndexWarning

PACKAGE = Path(qmt_trade_client.__file__).parent
Make = Callable[..., QMTTradeClient]


def test_needs_requests_only() -> None:
    roots = set()
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))):
            if isinstance(node, ast.Import):
                roots |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                roots.add((node.module or "").split(".")[0])
    assert roots - set(sys.stdlib_module_names) == {"requests", "urllib3"}, "urllib3 comes with requests"


def test_prints_nothing_and_loads_no_vnpy() -> None:
    code = "import sys, qmt_trade_client as q; q.QMTTradeClient(client_id='a', secret_key='b'); sys.exit('vnpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_is_public() -> None:
    assert set(qmt_trade_client.__all__) == {
        "QMTTradeClient", "QMTTradeClientError", "QMTAuthenticationError", "QMTAPIError", "QMTTraderIndexWarning",
    }
    assert (PACKAGE / "py.typed").is_file()


@pytest.mark.parametrize(("client_id", "secret_key", "signs"), [
    ("a", "b", True), ("a", None, False), (None, "b", False), ("", "b", False), ("a", "", False), (None, None, False),
])
def test_modes(client_id: str | None, secret_key: str | None, signs: bool, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "qmt_trade_client"):
        client = QMTTradeClient("http://h:9091//", client_id, secret_key)
    assert client.use_signature is signs
    assert (client.base_url, client.client_id, client.secret_key, client.timeout) == ("http://h:9091", client_id, secret_key, 30)
    mode = "签名认证" if signs else "会话认证"
    assert repr(client) == f"QMTTradeClient(base_url='http://h:9091', auth_mode='{mode}')"
    line = "✓ 使用API签名认证模式 (client_id: a)" if signs else "✓ 使用登录会话认证模式"
    assert [(row.name, row.getMessage()) for row in caplog.records] == [("qmt_trade_client", line)]


def test_making_one_makes_no_request(server: ScriptedServer, make_client: Make) -> None:
    make_client()
    make_client(signed=False)
    assert not server.seen


def test_with_closes_and_does_not_log_out(server: ScriptedServer, make_client: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    client = make_client()
    closed: list[bool] = []
    monkeypatch.setattr(client.session, "close", lambda: closed.append(True))
    with client as same:
        assert same is client
    assert closed == [True] and not server.seen
    with pytest.raises(KeyError), client:
        raise KeyError
    assert closed == [True, True]
    assert client.__exit__(None, None, None) is False


def test_a_path_in_the_address_is_not_signed(server: ScriptedServer) -> None:
    """A proxy that mounts the server under /desk takes it off again."""
    client = QMTTradeClient(server.url + "/desk/", "demo", "qmt-secret")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", lambda: 1700000000)
        client.get_accounts()
    assert server.seen[0].path == "/desk/qmt/trade/api/accounts"
    assert server.seen[0].headers["x-signature"] == "0ee0ff54fc420a0b26f4723e6dc5b96de0f6ad3333a2949824a2c69b41a3d491"


# warnings


CALLS: dict[str, Callable[[QMTTradeClient], object]] = {
    "buy": lambda c: c.buy("000001", 10.5, shares=100),
    "sell": lambda c: c.sell("000001", 10.5, shares=100),
    "sell_all": lambda c: c.sell_all("000001", 10.5),
    "buy_all": lambda c: c.buy_all("000001", 10.5),
    "reverse_repo": lambda c: c.reverse_repo(),
    "cancel_all_buy_orders": lambda c: c.cancel_all_buy_orders(),
    "cancel_all_sell_orders": lambda c: c.cancel_all_sell_orders(),
}
SESSION_CALLS = ("buy", "sell", "sell_all")


def warned(*calls: Callable[[], object]) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        for call in calls:
            call()
    return [one for one in found if issubclass(one.category, QMTTraderIndexWarning)]


@pytest.mark.parametrize("name", CALLS)
def test_a_call_to_all_accounts_is_warned_of_once_at_the_callers_line(name: str, make_client: Make) -> None:
    client = make_client()
    found = warned(lambda: CALLS[name](client), *(lambda call=call: call(client) for call in CALLS.values()))
    assert len(found) == 1
    assert "EVERY account" in str(found[0].message) and "pass trader_index" in str(found[0].message)
    assert found[0].filename == __file__
    assert len(warned(lambda: CALLS[name](make_client()))) == 1, "every client warns for itself"


@pytest.mark.parametrize("name", SESSION_CALLS)
def test_so_it_is_in_session_mode(name: str, plain: QMTTradeClient) -> None:
    found = warned(*[lambda: CALLS[name](plain)] * 2)
    assert len(found) == 1 and "EVERY account" in str(found[0].message)


def test_a_call_with_an_index_is_not_warned_of(make_client: Make) -> None:
    client = make_client()
    assert not warned(lambda: client.buy("000001", 10.5, shares=100, trader_index=0), lambda: client.cancel_all_buy_orders(0))
    indexed = make_client(trader_index=0)
    assert not warned(*(lambda call=call: call(indexed) for call in CALLS.values()))
    assert not warned(lambda: client.get_positions(), lambda: client.get_orders(0), lambda: client.cancel_order(1, 0))


@pytest.mark.parametrize("at_client", [True, False])
def test_an_index_in_session_mode_may_be_ignored(at_client: bool, make_client: Make) -> None:
    client = make_client(signed=False, trader_index=1 if at_client else None)
    index = None if at_client else 1
    found = warned(*[lambda: client.buy("000001", 10.5, shares=100, trader_index=index)] * 2)
    assert len(found) == 1 and "session mode" in str(found[0].message)


def test_a_warning_that_is_an_error_stops_every_call_before_its_request(server: ScriptedServer, make_client: Make) -> None:
    client = make_client()
    with warnings.catch_warnings():
        warnings.simplefilter("error", QMTTraderIndexWarning)
        for _ in range(2):
            with pytest.raises(QMTTraderIndexWarning):
                client.buy("000001", 10.5, shares=100)
    assert not server.seen


def test_a_refusal_warns_of_nothing(plain: QMTTradeClient) -> None:
    def refused() -> None:
        with pytest.raises(QMTAPIError):
            plain.buy_all("000001", 10.5)
        with pytest.raises(ValueError):
            plain.buy("000001", 10.5)

    assert not warned(refused)
