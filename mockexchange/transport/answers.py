"""An HTTP answer that is made at once, and what makes it."""

from collections.abc import Callable, Mapping

# status, headers and body; what every answer of the server has besides is added when it is sent
Answer = tuple[int, dict[str, str], bytes]
# (raw path with the query, headers, body, address of the client) -> answer. It must not raise, nor wait for anything.
Answerer = Callable[[str, Mapping[str, str], bytes, str], Answer]
# (method, raw path without the query) -> who answers there
DirectRoutes = Mapping[tuple[str, str], Answerer]
