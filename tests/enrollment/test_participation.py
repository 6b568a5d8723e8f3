"""What learners do with their trainings: joining, switching, leaving, and why they may not."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.trainings import goes, participants, person, session, shown, training

START = "2026-03-31T07:00:00Z"
JOIN = ("enrollment", "join", "--training", "aid")
LEAVE = ("enrollment", "leave", "--training", "aid")
SWITCH = ("enrollment", "switch", "--training", "aid")
EXPLAIN = ("enrollment", "explain", "--training", "aid")
ANN = ("--as", "ann")


@pytest.fixture
def hall(portal: Portal) -> Portal:
    """Return a portal with learners, and a training in Berlin that is open to everybody."""
    for login in ("ann", "ben", "cyd"):
        person(portal, login)
    training(portal, "aid", "--time-zone", "Europe/Berlin")
    session(portal, "spring", "--capacity", "2")
    session(portal, "summer", "--capacity", "1", starts="2026-06-30T09:00")
    portal.ok("catalog", "open", "aid", "--training", "--everybody")
    return portal


def part(portal: Portal, login: str = "ann") -> dict[str, Any] | None:
    """Return how somebody takes part; the places taken are always the people in them."""
    assert portal.ok("db", "check", "-o", "json").json == []
    rows = [row for row in participants(portal) if row["login"] == login]
    return rows[0] if rows else None


def at(moment: str) -> dict[str, str]:
    """Return the variable that stops the clock at a moment."""
    return {"LMSCTL_NOW": moment}


def codes(error: dict[str, Any]) -> list[str]:
    """Return the codes of all that stood in the way."""
    return [detail["code"] for detail in error["details"]] or [error["code"]]


# Joining -----------------------------------------------------------------------------------------


def test_learners_join_with_a_session_or_choose_later(hall: Portal) -> None:
    """They are nobody's pre-selection; joining again counts nothing."""
    assert "ann takes part in aid:spring." in hall.ok(*JOIN, "--session", "spring", *ANN).err
    found = part(hall)
    assert found is not None
    assert (found["session"], found["is_preselected"], found["side"], found["access_at"]) == (
        "spring",
        False,
        "learner",
        NOON,
    )
    with unchanged(hall, audited=0):
        hall.ok(*JOIN, "--session", "spring", *ANN)
        assert "already" in hall.ok(*JOIN, *ANN).err
    refused(hall, *JOIN, "--session", "summer", *ANN, code="takes_part_already", status=5)
    hall.ok(*JOIN, "--user", "ben")
    found = part(hall, "ben")
    assert found is not None
    assert found["session"] is None
    assert shown(hall)["taken"] == 1


def test_learners_act_for_themselves_or_somebody_for_them(hall: Portal) -> None:
    """Whoever manages their enrollments; others are told that they may not."""
    refused(hall, *JOIN, code="learner_unnamed", status=2, audited=0)
    refused(hall, *JOIN, "--user", "ben", *ANN, code="permission_missing", status=8)
    hall.ok(*JOIN, "--user", "ANN.x@example.com", *ANN)
    refused(hall, *JOIN, "--user", "nobody", code="user_unknown", status=4)
    refused(
        hall, *SWITCH, "--to", "spring", "--user", "ben", code="participation_unknown", status=4
    )
    refused(hall, *LEAVE, "--user", "ben", code="participation_unknown", status=4)
    hall.ok("user", "deactivate", "ben")
    refused(hall, *JOIN, "--user", "ben", code="person_not_active")


