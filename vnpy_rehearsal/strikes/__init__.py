"""What the faults of the matrix's rows are, for whoever lets them strike: strategy days, and the main job's bad day."""

from rest_locale import N_, _

from ..conform.matrix import ABSENCE, ROWS, why_not
from ..conform.profile import Profile
from ..conform.rows import ROWS as _sorted  # noqa: F401  (registers the rows)
from . import on_pushes, on_requests, on_venue  # noqa: F401  (they register the strikes)
from .bench import CANCEL, FILL, ORDER, STRIKES, Bench, Strike

__all__ = ["CANCEL", "FILL", "NOTHING_TO_COMPARE", "ORDER", "STRIKES", "Bench", "Strike", "reason_against"]

SELF: str = N_("the gateway itself is tried with numbers and orders, nothing strikes")
MARKET: str = N_("a rule of the market, no fault: a day's own market decides")
# row -> why no fault of it can strike a strategy
NO_STRIKE: dict[str, str] = {
    "F31": SELF, "F34": SELF, "F39": SELF, "F47": SELF, "F48": SELF,
    "F40": N_("another listener of the process changes what it is handed: that is the user's own code"),
    "F45": MARKET, "F50": MARKET, "F51": MARKET, "F52": MARKET, "F53": MARKET,
    "F61": N_("names are resolved by the machine"),
    "F75": N_("a second gateway on the account is tried; its orders are those of F36"),
}

FORGETS: str = N_("the venue loses its journal, and nothing is left to compare with")
# row -> why it cannot strike where in the end what was shown is held against the venue's journal
NOTHING_TO_COMPARE: dict[str, str] = {
    "F23": FORGETS, "F71": FORGETS, "F74": N_("what the venue tells of an order is wrong: of that the gateway's own matrix judges"),
}


def reason_against(row: str, profile: Profile) -> str:
    """Why the fault of a row cannot strike whoever trades through this gateway, "" if it can."""
    if row in NO_STRIKE:
        return _(NO_STRIKE[row])
    reason: str = why_not(ROWS[row], profile)
    if reason:
        return reason
    needs: str = STRIKES[row].needs
    if needs and not getattr(profile, needs, None) and not getattr(profile.wire, needs, None):
        return _(ABSENCE.get(needs, "")) or _("the dialect has no {needs}").format(needs=needs)
    return ""
