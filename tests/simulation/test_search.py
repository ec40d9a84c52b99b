"""The search: what it has found once stays mended, its states can be reached, and one that never reached them fails."""

import pytest
from children import LONG
from random import Random

from bugs import BINANCE, HASHEX, QMT, WEBTRADER
from vnpy_rehearsal.conform.known import make_profile, make_target
from vnpy_rehearsal.conform.profile import Profile
from vnpy_rehearsal.simulation import command
from vnpy_rehearsal.simulation.draw import draw
from vnpy_rehearsal.simulation.schedule import read_schedule, to_text
from vnpy_rehearsal.simulation.search import Tally, play
from vnpy_rehearsal.simulation.workers import Subject
from vnpy_rehearsal.simulation.states import STATES, states_of

FUTU: str = "vnpy_futuopend:FutuOpenDGateway"
GATEWAYS: tuple[str, ...] = (BINANCE, HASHEX, QMT, FUTU, WEBTRADER)
SEEDS: int = 300

# gateway, seed, and the shortest form of a day that went wrong once
FOUND: list[tuple[str, int, str]] = [
    # one wrong word, of an order that was filled: it stayed cancelled for ever
    (HASHEX, 2, "says cancelled 0; order BUY 45000; pause 400"),
    (FUTU, 2, "says cancelled 0; order BUY 27"),
    # fills of the life before were counted against the positions of the new one
    (WEBTRADER, 27, "order BUY 39900; order BUY 45000; wipe 500"),
    (QMT, 27, "order BUY 9.2; wipe 0; order BUY 10.5"),
    # the venue's clock had jumped: an order whose answer was lost was taken for a stranger's, and ours for lost
    (HASHEX, 92, "clock -10000; fault order on_reply reset times=1; order BUY 39900; pause 8000"),
    (HASHEX, 6, "fault order on_reply status status=502 times=2; fault cancel before_engine close times=1; cancel 1; clock -10000; order BUY 45000"),
    # the answer to an order that was filled at once named another id: the order and its fill were shown twice
    (BINANCE, 241, "says wrong_ids 4; order BUY 45000; pause 400"),
    # a venue that had lost its state gave an order the id of one of the day before, which it could not be asked for: taken for one that never came
    (FUTU, 10974, "order BUY 22; order BUY 24.6; day; wipe 0; pause 30000; order BUY 24.62; order BUY 27.02; restart 700"),
    # a trade of before the venue's clock was set back kept the time of all later ticks
    (BINANCE, 66, "still; subscribe; order BUY 39900; clock -28800000; pause 3000"),
    # a market that was being quoted anew when its price was set
    (HASHEX, 295, "rules; cancel 0; price 40820"),
    # a request of the web process that had died broke the connection of the new one
    (WEBTRADER, 20, "option backend_lost 0; order BUY 39900; restart 0"),
    # a fill that was heard of half a minute after the positions showed it was counted twice
    (QMT, 239, "order BUY 9.9; order BUY 10.5 5; says cancelled 0; order BUY 10.5; pause 400; option backend_lost 0; pause 30000; restart 0"),
    # an order was said to be over when a part of it was filled: what the rest came to was reckoned wrongly
    (QMT, 1, "price 9.9; order BUY 9.92 40; pause 2000; says cancelled 0; pause 2000; price 9.91; pause 2000; price 9.89; pause 2000"),
    # an order placed elsewhere had another id after a restart
    (QMT, 125, "foreign BUY 9.9; order BUY 9.9; restart 200"),
    # the server's clock had jumped just before an order whose answer was lost, and no answer to another question said so
    (QMT, 3, "option tag_lost 1; fault order on_reply reset times=1; order BUY 9.9; clock -60000; pause 8000"),
    # the id of an order was used again: by the second venue that begins anew, and by one that does so on another day
    (QMT, 249, "order BUY 9.21; wipe 500; order BUY 9.93; order BUY 9.94; restart 200; wipe 0; order BUY 9.97; order BUY 9.98"),
    (FUTU, 262, "order BUY 27.02; day; wipe 0; pause 30000; order BUY 27.04"),
    (QMT, 51, "option tag_lost 0; order BUY 9.91; wipe 500; order BUY 9.23; order BUY 10.54"),
    # money that was spent while it was not clear whose a fill was
    (FUTU, 102, "order BUY 22; wipe 500; pause 30000; order BUY 24.62; order BUY 24.62; clock 10000; order BUY 27.02; option backend_lost 0; order BUY 27.02; pause 30000"),
    # an order that the remote gateway had refused: another one had its id after a restart
    (WEBTRADER, 259, "option tag_lost 1; order BUY 30001; fault order after_engine hang times=2; order BUY 39902; order BUY 45003 400; order BUY 45004 1000000; pause 3000; restart 700"),
    # the first push of an order had no time, and the venue's clock had jumped
    (WEBTRADER, 479, "option tag_lost 1; order BUY 30003 0.5; clock -28800000; fault order after_engine close times=1; order BUY 45004"),
    # the one question whether a wrong word was true was not answered
    (WEBTRADER, 362, "order BUY 39900; rules; says cancelled 0; order BUY 45000; option backend_lost 0; pause 30000"),
    # a venue that begins anew gave the ids of orders and fills again at once: a live order stayed for ever, a fill was lost
    (BINANCE, 542, "order BUY 39900; wipe 500; order BUY 30001"),
    (BINANCE, 545, "order BUY 45000; order BUY 39900; wipe 500; order BUY 45000; order BUY 30001"),
    # a push was lost, and the next one kept its fill from being asked for
    (BINANCE, 980, "order BUY 30000; fault push on_push drop times=0; order BUY 30000; price 40526; pause 3000; fault push on_push drop times=0; order BUY 45000; "
                   "price 40526; pause 3000; fault read before_engine delay ms=250 times=2; pause 3000; foreign BUY 45000; fault order before_engine close times=2; "
                   "order BUY 45000"),
    # after the venue's clock was set back, the history was asked for from the old time on
    (HASHEX, 1, "still; fault push on_push drop times=0; clock -28800000; pause 3000; foreign BUY 45000; pause 3000"),
    # a fill of the new order with an old id was believed to be the old one's, as the venue insisted
    (HASHEX, 2, "still; order BUY 30000; order BUY 45000; wipe 0; pause 3000; order BUY 45001; order BUY 30001"),
    # answered, executed long after that, and meanwhile taken for gone
    (HASHEX, 782, "fault order before_engine delay ms=40000 ack=true times=1; order BUY 39900; pause 45000"),
    # an order that was executed after it had been given up was shown as a stranger's
    (HASHEX, 1, "fault order before_engine delay ms=40000 ack=true times=1; fault order on_reply reset times=1; order BUY 45000; pause 45000"),
    (HASHEX, 1, "order BUY 45000; fault order before_engine delay ms=60000 ack=true times=1; fault order on_reply reset times=1; order BUY 30000; pause 65000"),
    # of a new life only an execution id was seen to be given again: its fill was taken for one told twice
    (FUTU, 1196, "order BUY 27; day; wipe 0; pause 30000; order BUY 27.02"),
    # fills of new orders with the ids of old ones, which could not be asked for: believed to be the old ones'
    (WEBTRADER, 20245, "order BUY 30000; order BUY 45000; wipe 0; pause 3000; order BUY 45001; fault push on_push drop times=2; order BUY 45000"),
    # the answer named an id that an old order had, and was right: the venue had begun anew, and its clock had jumped
    (WEBTRADER, 20071, "option nameless 1; order BUY 45001; clock -28800000; pause 3000; clock 10000; wipe 500; order BUY 30003; clock -28800000"),
    # the id of an order that was too young to be asked for was given again: its fill was believed to be the young one's
    (FUTU, 31321, "still; order BUY 27; clock 10000; wipe 500; pause 30000; order BUY 27.02; "
                  'fault order on_reply status status=500 body="<html><body>Bad\\u0020Gateway</body></html>" times=1; pause 35000'),
    # fills that were heard of after the figures of the new life had shown them, by a clock that was late: counted twice
    (FUTU, 30995, "order BUY 24.6; order SELL 24.6; wipe 500; pause 30000; order BUY 22.02; order BUY 24.62; fault push on_push drop times=0; order BUY 24.62; "
                  "price 24.76; pause 400; wipe 500; pause 30000; order BUY 27.04; order BUY 24.64"),
    # a fee as large as a small fill: the fill was taken for one that the position does not show
    (WEBTRADER, 40039, "order BUY 45000; order BUY 45000 400; wire forget; order BUY 39900"),
    # the id of a live order was given again in the same second, at another price: taken for an amendment, which the venue does not have
    (QMT, 51303, "order BUY 9.22; says cancelled 0; clock -10000; wipe 0; pause 3000; order BUY 9.95"),
    # an order turned out to be alive, at the search's end, after all had been cancelled; one turned up while the truth was awaited
    (QMT, 50834, "order BUY 9.91; order BUY 9.92 5; says cancelled 0; order BUY 10.53; pause 400; order BUY 10.54; wipe 500"),
    (HASHEX, 51673, "fault push on_push drop times=0; price 39303; fault order before_engine delay ms=40000 ack=true times=1; order BUY 39900; pause 45000"),
    # a fill from elsewhere that was heard of half a minute after the position showed it was counted twice
    (WEBTRADER, 61129, "order BUY 39900; says answers 2; order BUY 45000; pause 400; foreign BUY 45000; order BUY 30000; pause 400; option backend_lost 0; pause 30000"),
    # what was placed elsewhere in a new life of the venue has another name
    (WEBTRADER, 61773, "order BUY 39901; wipe 500; order BUY 39902; wipe 0; foreign BUY 30003"),
    # an order that was shown again after its venue was taken to begin anew was asked for for ever, when it did once more
    (HASHEX, 70309, "order BUY 30000; wipe 0; pause 30000; order BUY 30001; restart 0; wipe 0; pause 30000; order BUY 30002"),
    # of an order placed elsewhere only a fill was known, and the answer about the order was lost: nobody asked again
    (BINANCE, 86179, (
        "still; order BUY 39900; order BUY 39900; order BUY 30000 1000000; order BUY 39900 0.5; order BUY 39900 0.5; foreign BUY 39900; "
        "order BUY 39900 1.0005; restart 700; foreign BUY 30000; foreign BUY 45000; restart 200; restart 700"
    )),
    # an answer named a wrong id while the venue's clock had jumped: our order was shown as a stranger's as well
    (HASHEX, 85376, "price 39745; clock -10000; says wrong_ids 4; order BUY 39900; pause 400"),
    (WEBTRADER, 86155, "option tag_lost 1; rules; order BUY 45003 2.37; pause 8000; clock -28800000"),
    # a position fell with a life of the venue, and what it showed before it was heard of seemed to explain that
    (FUTU, 87868, "order BUY 27; wipe 500; pause 30000; order BUY 27.02; day; pause 45000"),
    # the venue's clock was set on by hours while an order was in doubt, and its history was asked for since a time after the order
    (HASHEX, 83966, (
        'order BUY 30000; fault order after_engine status status=502 body="<html><body>Bad\\u0020Gateway</body></html>" times=2; order BUY 45000; clock 18000000'
    )),
    # an order that the remote gateway had rounded, by rules that ours did not know yet, lived and was shown as rejected
    (WEBTRADER, 200006, "order BUY 45000; order BUY 39900; order BUY 39900; rules; order BUY 30000; restart 0; order BUY 39900"),
    (WEBTRADER, 82662, "option tag_lost 0; rules; order BUY 39903 2.37"),
    (WEBTRADER, 200083, "option tag_lost 1; order BUY 30001; rules; order BUY 39902; order BUY 39903; restart 0"),
]

