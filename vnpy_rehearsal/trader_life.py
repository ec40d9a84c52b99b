"""One trading process of a mock trader: VeighNa's engines and the gateway, from its start until it is closed or killed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vnpy.event import Event

from rest_locale import _

from .conform.harness import GatewayHarness
from .conform.profile import Profile
from .conform.recorder import Missed
from .kept_cta import KeptCtaApp, KeptCtaEngine
from .simulation.process import SimulatedProcess
from .simulation.trader import Trader

CLOSE_PATIENCE: float = 60.0    # s for all engines to close


class Life:
    """
    To be used by the world's threads. ``setting``: of the connect dialog, beyond the profile's; ``see`` is called with every event after all
    other handlers. ``past``: what ended before must be shown, too.
    """

    def __init__(
        self, place: SimulatedProcess, profile: Profile, venue: Any, setting: dict[str, Any], see: Callable[[Event], None], past: bool,
    ) -> None:
        self.place: SimulatedProcess = place
        self.trader: Trader = Trader(place, app=KeptCtaApp)
        here: Profile = replace(profile, stage=place.stage(), real_engine=False)
        self.desk: GatewayHarness = GatewayHarness(here, venue, spoils=False, past=past, main_engine=self.trader.main_engine)
        self._setting: dict[str, Any] = setting
        self.trader.event_engine.register_general(see)

    @property
    def cta(self) -> KeptCtaEngine:
        engine = self.trader.cta
        assert isinstance(engine, KeptCtaEngine)
        return engine

    def connect(self) -> None:
        """
        Connect for the first time.

        :raises Missed: the gateway is not ready in time
        """
        try:
            self.desk.ready(**self._setting)
        except Missed as missed:
            raise Missed(missed.kind, _("gateway {gateway} did not connect: {why}").format(gateway=self.desk.gateway.gateway_name, why=missed)) from None

    def reconnect(self) -> None:
        """The user connects again."""
        self.desk.connect(**self._setting)

    def disconnect(self) -> None:
        self.desk.gateway.close()

    def close(self) -> None:
        """
        VeighNa closes its engines and the gateway.

        :raises Missed: it cannot: a callback of a strategy does not return
        """
        ending: Any = self.place.seams.threads.Thread(target=self.trader.close, name="close")
        ending.start()
        ending.join(CLOSE_PATIENCE)
        if ending.is_alive():
            self.place.kill()
            raise Missed("hung", _("VeighNa's engines have not closed within {seconds:g} s: a callback of a strategy has not returned").format(seconds=CLOSE_PATIENCE))
