"""What making, showing, changing and deleting trainings promises."""

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.trainings import (
    confirmation_details,
    create_person,
    create_session,
    create_training,
    show_training,
)

CREATE = ("training", "create", "First aid", "--code", "aid")


@pytest.fixture
def portal_with_departments(portal: Portal) -> Portal:
    """Return a portal with two departments, an administrator of one of them, and a learner."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "Other")
    create_person(portal, "dora", "--department", "Sales")
    portal.ok("role", "grant", "dora", "department-administrator", "--department", "Sales")
    create_person(portal, "leo", "--department", "Sales")
    return portal


def test_a_training_is_what_it_was_made(portal_with_departments: Portal) -> None:
    """With everything it can have; scripts rest on these keys."""
    more = ("--type", "webinar", "--department", "Sales", "--organizer", "dora")
    told = portal_with_departments.ok(
        *(*CREATE, *more, "--time-zone", "Europe/Berlin", "--description", "Bandages.\n\nBreath.")
    ).err
    assert "Created the training aid (Europe/Berlin)." in told
    assert show_training(portal_with_departments) == {
        "id": 1,
        "code": "aid",
        "title": "First aid",
        "type": "webinar",
        "description": "Bandages.\n\nBreath.",
        "department": "Sales",
        "organizer": "dora",
        "time_zone": "Europe/Berlin",
        "stop_registration": None,
        "stop_cancellations": None,
        "locked": False,
        "notifies_supervisors": False,
        "sessions": [],
        "created_at": NOON,
        "version": 1,
    }


def test_a_training_needs_only_title_and_code(portal_with_departments: Portal) -> None:
    """It is a meeting of the root in the portal's zone, and whoever makes it organizes it."""
    portal_with_departments.ok("settings", "set", "time-zone=Asia/Tokyo")
    portal_with_departments.ok(*CREATE)
    made = show_training(portal_with_departments)
    plain = (made["type"], made["department"], made["time_zone"], made["description"])
    assert plain == ("meeting", "/", "Asia/Tokyo", "")
    assert made["organizer"] is None
    portal_with_departments.ok(
        "training", "create", "T", "--code", "b", "--department", "Sales", "--as", "dora"
    )
    assert show_training(portal_with_departments, "b")["organizer"] == "dora"


def test_titles_may_repeat_and_codes_may_not(portal_with_departments: Portal) -> None:
    """A code is the same in any case; --if-exists says what to do about it."""
    portal_with_departments.ok("training", "create", "x" * 255, "--code", "aid")
    portal_with_departments.ok("training", "create", "x" * 255, "--code", "aid-2")
    words = ("training", "create", "New", "--code", "AID")
    refused(portal_with_departments, *words, code="training_exists", status=5)
    assert (
        portal_with_departments.ok(*words, "--if-exists", "skip", "-o", "json").json["title"]
        == "x" * 255
    )
    assert (
        portal_with_departments.ok(*words, "--if-exists", "update", "-o", "json").json["title"]
        == "New"
    )
    out_of_scope = (*words, "--department", "Sales", "--as", "dora", "--if-exists", "update")
    refused(portal_with_departments, *out_of_scope, code="training_exists", status=5)
    portal_with_departments.ok(*("training", "create", "N", "--code", "n", "--if-exists", "update"))


WRONG: list[tuple[tuple[str, ...], str, int]] = [
    (("--time-zone", "Europe/Berln"), "time_zone_unknown", 2),
    (("--organizer", "leo"), "organizer_unfit", 6),
    (("--organizer", "gone"), "organizer_unfit", 6),
    (("--organizer", "nobody"), "user_unknown", 4),
    (("--department", "Nowhere"), "department_unknown", 4),
    (("--description", "x" * 3001), "description_too_long", 6),
    (("--description", "a\x1b[31m"), "text_character_forbidden", 6),
]


def test_a_training_that_cannot_be_is_refused(portal_with_departments: Portal) -> None:
    """Nothing of it remains."""
    create_person(portal_with_departments, "gone")
    portal_with_departments.ok("user", "deactivate", "gone")
    for more, code, status in WRONG:
        refused(
            portal_with_departments,
            *CREATE,
            *more,
            code=code,
            status=status,
            audited=int(status != 2),
        )


def test_a_title_has_1_to_255_characters(portal_with_departments: Portal) -> None:
    """And a description up to 3,000, counting its lines."""
    refused(portal_with_departments, "training", "create", " ", "--code", "a", code="text_empty")
    refused(
        portal_with_departments,
        "training",
        "create",
        "x" * 256,
        "--code",
        "a",
        code="text_too_long",
    )
    long = "x" * 1499 + "\r\n" + "y" * 1500
    portal_with_departments.ok(*CREATE, "--description", long)
    assert len(show_training(portal_with_departments)["description"]) == 3000


