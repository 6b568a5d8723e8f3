"""What learners do with their trainings: joining, switching, leaving, and why they may not."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.trainings import (
    confirmation_details,
    create_person,
    create_session,
    create_training,
    list_participants,
    show_session,
)

START = "2026-03-31T07:00:00Z"
JOIN = ("enrollment", "join", "--training", "aid")
LEAVE = ("enrollment", "leave", "--training", "aid")
SWITCH = ("enrollment", "switch", "--training", "aid")
EXPLAIN = ("enrollment", "explain", "--training", "aid")
FOR_ANN = ("--user", "ann")
ANN = ("--as", "ann")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with learners, and a training in Berlin that is open to everybody."""
    for login in ("ann", "ben", "cyd"):
        create_person(portal, login)
    create_training(portal, "aid", "--time-zone", "Europe/Berlin")
    create_session(portal, "spring", "--capacity", "2")
    create_session(portal, "summer", "--capacity", "1", starts="2026-06-30T09:00")
    portal.ok("catalog", "open", "aid", "--training", "--everybody")
    return portal


def participation_of(portal: Portal, login: str = "ann") -> dict[str, Any] | None:
    """Return how somebody takes part; the places taken are always the people in them."""
    assert portal.ok("db", "check", "-o", "json").json == []
    rows = [row for row in list_participants(portal) if row["login"] == login]
    return rows[0] if rows else None


def clock_at(moment: str) -> dict[str, str]:
    """Return the variable that stops the clock at a moment."""
    return {"LMSCTL_NOW": moment}


def refusal_codes(error: dict[str, Any]) -> list[str]:
    """Return the codes of all that stood in the way."""
    return [detail["code"] for detail in error["details"]] or [error["code"]]


# Joining -----------------------------------------------------------------------------------------


def test_learners_join_with_a_session_or_choose_later(training_portal: Portal) -> None:
    """They are nobody's pre-selection; joining again counts nothing."""
    assert (
        "ann takes part in aid:spring."
        in training_portal.ok(*JOIN, "--session", "spring", *ANN).err
    )
    found = participation_of(training_portal)
    assert found is not None
    assert (found["session"], found["is_preselected"], found["side"], found["access_at"]) == (
        "spring",
        False,
        "learner",
        NOON,
    )
    with unchanged(training_portal, audited=0):
        training_portal.ok(*JOIN, "--session", "spring", *ANN)
        assert "already" in training_portal.ok(*JOIN, *ANN).err
    refused(
        training_portal, *JOIN, "--session", "summer", *ANN, code="takes_part_already", status=5
    )
    training_portal.ok(*JOIN, "--user", "ben")
    found = participation_of(training_portal, "ben")
    assert found is not None
    assert found["session"] is None
    assert show_session(training_portal)["taken"] == 1


def test_learners_act_for_themselves_or_somebody_for_them(training_portal: Portal) -> None:
    """Whoever manages their enrollments; others are told that they may not."""
    refused(training_portal, *JOIN, code="learner_unnamed", status=2, audited=0)
    refused(training_portal, *JOIN, "--user", "ben", *ANN, code="permission_missing", status=8)
    training_portal.ok(*JOIN, "--user", "ANN.x@example.com", *ANN)
    refused(training_portal, *JOIN, "--user", "nobody", code="user_unknown", status=4)
    refused(
        training_portal,
        *SWITCH,
        "--to",
        "spring",
        "--user",
        "ben",
        code="participation_unknown",
        status=4,
    )
    refused(training_portal, *LEAVE, "--user", "ben", code="participation_unknown", status=4)
    training_portal.ok("user", "deactivate", "ben")
    refused(training_portal, *JOIN, "--user", "ben", code="person_not_active")


