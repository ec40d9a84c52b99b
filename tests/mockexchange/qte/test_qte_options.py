"""Options: what each changes on the wire."""

import json
from typing import Any

import pytest
from qte_client import Rest

from mockexchange import MockExchange

DEFAULTS: dict[str, str] = {"errors": "mixed", "order_fields": "full", "cancelled": "CANCELLED"}

# an error the document shows with code and msg, and one it does not
PRICE: str = "/api/v3/ticker/price?symbol=NOPE"
ACCOUNT: str = "/api/v1/account"


@pytest.mark.parametrize(("options", "price", "account"), [
    ({}, {"code": -1121, "msg": "未找到指定交易对的价格"}, {"error": "未认证"}),
    ({"errors": "error"}, {"error": "未找到指定交易对的价格"}, {"error": "未认证"}),
    ({"errors": "code"}, {"code": -1121, "msg": "未找到指定交易对的价格"}, {"code": -2015, "msg": "未认证"}),
], indirect=["options"])
def test_error_formats(rest: Rest, price: dict[str, Any], account: dict[str, Any]) -> None:
    """Spec 1.3; the status is the same in each."""
    assert rest.call("GET", PRICE).refusal == (404, price)
    assert rest.call("GET", ACCOUNT).refusal == (401, account)


@pytest.mark.parametrize("options", [{"errors": "code"}], indirect=True)
def test_every_error_has_a_code(rest: Rest, other: Rest) -> None:
    theirs = other.placed(price="30000")
    mine = rest.placed(price="30000")
    rest.cancel(mine)
    found = [
        rest.order(price="30000", quantity="50"), rest.order(price="30000.001"), rest.order(type="STOP", price="1"),
        rest.order(side="HOLD", price="1"), rest.order(quantity="x"), rest.order(symbol="NOPE"), rest.order(),
        rest.detail("x"), rest.detail(theirs), rest.cancel(mine), rest.public("trades"), rest.public("depth"),
    ]
    assert [answer.json["code"] for answer in found] == [
        -2010, -2010, -1116, -1117, -1130, -1121, -1102, -2013, -2013, -2011, -1102, -1102,
    ]


@pytest.mark.parametrize("options", [{"order_fields": "short"}], indirect=True)
def test_short_orders(rest: Rest) -> None:
    """Spec, U38 and Q13."""
    placed = rest.order(price="30000", client_order_id="mine").json
    assert rest.detail(placed["orderId"]).json == placed
    assert rest.get("open_orders").json == [placed]


@pytest.mark.parametrize("options", [{"cancelled": "CANCELED"}], indirect=True)
def test_one_l(rest: Rest) -> None:
    """Spec, U11."""
    order_id = rest.placed(price="30000")
    assert rest.cancel(order_id).json == {"orderId": order_id, "status": "CANCELED"}


def test_defaults(venue: MockExchange, rest: Rest) -> None:
    assert venue.state()["options"] == rest.call("GET", "/_mock/options").json == DEFAULTS
    venue.set_options(errors="code")
    assert rest.call("GET", ACCOUNT).json["code"] == -2015
    with pytest.raises(ValueError, match="errors: unknown value 'html', must be one of mixed, error, code"):
        venue.set_options(errors="html")


def test_on_the_command_line(serve_command: Any) -> None:
    process = serve_command(
        "qte=0", "--feed", "none", "--exit-with-stdin",
        "--account", "0c6f1c2e-4c1e-4a53-9a0e-0d3c4a1f6b77:s:USDT=5", "--option", "qte.errors=error",
    )
    try:
        assert process.stdout is not None and process.stdin is not None
        ready = json.loads(process.stdout.readline())
        assert list(ready) == ["event", "dialect", "rest", "stream", "key", "secret"] and ready["dialect"] == "qte"
        rest = Rest(ready["rest"], ready["key"])
        assert rest.get("account").json["balances"] == [{"asset": "USDT", "free": "5.0", "locked": "0.0"}]
        assert rest.call("GET", PRICE).json == {"error": "未找到指定交易对的价格"}
    finally:
        process.communicate(timeout=10)
    assert process.returncode == 0
