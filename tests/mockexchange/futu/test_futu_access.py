"""Transport, tokens, scopes, limits, errors (spec 1), on a clock that the tests move."""

import pytest
from futu_client import NOON, TENCENT, TOKEN, Rest, real, simulated

from mockexchange import MockExchange

MINUTE: int = 60_000


def test_health_and_metrics_need_no_token(venue: MockExchange) -> None:
    nobody = Rest(venue.rest, "")
    health, metrics = nobody.call("GET", "/health"), nobody.call("GET", "/metrics")
    assert (health.status, health.text.strip()) == (200, "ok")
    assert metrics.status == 200 and "futu_auth_events_total" in metrics.text and "futu_ws_filtered_pushes_total" in metrics.text


def test_401(venue: MockExchange, rest: Rest) -> None:
    for header in ("", "Basic abc", "Bearer", "Bearer fc_wrong", f"Bearer {TOKEN}-real"):
        answer = rest.call("GET", "/api/accounts", Authorization=header)
        assert answer.status == 401 and answer.headers["www-authenticate"] == "Bearer", header
    assert rest.call("GET", "/api/accounts", Authorization=f"bearer {TOKEN}").status == 200
    venue.set_key(TOKEN, revoked=True)
    assert rest.get("accounts").error == (401, "invalid or expired token")
    venue.set_key(TOKEN, revoked=False)
    assert rest.get("accounts").status == 200


def test_404_tells_nothing(rest: Rest) -> None:
    for method, path in (("GET", "/api/nothing"), ("GET", "/"), ("GET", "/api/quote"), ("DELETE", "/api/accounts")):
        assert rest.call(method, path).error == (404, "not found")


@pytest.mark.parametrize("body", ["", "{", "[]", "1", '{"header":{"trd_env":0,"acc_id":NaN,"trd_market":1}}', "[" * 5000])
def test_400_for_what_is_no_body(rest: Rest, body: str) -> None:
    assert rest.call("POST", "/api/funds", body).error[0] == 400


def test_400_for_missing_and_wrong_fields(rest: Rest) -> None:
    assert rest.post("funds").error == (400, "missing field `header`")
    assert rest.post("funds", header={"trd_env": 0, "acc_id": 1}).error == (400, "missing field `header.trd_market`")
    assert rest.post("funds", header={**simulated(), "acc_id": "987654"}).error == (400, "header.acc_id: not an integer")
    assert rest.post("funds", header=None).error == (400, "missing field `header`")
    assert rest.send(1, True, 300.0).error == (400, "qty: not a number")
    assert rest.post("quote", security_list=[{"market": 1}]).error == (400, "missing field `security_list[0].code`")


@pytest.mark.parametrize("options", [{"missing_fields": "defaulted"}], indirect=True)
def test_old_builds_default_what_is_missing(rest: Rest) -> None:
    body = {"packet_id": {}, "header": {"acc_id": 987654, "trd_market": 1}, "trd_side": 1, "code": "00700", "qty": 100}
    assert rest.post("order", body).failure == (-1, "[err_code=-400] order_type 0 is not supported in this market", -400)


@pytest.mark.parametrize("options", [{"checks": "late"}], indirect=True)
def test_later_builds_are_strict(rest: Rest) -> None:
    assert rest.post("funds", header=simulated(), foo=1).error == (400, "unknown field `foo`")
    assert rest.post("funds", header={**simulated(), "foo": 1}).error == (400, "unknown field `header.foo`")
    assert rest.post("funds", header=simulated(7)).error == (400, "header.trd_market: invalid value 7")
    assert rest.post("snapshot", security_list=[]).error[0] == 400
    assert rest.post("snapshot", security_list=[TENCENT] * 101).error[0] == 400
    assert rest.subscribe(1, is_unsub_all=True).error[0] == 400


def test_early_builds_drop_what_they_do_not_know(rest: Rest) -> None:
    assert rest.post("funds", header={**simulated(), "foo": 1}, foo=1).s2c["funds"]["power"] == 1_000_000.0
    assert rest.post("funds", c2s={"header": simulated()}).error == (400, "missing field `header`")


