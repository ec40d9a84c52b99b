"""
What an answer proves (sections 2.1 and 2.3). Pure.

HTTP 200 and ``status: success`` say that a handler came to its end, no more: what became of an order is in ``results[0].result``.
"""

from typing import Any

from rest_locale import N_, _
from vnpy_restgateway.net.outcome import Reply, http_code

# codes of our own; what a handler died of says nothing of the order, a refusal does
INVALID: str = "400"                    # 400 with the server's words: nothing was done
REFUSED: str = "refused"                # the result of the order says so
FAILED: str = "failed"                  # an exception on the way: the terminal may have it
UNREADABLE: str = "no result"
STALE: str = "401 time"                 # 401: the clocks are apart
BAD_KEY: str = "401 client"             # 401: the server does not take this client
UNSIGNED: str = "401 signature"         # 401: the headers of the signature were not there
NO_SUCH_ORDER: str = "no such order"    # a cancel that the terminal did not take

REFUSALS: frozenset[int | str] = frozenset({INVALID, REFUSED, STALE, BAD_KEY, UNSIGNED, "HTTP 429", "HTTP 418"})
GONE: frozenset[int | str] = frozenset({NO_SUCH_ORDER})

STALE_TEXT: str = "请求时间戳过期"
UNAUTHORIZED: dict[str, str] = {
    STALE_TEXT: STALE, "无效的客户端ID": BAD_KEY, "签名验证失败": BAD_KEY, "客户端密钥错误": BAD_KEY, "缺少必要的签名验证参数": UNSIGNED,
    "未登录或缺少必要的签名验证参数": UNSIGNED, "未登录，请先登录": UNSIGNED, "无效的时间戳格式": UNSIGNED,
}
ADVICE: dict[str, str] = {
    BAD_KEY: N_("Check Client ID and Secret Key against the server's configuration, then connect again"),
    UNSIGNED: N_("The server did not get the headers X-Client-ID, X-Timestamp and X-Signature: something between may remove them"),
}
# words of a result that tell of an exception: the order may have left
EXCEPTIONS: tuple[str, ...] = ("异常",)


def read_error(reply: Reply) -> tuple[int | str, str] | None:
    """Code and text of an answer that is a refusal or tells of trouble; None of one that is neither."""
    data: Any = reply.data
    if reply.status == 200 and not reply.malformed:
        return read_result(data) if isinstance(data, dict) else None
    text: Any = data.get("error") if isinstance(data, dict) else None
    if not isinstance(text, str):
        return http_code(reply.status), reply.body[:200].decode("utf-8", "replace")
    if isinstance(data.get("message"), str):
        text = f"{text}: {data['message']}"
    if reply.status == 401 and text in UNAUTHORIZED:
        return UNAUTHORIZED[text], text
    return (INVALID if reply.status == 400 else http_code(reply.status)), text


def read_result(data: dict[str, Any]) -> tuple[str, str] | None:
    """
    What a 200 says inside. An order was taken if its result says ``success: true`` (with an id, which ``parse.placed_id`` looks
    for); a cancel if ``success`` is true.
    """
    if "results" in data:
        results: Any = data["results"]
        first: Any = results[0] if isinstance(results, list) and len(results) == 1 else None
        if not isinstance(first, dict):
            return UNREADABLE, f"{len(results) if isinstance(results, list) else 'no'} results where one is due"
        inner: Any = first.get("result")
        if first.get("status") != "success" or not isinstance(inner, dict):
            return FAILED, str(first.get("error") or "no result")
        nested: Any = inner.get("order_result")
        if isinstance(nested, dict) and nested.get("success") is False:
            inner = nested                      # older builds say success outside, and the truth within
        if inner.get("success") is True:
            return None
        text: str = str(inner.get("message") or inner.get("error") or _("no reason given"))
        if inner.get("success") is not False:
            return UNREADABLE, f"success: {inner.get('success')!r}"
        if any(_names_order(found) for found in (first["result"].get("order_id"), first["result"].get("order_result"), inner.get("order_id"), nested)):
            return UNREADABLE, _("a refusal that names an order: {text}").format(text=text)
        return (FAILED if any(word in text for word in EXCEPTIONS) else REFUSED), text
    if data.get("success") is False:
        return NO_SUCH_ORDER, str(data.get("message") or _("no reason given"))
    return None


def _names_order(found: Any) -> bool:
    number: Any = found.get("order_id") if isinstance(found, dict) else found
    return type(number) is int and number > 0
