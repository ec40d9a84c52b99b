"""The response headers that tell the mock exchange from a real venue, whatever dialect it speaks."""

from aiohttp import web

HEADER: str = "X-Mock-Exchange"
HOURS_HEADER: str = "X-Mock-Hours"          # "exchange" where the venue keeps the exchange's hours, else not sent


def install(app: web.Application, dialect: str, hours: str = "") -> None:
    """Put the headers, dialect and hours (none when ""), on every answer of ``app``, handshakes of websockets included."""

    async def add(request: web.BaseRequest, response: web.StreamResponse) -> None:
        response.headers[HEADER] = dialect
        if hours:
            response.headers[HOURS_HEADER] = hours

    app.on_response_prepare.append(add)
