"""What happens at the same moment: no place is given twice, and none stays empty."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from lmsctl.kit import database, driver
from tests.conftest import NOON, Portal
from tests.racers import Finish, Racer, race
from tests.signups import (
    LAST_SECOND,
    VOID,
    check_ledgers,
    create_profile,
    open_registration,
    person_options,
    sign_up,
    sign_up_command,
)

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
        Racer([sign_up_command(f"{called}{number}x{turn}") for turn in range(tries)], now)
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
def signup_portal(portal: Portal) -> Portal:
    """Return a portal with self-registration on."""
    return open_registration(portal)


def test_n_activations_let_exactly_n_in(signup_portal: Portal) -> None:
    """32 processes at once on 10 activations: 10 people, everybody else is told `used up`."""
    create_profile(signup_portal, activations=str(LEFT))
    finishes = race(signup_portal, crowd())
    assert codes(finishes) == {None: LEFT, "profile_used_up": CROWD - LEFT}
    check_everyone_was_told(signup_portal, LEFT, CROWD - LEFT)


def test_n_seats_let_exactly_n_in(signup_portal: Portal) -> None:
    """32 processes at once on 10 seats: 10 people, everybody else is told `plan full`."""
    create_profile(signup_portal)
    signup_portal.ok("settings", "set", f"plan.max-active-users={LEFT + 1}")
    finishes = race(signup_portal, crowd())
    assert codes(finishes) == {None: LEFT, "plan_full": CROWD - LEFT}
    check_everyone_was_told(signup_portal, LEFT, CROWD - LEFT)


def test_places_that_come_free_meanwhile_are_given_once(signup_portal: Portal) -> None:
    """Four holds run out in the middle of the race: still every place is taken, by one each.

    Half of the processes still live in the last second of the holds.
    """
    signup_portal.ok("registration", "set", "--confirm-email")
    create_profile(signup_portal, activations=str(LEFT))
    for person in ("ann", "ben", "cat", "dan"):
        sign_up(signup_portal, person)
    signup_portal.ok("settings", "set", f"plan.max-active-users={LEFT + 1}")
    half = CROWD // 2
    finishes = race(
        signup_portal,
        [*crowd(half, now=VOID, called="v"), *crowd(half, now=LAST_SECOND, called="l")],
    )
    assert codes(finishes) == {None: LEFT, "profile_used_up": CROWD - LEFT}
    assert signup_portal.value("SELECT count(*) FROM users WHERE login IN ('ann', 'dan')") == 0
    check_everyone_was_told(signup_portal, LEFT, CROWD - LEFT)


# The same race without the guard -----------------------------------------------------------------


@pytest.fixture
def portal_without_checks(signup_portal: Portal) -> Portal:
    """Return a portal whose tables no longer check that nothing is oversold."""
    if not signup_portal.is_sqlite:
        guards = """
            SELECT conrelid::regclass::text, conname FROM pg_constraint
            WHERE conname LIKE '%oversold'
        """
        for table, name in signup_portal.sql(guards):
            signup_portal.sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return signup_portal


@pytest.mark.parametrize("what", ["activations", "seats"])
def test_without_the_guard_the_same_race_oversells(
    portal_without_checks: Portal, what: str
) -> None:
    """Looking first and taking then gives places twice: the race above is one that can be lost."""
    create_profile(
        portal_without_checks, activations=str(LEFT) if what == "activations" else "unlimited"
    )
    if what == "seats":
        portal_without_checks.ok("settings", "set", f"plan.max-active-users={LEFT + 1}")
    race(portal_without_checks, crowd(), guarded=False)
    assert newcomers(portal_without_checks) > LEFT


def test_behind_the_guard_stands_the_database(signup_portal: Portal) -> None:
    """Even then the tables' own checks let nobody in too many, unless they are switched off."""
    if signup_portal.is_sqlite:
        pytest.skip("the unguarded racers switch the checks of SQLite off")
    create_profile(signup_portal, activations=str(LEFT))
    race(signup_portal, crowd(), guarded=False)
    assert newcomers(signup_portal) == LEFT


# Different doors ---------------------------------------------------------------------------------


def test_the_last_seat_has_one_winner_whatever_the_door(signup_portal: Portal) -> None:
    """Signing up, being made and being activated at once: one person more is active."""
    create_profile(signup_portal)
    duelists = 8
    for number in range(duelists):
        signup_portal.ok("user", "create", *person_options(f"old{number}"))
        signup_portal.ok("user", "deactivate", f"old{number}")
    signup_portal.ok("settings", "set", "plan.max-active-users=2")
    signers = crowd(duelists)
    makers = [
        Racer([("user", "create", *person_options(f"new{n}"))], NOON) for n in range(duelists)
    ]
    wakers = [Racer([("user", "activate", f"old{n}")], NOON) for n in range(duelists)]
    finishes = race(signup_portal, [*signers, *makers, *wakers])
    signed, made, woken = (finishes[at : at + duelists] for at in range(0, 3 * duelists, duelists))
    assert {finish.code for finish in signed + woken} <= {None, "plan_full"}
    assert {finish.code for finish in made} == {None}
    active = [
        finish for finish in finishes if finish.answer and finish.answer["status"] == "active"
    ]
    assert len(active) == 1
    assert signup_portal.value("SELECT count(*) FROM users WHERE status = 'active'") == 2
    check_ledgers(signup_portal)


