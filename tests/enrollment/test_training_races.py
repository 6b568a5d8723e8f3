"""What happens at the same moment: no place of a session is given twice, and none stays empty."""

import random  # noqa: TID251 - the same wishes each time
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from lmsctl.kit import database, driver
from tests import training_history as history
from tests.conftest import NOON, Portal
from tests.racers import Finish, Racer, race
from tests.trainings import create_session, create_training, show_session

COURSE = "tests.training_racers"
CROWD = 48
# Crowds of the default run are small: a large one on SQLite waits in line for most of its time.
LOOK = """
    SELECT s.code, s.capacity, s.taken,
           (SELECT count(*) FROM training_enrollments e
            WHERE e.session_id = s.id AND e.canceled_at IS NULL) AS held,
           (SELECT count(*) - count(DISTINCT user_id) FROM training_enrollments
            WHERE canceled_at IS NULL) AS twice
    FROM training_sessions s
"""


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with a crowd, and a training."""
    rows = "".join(f"p{number},F,L\n" for number in range(CROWD))
    portal.ok("user", "import", "-", stdin="Login,First name,Last name\n" + rows)
    create_training(portal, "aid")
    return portal


def count_codes(finishes: Sequence[Finish]) -> dict[str | None, int]:
    """Return how often each code ended a command line; None for success."""
    return dict(Counter(finish.code for finish in finishes))


@contextmanager
def watched_sessions(portal: Portal) -> Iterator[list[object]]:
    """Look at the sessions all the time, and yield the list of what is wrong with them.

    Each look sees one committed state: too many in a session, a counter that does not count the
    people, or somebody who is there twice.
    """
    is_over = threading.Event()
    wrong: list[object] = []
    looks = 0

    def watch() -> None:
        nonlocal looks
        connection = driver.open_database(portal.url, patience=60)
        while not is_over.wait(0.01):
            for code, capacity, taken, held, twice in database.execute(connection, LOOK).fetchall():
                if taken != held or taken > capacity or twice:
                    wrong.append((code, capacity, taken, held, twice))
            looks += 1
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield wrong
    finally:
        is_over.set()
        watcher.join()
    assert looks > 1


def enroll_command(number: int, *more: str) -> tuple[str, ...]:
    """Return the command line that enrolls one of the crowd."""
    return ("enroll", "--user", f"p{number}", "--training", "aid:spring", *more)


def first_users(count: int) -> list[str]:
    """Return the words that name the first ones of the crowd."""
    return [word for number in range(count) for word in ("--user", f"p{number}")]


def check_places(portal: Portal, taken: int) -> None:
    """Check that so many places are taken, by as many people."""
    assert show_session(portal)["taken"] == taken
    assert portal.ok("db", "check", "-o", "json").json == []


@pytest.mark.parametrize(
    ("crowd", "places"), [(24, 10), pytest.param(CROWD, 20, marks=pytest.mark.heavy)]
)
def test_a_session_takes_exactly_as_many_as_it_has_places(
    training_portal: Portal, crowd: int, places: int
) -> None:
    """Nobody is refused while a place is left, and nobody gets one that is taken."""
    create_session(training_portal, "spring", "--capacity", str(places))
    finishes = race(
        training_portal, [Racer([enroll_command(n)], NOON) for n in range(crowd)], course=COURSE
    )
    assert count_codes(finishes) == {None: places, "session_full": crowd - places}
    check_places(training_portal, places)


def test_without_the_guard_the_same_race_oversells(training_portal: Portal) -> None:
    """Looking first and taking then gives places twice: the race above can be lost."""
    create_session(training_portal, "spring", "--capacity", "5")
    if not training_portal.is_sqlite:
        training_portal.sql("ALTER TABLE training_sessions DROP CONSTRAINT places_not_oversold")
    racers = [Racer([enroll_command(n)], NOON) for n in range(24)]
    race(training_portal, racers, guarded=False, course=COURSE)
    assert show_session(training_portal)["taken"] > 5


@pytest.mark.parametrize(
    ("there", "leave", "come"), [(6, 5, 12), pytest.param(10, 8, 30, marks=pytest.mark.heavy)]
)
def test_the_last_place_freed_goes_to_one(
    training_portal: Portal, there: int, leave: int, come: int
) -> None:
    """While some are taken out, others come: the places that are free in the end are counted."""
    create_session(training_portal, "spring", "--capacity", str(there))
    training_portal.ok("enroll", *first_users(there), "--training", "aid:spring")
    cancel = ("enrollment", "cancel", "--training", "aid", "--user")
    leaving = [Racer([(*cancel, f"p{n}")], NOON) for n in range(leave)]
    coming = [Racer([enroll_command(n)], NOON) for n in range(there, there + come)]
    finishes = race(training_portal, [*leaving, *coming], course=COURSE)
    assert count_codes(finishes[:leave]) == {None: leave}
    came = count_codes(finishes[leave:]).get(None, 0)
    assert came <= leave
    check_places(training_portal, there - leave + came)


def test_one_person_many_times_is_one_place(training_portal: Portal) -> None:
    """Whoever is enrolled already is told so."""
    create_session(training_portal, "spring", "--capacity", "5")
    finishes = race(training_portal, [Racer([enroll_command(1)] * 2, NOON)] * 12, course=COURSE)
    assert count_codes(finishes) == {None: 24}
    check_places(training_portal, 1)


def test_groups_get_all_their_places_or_none(training_portal: Portal) -> None:
    """Ten groups of four for thirty places: seven fit, and two places stay for others."""
    create_session(training_portal, "spring", "--capacity", "30")
    racers = []
    for first in range(0, 40, 4):
        people = [word for n in range(first, first + 4) for word in ("--user", f"p{n}")]
        racers.append(Racer([("enroll", *people, "--training", "aid:spring")], NOON))
    finishes = race(training_portal, racers, course=COURSE)
    assert count_codes(finishes)[None] == 7
    check_places(training_portal, 28)


def test_files_and_commands_share_the_places(training_portal: Portal) -> None:
    """A file gets all its places or none, while others take single ones; each is given once."""
    create_session(training_portal, "spring", "--capacity", "20")
    racers = [Racer([enroll_command(n)], NOON) for n in range(24, CROWD)]
    for first in range(0, 24, 4):
        rows = "".join(f"p{n},aid:spring\n" for n in range(first, first + 4))
        file = training_portal.folder / f"from-{first}.csv"
        file.write_text(f"Login,Training\n{rows}", encoding="utf-8")
        racers.append(Racer([("enroll", "--from", str(file))], NOON))
    finishes = race(training_portal, racers, course=COURSE)
    assert set(count_codes(finishes[:24])) <= {None, "session_full"}
    assert set(count_codes(finishes[24:])) <= {None, "rows_rejected"}
    check_places(training_portal, 20)


def test_a_capacity_can_be_lowered_while_people_come(training_portal: Portal) -> None:
    """Each edit holds or is refused for who is there by then; nobody slips in above it."""
    create_session(training_portal, "spring", "--capacity", "20")
    edits = [("session", "edit", "aid", "spring", "--capacity", str(n)) for n in (5, 19, 8, 21, 10)]
    finishes = race(
        training_portal,
        [*(Racer([enroll_command(n)], NOON) for n in range(30)), Racer(edits, NOON)],
        course=COURSE,
    )
    assert set(count_codes(finishes[:30])) <= {None, "session_full"}
    assert set(count_codes(finishes[30:])) <= {None, "capacity_below_taken"}
    assert show_session(training_portal)["taken"] <= show_session(training_portal)["capacity"]
    check_places(training_portal, count_codes(finishes[:30])[None])


# Learners ----------------------------------------------------------------------------------------


def act_command(number: int, verb: str, *more: str) -> tuple[str, ...]:
    """Return the command line of a learner's act."""
    return ("--as", f"p{number}", "enrollment", verb, "--training", "aid", *more)


