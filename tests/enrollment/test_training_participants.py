"""Who takes part in a training: who sees them, what they answer, results, attendance, deletions."""

import pytest

from tests.conftest import Portal
from tests.enrollment.test_training_enroll import (
    ENROLL,
    outcomes,
    place_counts,
    training_portal,
    user_options,
)
from tests.refusals import refused, unchanged
from tests.trainings import (
    confirmation_details,
    create_person,
    create_training,
    list_participants,
    show_session,
    show_training,
)

__all__ = ["training_portal"]  # what the tests here stand on


# What hangs on other things ----------------------------------------------------------------------


def test_a_canceled_session_lets_its_people_choose_again(training_portal: Portal) -> None:
    """They stay in the training without a session, not pre-selected any more."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann"))
    training_portal.ok("session", "cancel", "aid", "spring")
    (row,) = list_participants(training_portal)
    assert (row["session"], row["is_preselected"]) == (None, False)
    assert place_counts(training_portal) == (0, 0)


def test_a_deleted_person_leaves_their_place(training_portal: Portal) -> None:
    """The confirmation counts what goes."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann", "ben"))
    assert (
        "1 training enrollment" in confirmation_details(training_portal, "user", "delete", "ann")[0]
    )
    training_portal.ok("user", "delete", "ann", "--yes")
    assert place_counts(training_portal) == (1, 0)
    training_portal.ok("user", "deactivate", "ben")
    assert (
        place_counts(training_portal),
        [row["login"] for row in list_participants(training_portal)],
    ) == ((1, 0), ["ben"])


def test_a_deleted_training_takes_everybodys_enrollment_with_it(training_portal: Portal) -> None:
    """The confirmation counts the people."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann", "ben"))
    words = ("training", "delete", "aid")
    assert confirmation_details(training_portal, *words) == [
        "Goes too: 2 sessions.",
        "Goes too: 2 enrollments, with attendance and results.",
    ]
    training_portal.ok(*words, "--yes")
    assert training_portal.value("SELECT count(*) FROM training_enrollments") == 0


# Participants, answers, results, attendance ------------------------------------------------------


def test_participants_are_seen_by_who_keeps_the_training_or_the_people(
    training_portal: Portal,
) -> None:
    """Others see those of their own scope only."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann", "cyd"))
    create_person(training_portal, "dora", "--department", "Sales")
    training_portal.ok("role", "grant", "dora", "department-administrator", "--department", "Sales")
    assert [row["login"] for row in list_participants(training_portal, "aid", "--as", "dora")] == [
        "ann"
    ]
    training_portal.ok("training", "edit", "aid", "--department", "Sales")
    assert [row["login"] for row in list_participants(training_portal, "aid", "--as", "dora")] == [
        "ann",
        "cyd",
    ]
    assert list_participants(training_portal, "aid", "--session", "summer") == []


def test_participants_say_whether_they_come(training_portal: Portal) -> None:
    """Each for themselves, or who manages their enrollments; a no keeps the place."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann"))
    assert (
        "confirmed"
        in training_portal.ok("enrollment", "confirm", "--training", "aid", "--as", "ann").err
    )
    assert list_participants(training_portal)[0]["state"] == "confirmed"
    with unchanged(training_portal, audited=0):
        training_portal.ok("enrollment", "confirm", "--training", "aid", *user_options("ann"))
    training_portal.ok("enrollment", "decline", "--training", "aid", *user_options("ann"))
    assert (list_participants(training_portal)[0]["state"], place_counts(training_portal)) == (
        "declined",
        (1, 0),
    )
    decline = ("enrollment", "decline", "--training", "aid")
    refused(training_portal, *decline, code="learner_unnamed", status=2, audited=0)
    refused(training_portal, *decline, "--as", "ben", code="training_unknown", status=4)
    refused(
        training_portal,
        *decline,
        *user_options("ann"),
        "--as",
        "ben",
        code="permission_missing",
        status=8,
    )
    training_portal.ok("user", "deactivate", "ann")
    refused(training_portal, *decline, *user_options("ann"), code="person_not_active")


def test_a_result_keeps_somebody_in_their_session(training_portal: Portal) -> None:
    """Points, a certificate or both; other changes go on; taken away, they move again."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann"))
    result = ("enrollment", "result", "--training", "aid", *user_options("ann"))
    outcomes(training_portal, *result, "--points", "87", "--certificate", "A-12")
    (row,) = list_participants(training_portal)
    assert (row["points"], row["certificate"]) == (87, "A-12")
    with unchanged(training_portal, audited=0):
        outcomes(training_portal, *result, "--points", "87", "--certificate", "A-12")
    edit = ("enrollment", "edit", "--training", "aid", *user_options("ann"))
    refused(training_portal, *edit, "--session", "summer", code="result_recorded")
    outcomes(training_portal, *edit, "--access-at", "+1d")
    outcomes(training_portal, *result, "--clear")
    outcomes(training_portal, *edit, "--session", "summer")
    refused(training_portal, *result, code="result_missing", status=2, audited=0)
    refused(
        training_portal,
        *result,
        "--clear",
        "--points",
        "1",
        code="result_missing",
        status=2,
        audited=0,
    )
    refused(training_portal, *result, "--points", "-1", code="points_wrong")
    nobody = ("enrollment", "result", "--training", "aid", *user_options("ben"), "--points", "1")
    refused(training_portal, *nobody, code="participation_unknown", status=4)


