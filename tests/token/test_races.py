"""What happens at the same moment: no use is given twice, and none stays empty."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from lmsctl.kit import database, driver
from tests.conftest import NOON, Portal
from tests.racers import Finish, Racer, race
from tests.refusals import audit_rows
from tests.signups import person_options
from tests.tokens import (
    checked_uses,
    create_items,
    create_person,
    create_token,
    enrolled_addresses,
    invited_addresses,
    redeem_command,
    show_token,
)

CROWD = 64
TRIES = 3
LIMIT = 100
PASSED = """
    SELECT uses, use_limit, seats_taken, seat_limit FROM tokens, portals
    WHERE uses > use_limit OR seats_taken > seat_limit
"""


@pytest.fixture
def portal_with_items(portal: Portal) -> Portal:
    """Return a portal with something to learn."""
    return create_items(portal)


def codes(finishes: Sequence[Finish]) -> dict[str | None, int]:
    """Return how often each code ended a command line; None for success."""
    return dict(Counter(finish.code for finish in finishes))


def create_known_people(portal: Portal, people: int) -> None:
    """Make every second of the first `people` known, so that each meets strangers too."""
    rows = "".join(f"k{number},k{number}@example.com,F,L\n" for number in range(0, people, 2))
    portal.ok("user", "import", "-", stdin="Login,Email,First name,Last name\n" + rows)


def redeeming_racers(size: int, tries: int, code: str = "spring") -> list[Racer]:
    """Return so many processes that each redeem for so many people, every one another."""
    return [
        Racer([redeem_command(f"k{number * tries + turn}", code) for turn in range(tries)], NOON)
        for number in range(size)
    ]


@pytest.mark.parametrize(
    ("size", "limit"), [(24, 40), pytest.param(CROWD, LIMIT, marks=pytest.mark.heavy)]
)
def test_a_limit_lets_exactly_so_many_in(portal_with_items: Portal, size: int, limit: int) -> None:
    """Processes redeem for three people each, half of them known: all uses are taken by one each.

    Nobody is refused while a use is left: as many are refused as come after the last.
    """
    create_known_people(portal_with_items, size * TRIES)
    create_token(portal_with_items, "spring", "topic", "--limit", str(limit))
    finishes = race(portal_with_items, redeeming_racers(size, TRIES))
    assert codes(finishes) == {None: limit, "token_used_up": size * TRIES - limit}
    assert checked_uses(portal_with_items) == limit
    assert len(enrolled_addresses(portal_with_items)) == limit
    newcomers = sum(finish.answer["is_new_person"] for finish in finishes if finish.answer)
    assert 0 < newcomers < limit
    assert len(invited_addresses(portal_with_items)) == newcomers
    assert portal_with_items.value("SELECT count(*) FROM users WHERE origin = 'token'") == newcomers
    refusals = "SELECT count(*) FROM audit_rows WHERE verdict = 'refused'"
    assert portal_with_items.value(refusals) == size * TRIES - limit


def test_all_uses_are_taken_where_transactions_are_serializable(portal_with_items: Portal) -> None:
    """Whoever is told by the server to begin again stands in line then, and gets a turn."""
    if portal_with_items.is_sqlite:
        pytest.skip("SQLite's writers are alone")
    create_token(portal_with_items, "spring", "topic", "--limit", str(LIMIT))
    between = "&" if "?" in portal_with_items.url else "?"
    options = f"{between}options=-cdefault_transaction_isolation%3Dserializable"
    strict = Portal(
        portal_with_items.url + ("" if portal_with_items.is_serializable else options),
        portal_with_items.folder,
        portal_with_items.now,
    )
    finishes = race(strict, redeeming_racers(CROWD, 2))
    assert codes(finishes) == {None: LIMIT, "token_used_up": CROWD * 2 - LIMIT}
    assert checked_uses(portal_with_items) == LIMIT


@pytest.mark.heavy
def test_two_hundred_people_in_each_of_64_processes(portal_with_items: Portal) -> None:
    """12,800 redemptions by 400 people at once, half of them known: exactly a hundred get in."""
    people, tries = 400, 200
    create_known_people(portal_with_items, people)
    create_token(portal_with_items, "spring", "topic", "--limit", str(LIMIT))
    racers = [
        Racer([redeem_command(f"k{(number * 31 + turn) % people}") for turn in range(tries)], NOON)
        for number in range(CROWD)
    ]
    finishes = race(portal_with_items, racers, patience=3_600)
    won = [finish.answer for finish in finishes if finish.answer]
    assert sum(answer["is_new_enrollment"] for answer in won) == LIMIT
    assert set(codes(finishes)) == {None, "token_used_up"}
    assert checked_uses(portal_with_items) == LIMIT == len(enrolled_addresses(portal_with_items))
    assert len(invited_addresses(portal_with_items)) == sum(
        answer["is_new_person"] for answer in won
    )


@pytest.fixture
def portal_without_checks(portal_with_items: Portal) -> Portal:
    """Return a portal whose tables no longer check that nothing is oversold."""
    if not portal_with_items.is_sqlite:
        portal_with_items.sql("ALTER TABLE tokens DROP CONSTRAINT uses_not_oversold")
    return portal_with_items


def test_without_the_guard_the_same_race_oversells(portal_without_checks: Portal) -> None:
    """Looking first and taking then gives uses twice: the race above is one that can be lost."""
    create_token(portal_without_checks, "spring", "topic", "--limit", "10")
    race(portal_without_checks, redeeming_racers(32, 1), guarded=False, course="tests.token_racers")
    assert show_token(portal_without_checks)["uses"] > 10


def test_one_person_many_times_is_one_use(portal_with_items: Portal) -> None:
    """A hundred clicks at once: everybody is told yes, one account, one use, one invitation."""
    create_token(portal_with_items, "spring", "topic", "--limit", "5")
    finishes = race(portal_with_items, [Racer([redeem_command("ann")] * 4, NOON)] * 25)
    assert codes(finishes) == {None: 100}
    assert sum(finish.answer["is_new_enrollment"] for finish in finishes) == 1
    assert checked_uses(portal_with_items) == 1
    assert (
        enrolled_addresses(portal_with_items)
        == invited_addresses(portal_with_items)
        == ["ann@example.com"]
    )


def test_one_known_person_many_times_is_one_use_too(portal_with_items: Portal) -> None:
    """Whatever way their address is written."""
    create_person(portal_with_items, "ann")
    create_token(portal_with_items, "spring", "topic", "--limit", "1")
    spellings = ("ann", "Ann", "ANN", "aNN")
    finishes = race(
        portal_with_items, [Racer([redeem_command(name) for name in spellings], NOON)] * 12
    )
    assert codes(finishes) == {None: 48}
    assert (
        checked_uses(portal_with_items),
        len(enrolled_addresses(portal_with_items)),
        invited_addresses(portal_with_items),
    ) == (1, 1, [])


def test_several_tokens_share_one_plan(portal_with_items: Portal) -> None:
    """With 20 seats and three tokens of 10 uses, 20 strangers get in and no use is lost."""
    for code in ("one", "two", "three"):
        create_token(portal_with_items, code, "topic", "--limit", "10")
    portal_with_items.ok("settings", "set", "plan.max-active-users=21")
    racers = [
        Racer([redeem_command(f"{code}{number}", code)], NOON)
        for number in range(16)
        for code in ("one", "two", "three")
    ]
    finishes = race(portal_with_items, racers)
    assert codes(finishes)[None] == 20
    assert set(codes(finishes)) <= {None, "plan_full", "token_used_up"}
    used = [checked_uses(portal_with_items, code) for code in ("one", "two", "three")]
    assert sum(used) == 20
    assert max(used) <= 10
    assert portal_with_items.value("SELECT seats_taken FROM portals") == 21


# While somebody changes the token ----------------------------------------------------------------


@pytest.fixture
def watched_portal(portal_with_items: Portal) -> Iterator[Portal]:
    """Return a portal with a token; somebody looks all the time whether a limit is passed."""
    create_token(portal_with_items, "spring", "topic", "--limit", "40")
    portal_with_items.ok("settings", "set", "plan.max-active-users=60")
    is_over = threading.Event()
    passed: list[tuple[object, ...]] = []

    def watch() -> None:
        connection = driver.open_database(portal_with_items.url, patience=10)
        while not is_over.wait(0.01):
            passed.extend(database.execute(connection, PASSED).fetchall())
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield portal_with_items
    is_over.set()
    watcher.join()
    assert passed == []


def test_a_limit_can_be_lowered_while_people_come(watched_portal: Portal) -> None:
    """Each edit holds or is refused for what is used by then; nobody slips in above it."""
    limits = (5, 41, 12, 42, 20, 43, 30, 44)
    edits = [("token", "edit", "spring", "--limit", str(limit)) for limit in limits]
    finishes = race(watched_portal, [*redeeming_racers(16, 3), Racer(edits, NOON)])
    assert set(codes(finishes[:48])) <= {None, "token_used_up"}
    assert set(codes(finishes[48:])) <= {None, "token_limit_below_uses"}
    assert (
        checked_uses(watched_portal)
        == codes(finishes[:48])[None]
        <= show_token(watched_portal)["limit"]
    )


def test_a_pause_turns_people_away_and_loses_no_use(watched_portal: Portal) -> None:
    """Whoever came while it was on is counted, whoever came while it was off is not."""
    pauses = [("token", verb, "spring") for verb in ("deactivate", "activate") * 6]
    finishes = race(watched_portal, [*redeeming_racers(16, 2), Racer(pauses, NOON)])
    told = codes(finishes[:32])
    assert set(told) <= {None, "token_disabled"}
    assert checked_uses(watched_portal) == len(enrolled_addresses(watched_portal)) == told[None]


def test_nobody_comes_by_a_token_that_is_gone(watched_portal: Portal) -> None:
    """Who was before the deletion stays, who comes after it is told `unknown`."""
    wait = [("token", "list")] * 8
    delete = Racer([*wait, ("token", "delete", "spring", "--yes")], NOON)
    finishes = race(watched_portal, [*redeeming_racers(16, 3), delete])
    told = codes(finishes[:48])
    assert set(told) <= {None, "token_unknown", "token_used_up"}
    came = told.get(None, 0)
    assert len(enrolled_addresses(watched_portal)) == came
    assert watched_portal.value("SELECT count(*) FROM redemptions") == came
    done = "SELECT code FROM audit_rows WHERE verdict = 'done' ORDER BY id"
    log = [code for (code,) in watched_portal.sql(done)]
    assert "token.redeemed" not in log[log.index("token.deleted") :]
    assert audit_rows(watched_portal)


def test_who_is_deactivated_meanwhile_is_enrolled_before_or_refused(watched_portal: Portal) -> None:
    """Never enrolled after the end of their account."""
    for number in range(16):
        watched_portal.ok("user", "create", *person_options(f"k{number}"))
    enders = [Racer([("user", "deactivate", f"k{number}")], NOON) for number in range(16)]
    finishes = race(watched_portal, [*redeeming_racers(16, 1), *enders])
    told = codes(finishes[:16])
    assert set(told) <= {None, "redeemer_not_active"}
    assert codes(finishes[16:]) == {None: 16}
    assert (
        checked_uses(watched_portal) == len(enrolled_addresses(watched_portal)) == told.get(None, 0)
    )