# gateway and schedule -> states that such a day reaches
REACHED: list[tuple[str, str, set[str]]] = [
    (HASHEX, "still; order BUY 30000; pause 400; amend 0 730; pause 400; cancel 0; subscribe; price 40100", {"an order amended elsewhere", "an order cancelled", "ticks"}),
    (HASHEX, "still; order BUY 40000.01 2000; pause 400", {"an order filled in part"}),
    (HASHEX, "order BUY 45000 1000000; order BUY 30000 0.0005; pause 400", {"an order refused by the venue", "an order that was not sent"}),
    (HASHEX, "fault order before_engine hang times=1; order BUY 30000; fault read on_reply truncate times=2; pause 3000", {
        "an order in doubt", "an order that never reached the venue", "a request before the engine", "an answer spoilt", "a connection that died",
    }),
    (BINANCE, "still; fault order before_engine delay ms=30000 ack=true times=1; fault order on_reply reset times=1; order BUY 30000; pause 35000", {
        "an order that turned up after all",
    }),
    (BINANCE, "fault order after_engine delay ms=250 times=1; fault push on_push drop times=1; order BUY 45000; fault push on_push duplicate copies=3 times=1; "
              "order BUY 45000; pause 400; fault push on_push delay ms=300 times=1; order BUY 45000; price 40100; pause 400; restart 0; pause 3000", {
        "a request after the engine", "a push lost", "a push doubled", "pushes in another order", "a stream cut", "an order filled",
    }),
    (BINANCE, "still; order BUY 45000; says wrong_ids 0; order BUY 30000; pause 400; wipe 500; pause 30000; order BUY 45001", {
        "a message that was not believed", "a venue that begins anew",
    }),
    (QMT, "option tag_lost 1; fault order after_engine reset times=1; order BUY 9.2; pause 3000; burst 4", {
        "an order recognised by what was sent", "an order cancelled before it left",
    }),
]


