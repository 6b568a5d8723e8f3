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
