"""One fault: what it is for, what it does, and how often it has bitten."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from random import Random

from rest_locale import _

from ..fields import Fields
from .actions import ACTIONS, STAGES, Action
from .connections import Delay


class Fault:
    """
    One fault and how often it has bitten. ValueError names the field and the value at fault.

    ``probability`` and whatever else its action leaves to chance come from ``seed`` and ``id``. ``must_bite`` says
    that a test in which it never strikes proves nothing; by default all must but those that only count.
    """

    def __init__(self, id: int, spec: object, seed: int = 0) -> None:
        fields: Fields = Fields(spec, "fault")
        self.id: int = id
        self.match: str = fields.text("match")
        self.stage: str = fields.text("stage", choices=STAGES)
        name: str = fields.text("action", choices=ACTIONS)
        times: object = fields.take("times", 1)
        if times == "always":
            times = 0
        if isinstance(times, bool) or not isinstance(times, int) or times < 0:
            raise ValueError(_("times: neither a whole number from 0 on nor \"always\": {times!r}").format(times=times))
        self.times: int = times
        self.probability: float = fields.number("probability", 1.0, high=1.0)
        if not self.probability:
            raise ValueError(_("probability: 0 would never bite, it must be above 0 and 1 at most"))
        self._left_to_skip: int = fields.integer("skip", 0)
        kind: type[Action] = ACTIONS[name]
        if self.stage not in kind.stages:
            raise ValueError(_("stage: action {name!r} cannot strike at {stage!r}, only at {stages}").format(name=name, stage=self.stage, stages=', '.join(kind.stages)))
        self.action: Action = kind(fields, self.stage)
        counts: bool = not times and isinstance(self.action, Delay) and not self.action.seconds
        self.must_bite: bool = fields.flag("must_bite", not counts)
        fields.finish()
        self.bitten: int = 0
        self.warning: str = ""          # why it can never strike, as far as the venue knows
        self._spec: dict[str, object] = dict(spec) if isinstance(spec, dict) else {}
        self._matches: Callable[[str], object] = re.compile(translate(self.match)).match
        self._random: Random = Random(f"fault:{seed}:{id}")
        self.action.matches = self._matches
        self.action.random = self._random

    @property
    def spent(self) -> bool:
        return self.times != 0 and self.bitten >= self.times

    @property
    def is_idle(self) -> bool:
        """Whether it must bite and has not yet."""
        return self.must_bite and not self.bitten

    def concerns(self, stages: Iterable[str], label: str) -> bool:
        """Whether it may yet bite what passes one of the stages under ``label``."""
        return self.stage in stages and not self.spent and self._matches(label) is not None

    def bites(self, stage: str, label: str) -> bool:
        """Whether it bites what passes ``stage`` under ``label`` now: asking counts what is to be skipped."""
        if not self.concerns((stage,), label):
            return False
        if self._left_to_skip:
            self._left_to_skip -= 1
            return False
        return self.probability == 1.0 or self._random.random() < self.probability

    def describe(self) -> dict[str, object]:
        """The specification as it was given, with ``id``, ``times`` and ``bitten``, and the ``warning`` if it fits no label."""
        found: dict[str, object] = {"id": self.id, **self._spec, "times": self.times, "bitten": self.bitten}
        return {**found, "warning": self.warning} if self.warning and not self.bitten else found