@pytest.mark.parametrize("options", [{"wrapped_bodies": True}], indirect=True)
def test_wrapped_bodies(rest: Rest) -> None:
    assert rest.post("funds", c2s={"header": simulated()}).s2c["funds"]["power"] == 1_000_000.0
    assert rest.post("funds", header=simulated()).s2c["funds"]["power"] == 1_000_000.0


@pytest.mark.parametrize("options", [{"ret_msg": "plain", "err_code": "text"}], indirect=True)
def test_failures_in_other_forms(rest: Rest) -> None:
    assert rest.send(1, 100, 300.0, header=real()).failure == (-1, "trade is locked, call /api/unlock-trade first", "-401")


# without a keys file

@pytest.mark.parametrize("options, writes, push", [
    ({"auth": "open"}, 200, 200), ({"auth": "open_reads"}, 401, 200), ({"auth": "open_no_push"}, 401, 403),
], indirect=["options"])
def test_modes_without_keys(venue: MockExchange, writes: int, push: int) -> None:
    nobody = Rest(venue.rest, "")
    assert nobody.get("accounts").s2c["acc_list"][0]["acc_id"] == 987654
    assert nobody.send(1, 100, 290.0).status == writes
    assert nobody.post("unlock-trade", unlock=False).status == writes
    assert nobody.post("sub-acc-push", acc_id_list=[987654]).status == push


# scopes

@pytest.mark.parametrize("options", [
    {"trade_scopes": "late", "more_keys": "fc_sim=acc:read+trade:simulate,fc_unlock=trade:unlock,fc_real=trade:real"},
], indirect=True)
def test_later_scopes(venue: MockExchange) -> None:
    paper, key, money = (Rest(venue.rest, token) for token in ("fc_sim", "fc_unlock", "fc_real"))
    assert paper.send(1, 100, 290.0).s2c["order_id"]
    assert paper.send(1, 100, 290.0, header=real()).error == (403, "scope trade:real is missing")
    assert paper.post("unlock-trade", unlock=True, pwd_md5="0" * 32).error[0] == 403
    assert money.post("unlock-trade", unlock=True, pwd_md5="0" * 32).error[0] == 403
    key.unlock()
    assert key.send(1, 100, 290.0).error[0] == 403
    assert money.send(1, 100, 290.0, header=real()).s2c["order_id"]


@pytest.mark.parametrize("options", [{"scopes": "qot:read", "terse_errors": True}], indirect=True)
def test_the_key_itself_may_have_few(rest: Rest) -> None:
    assert rest.get("global-state").status == 200
    assert rest.get("accounts").error == (403, "forbidden")


# limits

@pytest.mark.parametrize("options", [{"orders_per_minute": 3}], indirect=True)
def test_the_rate_of_orders(venue: MockExchange, rest: Rest) -> None:
    """The seed's text; failed attempts count, reads do not."""
    first = rest.buy(100, 290.0)
    assert rest.modify(first, 2).status == 200
    assert rest.send(1, 1, 290.0).failure[0] == -1
    text = "limit check failed: rate limit exceeded: 3 orders in the last 60s (cap 3)"
    assert rest.send(1, 100, 290.0).error == (429, text)
    assert rest.orders()
    venue.advance(MINUTE - 1)
    assert rest.send(1, 100, 290.0).status == 429
    venue.advance(1)
    assert rest.send(1, 100, 290.0).status == 200


@pytest.mark.parametrize("options", [{"max_daily_value": 50_000}], indirect=True)
def test_the_value_of_a_day(venue: MockExchange, rest: Rest) -> None:
    """Resets at midnight UTC, eight in the morning of Hong Kong."""
    rest.buy(100, 290.0)
    assert rest.send(1, 100, 290.0).error[0] == 429
    venue.advance((24 - 4) * 60 * MINUTE - 1)
    assert rest.send(1, 100, 290.0).error[0] == 429
    venue.advance(1)
    assert NOON % (24 * 60 * MINUTE) == 4 * 60 * MINUTE
    assert rest.send(1, 100, 290.0).status == 200


@pytest.mark.parametrize("status", ["429", "403"])
@pytest.mark.parametrize("limit", [
    {"allowed_symbols": "HK.09988,HK.00005"}, {"allowed_markets": "US"}, {"allowed_sides": "SELL"}, {"max_order_value": 10_000},
])
def test_whitelists(status: str, limit: dict[str, object]) -> None:
    with MockExchange("futu", options={**limit, "whitelist_status": status}, feed="none") as venue:
        assert Rest(venue.rest).send(1, 100, 290.0).error[0] == int(status)


