"""Applying a rule by hand, and the preview of that."""

import pytest

from tests.autoenroll.test_joining import count_waiting, create_person, create_rule, enrolled_items
from tests.conftest import Portal
from tests.content.test_items import create_item
from tests.refusals import refused, unchanged
from tests.statements import full_scans

APPLY = ("autoenroll", "apply", "one")
STARS = ("--group", "Stars")


@pytest.fixture
def portal_with_rule(portal: Portal) -> Portal:
    """Return a portal with four people in Sales, and then a rule; one of them came after it.

    ann has an address, ben has none and is enrolled already, cyd is inactive; dan came later, while
    the item was archived.
    """
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    create_item(portal, "one", "topic", "--due-days", "7")
    create_person(portal, "ann", "--department", "Sales/EMEA", "--email", "ann@example.com")
    create_person(portal, "ben", "--department", "Sales")
    create_person(portal, "cyd", "--department", "Sales")
    portal.ok("enroll", "--user", "ben", "--content", "one")
    portal.ok("user", "deactivate", "cyd")
    create_rule(portal, "one", "--department", "Sales")
    portal.ok("content", "archive", "one")
    create_person(portal, "dan", "--department", "Sales")
    portal.ok("content", "restore", "one")
    portal.sql("DELETE FROM notifications")
    return portal


def test_a_preview_shows_who_would_come_in_and_what_would_be_sent(portal_with_rule: Portal) -> None:
    """Who is there already, who waits, who would wait; it changes nothing."""
    with unchanged(portal_with_rule, audited=0):
        rows = portal_with_rule.ok("autoenroll", "preview", "one", "-o", "json").json
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
    portal_with_rule: Portal, whom: tuple[str, ...]
) -> None:
    """It starts from the department or group that it names, not from everybody."""
    if not portal_with_rule.is_sqlite:
        pytest.skip("PostgreSQL reads small tables whole")
    portal_with_rule.ok("group", "create", "Stars")
    portal_with_rule.ok("group", "add", "Stars", "ann")
    create_item(portal_with_rule, "two", "topic")
    create_rule(portal_with_rule, "two", *whom)
    for argv in (("preview", "two"), ("apply", "two", "--existing", "--yes")):
        scans = full_scans(portal_with_rule, "autoenroll", *argv)
        assert not [step for step in scans if "users" in step or "enrollments" in step], scans


def test_applying_takes_in_whom_the_rule_has_reached(portal_with_rule: Portal) -> None:
    """And nobody who was there before it; a second time there is nothing to do."""
    assert portal_with_rule.refused(*APPLY) == "confirmation_needed"
    ran = portal_with_rule.ok(*APPLY, "--yes", "-o", "json")
    assert [(row["login"], row["outcome"]) for row in ran.json] == [("dan", "created")]
    assert ran.err.splitlines() == [
        "1 enrolled, 0 enrolled already.",
        "1 more were there before the rule; --existing takes them in.",
    ]
    assert enrolled_items(portal_with_rule, "dan") == ["one"]
    assert portal_with_rule.run(*APPLY, "--exit-code").status == 0


def test_applying_to_those_who_were_there_is_asked_for(portal_with_rule: Portal) -> None:
    """Each gets an outcome; who is not active is enrolled on becoming so."""
    ran = portal_with_rule.ok(*APPLY, "--existing", "--yes", "-o", "json")
    assert [(row["login"], row["outcome"]) for row in ran.json] == [
        ("ann", "created"),
        ("ben", "updated"),
        ("cyd", "skipped"),
        ("dan", "created"),
    ]
    assert ran.json[2]["code"] == "person_not_active"
    assert "2 enrolled, 1 enrolled already, 1 when they become active." in ran.err
    assert portal_with_rule.value("SELECT count(*) FROM notifications") == 0
    assert (count_waiting(portal_with_rule, "one"), enrolled_items(portal_with_rule, "cyd")) == (
        1,
        [],
    )
    portal_with_rule.ok("user", "activate", "cyd")
    assert enrolled_items(portal_with_rule, "cyd") == ["one"]
    assert portal_with_rule.ok("autoenroll", "preview", "one", "-o", "json").json == []
    with unchanged(portal_with_rule, audited=0):
        assert portal_with_rule.run(*APPLY, "--existing", "--exit-code").status == 0