@pytest.fixture
def open_training_portal(training_portal: Portal) -> Portal:
    """Return a portal with a crowd, and a training with two sessions that anybody may join."""
    training_portal.ok("catalog", "open", "aid", "--training", "--everybody")
    create_session(training_portal, "left", "--capacity", "12")
    create_session(training_portal, "right", "--capacity", "12")
    return training_portal


def taken_places(portal: Portal) -> tuple[int, int]:
    """Return how many places of each session are taken, after checking that people hold them."""
    assert portal.ok("db", "check", "-o", "json").json == []
    return show_session(portal, "left")["taken"], show_session(portal, "right")["taken"]


@pytest.mark.parametrize("half", [6, pytest.param(10, marks=pytest.mark.heavy)])
def test_opposite_switches_neither_wait_for_ever_nor_lose_a_place(
    open_training_portal: Portal, half: int
) -> None:
    """Some go left to right while as many go right to left, three times: all are somewhere."""
    places = half + 2
    for side in ("left", "right"):
        open_training_portal.ok("session", "edit", "aid", side, "--capacity", str(places))
    for number in range(2 * half):
        side = "left" if number < half else "right"
        open_training_portal.ok(*act_command(number, "join", "--session", side))
    racers = []
    for number in range(2 * half):
        there, back = ("right", "left") if number < half else ("left", "right")
        lines = [act_command(number, "switch", "--to", side) for side in (there, back, there)]
        racers.append(Racer(lines, NOON))
    # Where the processor is busy with other things, they take twenty times as long.
    finishes = race(open_training_portal, racers, course=COURSE, patience=600)
    assert set(count_codes(finishes)) <= {None, "session_full"}
    left, right = taken_places(open_training_portal)
    assert left + right == 2 * half
    assert max(left, right) <= places


