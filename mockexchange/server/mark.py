"""The response header that tells the mock exchange from a real venue, whatever dialect it speaks."""

from aiohttp import web

HEADER: str = "X-Mock-Exchange"


def install(app: web.Application, dialect: str) -> None:
    """Put the header, with the name of the dialect, on every answer of ``app``, handshakes of websockets included."""

    async def add(request: web.BaseRequest, response: web.StreamResponse) -> None:
        response.headers[HEADER] = dialect

    app.on_response_prepare.append(add)
