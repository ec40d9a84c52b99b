"""Plain HTTP and waiting with a deadline, for the server's tests."""

import http.client
import json
from typing import Any, NamedTuple

LIMIT: dict[str, str] = {"side": "BUY", "quantity": "0.1", "price": "39000"}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


def call(
    base: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, timeout: float = 5.0
) -> Answer:
    """One request on a connection of its own; the body as JSON unless it is bytes."""
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=timeout)
    try:
        data: bytes | None = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, path, data, headers or {})
        response = connection.getresponse()
        content: bytes = response.read()
        is_json: bool = (response.headers.get("Content-Type") or "").startswith("application/json") and bool(content)
        return Answer(response.status, dict(response.headers), json.loads(content) if is_json else content)
    finally:
        connection.close()


def place(base: str, **changes: str) -> Answer:
    return call(base, "POST", "/order", {**LIMIT, **changes})


def orders(rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """(order id, status) of every order row."""
    return [(row["order_id"], row["status"]) for row in rows if row["kind"] == "order"]