def test_one_free_place_is_switched_to_once(open_training_portal: Portal) -> None:
    """Whoever does not get it keeps the place they had."""
    for number in range(12):
        open_training_portal.ok(*act_command(number, "join", "--session", "left"))
    for number in range(12, 23):
        open_training_portal.ok(*act_command(number, "join", "--session", "right"))
    racers = [Racer([act_command(number, "switch", "--to", "right")], NOON) for number in range(12)]
    finishes = race(open_training_portal, racers, course=COURSE)
    assert count_codes(finishes) == {None: 1, "session_full": 11}
    assert taken_places(open_training_portal) == (11, 12)


def test_without_the_guard_the_free_place_is_switched_to_by_many(
    open_training_portal: Portal,
) -> None:
    """Looking first and taking then: the race above can be lost too."""
    if not open_training_portal.is_sqlite:
        open_training_portal.sql(
            "ALTER TABLE training_sessions DROP CONSTRAINT places_not_oversold"
        )
    open_training_portal.ok("session", "edit", "aid", "right", "--capacity", "1")
    for number in range(12):
        open_training_portal.ok(*act_command(number, "join", "--session", "left"))
    racers = [Racer([act_command(number, "switch", "--to", "right")], NOON) for number in range(12)]
    with watched_sessions(open_training_portal) as wrong:
        race(open_training_portal, racers, guarded=False, course=COURSE)
    assert show_session(open_training_portal, "right")["taken"] > 1
    # Whoever watches the races below would notice.
    assert wrong


def test_learners_join_and_leave_while_administrators_enroll(open_training_portal: Portal) -> None:
    """Whoever was told yes is in, and whoever left is not."""
    for number in range(8):
        open_training_portal.ok(*act_command(number, "join", "--session", "left"))
    racers = [Racer([act_command(number, "leave")], NOON) for number in range(8)]
    racers += [Racer([act_command(n, "join", "--session", "left")], NOON) for n in range(8, 18)]
    racers += [
        Racer([("enroll", "--user", f"p{n}", "--training", "aid:left")], NOON)
        for n in range(18, 24)
    ]
    finishes = race(open_training_portal, racers, course=COURSE)
    assert count_codes(finishes[:8]) == {None: 8}
    came = count_codes(finishes[8:])
    assert set(came) <= {None, "session_full"}
    assert taken_places(open_training_portal) == (came[None], 0)
    assert came[None] <= 12


def test_nobody_leaves_once_the_list_is_locked(open_training_portal: Portal) -> None:
    """The lock comes between: who left before is gone, who comes after it stays."""
    for number in range(12):
        open_training_portal.ok(*act_command(number, "join", "--session", "left"))
    racers = [Racer([act_command(number, "leave")], NOON) for number in range(12)]
    racers.append(Racer([("training", "lock", "aid")], NOON))
    finishes = race(open_training_portal, racers, course=COURSE)
    told = count_codes(finishes[:12])
    assert set(told) <= {None, "participants_locked"}
    assert taken_places(open_training_portal)[0] == told.get("participants_locked", 0)


