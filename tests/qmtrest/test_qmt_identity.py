"""Which account is ours (specs/qmt.md, 2.2, 6 row 18)."""

from typing import Any

import pytest
from qmt_payloads import ACCOUNTS

from vnpy_qmtrest.identity import Identity, choose, moved, read_accounts

TWO = [Identity(0, "123456"), Identity(1, "1")]


def test_accounts() -> None:
    assert read_accounts(ACCOUNTS) == [Identity(0, "123456")] and read_accounts({"accounts": []}) == []


@pytest.mark.parametrize("data", [
    None, [], "x", {}, {"accounts": None}, {"accounts": {}}, {"accounts": [None]}, {"accounts": [{}]}, {"accounts": [{"index": 0}]}, {"accounts": ["x"]},
    *({"accounts": [{"index": index, "account_id": "1"}]} for index in (-1, 0.0, "0", True, None, [])),
    *({"accounts": [{"index": 0, "account_id": name}]} for name in ("", None, 123456, [], " 1", "x" * 65)),
    {"accounts": [{"index": 0, "account_id": "1"}, {"index": 0, "account_id": "2"}]},
])
def test_what_is_no_list_of_accounts(data: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_accounts(data)


@pytest.mark.parametrize(("wanted", "found"), [("", TWO[0]), ("123456", TWO[0]), ("1", TWO[1]), ("0", TWO[0])])
def test_an_account_is_chosen_by_its_id_or_its_index(wanted: str, found: Identity) -> None:
    assert choose(TWO, wanted) is found


def test_an_id_goes_before_an_index() -> None:
    """The account of id "1" is not index 1 here."""
    accounts = [Identity(0, "1"), Identity(1, "7")]
    assert choose(accounts, "1") is accounts[0] and choose(accounts, "0") is accounts[0] and choose(accounts, "7") is accounts[1]


@pytest.mark.parametrize("wanted", ["2", "654321", "00", "²", "-1", "12345", "1234567"])
def test_an_account_that_is_not_there(wanted: str) -> None:
    with pytest.raises(ValueError) as failure:
        choose(TWO, wanted)
    assert str(failure.value) == f"the server has no account {wanted!r}, there are: 123456 (index 0), 1 (index 1)"


@pytest.mark.parametrize("wanted", ["", "0"])
def test_a_server_without_an_account(wanted: str) -> None:
    with pytest.raises(ValueError, match="the server has no account that is enabled"):
        choose([], wanted)


@pytest.mark.parametrize(("accounts", "words"), [
    (TWO, ""), ([TWO[0]], ""), ([TWO[1], TWO[0]], ""),
    ([Identity(0, "1"), Identity(1, "123456")], "index 0 is account 1 now, not 123456, which has index 1"),
    ([Identity(0, "1")], "index 0 is account 1 now, not 123456, which the server does not have any more"),
    ([Identity(1, "123456")], "index 0 is account nobody now, not 123456, which has index 1"),
    ([], "index 0 is account nobody now, not 123456, which the server does not have any more"),
])
def test_an_index_that_has_come_to_mean_another_account(accounts: list[Identity], words: str) -> None:
    assert moved(accounts, TWO[0]) == words
