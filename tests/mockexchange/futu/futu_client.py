"""Clients of the tests' own: REST with a token, ``/ws``, and a decoder of proto2 written from section 4.4 of the digest."""

import base64
import http.client
import json
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import connect

DEADLINE: float = 10.0
TOKEN: str = "fc_6d6f636b2d6b6579"
SIMULATED: int = 987654
REAL: int = 281000000000000001
NOON: int = 1_767_585_600_000           # 2026-01-05, a Monday, 12:00 in Hong Kong, 23:00 of Sunday in New York
HOUR: int = 3_600_000
DAY: int = 24 * HOUR
STILL: float = 0.001                    # of the market's speed
TENCENT: dict[str, Any] = {"market": 1, "code": "00700"}
TRACKER: dict[str, Any] = {"market": 1, "code": "02800"}
APPLE: dict[str, Any] = {"market": 11, "code": "AAPL"}


def simulated(market: int = 1) -> dict[str, Any]:
    return {"trd_env": 0, "acc_id": SIMULATED, "trd_market": market}


def real(market: int = 1) -> dict[str, Any]:
    return {"trd_env": 1, "acc_id": REAL, "trd_market": market}


class Answer:
    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def s2c(self) -> Any:
        """The payload of a success."""
        assert self.status == 200, self.text
        body = self.json
        assert set(body) == {"ret_type", "ret_msg", "err_code", "s2c"}
        assert (body["ret_type"], body["ret_msg"], body["err_code"]) == (0, None, None), self.text
        return body["s2c"]

    @property
    def failure(self) -> tuple[int, str, Any]:
        """ret_type, ret_msg and err_code of a business failure."""
        assert self.status == 200, self.text
        body = self.json
        assert body["ret_type"] != 0 and body["s2c"] is None, self.text
        return body["ret_type"], body["ret_msg"], body["err_code"]

    @property
    def error(self) -> tuple[int, str]:
        """HTTP status and text of the gateway's own error."""
        assert self.status != 200
        assert set(self.json) == {"error"}
        return self.status, self.json["error"]


class Rest:
    """``call`` sends what it is given."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        self.address = urlsplit(url).netloc
        self.token = token
        self.serial = 0

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """``body``: text as it is, else as JSON."""
        given = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.token and "Authorization" not in given:
            given["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection(self.address, timeout=DEADLINE)
        try:
            raw = body if body is None or isinstance(body, str) else json.dumps(body)
            connection.request(method, path, body=raw, headers=given)
            response = connection.getresponse()
            text = response.read().decode()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.call("GET", f"/api/{path}")

    def post(self, path: str, body: Any = None, **fields: Any) -> Answer:
        return self.call("POST", f"/api/{path}", {**(body or {}), **fields})

    # -- trading

    def packet(self) -> dict[str, int]:
        self.serial += 1
        return {"conn_id": 918273645, "serial_no": self.serial}

    def send(self, side: int, quantity: float, price: float, code: str = "00700", **more: Any) -> Answer:
        """An order, simulated in Hong Kong unless ``more`` says otherwise."""
        body = {
            "packet_id": self.packet(), "header": simulated(), "trd_side": side, "order_type": 1, "code": code, "qty": quantity,
            "price": price,
        }
        return self.post("order", {**body, **more})

    def buy(self, quantity: float, price: float, code: str = "00700", **more: Any) -> int:
        """The number of an order that must be taken."""
        return int(self.send(1, quantity, price, code, **more).s2c["order_id"])

    def sell(self, quantity: float, price: float, code: str = "00700", **more: Any) -> int:
        return int(self.send(2, quantity, price, code, **more).s2c["order_id"])

    def modify(self, order_id: int, op: int, **more: Any) -> Answer:
        body = {
            "packet_id": self.packet(), "header": simulated(), "order_id": order_id, "modify_order_op": op, "qty": 0, "price": 0,
        }
        return self.post("modify-order", {**body, **more})

    def orders(self, header: dict[str, Any] | None = None, **more: Any) -> list[dict[str, Any]]:
        return list(self.post("orders", header=header or simulated(), **more).s2c["order_list"])

    def row(self, order_id: int, header: dict[str, Any] | None = None) -> dict[str, Any]:
        [found] = [row for row in self.orders(header) if row["order_id"] == order_id]
        return found

    def status(self, order_id: int, header: dict[str, Any] | None = None) -> int:
        return int(self.row(order_id, header)["order_status"])

    def funds(self, header: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        return dict(self.post("funds", header=header or simulated(), **more).s2c["funds"])

    def positions(self, header: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
        rows = self.post("positions", header=header or simulated()).s2c["position_list"]
        return {row["code"]: row for row in rows}

    def unlock(self) -> None:
        self.post("unlock-trade", unlock=True, pwd_md5="0" * 32, security_firm=1).s2c  # noqa: B018

    # -- quotes

    def subscribe(self, *kinds: int, security: dict[str, Any] = TENCENT, **more: Any) -> Answer:
        body = {"security_list": [security], "sub_type_list": list(kinds), "is_sub_or_un_sub": True, "is_reg_or_un_reg_push": True}
        return self.post("subscribe", {**body, **more})


class Stream:
    """One websocket: frames as they are, and their messages decoded."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def frame(self, timeout: float = DEADLINE) -> Any:
        return json.loads(self.connection.recv(timeout=timeout))

    def until(self, wanted: Callable[[Any], object]) -> Any:
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            frame = self.frame()
            if wanted(frame):
                return frame
        raise TimeoutError("no such frame")

    def of(self, proto_id: int) -> Any:
        """The next frame of a protocol."""
        return self.until(lambda frame: frame["proto_id"] == proto_id)

    def is_silent(self, proto_id: int, seconds: float = 0.3) -> bool:
        """Whether no such frame comes."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                if self.frame(left)["proto_id"] == proto_id:
                    return False
            except TimeoutError:
                return True
        return True


@contextmanager
def stream(url: str, token: str = TOKEN, query: str = "") -> Iterator[Stream]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with connect(f"{url}/ws{query}", additional_headers=headers, proxy=None, max_size=None, ping_interval=None) as connection:
        yield Stream(connection)


# -- proto2, read without a schema

def fields(data: bytes) -> dict[int, list[Any]]:
    """Field number -> its values as they come: varints as integers, fixed64 as floats, the rest as bytes."""
    found: dict[int, list[Any]] = {}
    place = 0
    while place < len(data):
        key, place = read_varint(data, place)
        value: Any
        if key & 7 == 0:
            value, place = read_varint(data, place)
        elif key & 7 == 1:
            value, place = struct.unpack_from("<d", data, place)[0], place + 8
        else:
            assert key & 7 == 2, f"wire type {key & 7}"
            size, place = read_varint(data, place)
            value, place = data[place:place + size], place + size
        found.setdefault(key >> 3, []).append(value)
    return found


def read_varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def s2c_of(frame: dict[str, Any]) -> dict[int, list[Any]]:
    """The s2c of a frame whose body is a whole Response."""
    response = fields(base64.b64decode(frame["body_b64"], validate=True))
    assert response[1] == [0]
    return fields(response[4][0])


def order_of(frame: dict[str, Any]) -> dict[int, Any]:
    """The Order of a 2208, or the OrderFill of a 2218, field number -> value; texts decoded."""
    return {
        number: values[0].decode() if isinstance(values[0], bytes) else values[0] for number, values in fields(s2c_of(frame)[2][0]).items()
    }
