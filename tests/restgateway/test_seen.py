"""What was told before: the newest are always known, the oldest are forgotten, and it never takes more room."""

import pytest

from vnpy_restgateway.orders.dedup import DedupSet


@pytest.mark.parametrize("kept", [1, 2, 7, 25, 1_000])
def test_the_newest_are_known_and_the_oldest_forgotten(kept: int) -> None:
    seen = DedupSet(kept)
    for number in range(10 * kept):
        assert f"t{number}" not in seen
        seen.add(f"t{number}")
        assert all(f"t{n}" in seen for n in range(max(0, number + 1 - min(kept, 50)), number + 1))
    assert all(f"t{n}" in seen for n in range(9 * kept, 10 * kept))
    assert not any(f"t{n}" in seen for n in range(8 * kept))


def test_it_takes_the_same_room_however_much_is_added() -> None:
    seen = DedupSet(100)
    assert seen.size == 0
    seen.add("first")
    one: int = seen.size
    for number in range(99):
        seen.add(number)
    assert seen.size == one <= 100 * 24
    for number in range(10_000):
        seen.add(f"t{number}")
        assert seen.size in (one, 2 * one)
    assert seen.size == 2 * one


def test_a_thing_told_again_takes_no_second_place() -> None:
    seen = DedupSet(3)
    for _ in range(100):
        seen.add("a")
    for thing in ("b", "c", "d"):
        seen.add(thing)
    assert all(thing in seen for thing in "abcd")


def test_things_that_share_a_place_are_told_apart() -> None:
    """Hashes of small integers are the integers: these all begin at the same slot, and -1 and 0 hash to odd values."""
    seen = DedupSet(100)
    alike: list[int] = [0, 1, -1, -2, *(n * 2**20 for n in range(1, 90))]
    for done, number in enumerate(alike):
        seen.add(number)
        assert all(n in seen for n in alike[:done + 1])
        assert not any(n in seen for n in alike[done + 1:] if hash(n) not in {hash(known) or 1 for known in alike[:done + 1]})


def test_clear_forgets_all() -> None:
    seen = DedupSet(2)
    for number in range(5):
        seen.add(number)
    seen.clear()
    assert not any(n in seen for n in range(5)) and seen.size == 0
    seen.add(3)
    assert 3 in seen
