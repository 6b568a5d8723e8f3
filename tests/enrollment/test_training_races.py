"""What happens at the same moment: no place of a session is given twice, and none stays empty."""

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.conftest import NOON, Portal
from tests.racers import Finish, Racer, race
from tests.trainings import session, shown, training

COURSE = "tests.training_racers"
CROWD = 48


@pytest.fixture
def hall(portal: Portal) -> Portal:
    """Return a portal with a crowd, and a training."""
    rows = "".join(f"p{number},F,L\n" for number in range(CROWD))
    portal.ok("user", "import", "-", stdin="Login,First name,Last name\n" + rows)
    training(portal, "aid")
    return portal


def codes(finishes: Sequence[Finish]) -> dict[str | None, int]:
    """Return how often each code ended a command line; None for success."""
    return dict(Counter(finish.code for finish in finishes))


def enrolling(number: int, *more: str) -> tuple[str, ...]:
    """Return the command line that enrolls one of the crowd."""
    return ("enroll", "--user", f"p{number}", "--training", "aid:spring", *more)


def check(portal: Portal, taken: int) -> None:
    """Check that so many places are taken, by as many people."""
    assert shown(portal)["taken"] == taken
    assert portal.ok("db", "check", "-o", "json").json == []


def test_a_session_takes_exactly_as_many_as_it_has_places(hall: Portal) -> None:
    """Nobody is refused while a place is left, and nobody gets one that is taken."""
    session(hall, "spring", "--capacity", "20")
    finishes = race(hall, [Racer([enrolling(n)], NOON) for n in range(CROWD)], course=COURSE)
    assert codes(finishes) == {None: 20, "session_full": CROWD - 20}
    check(hall, 20)


def test_without_the_guard_the_same_race_oversells(hall: Portal) -> None:
    """Looking first and taking then gives places twice: the race above can be lost."""
    session(hall, "spring", "--capacity", "5")
    if not hall.is_sqlite:
        hall.sql("ALTER TABLE training_sessions DROP CONSTRAINT places_not_oversold")
    racers = [Racer([enrolling(n)], NOON) for n in range(24)]
    race(hall, racers, guarded=False, course=COURSE)
    assert shown(hall)["taken"] > 5


def test_the_last_place_freed_goes_to_one(hall: Portal) -> None:
    """While some are taken out, others come: the places that are free in the end are counted."""
    session(hall, "spring", "--capacity", "10")
    for number in range(10):
        hall.ok(*enrolling(number))
    leaving = [
        Racer([("enrollment", "cancel", "--user", f"p{n}", "--training", "aid")], NOON)
        for n in range(8)
    ]
    finishes = race(
        hall, [*leaving, *(Racer([enrolling(n)], NOON) for n in range(10, 40))], course=COURSE
    )
    assert codes(finishes[:8]) == {None: 8}
    came = codes(finishes[8:])[None]
    assert came <= 8
    check(hall, 2 + came)


def test_one_person_many_times_is_one_place(hall: Portal) -> None:
    """Whoever is enrolled already is told so."""
    session(hall, "spring", "--capacity", "5")
    finishes = race(hall, [Racer([enrolling(1)] * 2, NOON)] * 24, course=COURSE)
    assert codes(finishes) == {None: 48}
    check(hall, 1)


def test_groups_get_all_their_places_or_none(hall: Portal) -> None:
    """Ten groups of four for thirty places: seven fit, and two places stay for others."""
    session(hall, "spring", "--capacity", "30")
    racers = []
    for first in range(0, 40, 4):
        people = [word for n in range(first, first + 4) for word in ("--user", f"p{n}")]
        racers.append(Racer([("enroll", *people, "--training", "aid:spring")], NOON))
    finishes = race(hall, racers, course=COURSE)
    assert codes(finishes)[None] == 7
    check(hall, 28)


def test_a_capacity_can_be_lowered_while_people_come(hall: Portal) -> None:
    """Each edit holds or is refused for who is there by then; nobody slips in above it."""
    session(hall, "spring", "--capacity", "20")
    edits = [("session", "edit", "aid", "spring", "--capacity", str(n)) for n in (5, 19, 8, 21, 10)]
    finishes = race(
        hall,
        [*(Racer([enrolling(n)], NOON) for n in range(30)), Racer(edits, NOON)],
        course=COURSE,
    )
    assert set(codes(finishes[:30])) <= {None, "session_full"}
    assert set(codes(finishes[30:])) <= {None, "capacity_below_taken"}
    assert shown(hall)["taken"] <= shown(hall)["capacity"]
    check(hall, codes(finishes[:30])[None])


# Learners ----------------------------------------------------------------------------------------


def acting(number: int, verb: str, *more: str) -> tuple[str, ...]:
    """Return the command line of a learner's act."""
    return ("--as", f"p{number}", "enrollment", verb, "--training", "aid", *more)