def test_only_what_the_catalog_opens_can_be_joined(hall: Portal) -> None:
    """To everybody, a type, a group, or a department and all below it.

    To others it does not exist; who sees it is told why they may not join.
    """
    hall.ok("catalog", "close", "aid", "--training", "--everybody")
    refused(hall, *JOIN, *ANN, code="training_unknown", status=4)
    refused(hall, *JOIN, "--user", "ann", code="training_not_offered")
    hall.ok("department", "create", "Sales")
    hall.ok("department", "create", "EMEA", "--parent", "Sales")
    person(hall, "dee", "--department", "Sales/EMEA", "--type", "client")
    hall.ok("group", "create", "Pilots")
    hall.ok("group", "add", "Pilots", "dee")
    for opening in (("--type", "client"), ("--group", "Pilots"), ("--department", "Sales")):
        hall.ok("catalog", "open", "aid", "--training", *opening)
        rows = hall.ok("catalog", "list", "aid", "--training", "-o", "json").json
        assert [(row["training"], row["opening"], row["name"]) for row in rows] == [
            ("aid", opening[0][2:], opening[1])
        ]
        assert hall.ok("catalog", "list", "-o", "id").out == "aid\n"
        hall.ok(*JOIN, "--as", "dee", "--dry-run")
        refused(hall, *JOIN, *ANN, code="training_unknown", status=4)
        with unchanged(hall, audited=0):
            hall.ok("catalog", "open", "aid", "--training", *opening)
        if opening[0] != "--type":
            noun = opening[0][2:]
            hall.ok("user", "move", "dee", "--department", "/")
            assert "Goes too: 1 opening of trainings in the catalog." in " ".join(
                goes(hall, noun, "delete", opening[1])
            )
            hall.ok("user", "move", "dee", "--department", "Sales/EMEA")
        hall.ok("catalog", "close", "aid", "--training", *opening)
        refused(hall, *JOIN, "--as", "dee", code="training_unknown", status=4)
    absent = ("catalog", "open", "nosuch", "--training", "--everybody")
    refused(hall, *absent, code="training_unknown", status=4)


def test_registration_stops_at_its_instant(hall: Portal) -> None:
    """One second before works; without a deadline it is the start that stops it."""
    hall.ok("training", "set-deadlines", "aid", "--stop-registration", "2d")
    joining = (*JOIN, "--session", "spring", *ANN)
    hall.ok(*joining, "--dry-run", **at("2026-03-29T06:59:59Z"))
    hall.now = "2026-03-29T07:00:00Z"
    error = refused(hall, *joining, code="registration_stopped")
    assert "enrollment extend --user ann --training aid --deadline registration" in error["hint"]
    hall.ok("training", "set-deadlines", "aid", "--stop-registration", "off")
    hall.ok(*joining, "--dry-run", **at("2026-03-31T06:59:59Z"))
    hall.now = START
    refused(hall, *joining, code="session_begun")
    hall.ok(*JOIN, *ANN, "--dry-run")
    hall.now = "2026-06-30T07:00:00Z"
    refused(hall, *JOIN, *ANN, code="no_session_open")


def test_a_session_that_is_full_or_canceled_takes_nobody(hall: Portal) -> None:
    """A place that somebody leaves is free again."""
    hall.ok(*JOIN, "--session", "summer", "--user", "ben")
    joining = (*JOIN, "--session", "summer", *ANN)
    refused(hall, *joining, code="session_full")
    hall.ok(*LEAVE, "--user", "ben")
    hall.ok(*joining)
    hall.ok("session", "cancel", "aid", "spring")
    refused(hall, *JOIN, "--session", "spring", "--user", "ben", code="session_canceled")
    refused(hall, *JOIN, "--session", "x", "--user", "ben", code="session_unknown", status=4)


# Leaving -----------------------------------------------------------------------------------------


def test_leaving_ends_it_and_frees_the_place(hall: Portal) -> None:
    """One may come again while registration is open, and nothing is asked then."""
    hall.ok(*JOIN, "--session", "spring", *ANN)
    ran = hall.ok(*LEAVE, *ANN, "-o", "json")
    assert "ann has left aid:spring." in ran.err
    assert (ran.json["session"], ran.json["state"]) == ("spring", "left")
    assert part(hall) is None
    assert shown(hall)["taken"] == 0
    refused(hall, *LEAVE, *ANN, code="participation_unknown", status=4)
    hall.ok(*JOIN, "--session", "spring", *ANN)