def test_who_is_deleted_while_coming_keeps_no_place(open_training_portal: Portal) -> None:
    """Whatever came first, the places taken are those of people who are still there."""
    enrolling_one = ("enroll", "--training", "aid:left", "--user")
    racers = [Racer([act_command(n, "join", "--session", "left")], NOON) for n in range(6)]
    racers += [Racer([(*enrolling_one, f"p{n}")], NOON) for n in range(6, 12)]
    racers += [Racer([("user", "delete", f"p{n}", "--yes")], NOON) for n in range(12)]
    finishes = race(open_training_portal, racers, course=COURSE)
    assert set(count_codes(finishes[:12])) <= {None, "actor_unknown", "user_unknown"}
    assert count_codes(finishes[12:]) == {None: 12}
    assert taken_places(open_training_portal) == (0, 0)


# Three sessions ----------------------------------------------------------------------------------

SESSIONS = ("early", "noon", "late")
REFUSALS = {
    None,
    "session_full",
    "session_second",
    "session_preselected",
    "participation_unknown",
    "takes_part_already",
    "gates_closed",
}


@dataclass(frozen=True)
class Attempt:
    """What somebody tries: `verb` is join, switch, leave, enroll or cancel."""

    verb: str
    session: str

    def line(self, number: int) -> tuple[str, ...]:
        """Return the command line by which one of the crowd, or somebody for them, tries it."""
        if self.verb == "enroll":
            return ("enroll", "--user", f"p{number}", "--training", f"aid:{self.session}")
        if self.verb == "cancel":
            return ("enrollment", "cancel", "--user", f"p{number}", "--training", "aid")
        given = {"join": ("--session", self.session), "switch": ("--to", self.session)}
        return act_command(number, self.verb, *given.get(self.verb, ()))

    @property
    def is_own(self) -> bool:
        """Whether somebody tries it for themselves."""
        return self.verb in {"join", "switch", "leave"}

    @property
    def goal(self) -> str | None:
        """Where they are once it is granted."""
        return None if self.verb in {"leave", "cancel"} else self.session


@dataclass(frozen=True)
class CrowdedTraining:
    """A portal with a training of three sessions, and a crowd for which they are too small."""

    portal: Portal
    people: int
    places: int


SMALL, LARGE = (24, 4), (64, 10)
both_sizes = pytest.mark.parametrize(
    "crowded_training",
    [SMALL, pytest.param(LARGE, marks=pytest.mark.heavy)],
    indirect=True,
    ids=str,
)


@pytest.fixture
def crowded_training(portal: Portal, request: pytest.FixtureRequest) -> CrowdedTraining:
    """Return a portal with a crowd, and a training with three sessions that anybody may join."""
    people, places = request.param
    rows = "".join(f"p{number},F,L\n" for number in range(people))
    portal.ok("user", "import", "-", stdin="Login,First name,Last name\n" + rows)
    create_training(portal, "aid")
    portal.ok("catalog", "open", "aid", "--training", "--everybody")
    for code in SESSIONS:
        create_session(portal, code, "--capacity", str(places))
    return CrowdedTraining(portal, people, places)


def run_attempts(portal: Portal, wishes: Sequence[Sequence[Attempt]]) -> list[list[Finish]]:
    """Let everybody try their wishes at once, watched; return how they ended, for each person."""
    racers = [
        Racer([wish.line(number) for wish in wanted], NOON) for number, wanted in enumerate(wishes)
    ]
    with watched_sessions(portal) as wrong:
        finishes = race(portal, racers, course=COURSE, patience=600)
    assert wrong == []
    assert portal.ok("db", "check", "-o", "json").json == []
    tries = len(wishes[0])
    return [finishes[at : at + tries] for at in range(0, len(finishes), tries)]


