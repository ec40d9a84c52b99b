"""
Exceptions and the warning of the client::

    QMTTradeClientError
    ├── QMTAuthenticationError   401, a failed login, or no credentials to sign with
    └── QMTAPIError              every other failure of a call
    QMTTraderIndexWarning        a trading call may reach other accounts than meant

ValueError is raised for arguments that contradict each other and for numbers that are not finite.
"""


class QMTTradeClientError(Exception):
    """
    Base of the client's exceptions. ``str(error)`` is the text of the manual.

    ``status_code`` is the HTTP status, None without an answer. ``server_error`` and ``server_message`` are the ``error``
    and ``message`` texts of the server's JSON answer, None if it had none. ``in_doubt`` is True when the server may have
    executed a POST nevertheless (timeout, connection lost, unreadable answer, status 5xx): an order may exist. Look at
    ``get_orders`` before the order is sent again, the server has no idempotency key.
    """

    def __init__(
        self,
        *args: object,
        status_code: int | None = None,
        server_error: str | None = None,
        server_message: str | None = None,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(*args)
        self.status_code: int | None = status_code
        self.server_error: str | None = server_error
        self.server_message: str | None = server_message
        self.in_doubt: bool = in_doubt


class QMTAuthenticationError(QMTTradeClientError):
    """
    The server answered 401, the login failed, or there are no credentials to sign with.

    ``server_error`` has the cause of a 401: ``请求时间戳过期`` is a wrong clock, ``无效的客户端ID`` a wrong client id,
    ``签名验证失败`` a wrong secret, ``未登录，请先登录`` a session that is missing or expired.
    """


class QMTAPIError(QMTTradeClientError):
    """The call failed, the server refused it, or its answer could not be read."""


class QMTTraderIndexWarning(UserWarning):
    """
    A trading call has no ``trader_index``, so that every account of the server executes it; or it has one in session mode,
    where not every server reads it. Warned of once per client. As an error (``warnings.simplefilter("error",
    QMTTraderIndexWarning)``) it stops the call before any request.
    """
