"""Transport errors of ``requests`` as errors of the client."""

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ReadTimeoutError

from .errors import QMTAPIError

# the request left nothing behind at the server: it was refused before a byte was sent
NEVER_SENT: tuple[type[Exception], ...] = (
    requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL, requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema, requests.exceptions.InvalidHeader, requests.exceptions.SSLError, UnicodeError,
)


def is_never_sent(error: Exception) -> bool:
    if isinstance(error, NEVER_SENT):
        return True
    reason: object = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def is_timeout(error: Exception) -> bool:
    """requests reports a body that stalls as ConnectionError around urllib3's ReadTimeoutError."""
    if isinstance(error, requests.Timeout):
        return True
    return isinstance(error, requests.ConnectionError) and bool(error.args) and isinstance(error.args[0], ReadTimeoutError)


def transport_error(error: Exception, method: str, base_url: str, timeout: float) -> QMTAPIError:
    """The manual's message of a failed request. ``timeout`` in seconds."""
    message: str = f"请求异常: {error}"
    if is_timeout(error):
        message = f"请求超时（{timeout}秒）"
    elif isinstance(error, requests.ConnectionError):
        message = f"连接失败，请检查服务器地址: {base_url}"
    return QMTAPIError(message, in_doubt=method == "POST" and not is_never_sent(error))