def test_only_what_the_catalog_opens_can_be_joined(training_portal: Portal) -> None:
    """To everybody, a type, a group, or a department and all below it.

    To others it does not exist; who sees it is told why they may not join.
    """
    training_portal.ok("catalog", "close", "aid", "--training", "--everybody")
    refused(training_portal, *JOIN, *ANN, code="training_unknown", status=4)
    refused(training_portal, *JOIN, "--user", "ann", code="training_not_offered")
    training_portal.ok("department", "create", "Sales")
    training_portal.ok("department", "create", "EMEA", "--parent", "Sales")
    create_person(training_portal, "dee", "--department", "Sales/EMEA", "--type", "client")
    training_portal.ok("group", "create", "Pilots")
    training_portal.ok("group", "add", "Pilots", "dee")
    for opening in (("--type", "client"), ("--group", "Pilots"), ("--department", "Sales")):
        training_portal.ok("catalog", "open", "aid", "--training", *opening)
        rows = training_portal.ok("catalog", "list", "aid", "--training", "-o", "json").json
        assert [(row["training"], row["opening"], row["name"]) for row in rows] == [
            ("aid", opening[0][2:], opening[1])
        ]
        assert training_portal.ok("catalog", "list", "-o", "id").out == "aid\n"
        training_portal.ok(*JOIN, "--as", "dee", "--dry-run")
        refused(training_portal, *JOIN, *ANN, code="training_unknown", status=4)
        with unchanged(training_portal, audited=0):
            training_portal.ok("catalog", "open", "aid", "--training", *opening)
        if opening[0] != "--type":
            noun = opening[0][2:]
            training_portal.ok("user", "move", "dee", "--department", "/")
            assert "Goes too: 1 opening of trainings in the catalog." in " ".join(
                confirmation_details(training_portal, noun, "delete", opening[1])
            )
            training_portal.ok("user", "move", "dee", "--department", "Sales/EMEA")
        training_portal.ok("catalog", "close", "aid", "--training", *opening)
        refused(training_portal, *JOIN, "--as", "dee", code="training_unknown", status=4)
    absent = ("catalog", "open", "nosuch", "--training", "--everybody")
    refused(training_portal, *absent, code="training_unknown", status=4)


def test_registration_stops_at_its_instant(training_portal: Portal) -> None:
    """One second before works; without a deadline it is the start that stops it."""
    training_portal.ok("training", "set-deadlines", "aid", "--stop-registration", "2d")
    joining = (*JOIN, "--session", "spring", *ANN)
    training_portal.ok(*joining, "--dry-run", **clock_at("2026-03-29T06:59:59Z"))
    training_portal.now = "2026-03-29T07:00:00Z"
    refused(training_portal, *joining, code="registration_stopped")
    for_ann = (*JOIN, "--session", "spring", *FOR_ANN)
    error = refused(training_portal, *for_ann, code="registration_stopped")
    assert "enrollment extend --user ann --training aid --deadline registration" in error["hint"]
    training_portal.ok("training", "set-deadlines", "aid", "--stop-registration", "off")
    training_portal.ok(*joining, "--dry-run", **clock_at("2026-03-31T06:59:59Z"))
    training_portal.now = START
    refused(training_portal, *joining, code="session_begun")
    training_portal.ok(*JOIN, *ANN, "--dry-run")
    training_portal.now = "2026-06-30T07:00:00Z"
    refused(training_portal, *JOIN, *ANN, code="no_session_open")


def test_a_session_that_is_full_or_canceled_takes_nobody(training_portal: Portal) -> None:
    """A place that somebody leaves is free again."""
    training_portal.ok(*JOIN, "--session", "summer", "--user", "ben")
    joining = (*JOIN, "--session", "summer", *ANN)
    refused(training_portal, *joining, code="session_full")
    training_portal.ok(*LEAVE, "--user", "ben")
    training_portal.ok(*joining)
    training_portal.ok("session", "cancel", "aid", "spring")
    refused(training_portal, *JOIN, "--session", "spring", "--user", "ben", code="session_canceled")
    refused(
        training_portal, *JOIN, "--session", "x", "--user", "ben", code="session_unknown", status=4
    )


# Leaving -----------------------------------------------------------------------------------------


def test_leaving_ends_it_and_frees_the_place(training_portal: Portal) -> None:
    """One may come again while registration is open, and nothing is asked then."""
    training_portal.ok(*JOIN, "--session", "spring", *ANN)
    ran = training_portal.ok(*LEAVE, *ANN, "-o", "json")
    assert "ann has left aid:spring." in ran.err
    assert (ran.json["session"], ran.json["state"]) == ("spring", "left")
    assert participation_of(training_portal) is None
    assert show_session(training_portal)["taken"] == 0
    refused(training_portal, *LEAVE, *ANN, code="participation_unknown", status=4)
    training_portal.ok(*JOIN, "--session", "spring", *ANN)


