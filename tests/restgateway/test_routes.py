"""F67: routes that a venue has retired are named once, gone round, and tried again."""

import pytest

from vnpy_restgateway.net.routes import TRY_AGAIN, Routes

ONE, TWO = "WS order.place", "POST /api/v3/order"


class Desk:
    def __init__(self) -> None:
        self.now: float = 1_000.0
        self.lines: list[str] = []
        self.routes: Routes = Routes(lambda line, level: self.lines.append(line), {ONE: TWO, TWO: ONE}, lambda: self.now)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_nothing_is_gone_at_first(desk: Desk) -> None:
    assert not desk.routes and desk.routes.open(ONE) and desk.routes.prefer(ONE, TWO)
    desk.routes.back(ONE)
    assert desk.lines == []


def test_one_is_named_once_and_gone_round(desk: Desk) -> None:
    for _ in range(3):
        desk.routes.gone(ONE, 410)
    assert desk.lines == [f"The venue has retired {ONE} (status 410): going on with {TWO}"]
    assert desk.routes and not desk.routes.open(ONE) and not desk.routes.prefer(ONE, TWO) and desk.routes.prefer(TWO, ONE)


def test_with_both_gone_the_first_is_tried(desk: Desk) -> None:
    desk.routes.gone(ONE, 410)
    desk.routes.gone(TWO, 404)
    assert desk.lines[1] == f"The venue has retired {TWO} (status 404): there is no other way, it is tried again"
    assert desk.routes.prefer(ONE, TWO)


def test_it_is_tried_again_and_said_when_it_answers(desk: Desk) -> None:
    desk.routes.gone(ONE, 404)
    desk.now += TRY_AGAIN
    assert desk.routes.open(ONE)
    desk.routes.gone(ONE, 404)
    assert not desk.routes.open(ONE) and len(desk.lines) == 1
    desk.routes.back(ONE)
    assert not desk.routes and desk.lines[-1] == f"{ONE} answers again"
    desk.routes.gone(ONE, 404)
    assert len(desk.lines) == 3


def test_a_route_without_another(desk: Desk) -> None:
    desk.routes.gone("GET /api/v3/openOrders", 404)
    assert "there is no other way" in desk.lines[0]
