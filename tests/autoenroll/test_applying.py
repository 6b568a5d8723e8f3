"""Applying a rule by hand, and the preview of that."""

import pytest

from tests.autoenroll.test_joining import items, person, rule, waiting
from tests.conftest import Portal
from tests.content.test_items import create
from tests.refusals import refused, unchanged
from tests.statements import full_scans

APPLY = ("autoenroll", "apply", "one")
STARS = ("--group", "Stars")


@pytest.fixture
def school(portal: Portal) -> Portal:
    """Return a portal with four people in Sales, and then a rule; one of them came after it.

    ann has an address, ben has none and is enrolled already, cyd is inactive; dan came later, while
    the item was archived.
    """
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    create(portal, "one", "topic", "--due-days", "7")
    person(portal, "ann", "--department", "Sales/EMEA", "--email", "ann@example.com")
    person(portal, "ben", "--department", "Sales")
    person(portal, "cyd", "--department", "Sales")
    portal.ok("enroll", "--user", "ben", "--content", "one")
    portal.ok("user", "deactivate", "cyd")
    rule(portal, "one", "--department", "Sales")
    portal.ok("content", "archive", "one")
    person(portal, "dan", "--department", "Sales")
    portal.ok("content", "restore", "one")
    portal.sql("DELETE FROM notifications")
    return portal


def test_a_preview_shows_who_would_come_in_and_what_would_be_sent(school: Portal) -> None:
    """Who is there already, who waits, who would wait; it changes nothing."""
    with unchanged(school, audited=0):
        rows = school.ok("autoenroll", "preview", "one", "-o", "json").json
    due = "2026-03-09T23:59:59Z"
    assert [
        (row["login"], row["outcome"], row["due_at"], row["needs_existing"], row["sends"])
        for row in rows
    ] == [
        ("ann", "created", due, True, ["notice", "mail to ann@example.com"]),
        ("ben", "updated", None, True, []),
        ("cyd", "skipped", None, True, []),
        ("dan", "created", due, False, ["notice"]),
    ]
    assert rows[0]["department"] == "Sales/EMEA"
    assert rows[2]["status"] == "inactive"


@pytest.mark.parametrize(
    "whom", [("--department", "Sales"), ("--department", "Sales", "--no-subdepartments"), STARS]
)
def test_people_whom_a_rule_is_not_about_cost_nothing(
    school: Portal, whom: tuple[str, ...]
) -> None:
    """It starts from the department or group that it names, not from everybody."""
    if not school.is_sqlite:
        pytest.skip("PostgreSQL reads small tables whole")
    school.ok("group", "create", "Stars")
    school.ok("group", "add", "Stars", "ann")
    create(school, "two", "topic")
    rule(school, "two", *whom)
    for argv in (("preview", "two"), ("apply", "two", "--existing", "--yes")):
        scans = full_scans(school, "autoenroll", *argv)
        assert not [step for step in scans if "users" in step or "enrollments" in step], scans


def test_applying_takes_in_whom_the_rule_has_reached(school: Portal) -> None:
    """And nobody who was there before it; a second time there is nothing to do."""
    assert school.refused(*APPLY) == "confirmation_needed"
    ran = school.ok(*APPLY, "--yes", "-o", "json")
    assert [(row["login"], row["outcome"]) for row in ran.json] == [("dan", "created")]
    assert ran.err.splitlines() == [
        "1 enrolled, 0 enrolled already.",
        "1 more were there before the rule; --existing takes them in.",
    ]
    assert items(school, "dan") == ["one"]
    assert school.run(*APPLY, "--exit-code").status == 0


def test_applying_to_those_who_were_there_is_asked_for(school: Portal) -> None:
    """Each gets an outcome; who is not active is enrolled on becoming so."""
    ran = school.ok(*APPLY, "--existing", "--yes", "-o", "json")
    assert [(row["login"], row["outcome"]) for row in ran.json] == [
        ("ann", "created"),
        ("ben", "updated"),
        ("cyd", "skipped"),
        ("dan", "created"),
    ]
    assert ran.json[2]["code"] == "person_not_active"
    assert "2 enrolled, 1 enrolled already, 1 when they become active." in ran.err
    assert school.value("SELECT count(*) FROM notifications") == 0
    assert (waiting(school, "one"), items(school, "cyd")) == (1, [])
    school.ok("user", "activate", "cyd")
    assert items(school, "cyd") == ["one"]
    assert school.ok("autoenroll", "preview", "one", "-o", "json").json == []
    with unchanged(school, audited=0):
        assert school.run(*APPLY, "--existing", "--exit-code").status == 0


def test_only_notify_sends_anything(school: Portal) -> None:
    """To each who is newly enrolled a notice, and a mail where there is an address."""
    ran = school.ok(*APPLY, "--existing", "--notify", "--yes")
    assert ran.err.endswith("3 notices were queued.\n")
    rows = school.ok("notification", "list", "-o", "json").json
    assert sorted((row["recipient"], row["channel"], row["kind"]) for row in rows) == [
        ("ann", "account", "enrolled"),
        ("ann@example.com", "mail", "enrolled"),
        ("dan", "account", "enrolled"),
    ]
    assert {row["subject"] for row in rows} == {"You are enrolled in One"}


def test_a_rehearsal_reports_the_same_and_leaves_nothing(school: Portal) -> None:
    """It needs no yes."""
    words = (*APPLY, "--existing", "--notify", "-o", "json")
    with unchanged(school, audited=0):
        rehearsed = school.ok("--dry-run", *words)
    assert school.ok("--yes", *words).json == rehearsed.json


