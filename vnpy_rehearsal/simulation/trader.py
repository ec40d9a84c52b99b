"""VeighNa's engine and its CTA engine in a simulated world, with a strategy that is none the wiser."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from vnpy.event import Event
from vnpy.trader.engine import MainEngine
from vnpy.trader.gateway import BaseGateway

from ..memory_cta import MemoryCtaApp, MemoryCtaEngine
from .engine import SteppedEventEngine
from .process import SimulatedProcess
from .world import World


class InThread:
    """As much of an executor as CtaEngine asks for: every call in a simulated thread of its own, of a world or of a process in one."""

    def __init__(self, place: Any) -> None:
        self._place: Any = place

    def submit(self, call: Callable[..., Any], *args: Any) -> "Future[Any]":
        done: Future[Any] = SimulatedFuture(self._place)

        def work() -> None:
            try:
                done.set_result(call(*args))
            except Exception as error:      # as an executor does
                done.set_exception(error)

        self._place.seams.threads.Thread(target=work, name="init").start()
        return done


class SimulatedFuture(Future):
    """A future that a simulated thread can wait for."""

    def __init__(self, place: Any) -> None:
        super().__init__()
        self._over = place.seams.threads.Event()
        self.add_done_callback(lambda _: self._over.set())

    def result(self, timeout: float | None = None) -> Any:
        if not self._over.wait(timeout):
            raise TimeoutError
        return super().result(0)


class Trader:
    """
    MainEngine and CtaEngine of a world, or of a process in one. ``watch`` sees every event before its handlers; ``app`` has the CtaEngine: by
    default one with nothing loaded and nothing saved.

    To be made and used by the world's threads, within ``world_clock`` (clocks.py).
    """

    def __init__(
        self, place: World | SimulatedProcess, watch: Callable[[Event], None] | None = None, app: type[MemoryCtaApp] = MemoryCtaApp,
    ) -> None:
        self.place: World | SimulatedProcess = place
        self.event_engine: SteppedEventEngine = place.make_engine(watch)
        self.main_engine: MainEngine = MainEngine(self.event_engine)
        engine = self.main_engine.add_app(app)
        assert isinstance(engine, MemoryCtaEngine)
        engine.init_executor.shutdown(wait=False)
        engine.init_executor = InThread(place)
        self.cta: MemoryCtaEngine = engine

    def add_gateway(self, gateway_class: type[BaseGateway], name: str = "") -> Any:
        """A gateway that lives in the same place."""
        return self.main_engine.add_gateway(self.place.stage().gateway_class(gateway_class), name)

    def close(self) -> None:
        self.main_engine.close()