def test_only_notify_sends_anything(portal_with_rule: Portal) -> None:
    """To each who is newly enrolled a notice, and a mail where there is an address."""
    ran = portal_with_rule.ok(*APPLY, "--existing", "--notify", "--yes")
    assert ran.err.endswith("3 notices were queued.\n")
    rows = portal_with_rule.ok("notification", "list", "-o", "json").json
    assert sorted((row["recipient"], row["channel"], row["kind"]) for row in rows) == [
        ("ann", "account", "enrolled"),
        ("ann@example.com", "mail", "enrolled"),
        ("dan", "account", "enrolled"),
    ]
    assert {row["subject"] for row in rows} == {"You are enrolled in One"}


def test_a_rehearsal_reports_the_same_and_leaves_nothing(portal_with_rule: Portal) -> None:
    """It needs no yes."""
    words = (*APPLY, "--existing", "--notify", "-o", "json")
    with unchanged(portal_with_rule, audited=0):
        rehearsed = portal_with_rule.ok("--dry-run", *words)
    assert portal_with_rule.ok("--yes", *words).json == rehearsed.json


# Taken out by hand -------------------------------------------------------------------------------


@pytest.fixture
def portal_with_canceled_enrollment(portal: Portal) -> Portal:
    """Return a portal with a rule that enrolled max, who was taken out of it by hand."""
    portal.ok("department", "create", "Sales")
    create_item(portal, "one", "topic")
    create_rule(portal, "one", "--department", "Sales")
    create_person(portal, "max", "--department", "Sales")
    portal.ok("enrollment", "cancel", "--user", "max", "--content", "one")
    return portal


def test_what_was_taken_away_by_hand_stays_away(portal_with_canceled_enrollment: Portal) -> None:
    """The preview marks it, applying passes it over and says how to bring it back."""
    (row,) = portal_with_canceled_enrollment.ok("autoenroll", "preview", "one", "-o", "json").json
    assert (row["login"], row["was_removed"], row["outcome"]) == ("max", True, "created")
    for more, needed in (((), "--existing --include-removed"), (("--existing",), "--include-")):
        ran = portal_with_canceled_enrollment.ok(*APPLY, *more, "--yes", "-o", "json")
        assert ran.json == []
        assert f"1 person who was taken out by hand stayed out; {needed}" in ran.err
        assert "before the rule" not in ran.err
    assert enrolled_items(portal_with_canceled_enrollment, "max") == []
    ran = portal_with_canceled_enrollment.ok(
        *APPLY, "--existing", "--include-removed", "--yes", "-o", "json"
    )
    assert [(row["login"], row["outcome"]) for row in ran.json] == [("max", "created")]
    assert enrolled_items(portal_with_canceled_enrollment, "max") == ["one"]
    assert (
        portal_with_canceled_enrollment.ok("autoenroll", "preview", "one", "-o", "json").json == []
    )


def test_who_was_taken_out_while_away_stays_out_too(
    portal_with_canceled_enrollment: Portal,
) -> None:
    """Neither applying nor becoming active brings them back."""
    portal_with_canceled_enrollment.ok("user", "deactivate", "max")
    ran = portal_with_canceled_enrollment.ok(*APPLY, "--existing", "--yes", "-o", "json")
    assert ran.json == []
    portal_with_canceled_enrollment.ok("user", "activate", "max")
    assert enrolled_items(portal_with_canceled_enrollment, "max") == []


def test_taking_somebody_out_ends_their_waiting(portal_with_canceled_enrollment: Portal) -> None:
    """A rule that has reached them before and waits for them does not bring them back."""
    portal_with_canceled_enrollment.ok("department", "create", "HR")
    portal_with_canceled_enrollment.ok(
        "autoenroll", "create", "--content", "one", "--department", "HR", "--code", "hr"
    )
    portal_with_canceled_enrollment.ok("enroll", "--user", "max", "--content", "one")
    portal_with_canceled_enrollment.ok("user", "deactivate", "max")
    portal_with_canceled_enrollment.ok("user", "move", "max", "--department", "HR")
    assert count_waiting(portal_with_canceled_enrollment, "hr") == 1
    portal_with_canceled_enrollment.ok("enrollment", "cancel", "--user", "max", "--content", "one")
    assert count_waiting(portal_with_canceled_enrollment, "hr") == 0
    portal_with_canceled_enrollment.ok("user", "activate", "max")
    assert enrolled_items(portal_with_canceled_enrollment, "max") == []