@pytest.fixture
def open_hall(hall: Portal) -> Portal:
    """Return a portal with a crowd, and a training with two sessions that anybody may join."""
    hall.ok("catalog", "open", "aid", "--training", "--everybody")
    session(hall, "left", "--capacity", "12")
    session(hall, "right", "--capacity", "12")
    return hall


def taken(portal: Portal) -> tuple[int, int]:
    """Return how many places of each session are taken, after checking that people hold them."""
    assert portal.ok("db", "check", "-o", "json").json == []
    return shown(portal, "left")["taken"], shown(portal, "right")["taken"]


def test_opposite_switches_neither_wait_for_ever_nor_lose_a_place(open_hall: Portal) -> None:
    """Ten go left to right while ten go right to left, three times: all are somewhere."""
    for number in range(20):
        side = "left" if number < 10 else "right"
        open_hall.ok(*acting(number, "join", "--session", side))
    racers = []
    for number in range(20):
        there, back = ("right", "left") if number < 10 else ("left", "right")
        lines = [acting(number, "switch", "--to", side) for side in (there, back, there)]
        racers.append(Racer(lines, NOON))
    finishes = race(open_hall, racers, course=COURSE)
    assert set(codes(finishes)) <= {None, "session_full"}
    left, right = taken(open_hall)
    assert left + right == 20
    assert max(left, right) <= 12


def test_one_free_place_is_switched_to_once(open_hall: Portal) -> None:
    """Whoever does not get it keeps the place they had."""
    for number in range(12):
        open_hall.ok(*acting(number, "join", "--session", "left"))
    for number in range(12, 23):
        open_hall.ok(*acting(number, "join", "--session", "right"))
    racers = [Racer([acting(number, "switch", "--to", "right")], NOON) for number in range(12)]
    finishes = race(open_hall, racers, course=COURSE)
    assert codes(finishes) == {None: 1, "session_full": 11}
    assert taken(open_hall) == (11, 12)


def test_without_the_guard_the_free_place_is_switched_to_by_many(open_hall: Portal) -> None:
    """Looking first and taking then: the race above can be lost too."""
    if not open_hall.is_sqlite:
        open_hall.sql("ALTER TABLE training_sessions DROP CONSTRAINT places_not_oversold")
    open_hall.ok("session", "edit", "aid", "right", "--capacity", "1")
    for number in range(12):
        open_hall.ok(*acting(number, "join", "--session", "left"))
    racers = [Racer([acting(number, "switch", "--to", "right")], NOON) for number in range(12)]
    race(open_hall, racers, guarded=False, course=COURSE)
    assert shown(open_hall, "right")["taken"] > 1


def test_learners_join_and_leave_while_administrators_enroll(open_hall: Portal) -> None:
    """Whoever was told yes is in, and whoever left is not."""
    for number in range(8):
        open_hall.ok(*acting(number, "join", "--session", "left"))
    racers = [Racer([acting(number, "leave")], NOON) for number in range(8)]
    racers += [Racer([acting(n, "join", "--session", "left")], NOON) for n in range(8, 24)]
    racers += [
        Racer([("enroll", "--user", f"p{n}", "--training", "aid:left")], NOON)
        for n in range(24, 32)
    ]
    finishes = race(open_hall, racers, course=COURSE)
    assert codes(finishes[:8]) == {None: 8}
    came = codes(finishes[8:])
    assert set(came) <= {None, "session_full"}
    assert taken(open_hall) == (came[None], 0)
    assert came[None] <= 12


def test_nobody_leaves_once_the_list_is_locked(open_hall: Portal) -> None:
    """The lock comes between: who left before is gone, who comes after it stays."""
    for number in range(12):
        open_hall.ok(*acting(number, "join", "--session", "left"))
    racers = [Racer([acting(number, "leave")], NOON) for number in range(12)]
    racers.append(Racer([("training", "lock", "aid")], NOON))
    finishes = race(open_hall, racers, course=COURSE)
    told = codes(finishes[:12])
    assert set(told) <= {None, "participants_locked"}
    assert taken(open_hall)[0] == told.get("participants_locked", 0)


def test_who_is_deleted_while_coming_keeps_no_place(open_hall: Portal) -> None:
    """Whatever came first, the places taken are those of people who are still there."""
    enrolling_one = ("enroll", "--training", "aid:left", "--user")
    racers = [Racer([acting(n, "join", "--session", "left")], NOON) for n in range(6)]
    racers += [Racer([(*enrolling_one, f"p{n}")], NOON) for n in range(6, 12)]
    racers += [Racer([("user", "delete", f"p{n}", "--yes")], NOON) for n in range(12)]
    finishes = race(open_hall, racers, course=COURSE)
    assert set(codes(finishes[:12])) <= {None, "actor_unknown", "user_unknown"}
    assert codes(finishes[12:]) == {None: 12}
    assert taken(open_hall) == (0, 0)