def test_each_gate_alone_keeps_a_learner(training_portal: Portal) -> None:
    """Pre-selected, begun, attendance, lock and deadline; each says who could change it."""
    training_portal.ok("enroll", "--user", "ann", "--training", "aid:spring")
    assert (
        "enrollment edit"
        in refused(training_portal, *LEAVE, *FOR_ANN, code="session_preselected")["hint"]
    )
    training_portal.ok("enrollment", "cancel", "--user", "ann", "--training", "aid")
    training_portal.ok(*JOIN, "--session", "spring", *ANN)
    training_portal.ok("training", "lock", "aid")
    assert (
        "training unlock"
        in refused(training_portal, *LEAVE, *FOR_ANN, code="participants_locked")["hint"]
    )
    refused(training_portal, *SWITCH, "--to", "summer", *ANN, code="participants_locked")
    training_portal.ok(*JOIN, "--user", "ben")
    training_portal.ok("training", "unlock", "aid")
    training_portal.ok("training", "set-deadlines", "aid", "--stop-cancellations", "1d")
    training_portal.ok(*LEAVE, *ANN, "--dry-run", **clock_at("2026-03-30T06:59:59Z"))
    training_portal.now = "2026-03-30T07:00:00Z"
    error = refused(training_portal, *LEAVE, *FOR_ANN, code="cancellations_stopped")
    assert "enrollment extend --user ann --training aid --deadline cancellation" in error["hint"]
    training_portal.ok("training", "set-deadlines", "aid", "--stop-cancellations", "off")
    training_portal.now = START
    refused(training_portal, *LEAVE, *ANN, code="session_begun")
    training_portal.ok("session", "attendance", "aid", "spring", "--everybody")
    training_portal.ok("session", "edit", "aid", "spring", "--starts", "2026-04-15T09:00")
    refused(training_portal, *LEAVE, *ANN, code="attendance_recorded")


def test_all_that_stands_in_the_way_is_told_in_one_order(training_portal: Portal) -> None:
    """The same order whatever came first; explaining says the same, and changes nothing."""
    training_portal.ok("enroll", "--user", "ann", "--training", "aid:spring")
    training_portal.ok("training", "lock", "aid")
    training_portal.ok("training", "set-deadlines", "aid", "--stop-cancellations", "1mo")
    training_portal.now = START
    training_portal.ok("session", "attendance", "aid", "spring", "--everybody")
    expected = [
        "session_preselected",
        "session_begun",
        "attendance_recorded",
        "participants_locked",
        "cancellations_stopped",
    ]
    assert refusal_codes(refused(training_portal, *LEAVE, *ANN, code="gates_closed")) == expected
    switching = refused(training_portal, *SWITCH, "--to", "summer", *ANN, code="gates_closed")
    assert refusal_codes(switching) == expected
    with unchanged(training_portal, audited=0):
        found = training_portal.ok(*EXPLAIN, "--user", "ann", "-o", "json").json
    assert [gate["code"] for gate in found["gates"] if gate["act"] == "leave"] == expected
    assert (found["may_join"], found["may_leave"], found["may_switch"]) == (None, False, False)


def test_without_a_session_the_latest_one_that_is_open_governs(training_portal: Portal) -> None:
    """When none is left, nobody leaves any more."""
    training_portal.ok(*JOIN, *ANN)
    training_portal.ok("training", "set-deadlines", "aid", "--stop-cancellations", "2w")
    training_portal.ok(*LEAVE, *ANN, "--dry-run", **clock_at("2026-06-16T06:59:59Z"))
    training_portal.now = "2026-06-16T07:00:00Z"
    refused(training_portal, *LEAVE, *ANN, code="cancellations_stopped")
    training_portal.ok("training", "lock", "aid")
    error = refused(training_portal, *LEAVE, *ANN, code="gates_closed")
    assert refusal_codes(error) == ["participants_locked", "cancellations_stopped"]
    training_portal.ok("training", "unlock", "aid")
    training_portal.ok("training", "set-deadlines", "aid", "--stop-cancellations", "off")
    training_portal.ok(*LEAVE, *ANN, "--dry-run", "--yes")
    training_portal.now = "2026-06-30T07:00:00Z"
    refused(training_portal, *LEAVE, *ANN, code="no_session_open")