def test_each_gate_alone_keeps_a_learner(hall: Portal) -> None:
    """Pre-selected, begun, attendance, lock and deadline; each says who could change it."""
    hall.ok("enroll", "--user", "ann", "--training", "aid:spring")
    assert "enrollment edit" in refused(hall, *LEAVE, *ANN, code="session_preselected")["hint"]
    hall.ok("enrollment", "cancel", "--user", "ann", "--training", "aid")
    hall.ok(*JOIN, "--session", "spring", *ANN)
    hall.ok("training", "lock", "aid")
    assert "training unlock" in refused(hall, *LEAVE, *ANN, code="participants_locked")["hint"]
    refused(hall, *SWITCH, "--to", "summer", *ANN, code="participants_locked")
    hall.ok(*JOIN, "--user", "ben")
    hall.ok("training", "unlock", "aid")
    hall.ok("training", "set-deadlines", "aid", "--stop-cancellations", "1d")
    hall.ok(*LEAVE, *ANN, "--dry-run", **at("2026-03-30T06:59:59Z"))
    hall.now = "2026-03-30T07:00:00Z"
    error = refused(hall, *LEAVE, *ANN, code="cancellations_stopped")
    assert "enrollment extend --user ann --training aid --deadline cancellation" in error["hint"]
    hall.ok("training", "set-deadlines", "aid", "--stop-cancellations", "off")
    hall.now = START
    refused(hall, *LEAVE, *ANN, code="session_begun")
    hall.ok("session", "attendance", "aid", "spring", "--everybody")
    hall.ok("session", "edit", "aid", "spring", "--starts", "2026-04-15T09:00")
    refused(hall, *LEAVE, *ANN, code="attendance_recorded")


def test_all_that_stands_in_the_way_is_told_in_one_order(hall: Portal) -> None:
    """The same order whatever came first; explaining says the same, and changes nothing."""
    hall.ok("enroll", "--user", "ann", "--training", "aid:spring")
    hall.ok("training", "lock", "aid")
    hall.ok("training", "set-deadlines", "aid", "--stop-cancellations", "1mo")
    hall.now = START
    hall.ok("session", "attendance", "aid", "spring", "--everybody")
    expected = [
        "session_preselected",
        "session_begun",
        "attendance_recorded",
        "participants_locked",
        "cancellations_stopped",
    ]
    assert codes(refused(hall, *LEAVE, *ANN, code="gates_closed")) == expected
    switching = refused(hall, *SWITCH, "--to", "summer", *ANN, code="gates_closed")
    assert codes(switching) == expected
    with unchanged(hall, audited=0):
        found = hall.ok(*EXPLAIN, "--user", "ann", "-o", "json").json
    assert [gate["code"] for gate in found["gates"] if gate["act"] == "leave"] == expected
    assert (found["may_join"], found["may_leave"], found["may_switch"]) == (None, False, False)


def test_without_a_session_the_latest_one_that_is_open_governs(hall: Portal) -> None:
    """When none is left, nobody leaves any more."""
    hall.ok(*JOIN, *ANN)
    hall.ok("training", "set-deadlines", "aid", "--stop-cancellations", "2w")
    hall.ok(*LEAVE, *ANN, "--dry-run", **at("2026-06-16T06:59:59Z"))
    hall.now = "2026-06-16T07:00:00Z"
    refused(hall, *LEAVE, *ANN, code="cancellations_stopped")
    hall.ok("training", "lock", "aid")
    error = refused(hall, *LEAVE, *ANN, code="gates_closed")
    assert codes(error) == ["participants_locked", "cancellations_stopped"]
    hall.ok("training", "unlock", "aid")
    hall.ok("training", "set-deadlines", "aid", "--stop-cancellations", "off")
    hall.ok(*LEAVE, *ANN, "--dry-run", "--yes")
    hall.now = "2026-06-30T07:00:00Z"
    refused(hall, *LEAVE, *ANN, code="no_session_open")


