"""
Exceptions of the client::

    FutuError
    ├── FutuTransportError      no answer
    ├── FutuWrongServer         the port is not served by HTTP
    ├── FutuHttpError           HTTP status other than 200
    │   ├── FutuBadRequest          400  malformed or unknown field
    │   ├── FutuUnauthorized        401  token missing, wrong or expired; a write on a gateway without a keys file
    │   ├── FutuForbidden           403  scope missing, or the key's whitelist or order value limit
    │   ├── FutuNotFound            404  this build has no such route
    │   ├── FutuTooManyRequests     429  rate, daily value or trading hours of the key
    │   └── FutuServerError         500 and above
    ├── FutuRefused             HTTP 200 with ret_type other than 0
    └── FutuBadAnswer           the answer or push is not what the protocol prescribes

ValueError and TypeError are raised for arguments that cannot be sent; nothing has been sent then.
"""

from .idempotency import Command


class FutuError(Exception):
    """
    Base of the client's exceptions.

    ``in_doubt`` is True if a write (order, modify_order, unlock_trade) may have been executed: reconcile by ``orders`` before
    anything is sent again. ``command`` is the command that was sent, None for other calls; pass it to the same method to send
    the same order again.
    """

    def __init__(self, *args: object, in_doubt: bool = False, command: Command | None = None) -> None:
        super().__init__(*args)
        self.in_doubt: bool = in_doubt
        self.command: Command | None = command


class FutuTransportError(FutuError):
    """No answer. ``in_doubt`` is False if the connection was refused or never made."""


class FutuWrongServer(FutuError):
    """The answer is not HTTP. The official C++ OpenD, for one, has a telnet console on port 22222."""


class FutuHttpError(FutuError):
    """``status`` is the HTTP status, ``error`` the server's text, None if it sent none. Newer builds shorten the text: do not parse it."""

    def __init__(
        self, *args: object, status: int = 0, error: str | None = None, in_doubt: bool = False, command: Command | None = None
    ) -> None:
        super().__init__(*args, in_doubt=in_doubt, command=command)
        self.status: int = status
        self.error: str | None = error


class FutuBadRequest(FutuHttpError):
    """400"""


class FutuUnauthorized(FutuHttpError):
    """401"""


class FutuForbidden(FutuHttpError):
    """403"""


class FutuNotFound(FutuHttpError):
    """404"""


class FutuTooManyRequests(FutuHttpError):
    """429"""


class FutuServerError(FutuHttpError):
    """500 and above"""


class FutuRefused(FutuError):
    """
    The gateway or the broker refused the call. ``ret_type`` is -1 failed, -100 timeout, -200 disconnected, -400 unknown
    result, -500 invalid body. ``err_code`` is None if there is none; -401 is "trading is not unlocked". ``ret_msg`` is the
    server's text, empty if it sent none.
    """

    def __init__(
        self, *args: object, ret_type: int = -1, err_code: int | None = None, ret_msg: str = "", in_doubt: bool = False,
        command: Command | None = None,
    ) -> None:
        super().__init__(*args, in_doubt=in_doubt, command=command)
        self.ret_type: int = ret_type
        self.err_code: int | None = err_code
        self.ret_msg: str = ret_msg


class FutuBadAnswer(FutuError):
    """An answer that is no JSON, or lacks a field, or has one of a wrong type. The text names the field."""