STOPPED = "Registration for aid:spring stopped at 2026-03-29T09:00:00+02:00."
CLOSED = "The catalog does not open 'aid' to 'ann'."
NEVER = "Coming back to 'aid' will not be possible."
NOT_HERE = "Coming back to aid:spring will not be possible; "


def close_registration(training_portal: Portal) -> None:
    """Let registration for the first session be over, and that for the second go on."""
    training_portal.ok("training", "set-deadlines", "aid", "--stop-registration", "2d")
    training_portal.now = "2026-03-29T07:00:00Z"


def close_catalog(training_portal: Portal) -> None:
    """Offer the training to nobody any more."""
    training_portal.ok("catalog", "close", "aid", "--training", "--everybody")


def move_away(training_portal: Portal) -> None:
    """Move ann out of the only department that the catalog opens the training to."""
    close_catalog(training_portal)
    training_portal.ok("department", "create", "Sales")
    training_portal.ok("catalog", "open", "aid", "--training", "--department", "Sales")
    training_portal.ok("user", "move", "ann", "--department", "Sales")
    training_portal.ok(*LEAVE, *ANN, "--dry-run")
    training_portal.ok("user", "move", "ann", "--department", "/")


def overfill(training_portal: Portal) -> None:
    """Let more people in than there are places."""
    words = ("--training", "aid:spring", "--over-capacity", "--reason", "R")
    training_portal.ok("enroll", "--user", "ben", "--user", "cyd", *words)


def block_return(training_portal: Portal) -> None:
    """Let nobody come back to the first session, nor to the second, which is full."""
    training_portal.ok("enroll", "--user", "ben", "--training", "aid:summer")
    close_registration(training_portal)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (close_registration, [STOPPED, f"{NOT_HERE}open: aid:summer."]),
        (block_return, [STOPPED, f"{NOT_HERE}no other session has a place left now."]),
        (close_catalog, [CLOSED, NEVER]),
        (move_away, [CLOSED, NEVER]),
        (
            overfill,
            [
                "There is no place for 'ann' in 'aid:spring': every place is taken (capacity 2).",
                f"{NOT_HERE}open: aid:summer.",
            ],
        ),
    ],
)
def test_whoever_could_not_come_back_is_asked_first(
    training_portal: Portal, change: Callable[[Portal], None], lines: list[str]
) -> None:
    """Whatever keeps them out, and whether of the session or of the training; they are told which.

    A rehearsal tells it too.
    """
    training_portal.ok(*JOIN, "--session", "spring", *ANN)
    training_portal.ok(*LEAVE, *ANN, "--dry-run")
    change(training_portal)
    assert confirmation_details(training_portal, *LEAVE, *ANN) == lines
    ran = training_portal.ok(*LEAVE, *ANN, "--dry-run")
    assert all(line in ran.err for line in lines)
    ran = training_portal.ok(*LEAVE, *ANN, "--yes", "-o", "json")
    assert ran.json["state"] == "left"
    assert participation_of(training_portal) is None


def test_who_has_no_session_is_asked_when_none_is_open(training_portal: Portal) -> None:
    """Full ones do not matter, because one can join without a session."""
    training_portal.ok(*JOIN, *ANN)
    training_portal.ok("enroll", "--user", "ben", "--training", "aid:summer")
    training_portal.ok("session", "cancel", "aid", "spring")
    training_portal.ok(*LEAVE, *ANN, "--dry-run")
    assert "will not be possible" not in training_portal.ok(*LEAVE, *ANN, "--dry-run").err
    training_portal.ok("training", "set-deadlines", "aid", "--stop-registration", "2d")
    training_portal.now = "2026-06-28T07:00:00Z"
    assert confirmation_details(training_portal, *LEAVE, *ANN) == [
        "No session of 'aid' is open any more.",
        NEVER,
    ]


def test_the_place_one_gives_up_counts_as_free(training_portal: Portal) -> None:
    """In a session that is full because of them nothing is asked."""
    training_portal.ok("enroll", "--user", "ben", "--training", "aid:spring")
    training_portal.ok(*JOIN, "--session", "spring", *ANN)
    assert show_session(training_portal)["free"] == 0
    training_portal.ok(*LEAVE, *ANN)


# Switching ---------------------------------------------------------------------------------------


