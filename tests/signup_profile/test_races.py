"""What happens at the same moment: no place is given twice, and none stays empty."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from lmsctl.kit import database, driver
from tests.conftest import NOON, Portal
from tests.doors import LAST_SECOND, VOID, check_ledgers, names, opened, profile, sign_up, signing
from tests.racers import Finish, Racer, race

CROWD = 32
LEFT = 10
PASSED = """
    SELECT activations_used, activation_limit, seats_taken, seat_limit
    FROM signup_profiles, portals
    WHERE activations_used > activation_limit OR seats_taken > seat_limit
"""


def crowd(size: int = CROWD, tries: int = 1, now: str = NOON, called: str = "p") -> list[Racer]:
    """Return so many processes that each try to bring in so many people."""
    return [
        Racer([signing(f"{called}{number}x{turn}") for turn in range(tries)], now)
        for number in range(size)
    ]


def codes(finishes: Sequence[Finish]) -> dict[str | None, int]:
    """Return how often each code ended a command line; None for success."""
    return dict(Counter(finish.code for finish in finishes))


def newcomers(portal: Portal) -> int:
    """Return how many accounts came by a profile."""
    return int(portal.value("SELECT count(*) FROM users WHERE origin = 'profile'"))


def check_everyone_was_told(portal: Portal, won: int, lost: int) -> None:
    """Check counters, one mail for each account, one audit row for each refusal."""
    check_ledgers(portal)
    assert newcomers(portal) == won
    mails = "SELECT count(*) FROM notifications WHERE channel = 'mail'"
    assert portal.value(mails) == won
    assert portal.value("SELECT count(*) FROM audit_rows WHERE verdict = 'refused'") == lost


@pytest.fixture
def door(portal: Portal) -> Portal:
    """Return a portal with self-registration on."""
    return opened(portal)


def test_n_activations_let_exactly_n_in(door: Portal) -> None:
    """32 processes at once on 10 activations: 10 people, everybody else is told `used up`."""
    profile(door, activations=str(LEFT))
    finishes = race(door, crowd())
    assert codes(finishes) == {None: LEFT, "profile_used_up": CROWD - LEFT}
    check_everyone_was_told(door, LEFT, CROWD - LEFT)


def test_n_seats_let_exactly_n_in(door: Portal) -> None:
    """32 processes at once on 10 seats: 10 people, everybody else is told `plan full`."""
    profile(door)
    door.ok("settings", "set", f"plan.max-active-users={LEFT + 1}")
    finishes = race(door, crowd())
    assert codes(finishes) == {None: LEFT, "plan_full": CROWD - LEFT}
    check_everyone_was_told(door, LEFT, CROWD - LEFT)


def test_places_that_come_free_meanwhile_are_given_once(door: Portal) -> None:
    """Four holds run out in the middle of the race: still every place is taken, by one each.

    Half of the processes still live in the last second of the holds.
    """
    door.ok("registration", "set", "--confirm-email")
    profile(door, activations=str(LEFT))
    for person in ("ann", "ben", "cat", "dan"):
        sign_up(door, person)
    door.ok("settings", "set", f"plan.max-active-users={LEFT + 1}")
    half = CROWD // 2
    finishes = race(
        door, [*crowd(half, now=VOID, called="v"), *crowd(half, now=LAST_SECOND, called="l")]
    )
    assert codes(finishes) == {None: LEFT, "profile_used_up": CROWD - LEFT}
    assert door.value("SELECT count(*) FROM users WHERE login IN ('ann', 'dan')") == 0
    check_everyone_was_told(door, LEFT, CROWD - LEFT)


# The same race without the guard -----------------------------------------------------------------


@pytest.fixture
def unlocked(door: Portal) -> Portal:
    """Return a portal whose tables no longer check that nothing is oversold."""
    if not door.is_sqlite:
        guards = """
            SELECT conrelid::regclass::text, conname FROM pg_constraint
            WHERE conname LIKE '%oversold'
        """
        for table, name in door.sql(guards):
            door.sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return door


@pytest.mark.parametrize("what", ["activations", "seats"])
def test_without_the_guard_the_same_race_oversells(unlocked: Portal, what: str) -> None:
    """Looking first and taking then gives places twice: the race above is one that can be lost."""
    profile(unlocked, activations=str(LEFT) if what == "activations" else "unlimited")
    if what == "seats":
        unlocked.ok("settings", "set", f"plan.max-active-users={LEFT + 1}")
    race(unlocked, crowd(), guarded=False)
    assert newcomers(unlocked) > LEFT


def test_behind_the_guard_stands_the_database(door: Portal) -> None:
    """Even then the tables' own checks let nobody in too many, unless they are switched off."""
    if door.is_sqlite:
        pytest.skip("the unguarded racers switch the checks of SQLite off")
    profile(door, activations=str(LEFT))
    race(door, crowd(), guarded=False)
    assert newcomers(door) == LEFT


# Different doors ---------------------------------------------------------------------------------