STOPPED = "Registration for aid:spring stopped at 2026-03-29T09:00:00+02:00."
CLOSED = "The catalog does not open 'aid' to 'ann'."
NEVER = "Coming back to 'aid' will not be possible."
NOT_HERE = "Coming back to aid:spring will not be possible; "


def close_registration(hall: Portal) -> None:
    """Let registration for the first session be over, and that for the second go on."""
    hall.ok("training", "set-deadlines", "aid", "--stop-registration", "2d")
    hall.now = "2026-03-29T07:00:00Z"


def close_catalog(hall: Portal) -> None:
    """Offer the training to nobody any more."""
    hall.ok("catalog", "close", "aid", "--training", "--everybody")


def move(hall: Portal) -> None:
    """Move ann out of the only department that the catalog opens the training to."""
    close_catalog(hall)
    hall.ok("department", "create", "Sales")
    hall.ok("catalog", "open", "aid", "--training", "--department", "Sales")
    hall.ok("user", "move", "ann", "--department", "Sales")
    hall.ok(*LEAVE, *ANN, "--dry-run")
    hall.ok("user", "move", "ann", "--department", "/")


def fill(hall: Portal) -> None:
    """Let more people in than there are places."""
    words = ("--training", "aid:spring", "--over-capacity", "--reason", "R")
    hall.ok("enroll", "--user", "ben", "--user", "cyd", *words)


def fill_other(hall: Portal) -> None:
    """Let nobody come back to the first session, nor to the second, which is full."""
    hall.ok("enroll", "--user", "ben", "--training", "aid:summer")
    close_registration(hall)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (close_registration, [STOPPED, f"{NOT_HERE}open: aid:summer."]),
        (fill_other, [STOPPED, f"{NOT_HERE}no other session has a place left now."]),
        (close_catalog, [CLOSED, NEVER]),
        (move, [CLOSED, NEVER]),
        (
            fill,
            [
                "There is no place for 'ann' in 'aid:spring': every place is taken (capacity 2).",
                f"{NOT_HERE}open: aid:summer.",
            ],
        ),
    ],
)
def test_whoever_could_not_come_back_is_asked_first(
    hall: Portal, change: Callable[[Portal], None], lines: list[str]
) -> None:
    """Whatever keeps them out, and whether of the session or of the training; they are told which.

    A rehearsal tells it too.
    """
    hall.ok(*JOIN, "--session", "spring", *ANN)
    hall.ok(*LEAVE, *ANN, "--dry-run")
    change(hall)
    assert goes(hall, *LEAVE, *ANN) == lines
    ran = hall.ok(*LEAVE, *ANN, "--dry-run")
    assert all(line in ran.err for line in lines)
    ran = hall.ok(*LEAVE, *ANN, "--yes", "-o", "json")
    assert ran.json["state"] == "left"
    assert part(hall) is None


def test_who_has_no_session_is_asked_when_none_is_open(hall: Portal) -> None:
    """Full ones do not matter, because one can join without a session."""
    hall.ok(*JOIN, *ANN)
    hall.ok("enroll", "--user", "ben", "--training", "aid:summer")
    hall.ok("session", "cancel", "aid", "spring")
    hall.ok(*LEAVE, *ANN, "--dry-run")
    assert "will not be possible" not in hall.ok(*LEAVE, *ANN, "--dry-run").err
    hall.ok("training", "set-deadlines", "aid", "--stop-registration", "2d")
    hall.now = "2026-06-28T07:00:00Z"
    assert goes(hall, *LEAVE, *ANN) == ["No session of 'aid' is open any more.", NEVER]


def test_the_place_one_gives_up_counts_as_free(hall: Portal) -> None:
    """In a session that is full because of them nothing is asked."""
    hall.ok("enroll", "--user", "ben", "--training", "aid:spring")
    hall.ok(*JOIN, "--session", "spring", *ANN)
    assert shown(hall)["free"] == 0
    hall.ok(*LEAVE, *ANN)


# Switching ---------------------------------------------------------------------------------------