def test_switching_takes_the_new_place_and_frees_the_old(training_portal: Portal) -> None:
    """To the session one has is no change; a first session is chosen the same way."""
    training_portal.ok(*JOIN, *ANN)
    assert "ann is now in aid:spring." in training_portal.ok(*SWITCH, "--to", "spring", *ANN).err
    training_portal.ok(*SWITCH, "--to", "summer", *ANN)
    found = participation_of(training_portal)
    assert found is not None
    assert (found["session"], found["is_preselected"]) == ("summer", False)
    assert (
        show_session(training_portal)["taken"],
        show_session(training_portal, "summer")["taken"],
    ) == (0, 1)
    with unchanged(training_portal, audited=0):
        assert "already in" in training_portal.ok(*SWITCH, "--to", "summer", *ANN).err


def test_a_switch_that_fails_loses_nothing(training_portal: Portal) -> None:
    """Full, closed for coming, or unknown: the old place stays."""
    training_portal.ok(*JOIN, "--session", "spring", *ANN)
    training_portal.ok(*JOIN, "--session", "summer", "--user", "ben")
    refused(training_portal, *SWITCH, "--to", "summer", *ANN, code="session_full")
    refused(training_portal, *SWITCH, "--to", "nosuch", *ANN, code="session_unknown", status=4)
    training_portal.ok("training", "set-deadlines", "aid", "--stop-registration", "14w")
    training_portal.now = "2026-03-31T06:59:59Z"
    error = refused(training_portal, *SWITCH, "--to", "summer", *ANN, code="gates_closed")
    assert refusal_codes(error) == ["registration_stopped", "session_full"]
    found = participation_of(training_portal)
    assert found is not None
    assert found["session"] == "spring"


def test_a_switch_offers_other_open_sessions_with_a_place(training_portal: Portal) -> None:
    """With none it says so; whoever may not leave is told that instead."""
    create_session(training_portal, "autumn", starts="2026-09-30T09:00")
    create_session(training_portal, "past", starts="2026-02-01T09:00")
    create_session(training_portal, "gone", starts="2026-09-01T09:00")
    training_portal.ok("session", "cancel", "aid", "gone")
    training_portal.ok(*JOIN, "--session", "spring", *ANN)
    offered = (*SWITCH, *ANN, "-o", "id")
    assert training_portal.ok(*offered).out.split() == ["summer", "autumn"]
    training_portal.ok(*JOIN, "--session", "summer", "--user", "ben")
    training_portal.ok("session", "cancel", "aid", "autumn")
    assert training_portal.refused(*SWITCH, *ANN) == "no_session_offered"
    training_portal.ok("training", "lock", "aid")
    assert training_portal.refused(*SWITCH, *ANN) == "participants_locked"


# Extensions --------------------------------------------------------------------------------------


def test_a_deadline_can_hold_off_for_one_person(training_portal: Portal) -> None:
    """Also when it has come; the other deadline and other people are not touched."""
    both = ("--stop-registration", "1mo", "--stop-cancellations", "1mo")
    training_portal.ok("training", "set-deadlines", "aid", *both)
    joining = (*JOIN, "--session", "spring", *ANN)
    refused(training_portal, *joining, code="registration_stopped")
    extend = ("enrollment", "extend", "--user", "ann", "--training", "aid", "--reason", "Ill")
    told = training_portal.ok(*extend, "--deadline", "registration", "--until", "2026-03-05")
    assert "ann may come to aid until 2026-03-06T00:00:00+01:00" in told.err
    with unchanged(training_portal, audited=0):
        training_portal.ok(*extend, "--deadline", "registration", "--until", "2026-03-05")
    refused(
        training_portal, *JOIN, "--session", "spring", "--user", "ben", code="registration_stopped"
    )
    training_portal.ok(*joining, "--dry-run", **clock_at("2026-03-05T22:59:59Z"))
    training_portal.ok(*joining)
    refused(training_portal, *LEAVE, *ANN, code="cancellations_stopped")
    training_portal.ok(*extend, "--deadline", "cancellation", "--until", "2026-03-04T09:00")
    training_portal.ok(*LEAVE, *ANN, "--dry-run", **clock_at("2026-03-04T07:59:59Z"))
    training_portal.now = "2026-03-04T08:00:00Z"
    refused(training_portal, *LEAVE, *ANN, code="cancellations_stopped")
    training_portal.now = "2026-03-05T23:00:00Z"
    refused(
        training_portal,
        *SWITCH,
        "--to",
        "spring",
        "--user",
        "ben",
        code="participation_unknown",
        status=4,
    )
    row = training_portal.sql(
        "SELECT reason, given_by FROM deadline_extensions WHERE deadline = 'cancellation'"
    )
    assert row[0][0] == "Ill"
    never = (*extend, "--deadline", "cancellation", "--until", "never")
    refused(training_portal, *never, code="extension_missing", status=2, audited=0)
    blank = ("--until", "+1d", "--deadline", "cancellation", "--reason", " ")
    refused(training_portal, *extend[:-2], *blank, code="text_empty")