# Taken out by hand -------------------------------------------------------------------------------


@pytest.fixture
def lesson(portal: Portal) -> Portal:
    """Return a portal with a rule that enrolled max, who was taken out of it by hand."""
    portal.ok("department", "create", "Sales")
    create(portal, "one", "topic")
    rule(portal, "one", "--department", "Sales")
    person(portal, "max", "--department", "Sales")
    portal.ok("enrollment", "cancel", "--user", "max", "--content", "one")
    return portal


def test_what_was_taken_away_by_hand_stays_away(lesson: Portal) -> None:
    """The preview marks it, applying passes it over and says how to bring it back."""
    (row,) = lesson.ok("autoenroll", "preview", "one", "-o", "json").json
    assert (row["login"], row["was_removed"], row["outcome"]) == ("max", True, "created")
    for more, needed in (((), "--existing --include-removed"), (("--existing",), "--include-")):
        ran = lesson.ok(*APPLY, *more, "--yes", "-o", "json")
        assert ran.json == []
        assert f"1 person who was taken out by hand stayed out; {needed}" in ran.err
        assert "before the rule" not in ran.err
    assert items(lesson, "max") == []
    ran = lesson.ok(*APPLY, "--existing", "--include-removed", "--yes", "-o", "json")
    assert [(row["login"], row["outcome"]) for row in ran.json] == [("max", "created")]
    assert items(lesson, "max") == ["one"]
    assert lesson.ok("autoenroll", "preview", "one", "-o", "json").json == []


def test_who_was_taken_out_while_away_stays_out_too(lesson: Portal) -> None:
    """Neither applying nor becoming active brings them back."""
    lesson.ok("user", "deactivate", "max")
    ran = lesson.ok(*APPLY, "--existing", "--yes", "-o", "json")
    assert ran.json == []
    lesson.ok("user", "activate", "max")
    assert items(lesson, "max") == []


def test_taking_somebody_out_ends_their_waiting(lesson: Portal) -> None:
    """A rule that has reached them before and waits for them does not bring them back."""
    lesson.ok("department", "create", "HR")
    lesson.ok("autoenroll", "create", "--content", "one", "--department", "HR", "--code", "hr")
    lesson.ok("enroll", "--user", "max", "--content", "one")
    lesson.ok("user", "deactivate", "max")
    lesson.ok("user", "move", "max", "--department", "HR")
    assert waiting(lesson, "hr") == 1
    lesson.ok("enrollment", "cancel", "--user", "max", "--content", "one")
    assert waiting(lesson, "hr") == 0
    lesson.ok("user", "activate", "max")
    assert items(lesson, "max") == []


def test_joining_anew_is_joining(lesson: Portal) -> None:
    """Whoever comes back to what the rule names is enrolled like everybody who comes."""
    lesson.ok("user", "move", "max", "--department", "/")
    lesson.ok("user", "deactivate", "max")
    lesson.ok("user", "move", "max", "--department", "Sales")
    (row,) = lesson.ok("autoenroll", "preview", "one", "-o", "json").json
    assert (row["outcome"], row["was_removed"]) == ("skipped", False)
    lesson.ok("user", "activate", "max")
    assert items(lesson, "max") == ["one"]


def test_what_a_pathway_took_away_was_not_taken_by_hand(lesson: Portal) -> None:
    """What was only prepared and is not needed any more may come by a rule; by hand it may not."""
    create(lesson, "way", "pathway")
    lesson.ok("content", "add-item", "way", "one")
    for login in ("ivy", "jon"):
        person(lesson, login)
        lesson.ok("enroll", "--user", login, "--content", "way")
    lesson.ok("enrollment", "cancel", "--user", "jon", "--content", "one")
    for login in ("ivy", "jon"):
        lesson.ok("enrollment", "cancel", "--user", login, "--content", "way")
    lesson.ok("autoenroll", "create", "--content", "one", "--type", "staff", "--code", "all")
    rows = lesson.ok("autoenroll", "preview", "all", "-o", "json").json
    assert {row["login"]: row["was_removed"] for row in rows} == {
        "ivy": False,
        "jon": True,
        "max": True,
        "owner": False,
    }


def test_including_them_takes_existing(lesson: Portal) -> None:
    """Without it nobody of these is meant."""
    assert lesson.refused(*APPLY, "--include-removed") == "option_idle"


def test_an_archived_item_takes_nobody_in(school: Portal) -> None:
    """Applying says so, and so does the preview."""
    school.ok("content", "archive", "one")
    refused(school, *APPLY, "--existing", "--yes", code="content_archived")
    assert school.refused("autoenroll", "preview", "one") == "content_archived"


def test_applying_reaches_no_further_than_ones_own_departments(school: Portal) -> None:
    """A group may hold people of other departments: its rule, applied by hand, leaves them out."""
    school.ok("group", "create", "Team", "--department", "Sales/EMEA")
    person(school, "eve", "--email", "eve@example.com")
    person(school, "dep", "--department", "Sales/EMEA")
    school.ok("group", "add", "Team", "ann", "eve")
    school.ok("role", "grant", "dep", "department-administrator", "--department", "Sales/EMEA")
    create(school, "two")
    mine = ("--as", "dep", "autoenroll")
    school.ok(*mine, "create", "--content", "two", "--group", "Team", "--code", "team")
    seen = school.ok(*mine, "preview", "team", "-o", "json").json
    assert [row["login"] for row in seen] == ["ann"]
    ran = school.ok(*mine, "apply", "team", "--existing", "--yes", "-o", "json")
    assert [row["login"] for row in ran.json] == ["ann"]
    assert items(school, "eve") == []
