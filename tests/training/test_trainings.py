"""What making, showing, changing and deleting trainings promises."""

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused, unchanged
from tests.trainings import goes, person, session, shown_training, training

CREATE = ("training", "create", "First aid", "--code", "aid")


@pytest.fixture
def hall(portal: Portal) -> Portal:
    """Return a portal with two departments, an administrator of one of them, and a learner."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "Other")
    person(portal, "dora", "--department", "Sales")
    portal.ok("role", "grant", "dora", "department-administrator", "--department", "Sales")
    person(portal, "leo", "--department", "Sales")
    return portal


def test_a_training_is_what_it_was_made(hall: Portal) -> None:
    """With everything it can have; scripts rest on these keys."""
    more = ("--type", "webinar", "--department", "Sales", "--organizer", "dora")
    told = hall.ok(
        *(*CREATE, *more, "--time-zone", "Europe/Berlin", "--description", "Bandages.\n\nBreath.")
    ).err
    assert "Created the training aid (Europe/Berlin)." in told
    assert shown_training(hall) == {
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


def test_a_training_needs_only_title_and_code(hall: Portal) -> None:
    """It is a meeting of the root in the portal's zone, and whoever makes it organizes it."""
    hall.ok("settings", "set", "time-zone=Asia/Tokyo")
    hall.ok(*CREATE)
    made = shown_training(hall)
    plain = (made["type"], made["department"], made["time_zone"], made["description"])
    assert plain == ("meeting", "/", "Asia/Tokyo", "")
    assert made["organizer"] is None
    hall.ok("training", "create", "T", "--code", "b", "--department", "Sales", "--as", "dora")
    assert shown_training(hall, "b")["organizer"] == "dora"


def test_titles_may_repeat_and_codes_may_not(hall: Portal) -> None:
    """A code is the same in any case; --if-exists says what to do about it."""
    hall.ok("training", "create", "x" * 255, "--code", "aid")
    hall.ok("training", "create", "x" * 255, "--code", "aid-2")
    words = ("training", "create", "New", "--code", "AID")
    refused(hall, *words, code="training_exists", status=5)
    assert hall.ok(*words, "--if-exists", "skip", "-o", "json").json["title"] == "x" * 255
    assert hall.ok(*words, "--if-exists", "update", "-o", "json").json["title"] == "New"
    out_of_scope = (*words, "--department", "Sales", "--as", "dora", "--if-exists", "update")
    refused(hall, *out_of_scope, code="training_exists", status=5)
    hall.ok(*("training", "create", "N", "--code", "n", "--if-exists", "update"))


WRONG: list[tuple[tuple[str, ...], str, int]] = [
    (("--time-zone", "Europe/Berln"), "time_zone_unknown", 2),
    (("--organizer", "leo"), "organizer_unfit", 6),
    (("--organizer", "gone"), "organizer_unfit", 6),
    (("--organizer", "nobody"), "user_unknown", 4),
    (("--department", "Nowhere"), "department_unknown", 4),
    (("--description", "x" * 3001), "description_too_long", 6),
    (("--description", "a\x1b[31m"), "text_character_forbidden", 6),
]


def test_a_training_that_cannot_be_is_refused(hall: Portal) -> None:
    """Nothing of it remains."""
    person(hall, "gone")
    hall.ok("user", "deactivate", "gone")
    for more, code, status in WRONG:
        refused(hall, *CREATE, *more, code=code, status=status, audited=int(status != 2))


def test_a_title_has_1_to_255_characters(hall: Portal) -> None:
    """And a description up to 3,000, counting its lines."""
    refused(hall, "training", "create", " ", "--code", "a", code="text_empty")
    refused(hall, "training", "create", "x" * 256, "--code", "a", code="text_too_long")
    long = "x" * 1499 + "\r\n" + "y" * 1500
    hall.ok(*CREATE, "--description", long)
    assert len(shown_training(hall)["description"]) == 3000