def test_switching_takes_the_new_place_and_frees_the_old(hall: Portal) -> None:
    """To the session one has is no change; a first session is chosen the same way."""
    hall.ok(*JOIN, *ANN)
    assert "ann is now in aid:spring." in hall.ok(*SWITCH, "--to", "spring", *ANN).err
    hall.ok(*SWITCH, "--to", "summer", *ANN)
    found = part(hall)
    assert found is not None
    assert (found["session"], found["is_preselected"]) == ("summer", False)
    assert (shown(hall)["taken"], shown(hall, "summer")["taken"]) == (0, 1)
    with unchanged(hall, audited=0):
        assert "already in" in hall.ok(*SWITCH, "--to", "summer", *ANN).err


def test_a_switch_that_fails_loses_nothing(hall: Portal) -> None:
    """Full, closed for coming, or unknown: the old place stays."""
    hall.ok(*JOIN, "--session", "spring", *ANN)
    hall.ok(*JOIN, "--session", "summer", "--user", "ben")
    refused(hall, *SWITCH, "--to", "summer", *ANN, code="session_full")
    refused(hall, *SWITCH, "--to", "nosuch", *ANN, code="session_unknown", status=4)
    hall.ok("training", "set-deadlines", "aid", "--stop-registration", "14w")
    hall.now = "2026-03-31T06:59:59Z"
    error = refused(hall, *SWITCH, "--to", "summer", *ANN, code="gates_closed")
    assert codes(error) == ["registration_stopped", "session_full"]
    found = part(hall)
    assert found is not None
    assert found["session"] == "spring"


def test_a_switch_offers_other_open_sessions_with_a_place(hall: Portal) -> None:
    """With none it says so; whoever may not leave is told that instead."""
    session(hall, "autumn", starts="2026-09-30T09:00")
    session(hall, "past", starts="2026-02-01T09:00")
    session(hall, "gone", starts="2026-09-01T09:00")
    hall.ok("session", "cancel", "aid", "gone")
    hall.ok(*JOIN, "--session", "spring", *ANN)
    offered = (*SWITCH, *ANN, "-o", "id")
    assert hall.ok(*offered).out.split() == ["summer", "autumn"]
    hall.ok(*JOIN, "--session", "summer", "--user", "ben")
    hall.ok("session", "cancel", "aid", "autumn")
    assert hall.refused(*SWITCH, *ANN) == "no_session_offered"
    hall.ok("training", "lock", "aid")
    assert hall.refused(*SWITCH, *ANN) == "participants_locked"


# Extensions --------------------------------------------------------------------------------------


def test_a_deadline_can_hold_off_for_one_person(hall: Portal) -> None:
    """Also when it has come; the other deadline and other people are not touched."""
    both = ("--stop-registration", "1mo", "--stop-cancellations", "1mo")
    hall.ok("training", "set-deadlines", "aid", *both)
    joining = (*JOIN, "--session", "spring", *ANN)
    refused(hall, *joining, code="registration_stopped")
    extend = ("enrollment", "extend", "--user", "ann", "--training", "aid", "--reason", "Ill")
    told = hall.ok(*extend, "--deadline", "registration", "--until", "2026-03-05")
    assert "ann may come to aid until 2026-03-06T00:00:00+01:00" in told.err
    with unchanged(hall, audited=0):
        hall.ok(*extend, "--deadline", "registration", "--until", "2026-03-05")
    refused(hall, *JOIN, "--session", "spring", "--user", "ben", code="registration_stopped")
    hall.ok(*joining, "--dry-run", **at("2026-03-05T22:59:59Z"))
    hall.ok(*joining)
    refused(hall, *LEAVE, *ANN, code="cancellations_stopped")
    hall.ok(*extend, "--deadline", "cancellation", "--until", "2026-03-04T09:00")
    hall.ok(*LEAVE, *ANN, "--dry-run", **at("2026-03-04T07:59:59Z"))
    hall.now = "2026-03-04T08:00:00Z"
    refused(hall, *LEAVE, *ANN, code="cancellations_stopped")
    hall.now = "2026-03-05T23:00:00Z"
    refused(
        hall, *SWITCH, "--to", "spring", "--user", "ben", code="participation_unknown", status=4
    )
    row = hall.sql(
        "SELECT reason, given_by FROM deadline_extensions WHERE deadline = 'cancellation'"
    )
    assert row[0][0] == "Ill"
    never = (*extend, "--deadline", "cancellation", "--until", "never")
    refused(hall, *never, code="extension_missing")
    blank = ("--until", "+1d", "--deadline", "cancellation", "--reason", " ")
    refused(hall, *extend[:-2], *blank, code="text_empty")


