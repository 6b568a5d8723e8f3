"""What people did: recorded once, and what follows for their enrollment."""

from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.content.test_items import create_item
from tests.refusals import refused


@pytest.fixture
def portal_with_enrollment(portal: Portal) -> Portal:
    """Return a portal in which ann is enrolled in `one`."""
    portal.ok("user", "create", "--login", "ann", "--first-name", "A", "--last-name", "B")
    create_item(portal, "one")
    create_item(portal, "box", "folder")
    portal.ok("enroll", "--user", "ann", "--content", "one")
    return portal


def record(portal: Portal, event: str, *more: str, **now: str) -> dict[str, Any]:
    """Record an event of ann with `one`."""
    words = ("progress", "record", "--user", "ann", "--content", "one", "--event", event, *more)
    found: dict[str, Any] = portal.ok(*words, "-o", "json", **now).json
    return found


def enrollment_of_ann(portal: Portal) -> dict[str, Any]:
    """Return ann's enrollment."""
    words = ("enrollment", "show", "--user", "ann", "--content", "one", "-o", "json")
    found: dict[str, Any] = portal.ok(*words).json
    return found


def test_an_event_has_person_item_moment_and_score(portal_with_enrollment: Portal) -> None:
    """Recorded now unless told otherwise."""
    assert record(portal_with_enrollment, "passed", "--score", "85") == {
        "login": "ann",
        "content": "one",
        "event": "passed",
        "score": 85,
        "happened_at": NOON,
        "source": "administrator",
    }
    record(portal_with_enrollment, "failed", "--score", "30", "--at", "2026-03-01T10:00")
    record(portal_with_enrollment, "viewed")
    found = enrollment_of_ann(portal_with_enrollment)
    assert (found["views"], found["best_score"], found["last_event_at"]) == (1, 85, NOON)
    assert found["phase"] == "enrolled"


def test_the_same_event_is_one(portal_with_enrollment: Portal) -> None:
    """Same person, item, kind and second: nothing changes the second time."""
    words = ("progress", "record", "--user", "ann", "--content", "one", "--event", "viewed")
    assert portal_with_enrollment.run(*words, "--exit-code").status == 3
    assert portal_with_enrollment.run(*words, "--exit-code").status == 0
    sign_in = ("progress", "record", "--user", "ann", "--event", "signed-in")
    assert portal_with_enrollment.run(*sign_in, "--exit-code").status == 3
    assert portal_with_enrollment.run(*sign_in, "--exit-code").status == 0
    assert portal_with_enrollment.value("SELECT count(*) FROM progress_events") == 2


def test_what_is_known_already_is_shown_as_it_is_kept(portal_with_enrollment: Portal) -> None:
    """Another score for the same event changes nothing, and is not shown as if it had."""
    words = ("progress", "record", "--user", "ann", "--content", "one", "--event", "passed")
    assert portal_with_enrollment.ok(*words, "--score", "85", "-o", "json").json["score"] == 85
    again = portal_with_enrollment.ok(*words, "--score", "90", "-o", "json")
    assert (again.json["score"], "Known already" in again.err) == (85, True)


def test_completing_completes_the_enrollment_once(portal_with_enrollment: Portal) -> None:
    """The first completion counts; being enrolled again does not take it away."""
    record(portal_with_enrollment, "completed")
    record(portal_with_enrollment, "completed", LMSCTL_NOW="2026-03-05T12:00:00Z")
    portal_with_enrollment.ok("enroll", "--user", "ann", "--content", "one")
    found = enrollment_of_ann(portal_with_enrollment)
    assert (found["phase"], found["completed_at"]) == ("completed", NOON)


def test_who_is_not_enrolled_may_have_done_something(portal_with_enrollment: Portal) -> None:
    """What is open to people is used without an enrollment, also when archived meanwhile."""
    portal_with_enrollment.ok("enrollment", "cancel", "--user", "ann", "--content", "one")
    portal_with_enrollment.ok("content", "archive", "one")
    record(portal_with_enrollment, "completed")
    assert enrollment_of_ann(portal_with_enrollment)["phase"] == "canceled"
    assert portal_with_enrollment.value("SELECT count(*) FROM progress_events") == 1


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("--event", "viewed"), "event_needs_content", 2),
        (("--event", "signed-in", "--content", "one"), "event_needs_content", 2),
        (("--event", "viewed", "--content", "one", "--score", "5"), "score_wrong", 6),
        (("--event", "passed", "--content", "one", "--score", "101"), "score_wrong", 6),
        (("--event", "passed", "--content", "one", "--score", "-1"), "score_wrong", 6),
        (("--event", "viewed", "--content", "one", "--at", "+1min"), "event_in_future", 6),
        (("--event", "viewed", "--content", "one", "--at", "never"), "event_moment_missing", 2),
        (("--event", "viewed", "--content", "box"), "content_is_folder", 6),
        (("--event", "viewed", "--content", "none"), "content_unknown", 4),
    ],
)
def test_what_cannot_have_happened_is_refused(
    portal_with_enrollment: Portal, words: tuple[str, ...], code: str, status: int
) -> None:
    """Each with a reason of its own, and nothing is recorded."""
    audited = 0 if status == 2 else 1
    command = ("progress", "record", "--user", "ann", *words)
    refused(portal_with_enrollment, *command, code=code, status=status, audited=audited)