def profile_of(gateway: str) -> Profile:
    return make_profile(gateway, make_target(gateway, "", {}, {}, "", {}, ""))


@pytest.mark.parametrize(("gateway", "seed", "schedule"), FOUND)
def test_what_was_found_stays_mended(gateway: str, seed: int, schedule: str) -> None:
    day = play(profile_of(gateway), seed, read_schedule(schedule))
    assert not day.kind, day.text


@pytest.mark.parametrize(("gateway", "schedule", "states"), REACHED)
def test_states_are_seen(gateway: str, schedule: str, states: set[str]) -> None:
    day = play(profile_of(gateway), 3, read_schedule(schedule))
    assert not day.kind, day.text
    assert states <= day.states, f"not seen: {states - day.states}"


def test_every_state_is_reached_by_one_of_these_days() -> None:
    assert set.union(*(states for _, _, states in REACHED)) == set(STATES)


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_drawn_days_go_well(gateway: str) -> None:
    """Some; by ``LONG=1`` so many that every state must have been reached."""
    profile, tally = profile_of(gateway), Tally()
    for seed in range(SEEDS if LONG else 2):
        day = play(profile, seed)
        tally.add(day)
    assert not tally.wrong, [f"--seed {day.seed} --schedule {to_text(day.steps)!r}: {day.kind}: {day.text}" for day in tally.wrong]
    assert not LONG or not tally.missing(profile)


def test_a_search_that_never_reached_a_state_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "ENOUGH", 1)
    assert command.run(profile_of(HASHEX), Subject(HASHEX), range(1), 1, "simulate") == 1
    last: str = capsys.readouterr().out.splitlines()[-3]
    assert last.startswith("never reached: ") and "an order" in last


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_what_is_drawn_can_be_typed(gateway: str) -> None:
    profile = profile_of(gateway)
    words: set[str] = set()
    for seed in range(200):
        steps = draw(profile, Random(seed))
        assert read_schedule(to_text(steps)) == steps
        words |= {type(step).__name__ for step in steps}
    assert words >= {"Order", "Burst", "Cancel", "Price", "Fault", "Says", "Wire", "Restart", "Subscribe", "Still", "Pause"}
    assert ("Foreign" in words) == profile.names_orders and "Wipe" in words and ("DayTurn" in words) == bool(profile.equity) != ("Amend" in words)
    assert states_of(profile) <= STATES.keys()