@pytest.mark.parametrize("options", [{"frequency": "official"}], indirect=True)
def test_official_frequencies(venue: MockExchange, rest: Rest) -> None:
    """Fifteen orders in 30 s; the sixteenth must come more than 30 s after the first. Cached reads are free."""
    for _ in range(15):
        rest.buy(100, 290.0)
    assert "limited to 15" in rest.send(1, 100, 290.0).failure[1]
    venue.advance(30_000)
    assert rest.send(1, 100, 290.0).failure[0] == -1
    venue.advance(1)
    rest.buy(100, 290.0)
    for _ in range(11):
        rest.funds()
    for _ in range(10):
        rest.funds(refresh_cache=True)
    assert rest.post("funds", header=simulated(), refresh_cache=True).failure[0] == -1


# packet ids

def test_a_packet_id_is_answered_once_in_90_seconds(venue: MockExchange, rest: Rest) -> None:
    packet = {"conn_id": 12345, "serial_no": 1}
    first = rest.send(1, 100, 290.0, packet_id=packet)
    assert rest.send(2, 500, 300.0, packet_id=packet).text == first.text
    assert len(rest.orders()) == 1
    venue.advance(89_999)
    assert rest.send(1, 100, 290.0, packet_id=packet).text == first.text
    venue.advance(1)
    assert rest.send(1, 100, 290.0, packet_id=packet).s2c["order_id"] != first.s2c["order_id"]
    assert len(rest.orders()) == 2


def test_the_header_goes_before_the_packet_id(rest: Rest) -> None:
    body = {"header": simulated(), "trd_side": 1, "order_type": 1, "code": "00700", "qty": 100, "price": 290.0}

    def send(serial: int, key: str) -> int:
        packet = {"conn_id": 1, "serial_no": serial}
        return int(rest.call("POST", "/api/order", {**body, "packet_id": packet}, Idempotency_Key=key).s2c["order_id"])

    assert send(1, "a") == send(2, "a") != send(2, "b")
    assert len(rest.orders()) == 2


def test_a_failure_is_remembered_too_and_a_cancel_has_its_own(rest: Rest) -> None:
    packet = {"conn_id": 1, "serial_no": 1}
    failed = rest.send(1, 1, 290.0, packet_id=packet)
    assert rest.send(1, 100, 290.0, packet_id=packet).text == failed.text
    order = rest.buy(100, 290.0, packet_id={"conn_id": 1, "serial_no": 2})
    assert rest.modify(order, 2, packet_id={"conn_id": 1, "serial_no": 2}).status == 200
    assert rest.status(order) == 15


@pytest.mark.parametrize("options", [{"idempotency_s": 0}], indirect=True)
def test_old_builds_remember_nothing(rest: Rest) -> None:
    packet = {"conn_id": 1, "serial_no": 1}
    assert rest.buy(100, 290.0, packet_id=packet) != rest.buy(100, 290.0, packet_id=packet)


def test_a_restart_forgets_packets_and_the_unlock(venue: MockExchange, rest: Rest) -> None:
    packet = {"conn_id": 1, "serial_no": 1}
    rest.unlock()
    first = rest.buy(100, 290.0, packet_id=packet, header=real(), remark="kept")
    venue.restart(keep_state=True)
    assert rest.send(1, 100, 290.0, header=real()).failure[2] == -401
    row = rest.row(first, real())
    assert (row["remark"], row["order_status"]) == ("kept", 5)


@pytest.mark.parametrize("options", [{"link": "lost"}], indirect=True)
def test_the_back_end_is_lost(venue: MockExchange, rest: Rest) -> None:
    assert rest.post("funds", header=simulated()).error == (500, "gateway disconnected")
    assert rest.call("GET", "/health").error[0] == 503
    state = rest.get("global-state").s2c
    assert (state["qot_logined"], state["trd_logined"]) == (False, False)
    venue.set_options(link="up")
    assert rest.post("funds", header=simulated()).status == 200 and rest.call("GET", "/health").status == 200