def test_everything_but_the_code_can_change(hall: Portal) -> None:
    """What is not named stays; an edit that changes nothing says so."""
    training(hall, "aid", "--department", "Sales")
    more = ("--title", "N", "--type", "webinar", "--department", "Other", "--description", "D")
    edit = ("training", "edit", "aid", *more, "--time-zone", "Asia/Tokyo", "--organizer", "dora")
    after = hall.ok(*edit, "-o", "json").json
    assert {name: after[name] for name in ("title", "type", "department", "description")} == {
        "title": "N",
        "type": "webinar",
        "department": "Other",
        "description": "D",
    }
    assert (after["time_zone"], after["organizer"], after["version"]) == ("Asia/Tokyo", "dora", 2)
    with unchanged(hall, audited=0):
        assert hall.run(*edit, "--exit-code").status == 0
    stale = ("training", "edit", "aid", "--title", "O", "--if-version", "1")
    refused(hall, *stale, code="version_stale", status=5)
    assert (
        hall.ok("training", "edit", "aid", "--organizer", "", "-o", "json").json["organizer"]
        is None
    )


def test_another_zone_moves_no_session(hall: Portal) -> None:
    """Instants are what is kept."""
    training(hall, "aid", "--time-zone", "Europe/Berlin")
    session(hall)
    hall.ok("training", "edit", "aid", "--time-zone", "America/New_York")
    (found,) = shown_training(hall)["sessions"]
    assert found["starts_at"] == "2026-03-31T07:00:00Z"


def test_a_list_shows_what_comes_next(hall: Portal) -> None:
    """By code, narrowed by department and type; sessions under way are not next."""
    training(hall, "b", "--department", "Sales/EMEA", "--type", "webinar")
    training(hall, "a", "--department", "Other")
    session(hall, "one", of="b", starts="2026-03-02T11:59")
    session(hall, "two", of="b", starts="2026-03-09T09:00")
    session(hall, "three", of="b", starts="2026-03-05T09:00")
    hall.ok("session", "cancel", "b", "three")
    rows = hall.ok("training", "list", "-o", "json").json
    assert [(row["code"], row["sessions"], row["next_start_at"]) for row in rows] == [
        ("a", 0, None),
        ("b", 2, "2026-03-09T09:00:00Z"),
    ]
    assert hall.ok("training", "list", "--department", "Sales", "-o", "id").out == "b\n"
    assert hall.ok("training", "list", "--type", "meeting", "-o", "id").out == "a\n"


def test_who_only_keeps_trainings_sees_only_those(hall: Portal) -> None:
    """Whoever may enroll people sees them all, but changes only those in scope."""
    hall.ok("role", "create", "keeper", "--permission", "training.manage")
    person(hall, "kim")
    hall.ok("role", "grant", "kim", "keeper", "--department", "Sales")
    training(hall, "a", "--department", "Other")
    training(hall, "b", "--department", "Sales/EMEA")
    assert hall.ok("training", "list", "-o", "id", "--as", "kim").out == "b\n"
    assert hall.refused("training", "show", "a", "--as", "kim") == "training_unknown"
    assert hall.ok("training", "list", "-o", "id", "--as", "dora").out == "a\nb\n"
    assert hall.refused("training", "edit", "a", "--title", "N", "--as", "dora") == (
        "training_unknown"
    )
    hall.ok("training", "edit", "b", "--title", "N", "--as", "dora")
    move = ("training", "edit", "b", "--department", "Other", "--as", "dora")
    refused(hall, *move, code="department_unknown", status=4)


def test_a_training_goes_with_its_sessions_after_a_confirmation(hall: Portal) -> None:
    """The confirmation says how many; what is gone is not there any more."""
    training(hall)
    session(hall, "one")
    session(hall, "two")
    assert goes(hall, "training", "delete", "aid") == ["Goes too: 2 sessions."]
    hall.ok("training", "delete", "aid", "--yes")
    assert hall.value("SELECT count(*) FROM training_sessions") == 0
    refused(hall, "training", "delete", "aid", "--yes", code="training_unknown", status=4)
    hall.ok("training", "delete", "aid", "--yes", "--if-missing", "ok")


def test_trainings_outlive_their_department(hall: Portal) -> None:
    """They belong to the root from then on; the confirmation says so."""
    training(hall, "aid", "--department", "Other")
    words = ("department", "delete", "Other")
    assert goes(hall, *words) == ["stays and belongs to the root from then on: training aid"]
    hall.ok(*words, "--yes")
    assert shown_training(hall)["department"] == "/"


def test_a_number_names_a_training_too(hall: Portal) -> None:
    """Unless it is the code of another one."""
    training(hall, "aid")
    assert hall.ok("training", "show", "1", "-o", "id").out == "aid\n"
    training(hall, "1")
    assert hall.refused("training", "show", "1") == "ambiguous"