def test_an_extension_never_brings_a_deadline_forward_nor_past_the_start(
    training_portal: Portal,
) -> None:
    """The later of the two holds, and the start ends it all."""
    training_portal.ok("training", "set-deadlines", "aid", "--stop-registration", "2d")
    extend = ("enrollment", "extend", "--user", "ann", "--training", "aid", "--reason", "Ill")
    training_portal.ok(*extend, "--deadline", "registration", "--until", "now")
    joining = (*JOIN, "--session", "spring", *ANN)
    training_portal.ok(*joining, "--dry-run", **clock_at("2026-03-29T06:59:59Z"))
    training_portal.ok(*extend, "--deadline", "registration", "--until", "2026-12-31")
    training_portal.ok(*joining, "--dry-run", **clock_at("2026-03-31T06:59:59Z"))
    training_portal.now = START
    refused(training_portal, *joining, code="session_begun")


# Why ---------------------------------------------------------------------------------------------


def test_everything_closed_is_explained_to_who_may_see_it(training_portal: Portal) -> None:
    """For any moment, with instants in the training's zone and who could change it."""
    training_portal.ok("training", "set-deadlines", "aid", "--stop-registration", "1mo")
    training_portal.ok("catalog", "close", "aid", "--training", "--everybody")
    training_portal.ok(*("enroll", "--user", "ben", "--user", "cyd", "--training", "aid:spring"))
    explain = (*EXPLAIN, "--user", "ann", "--session", "spring")
    with unchanged(training_portal, audited=0):
        found = training_portal.ok(*explain, "-o", "json").json
    gates = {gate["code"]: gate for gate in found["gates"]}
    assert list(gates) == ["training_not_offered", "registration_stopped", "session_full"]
    assert "catalog open aid --training" in gates["training_not_offered"]["remedy"]
    assert "2026-02-28T09:00:00+01:00" in gates["registration_stopped"]["message"]
    assert {gate["opens_at"] for gate in found["gates"]} == {None}
    assert (found["may_join"], found["may_leave"]) == (False, None)
    later = training_portal.ok(*explain, "--at", "2026-04-01T09:00", "-o", "json").json
    assert [gate["code"] for gate in later["gates"]][1:3] == [
        "session_begun",
        "registration_stopped",
    ]
    assert later["at"] == "2026-04-01T07:00:00Z"
    assert "may not join" in training_portal.ok(*EXPLAIN, "--user", "ann").err
    assert training_portal.refused(*EXPLAIN, *ANN) == "training_unknown"
    assert training_portal.refused(*explain, "--as", "ben") == "permission_missing"
    assert training_portal.refused(*explain, "--at", "never") == "asked_moment_missing"
    training_portal.ok("user", "deactivate", "ann")
    closed = {gate["code"] for gate in training_portal.ok(*explain, "-o", "json").json["gates"]}
    assert "person_not_active" in closed


def test_what_is_open_is_explained_too(training_portal: Portal) -> None:
    """Whoever takes part may leave and switch, and no gate is closed; with no other it says so."""
    training_portal.ok(*JOIN, "--session", "spring", *ANN)
    found = training_portal.ok(*EXPLAIN, *ANN, "-o", "json").json
    assert found["gates"] == []
    assert (found["session"], found["may_leave"], found["may_switch"]) == ("spring", True, True)
    training_portal.ok("session", "cancel", "aid", "summer")
    found = training_portal.ok(*EXPLAIN, *ANN, "-o", "json").json
    assert [(gate["act"], gate["code"]) for gate in found["gates"]] == [
        ("switch", "no_session_offered")
    ]
