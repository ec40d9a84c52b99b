"""The response headers that tell the mock exchange from a real venue, whatever dialect it speaks."""

from aiohttp import web

HEADER: str = "X-Mock-Exchange"
HOURS_HEADER: str = "X-Mock-Hours"          # "exchange" where the venue keeps the exchange's hours, else not sent


def headers(dialect: str, hours: str = "") -> dict[str, str]:
    """The headers of a venue; ``hours`` "" has none."""
    return {HEADER: dialect, HOURS_HEADER: hours} if hours else {HEADER: dialect}


def install(app: web.Application, dialect: str, hours: str = "") -> None:
    """Put the headers on every answer of ``app``, handshakes of websockets included."""
    marks: dict[str, str] = headers(dialect, hours)

    async def add(request: web.BaseRequest, response: web.StreamResponse) -> None:
        response.headers.update(marks)

    app.on_response_prepare.append(add)