def test_one_address_makes_one_account(signup_portal: Portal) -> None:
    """However many send the form at the same moment."""
    create_profile(signup_portal, activations="5")
    finishes = race(signup_portal, [Racer([sign_up_command("ann")], NOON)] * CROWD)
    assert codes(finishes) == {None: 1, "address_taken": CROWD - 1}
    assert newcomers(signup_portal) == 1
    check_everyone_was_told(signup_portal, 1, CROWD - 1)


def test_one_code_confirms_one_person_once(signup_portal: Portal) -> None:
    """Many clicks at once are all told yes, and one of them did it."""
    signup_portal.ok("registration", "set", "--confirm-email")
    create_profile(signup_portal)
    sign_up(signup_portal, "ann")
    body = signup_portal.value("SELECT body FROM notifications")
    code = body.partition("Code: ")[2].split()[0]
    finishes = race(signup_portal, [Racer([("registration", "confirm", code)], NOON)] * 16)
    assert codes(finishes) == {None: 16}
    rows = "SELECT count(*) FROM audit_rows WHERE code = 'registration.confirmed'"
    assert signup_portal.value(rows) == 1
    check_ledgers(signup_portal)


# While somebody changes the door -----------------------------------------------------------------


@pytest.fixture
def watched_portal(signup_portal: Portal) -> Iterator[Portal]:
    """Return a portal with a profile; somebody looks all the time whether a limit is passed."""
    create_profile(signup_portal, activations="40")
    signup_portal.ok("settings", "set", "plan.max-active-users=60")
    is_over = threading.Event()
    passed: list[tuple[object, ...]] = []

    def watch() -> None:
        connection = driver.open_database(signup_portal.url, patience=10)
        while not is_over.wait(0.01):
            passed.extend(database.execute(connection, PASSED).fetchall())
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield signup_portal
    is_over.set()
    watcher.join()
    assert passed == []


def audit_entries(portal: Portal) -> list[str]:
    """Return what was done, in the order in which it was."""
    rows = portal.sql("SELECT code FROM audit_rows WHERE verdict = 'done' ORDER BY id")
    return [code for (code,) in rows]


def test_activations_can_be_lowered_while_people_come(watched_portal: Portal) -> None:
    """Each edit holds or is refused for what is used by then; nobody slips in above it."""
    edits = [
        ("signup-profile", "edit", "spring", "--activations", str(limit))
        for limit in (12, 41, 14, 42, 20, 43, 30, 44)
    ]
    finishes = race(watched_portal, [*crowd(16, tries=3), Racer(edits, NOON, after=5)])
    people, edited = finishes[:48], finishes[48:]
    assert set(codes(people)) <= {None, "profile_used_up"}
    assert set(codes(edited)) <= {None, "activations_below_used"}
    assert None in codes(edited)
    used, limit = watched_portal.sql(
        "SELECT activations_used, activation_limit FROM signup_profiles"
    )[0]
    assert used == newcomers(watched_portal) == codes(people)[None] <= limit
    check_ledgers(watched_portal)


def coming_until_refused() -> list[Racer]:
    """Return processes that bring people in as long as they are let."""
    return [
        Racer(
            [sign_up_command(f"p{number}x{turn}") for turn in range(100)],
            NOON,
            stops_when_refused=True,
        )
        for number in range(8)
    ]


def test_nobody_comes_through_a_profile_that_is_gone(signup_portal: Portal) -> None:
    """Who was before the deletion stays, who comes after it is told `unknown`."""
    create_profile(signup_portal)
    delete = Racer([("signup-profile", "delete", "spring", "--yes")], NOON, after=5)
    told = codes(race(signup_portal, [delete, *coming_until_refused()])[1:])
    assert told == {None: newcomers(signup_portal), "profile_unknown": 8}
    done = audit_entries(signup_portal)
    assert "profile.activated" not in done[done.index("profile.deleted") :]
    assert newcomers(signup_portal) >= 5
    assert signup_portal.value("SELECT count(*) FROM activations") == 0
    check_ledgers(signup_portal)


def test_nobody_comes_once_registration_is_off(signup_portal: Portal) -> None:
    """The switch holds from its commit on."""
    create_profile(signup_portal)
    disable = Racer([("registration", "disable")], NOON, after=5)
    told = codes(race(signup_portal, [disable, *coming_until_refused()])[1:])
    assert told == {None: newcomers(signup_portal), "registration_off": 8}
    done = audit_entries(signup_portal)
    switched = len(done) - 1 - done[::-1].index("registration.set")
    assert "profile.activated" not in done[switched:]
    assert newcomers(signup_portal) >= 5
    check_ledgers(signup_portal)


def test_a_plan_can_be_made_smaller_while_people_come(watched_portal: Portal) -> None:
    """Refused for what is taken by then, or binding from then on."""
    sizes = [("settings", "set", f"plan.max-active-users={size}") for size in (8, 50, 12, 20, 30)]
    finishes = race(watched_portal, [*crowd(16, tries=3), Racer(sizes, NOON, after=5)])
    assert set(codes(finishes[:48])) <= {None, "plan_full", "profile_used_up"}
    assert set(codes(finishes[48:])) <= {None, "plan_below_taken"}
    check_ledgers(watched_portal)