def test_an_extension_never_brings_a_deadline_forward_nor_past_the_start(hall: Portal) -> None:
    """The later of the two holds, and the start ends it all."""
    hall.ok("training", "set-deadlines", "aid", "--stop-registration", "2d")
    extend = ("enrollment", "extend", "--user", "ann", "--training", "aid", "--reason", "Ill")
    hall.ok(*extend, "--deadline", "registration", "--until", "now")
    joining = (*JOIN, "--session", "spring", *ANN)
    hall.ok(*joining, "--dry-run", **at("2026-03-29T06:59:59Z"))
    hall.ok(*extend, "--deadline", "registration", "--until", "2026-12-31")
    hall.ok(*joining, "--dry-run", **at("2026-03-31T06:59:59Z"))
    hall.now = START
    refused(hall, *joining, code="session_begun")


# Why ---------------------------------------------------------------------------------------------


def test_everything_closed_is_explained_to_who_may_see_it(hall: Portal) -> None:
    """For any moment, with instants in the training's zone and who could change it."""
    hall.ok("training", "set-deadlines", "aid", "--stop-registration", "1mo")
    hall.ok("catalog", "close", "aid", "--training", "--everybody")
    hall.ok(*("enroll", "--user", "ben", "--user", "cyd", "--training", "aid:spring"))
    explain = (*EXPLAIN, "--user", "ann", "--session", "spring")
    with unchanged(hall, audited=0):
        found = hall.ok(*explain, "-o", "json").json
    gates = {gate["code"]: gate for gate in found["gates"]}
    assert list(gates) == ["training_not_offered", "registration_stopped", "session_full"]
    assert "catalog open aid --training" in gates["training_not_offered"]["remedy"]
    assert "2026-02-28T09:00:00+01:00" in gates["registration_stopped"]["message"]
    assert {gate["opens_at"] for gate in found["gates"]} == {None}
    assert (found["may_join"], found["may_leave"]) == (False, None)
    later = hall.ok(*explain, "--at", "2026-04-01T09:00", "-o", "json").json
    assert [gate["code"] for gate in later["gates"]][1:3] == [
        "session_begun",
        "registration_stopped",
    ]
    assert later["at"] == "2026-04-01T07:00:00Z"
    assert "may not join" in hall.ok(*EXPLAIN, "--user", "ann").err
    assert hall.refused(*EXPLAIN, *ANN) == "training_unknown"
    assert hall.refused(*explain, "--as", "ben") == "permission_missing"
    assert hall.refused(*explain, "--at", "never") == "asked_moment_missing"
    hall.ok("user", "deactivate", "ann")
    closed = {gate["code"] for gate in hall.ok(*explain, "-o", "json").json["gates"]}
    assert "person_not_active" in closed


def test_what_is_open_is_explained_too(hall: Portal) -> None:
    """Whoever takes part may leave and switch, and no gate is closed; with no other it says so."""
    hall.ok(*JOIN, "--session", "spring", *ANN)
    found = hall.ok(*EXPLAIN, *ANN, "-o", "json").json
    assert found["gates"] == []
    assert (found["session"], found["may_leave"], found["may_switch"]) == ("spring", True, True)
    hall.ok("session", "cancel", "aid", "summer")
    found = hall.ok(*EXPLAIN, *ANN, "-o", "json").json
    assert [(gate["act"], gate["code"]) for gate in found["gates"]] == [
        ("switch", "no_session_offered")
    ]