def test_joining_anew_is_joining(portal_with_canceled_enrollment: Portal) -> None:
    """Whoever comes back to what the rule names is enrolled like everybody who comes."""
    portal_with_canceled_enrollment.ok("user", "move", "max", "--department", "/")
    portal_with_canceled_enrollment.ok("user", "deactivate", "max")
    portal_with_canceled_enrollment.ok("user", "move", "max", "--department", "Sales")
    (row,) = portal_with_canceled_enrollment.ok("autoenroll", "preview", "one", "-o", "json").json
    assert (row["outcome"], row["was_removed"]) == ("skipped", False)
    portal_with_canceled_enrollment.ok("user", "activate", "max")
    assert enrolled_items(portal_with_canceled_enrollment, "max") == ["one"]


def test_what_a_pathway_took_away_was_not_taken_by_hand(
    portal_with_canceled_enrollment: Portal,
) -> None:
    """What was only prepared and is not needed any more may come by a rule; by hand it may not."""
    create_item(portal_with_canceled_enrollment, "way", "pathway")
    portal_with_canceled_enrollment.ok("content", "add-item", "way", "one")
    for login in ("ivy", "jon"):
        create_person(portal_with_canceled_enrollment, login)
        portal_with_canceled_enrollment.ok("enroll", "--user", login, "--content", "way")
    portal_with_canceled_enrollment.ok("enrollment", "cancel", "--user", "jon", "--content", "one")
    for login in ("ivy", "jon"):
        portal_with_canceled_enrollment.ok(
            "enrollment", "cancel", "--user", login, "--content", "way"
        )
    portal_with_canceled_enrollment.ok(
        "autoenroll", "create", "--content", "one", "--type", "staff", "--code", "all"
    )
    rows = portal_with_canceled_enrollment.ok("autoenroll", "preview", "all", "-o", "json").json
    assert {row["login"]: row["was_removed"] for row in rows} == {
        "ivy": False,
        "jon": True,
        "max": True,
        "owner": False,
    }


def test_including_them_takes_existing(portal_with_canceled_enrollment: Portal) -> None:
    """Without it nobody of these is meant."""
    assert portal_with_canceled_enrollment.refused(*APPLY, "--include-removed") == "option_idle"


def test_an_archived_item_takes_nobody_in(portal_with_rule: Portal) -> None:
    """Applying says so, and so does the preview."""
    portal_with_rule.ok("content", "archive", "one")
    refused(portal_with_rule, *APPLY, "--existing", "--yes", code="content_archived")
    assert portal_with_rule.refused("autoenroll", "preview", "one") == "content_archived"


def test_applying_reaches_no_further_than_ones_own_departments(portal_with_rule: Portal) -> None:
    """A group may hold people of other departments: its rule, applied by hand, leaves them out."""
    portal_with_rule.ok("group", "create", "Team", "--department", "Sales/EMEA")
    create_person(portal_with_rule, "eve", "--email", "eve@example.com")
    create_person(portal_with_rule, "dep", "--department", "Sales/EMEA")
    portal_with_rule.ok("group", "add", "Team", "ann", "eve")
    portal_with_rule.ok(
        "role", "grant", "dep", "department-administrator", "--department", "Sales/EMEA"
    )
    create_item(portal_with_rule, "two")
    mine = ("--as", "dep", "autoenroll")
    portal_with_rule.ok(*mine, "create", "--content", "two", "--group", "Team", "--code", "team")
    seen = portal_with_rule.ok(*mine, "preview", "team", "-o", "json").json
    assert [row["login"] for row in seen] == ["ann"]
    ran = portal_with_rule.ok(*mine, "apply", "team", "--existing", "--yes", "-o", "json")
    assert [row["login"] for row in ran.json] == ["ann"]
    assert enrolled_items(portal_with_rule, "eve") == []
