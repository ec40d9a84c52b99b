"""Which of the server's accounts is ours. Its index may mean another one when the server's configuration changes. Pure."""

from typing import Any, NamedTuple

from rest_locale import _
from vnpy_restgateway.net.validate import label


class Identity(NamedTuple):
    """An account of the server: ``place`` is its index among those that are enabled."""

    place: int
    account_id: str


def read_accounts(data: Any) -> list[Identity]:
    """
    The answer of ``accounts``.

    :raises ValueError: it is none, or two accounts have one index
    """
    rows: Any = data.get("accounts") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise ValueError("no list of accounts")
    found: list[Identity] = []
    for row in rows:
        index: Any = row["index"]
        if type(index) is not int or index < 0 or any(each.place == index for each in found):
            raise ValueError(f"no index of an account: {index!r}")
        found.append(Identity(index, label(row["account_id"])))
    return found


def choose(accounts: list[Identity], wanted: str) -> Identity:
    """
    The account of an id or an index; "": the first one.

    :raises ValueError: there is none, naming those there are
    """
    if not accounts:
        raise ValueError(_("the server has no account that is enabled"))
    if not wanted:
        return accounts[0]
    by_id: list[Identity] = [each for each in accounts if each.account_id == wanted]
    if not by_id and wanted.isascii() and wanted.isdigit():
        by_id = [each for each in accounts if str(each.place) == wanted]
    if not by_id:
        shown: str = ", ".join(_("{account} (index {index})").format(account=each.account_id, index=each.place) for each in accounts)
        raise ValueError(_("the server has no account {wanted!r}, there are: {shown}").format(wanted=wanted, shown=shown))
    return by_id[0]


def moved(accounts: list[Identity], ours: Identity) -> str:
    """Why an index is not our account's any more, or ""."""
    if ours in accounts:
        return ""
    now: int | None = next((each.place for each in accounts if each.account_id == ours.account_id), None)
    other: str = next((each.account_id for each in accounts if each.place == ours.place), _("nobody"))
    if now is None:
        line: str = _("index {place} is account {other} now, not {account}, which the server does not have any more")
    else:
        line = _("index {place} is account {other} now, not {account}, which has index {now}")
    return line.format(place=ours.place, other=other, account=ours.account_id, now=now)