def test_the_last_seat_has_one_winner_whatever_the_door(door: Portal) -> None:
    """Signing up, being made and being activated at once: one person more is active."""
    profile(door)
    duelists = 8
    for number in range(duelists):
        door.ok("user", "create", *names(f"old{number}"))
        door.ok("user", "deactivate", f"old{number}")
    door.ok("settings", "set", "plan.max-active-users=2")
    signers = crowd(duelists)
    makers = [Racer([("user", "create", *names(f"new{n}"))], NOON) for n in range(duelists)]
    wakers = [Racer([("user", "activate", f"old{n}")], NOON) for n in range(duelists)]
    finishes = race(door, [*signers, *makers, *wakers])
    signed, made, woken = (finishes[at : at + duelists] for at in range(0, 3 * duelists, duelists))
    assert {finish.code for finish in signed + woken} <= {None, "plan_full"}
    assert {finish.code for finish in made} == {None}
    active = [
        finish for finish in finishes if finish.answer and finish.answer["status"] == "active"
    ]
    assert len(active) == 1
    assert door.value("SELECT count(*) FROM users WHERE status = 'active'") == 2
    check_ledgers(door)


def test_one_address_makes_one_account(door: Portal) -> None:
    """However many send the form at the same moment."""
    profile(door, activations="5")
    finishes = race(door, [Racer([signing("ann")], NOON)] * CROWD)
    assert codes(finishes) == {None: 1, "address_taken": CROWD - 1}
    assert newcomers(door) == 1
    check_everyone_was_told(door, 1, CROWD - 1)


def test_one_code_confirms_one_person_once(door: Portal) -> None:
    """Many clicks at once are all told yes, and one of them did it."""
    door.ok("registration", "set", "--confirm-email")
    profile(door)
    sign_up(door, "ann")
    body = door.value("SELECT body FROM notifications")
    code = body.partition("Code: ")[2].split()[0]
    finishes = race(door, [Racer([("registration", "confirm", code)], NOON)] * 16)
    assert codes(finishes) == {None: 16}
    rows = "SELECT count(*) FROM audit_rows WHERE code = 'registration.confirmed'"
    assert door.value(rows) == 1
    check_ledgers(door)


# While somebody changes the door -----------------------------------------------------------------


@pytest.fixture
def watched(door: Portal) -> Iterator[Portal]:
    """Return a portal with a profile; somebody looks all the time whether a limit is passed."""
    profile(door, activations="40")
    door.ok("settings", "set", "plan.max-active-users=60")
    is_over = threading.Event()
    passed: list[tuple[object, ...]] = []

    def watch() -> None:
        connection = driver.open_database(door.url, patience=10)
        while not is_over.wait(0.01):
            passed.extend(database.execute(connection, PASSED).fetchall())
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield door
    is_over.set()
    watcher.join()
    assert passed == []


def log(portal: Portal) -> list[str]:
    """Return what was done, in the order in which it was."""
    rows = portal.sql("SELECT code FROM audit_rows WHERE verdict = 'done' ORDER BY id")
    return [code for (code,) in rows]


def test_activations_can_be_lowered_while_people_come(watched: Portal) -> None:
    """Each edit holds or is refused for what is used by then; nobody slips in above it."""
    edits = [
        ("signup-profile", "edit", "spring", "--activations", str(limit))
        for limit in (12, 41, 14, 42, 20, 43, 30, 44)
    ]
    finishes = race(watched, [*crowd(16, tries=3), Racer(edits, NOON, after=5)])
    people, edited = finishes[:48], finishes[48:]
    assert set(codes(people)) <= {None, "profile_used_up"}
    assert set(codes(edited)) <= {None, "activations_below_used"}
    assert None in codes(edited)
    used, limit = watched.sql("SELECT activations_used, activation_limit FROM signup_profiles")[0]
    assert used == newcomers(watched) == codes(people)[None] <= limit
    check_ledgers(watched)


def coming_until_refused() -> list[Racer]:
    """Return processes that bring people in as long as they are let."""
    return [
        Racer([signing(f"p{number}x{turn}") for turn in range(100)], NOON, stops_when_refused=True)
        for number in range(8)
    ]


def test_nobody_comes_through_a_profile_that_is_gone(door: Portal) -> None:
    """Who was before the deletion stays, who comes after it is told `unknown`."""
    profile(door)
    delete = Racer([("signup-profile", "delete", "spring", "--yes")], NOON, after=5)
    told = codes(race(door, [delete, *coming_until_refused()])[1:])
    assert told == {None: newcomers(door), "profile_unknown": 8}
    done = log(door)
    assert "profile.activated" not in done[done.index("profile.deleted") :]
    assert newcomers(door) >= 5
    assert door.value("SELECT count(*) FROM activations") == 0
    check_ledgers(door)


def test_nobody_comes_once_registration_is_off(door: Portal) -> None:
    """The switch holds from its commit on."""
    profile(door)
    disable = Racer([("registration", "disable")], NOON, after=5)
    told = codes(race(door, [disable, *coming_until_refused()])[1:])
    assert told == {None: newcomers(door), "registration_off": 8}
    done = log(door)
    switched = len(done) - 1 - done[::-1].index("registration.set")
    assert "profile.activated" not in done[switched:]
    assert newcomers(door) >= 5
    check_ledgers(door)


def test_a_plan_can_be_made_smaller_while_people_come(watched: Portal) -> None:
    """Refused for what is taken by then, or binding from then on."""
    sizes = [("settings", "set", f"plan.max-active-users={size}") for size in (8, 50, 12, 20, 30)]
    finishes = race(watched, [*crowd(16, tries=3), Racer(sizes, NOON, after=5)])
    assert set(codes(finishes[:48])) <= {None, "plan_full", "profile_used_up"}
    assert set(codes(finishes[48:])) <= {None, "plan_below_taken"}
    check_ledgers(watched)