def test_attendance_completes_a_session(training_portal: Portal) -> None:
    """For each person and day, for some or for everybody; until then it awaits that."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann", "ben"))
    training_portal.ok(
        *("session", "add-day", "aid", "spring", "--starts", "2026-04-01T09:00"),
        *("--duration", "1h"),
    )
    over = {"LMSCTL_NOW": "2026-04-01T12:00:00Z"}
    assert show_session(training_portal, **over)["state"] == "awaiting-assignment"
    attend = ("session", "attendance", "aid", "spring")
    rows = training_portal.ok(*attend, "--everybody", "-o", "json", **over).json
    assert [(row["key"], row["outcome"]) for row in rows] == [
        ("ann", "created"),
        ("ben", "created"),
    ]
    training_portal.ok(
        *attend, "--day", "2", "--user", "ann.x@example.com", "--minutes", "45", **over
    )
    assert show_session(training_portal, **over)["state"] == "awaiting-assignment"
    training_portal.ok(*attend, "--day", "2", "--user", "ben", "--absent", **over)
    assert show_session(training_portal, **over)["state"] == "completed"
    with unchanged(training_portal, audited=0):
        training_portal.ok(*attend, "--day", "2", "--user", "BEN", "--absent", **over)
    found = training_portal.ok(*attend, "-o", "json", **over).json
    assert [(row["login"], row["day"], row["is_present"], row["minutes"]) for row in found] == [
        ("ann", 1, True, None),
        ("ben", 1, True, None),
        ("ann", 2, True, 45),
        ("ben", 2, False, None),
    ]
    assert [row["days_attended"] for row in list_participants(training_portal)] == [2, 1]


ABSURD: list[tuple[tuple[str, ...], str, int]] = [
    (("--everybody", "--day", "2"), "session_day_unknown", 4),
    (("--user", "cyd"), "participant_unknown", 4),
    (("--user", "cyd", "--user", "nobody"), "participants_unknown", 4),
    (("--everybody", "--minutes", "91"), "attendance_minutes_wrong", 6),
    (("--everybody", "--minutes", "5", "--absent"), "attendance_minutes_wrong", 6),
    (("--absent",), "attendance_of_nobody", 2),
    (("--user", "ann", "--everybody"), "attendance_of_nobody", 2),
]


def test_attendance_that_cannot_be_is_refused(training_portal: Portal) -> None:
    """And nothing is recorded, nor before the day has begun."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann", "ben"))
    attend = ("session", "attendance", "aid", "spring")
    training_portal.now = "2026-03-31T07:00:00Z"
    for words, code, status in ABSURD:
        audited = 0 if status == 2 else 1
        refused(training_portal, *attend, *words, code=code, status=status, audited=audited)
    training_portal.now = "2026-03-31T06:59:59Z"
    refused(training_portal, *attend, "--everybody", code="attendance_too_early")


def test_another_enrollment_of_a_trainings_session_cannot_be(training_portal: Portal) -> None:
    """The schema itself keeps people out of sessions of other trainings."""
    create_training(training_portal, "fire")
    outcomes(training_portal, *ENROLL, "fire", *user_options("ann"))
    wrong = "UPDATE training_enrollments SET session_id = 1"
    with pytest.raises(Exception, match=r"(?i)foreign key|23503"):
        training_portal.sql(wrong)
    assert show_training(training_portal, "fire")["sessions"] == []
