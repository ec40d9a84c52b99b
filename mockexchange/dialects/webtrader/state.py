"""What the routes and the websocket of one venue share."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...transport.clock import FLAT_OUT
from .options import WEB_UP, WebTraderOptions
from .rpc import RpcClient
from .tokens import Tokens, user_of
from .trading import TradingProcess

if TYPE_CHECKING:
    from ...server.venue import Venue

SECRET_BYTES: int = 32


class DialectState:
    """One venue's: the web process, and the trading process behind it."""

    def __init__(self, venue: "Venue") -> None:
        self.venue: Venue = venue
        self.options: WebTraderOptions = venue.options if isinstance(venue.options, WebTraderOptions) else WebTraderOptions()
        self.tokens: Tokens = Tokens(venue.clock.machine.token_bytes(SECRET_BYTES))
        self.trading: TradingProcess = TradingProcess(venue, self.options)
        self.rpc: RpcClient = RpcClient(venue.clock, self.trading, self.options)
        self.on_change: Callable[[], None] = lambda: None       # the websockets look at the options
        self.on_web_end: Callable[[], None] = lambda: None      # the HTTP connections end
        self._web: str = self.options.web

    def start(self) -> None:
        self.options.on_change = self._on_change
        self.trading.start()

    def stop(self) -> None:
        self.options.on_change = lambda: None
        self.trading.stop()
        self.rpc.stop()

    @property
    def is_up(self) -> bool:
        """Whether the web process serves."""
        return self.options.web == WEB_UP

    def _on_change(self) -> None:
        options = self.options
        before, self._web = self._web, options.web
        if before != WEB_UP and options.web == WEB_UP:
            self.rpc.restart()
            if options.pushes == "ended":
                options.pushes = "flow"
            if options.token_secret == "fresh":
                self.tokens.renew()
        elif before == WEB_UP and options.web != WEB_UP:
            self.on_web_end()
        self.trading.look()
        self.on_change()

    # -- users

    def issue(self, user: str) -> str:
        """A token of a user; one of the seed's server never ends."""
        if self.options.is_seed:
            return self.tokens.issue(user, None)
        seconds: float = self.options.token_s * self.venue.clock.per_real       # the client's, which waits in real time
        return self.tokens.issue(user, None if seconds == FLAT_OUT else self.venue.now() // 1_000_000 + int(seconds))

    def knows(self, user: str, password: str) -> bool:
        return self.venue.keys.get(user) == password

    def user(self, token: str) -> str:
        """Whose token it is. BadToken, WrongUser (tokens.py)."""
        return user_of(self.tokens.claims(token, self.venue.now()), self.venue.keys)
