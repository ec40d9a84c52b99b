"""Schedules as hypothesis draws them: its own randoms, which shrink, in the place of a seed's."""

from hypothesis import strategies as st

from vnpy_rehearsal.simulation.draw import draw
from vnpy_rehearsal.simulation.schedule import Step

from .harness import Case


def schedules(case: Case, wire: bool = False) -> st.SearchStrategy[list[Step]]:
    """See ``draw``; ``wire``: in virtual time, where the network breaks too."""
    return st.randoms(use_true_random=False).map(lambda random: draw(case, random, wire))
