"""Killing who switches sessions: exactly one place is held whatever came last, and it goes on."""

import random  # noqa: TID251 - the same instants each time
import time

import pytest

from tests.conftest import Portal
from tests.kills import run_killed
from tests.trainings import create_person, create_session, create_training

KILLS = 100
SWITCHES = 300
SWITCH = ("enrollment", "switch", "--user", "ann", "--training", "aid", "--to")


@pytest.fixture
def portal_with_one_place_sessions(portal: Portal) -> Portal:
    """Return a portal with somebody in one of two sessions that have one place each.

    Her supervisor is told of every switch: a place lost would show at once, and so would a word of
    what did not happen.
    """
    create_person(portal, "ann")
    create_person(portal, "boss")
    portal.ok("user", "edit", "ann", "--supervisor", "boss")
    create_training(portal, "aid")
    portal.ok("training", "edit", "aid", "--notify-supervisors")
    portal.ok("catalog", "open", "aid", "--training", "--everybody")
    create_session(portal, "left", "--capacity", "1")
    create_session(portal, "right", "--capacity", "1")
    portal.ok("--as", "ann", "enrollment", "join", "--training", "aid", "--session", "left")
    return portal


def held_session(portal: Portal) -> str:
    """Return which session she is in: exactly one, whose counter alone says so."""
    taken = portal.sql("SELECT code, taken FROM training_sessions ORDER BY code")
    rows = portal.sql(
        """
        SELECT s.code, e.moves FROM training_enrollments e
        JOIN training_sessions s ON s.id = e.session_id WHERE e.canceled_at IS NULL
        """
    )
    ((code, _),) = rows
    assert taken == [(side, int(side == code)) for side in ("left", "right")]
    return str(code)


def count_switches(portal: Portal) -> int:
    """Return how often she has switched, after comparing it with what her supervisor was told."""
    found = int(portal.value("SELECT moves FROM training_enrollments"))
    told = "SELECT count(*) FROM notifications WHERE kind = 'training_supervision'"
    # One notice and one mail, also of her joining.
    assert portal.value(told) == 2 * (found + 1)
    log = "SELECT count(*) FROM audit_rows WHERE code = 'training.switched'"
    assert portal.value(log) == found
    return found


def wait_for_server(portal: Portal) -> None:
    """Wait until the server has ended what the dead process had begun."""
    portal.sql("UPDATE trainings SET version = version")


def other_session(side: str) -> str:
    """Return the session that is not this one."""
    return "right" if side == "left" else "left"


def test_killed_before_any_database_call_she_stays_where_she_was(
    portal_with_one_place_sessions: Portal,
) -> None:
    """Each second call of the database is the last: the switch has happened whole or not at all."""
    at = 1
    while run_killed(portal_with_one_place_sessions, [*SWITCH, "right"], at):
        held = held_session(portal_with_one_place_sessions)
        if held == "right":  # It was killed after the commit, when the log is sealed.
            break
        assert (held, count_switches(portal_with_one_place_sessions)) == ("left", 0)
        at += 2
    assert (
        held_session(portal_with_one_place_sessions),
        count_switches(portal_with_one_place_sessions),
    ) == (
        "right",
        1,
    )
    assert at > 10
    portal_with_one_place_sessions.ok(*SWITCH, "left")
    assert held_session(portal_with_one_place_sessions) == "left"
    assert portal_with_one_place_sessions.ok("db", "check", "-o", "json").json == []


@pytest.mark.heavy
def test_killed_at_a_hundred_instants_she_holds_one_place(
    portal_with_one_place_sessions: Portal,
) -> None:
    """A real process that sends her to and fro, killed at chance instants; each time it goes on."""
    lines = [" ".join((*SWITCH, side)) for side in ("right", "left") * (SWITCHES // 2)]
    file = portal_with_one_place_sessions.folder / "switches.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    chance = random.Random(20261122)
    started = time.monotonic()
    portal_with_one_place_sessions.start("batch", str(file), "-o", "off").communicate()
    whole = time.monotonic() - started
    seen = count_switches(portal_with_one_place_sessions)
    assert seen == SWITCHES
    in_between, sides = 0, set()
    for _ in range(KILLS):
        process = portal_with_one_place_sessions.start("batch", str(file), "-o", "off")
        time.sleep(chance.uniform(0, whole))
        process.kill()
        process.communicate()
        wait_for_server(portal_with_one_place_sessions)
        side = held_session(portal_with_one_place_sessions)
        sides.add(side)
        in_between += 0 < count_switches(portal_with_one_place_sessions) - seen < SWITCHES
        assert portal_with_one_place_sessions.ok("db", "check", "-o", "json").json == []
        portal_with_one_place_sessions.ok(*SWITCH, other_session(side))
        assert held_session(portal_with_one_place_sessions) == other_session(side)
        portal_with_one_place_sessions.ok(*SWITCH, "left")
        seen = count_switches(portal_with_one_place_sessions)
    assert in_between > KILLS // 2
    assert sides == {"left", "right"}