def test_everything_but_the_code_can_change(portal_with_departments: Portal) -> None:
    """What is not named stays; an edit that changes nothing says so."""
    create_training(portal_with_departments, "aid", "--department", "Sales")
    more = ("--title", "N", "--type", "webinar", "--department", "Other", "--description", "D")
    edit = ("training", "edit", "aid", *more, "--time-zone", "Asia/Tokyo", "--organizer", "dora")
    after = portal_with_departments.ok(*edit, "-o", "json").json
    assert {name: after[name] for name in ("title", "type", "department", "description")} == {
        "title": "N",
        "type": "webinar",
        "department": "Other",
        "description": "D",
    }
    assert (after["time_zone"], after["organizer"], after["version"]) == ("Asia/Tokyo", "dora", 2)
    with unchanged(portal_with_departments, audited=0):
        assert portal_with_departments.run(*edit, "--exit-code").status == 0
    stale = ("training", "edit", "aid", "--title", "O", "--if-version", "1")
    refused(portal_with_departments, *stale, code="version_stale", status=5)
    assert (
        portal_with_departments.ok("training", "edit", "aid", "--organizer", "", "-o", "json").json[
            "organizer"
        ]
        is None
    )


def test_another_zone_moves_no_session(portal_with_departments: Portal) -> None:
    """Instants are what is kept."""
    create_training(portal_with_departments, "aid", "--time-zone", "Europe/Berlin")
    create_session(portal_with_departments)
    portal_with_departments.ok("training", "edit", "aid", "--time-zone", "America/New_York")
    (found,) = show_training(portal_with_departments)["sessions"]
    assert found["starts_at"] == "2026-03-31T07:00:00Z"


def test_a_list_shows_what_comes_next(portal_with_departments: Portal) -> None:
    """By code, narrowed by department and type; sessions under way are not next."""
    create_training(portal_with_departments, "b", "--department", "Sales/EMEA", "--type", "webinar")
    create_training(portal_with_departments, "a", "--department", "Other")
    create_session(portal_with_departments, "one", of="b", starts="2026-03-02T11:59")
    create_session(portal_with_departments, "two", of="b", starts="2026-03-09T09:00")
    create_session(portal_with_departments, "three", of="b", starts="2026-03-05T09:00")
    portal_with_departments.ok("session", "cancel", "b", "three")
    rows = portal_with_departments.ok("training", "list", "-o", "json").json
    assert [(row["code"], row["sessions"], row["next_start_at"]) for row in rows] == [
        ("a", 0, None),
        ("b", 2, "2026-03-09T09:00:00Z"),
    ]
    assert (
        portal_with_departments.ok("training", "list", "--department", "Sales", "-o", "id").out
        == "b\n"
    )
    assert (
        portal_with_departments.ok("training", "list", "--type", "meeting", "-o", "id").out == "a\n"
    )


def test_who_only_keeps_trainings_sees_only_those(portal_with_departments: Portal) -> None:
    """Whoever may enroll people sees them all, but changes only those in scope."""
    portal_with_departments.ok("role", "create", "keeper", "--permission", "training.manage")
    create_person(portal_with_departments, "kim")
    portal_with_departments.ok("role", "grant", "kim", "keeper", "--department", "Sales")
    create_training(portal_with_departments, "a", "--department", "Other")
    create_training(portal_with_departments, "b", "--department", "Sales/EMEA")
    assert portal_with_departments.ok("training", "list", "-o", "id", "--as", "kim").out == "b\n"
    assert (
        portal_with_departments.refused("training", "show", "a", "--as", "kim")
        == "training_unknown"
    )
    assert (
        portal_with_departments.ok("training", "list", "-o", "id", "--as", "dora").out == "a\nb\n"
    )
    assert portal_with_departments.refused(
        "training", "edit", "a", "--title", "N", "--as", "dora"
    ) == ("permission_missing")
    portal_with_departments.ok("training", "edit", "b", "--title", "N", "--as", "dora")
    move = ("training", "edit", "b", "--department", "Other", "--as", "dora")
    refused(portal_with_departments, *move, code="department_unknown", status=4)


def test_a_training_goes_with_its_sessions_after_a_confirmation(
    portal_with_departments: Portal,
) -> None:
    """The confirmation says how many; what is gone is not there any more."""
    create_training(portal_with_departments)
    create_session(portal_with_departments, "one")
    create_session(portal_with_departments, "two")
    assert confirmation_details(portal_with_departments, "training", "delete", "aid") == [
        "Goes too: 2 sessions."
    ]
    portal_with_departments.ok("training", "delete", "aid", "--yes")
    assert portal_with_departments.value("SELECT count(*) FROM training_sessions") == 0
    refused(
        portal_with_departments,
        "training",
        "delete",
        "aid",
        "--yes",
        code="training_unknown",
        status=4,
    )
    portal_with_departments.ok("training", "delete", "aid", "--yes", "--if-missing", "ok")


def test_trainings_outlive_their_department(portal_with_departments: Portal) -> None:
    """They belong to the root from then on; the confirmation says so."""
    create_training(portal_with_departments, "aid", "--department", "Other")
    words = ("department", "delete", "Other")
    assert confirmation_details(portal_with_departments, *words) == [
        "stays and belongs to the root from then on: training aid"
    ]
    portal_with_departments.ok(*words, "--yes")
    assert show_training(portal_with_departments)["department"] == "/"


def test_a_number_names_a_training_too(portal_with_departments: Portal) -> None:
    """Unless it is the code of another one."""
    create_training(portal_with_departments, "aid")
    assert portal_with_departments.ok("training", "show", "1", "-o", "id").out == "aid\n"
    create_training(portal_with_departments, "1")
    assert portal_with_departments.refused("training", "show", "1") == "ambiguous"