def check_log(
    crowded_training: CrowdedTraining,
    start: history.Places,
    first_row: int,
    wishes: Sequence[Sequence[Attempt]],
    finishes: Sequence[Sequence[Finish]],
) -> None:
    """Check that all answers fit the log: who is where, and who was told that a session is full.

    `start` is where everybody was before, when the log had `first_row` rows.
    """
    portal = crowded_training.portal
    turns = [turn for turn in history.turns(portal) if turn.row > first_row]
    levels = history.levels(start, turns)
    assert all(
        0 <= count <= crowded_training.places for level in levels.values() for _, count in level
    )
    ends, refused = history.places(portal), history.refusals(portal)
    for number, (wanted, told) in enumerate(zip(wishes, finishes, strict=True)):
        login = f"p{number}"
        mine = [turn for turn in turns if turn.login == login]
        noes = [row for row in refused.get(login, []) if row > first_row]
        here, row = start.get(login), float(first_row)
        for wish, finish in zip(wanted, told, strict=True):
            # Refusals are written down just after; whom an administrator enrolls is not named.
            no = noes.pop(0) if finish.code and wish.is_own else history.END
            if finish.code is None and wish.goal != here:
                turn = mine.pop(0)
                assert turn.session == wish.goal
                here, row = turn.session, float(turn.row)
            elif finish.code == "session_full":
                assert history.highest(levels[wish.session], row, no) == crowded_training.places
        assert (mine, noes) == ([], [])
        assert ends.get(login) == here


@both_sizes
def test_more_come_than_there_are_places_and_all_are_taken(
    crowded_training: CrowdedTraining,
) -> None:
    """To one they are sent, one they join, one both; nobody is refused while it has a place."""
    verbs = (("enroll", "enroll"), ("enroll", "join"), ("join", "join"))
    wishes = [
        [Attempt(verbs[number % 3][number % 2], SESSIONS[number % 3])]
        for number in range(crowded_training.people)
    ]
    finishes = run_attempts(crowded_training.portal, wishes)
    told = count_codes([one[0] for one in finishes])
    seated = 3 * crowded_training.places
    assert told == {None: seated, "session_full": crowded_training.people - seated}
    assert [show_session(crowded_training.portal, code)["taken"] for code in SESSIONS] == [
        crowded_training.places
    ] * 3
    check_log(crowded_training, {}, 0, wishes, finishes)


@both_sizes
def test_who_comes_switches_and_goes_is_where_the_last_yes_put_them(
    crowded_training: CrowdedTraining,
) -> None:
    """All at once, all places taken: nobody too many, twice or lost, `full` only what was full.

    At no committed moment, and at none that the log tells of.
    """
    portal, seated = crowded_training.portal, 3 * crowded_training.places
    for number in range(seated):
        first = Attempt("join" if number % 5 else "enroll", SESSIONS[number % 3])
        portal.ok(*first.line(number))
    start = history.places(portal)
    first_row = int(portal.value("SELECT max(id) FROM audit_rows"))
    chance = random.Random(20261122)
    inside = (("cancel", "enroll"), ("switch", "leave"), ("leave", "join"), ("switch", "switch"))
    outside = (("enroll", "cancel"), ("join", "switch"))
    wishes = [
        [
            Attempt(verb, chance.choice(SESSIONS))
            for verb in (inside[number % 5 % 4] if number < seated else outside[number % 2])
        ]
        for number in range(crowded_training.people)
    ]
    finishes = run_attempts(portal, wishes)
    check_log(crowded_training, start, first_row, wishes, finishes)
    told = count_codes([finish for one in finishes for finish in one])
    assert set(told) <= REFUSALS
    assert told[None] > crowded_training.places
    assert told["session_full"] > 0


@pytest.mark.heavy
@pytest.mark.parametrize("crowded_training", [LARGE], indirect=True, ids=str)
def test_wandering_for_twelve_rounds(crowded_training: CrowdedTraining) -> None:
    """64 people try twelve things each, twelve times over, each time from where they were."""
    chance = random.Random(64)
    verbs = ("join", "join", "switch", "switch", "switch", "leave", "enroll", "cancel")
    for _ in range(12):
        start = history.places(crowded_training.portal)
        first_row = int(crowded_training.portal.value("SELECT max(id) FROM audit_rows"))
        wishes = [
            [Attempt(chance.choice(verbs), chance.choice(SESSIONS)) for _ in range(12)]
            for _ in range(crowded_training.people)
        ]
        finishes = run_attempts(crowded_training.portal, wishes)
        check_log(crowded_training, start, first_row, wishes, finishes)
        assert set(count_codes([finish for one in finishes for finish in one])) <= REFUSALS
