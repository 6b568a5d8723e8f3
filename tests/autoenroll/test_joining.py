"""Every way in which people join or become active, and what rules do then."""

import pytest

from tests.conftest import NOON, Portal
from tests.content.test_items import create_item
from tests.signups import VOID, create_profile, mailed_code, sign_up
from tests.statements import recorded_statements
from tests.user.test_import import import_lines

NAMES = ("--first-name", "F", "--last-name", "L")


def create_rule(portal: Portal, content: str, *whom: str) -> None:
    """Make a rule called like its item."""
    portal.ok("autoenroll", "create", "--content", content, *whom, "--code", content)


def create_person(portal: Portal, login: str, *more: str) -> None:
    """Make a person as an administrator does."""
    portal.ok("user", "create", "--login", login, *NAMES, *more)


def enrolled_items(portal: Portal, login: str, **now: str) -> list[str]:
    """Return what somebody is enrolled in, by code, after checking that rules are the reason."""
    rows = portal.ok("enrollment", "list", "--user", login, "-o", "json", **now).json
    assert all(row["reasons"] == [f"rule {row['content']}"] for row in rows)
    return [row["content"] for row in rows]


def count_waiting(portal: Portal, code: str) -> int:
    """Return how many people wait for a rule."""
    found = portal.ok("autoenroll", "show", code, "-o", "json").json
    return int(found["waiting"])


@pytest.fixture
def portal_with_items(portal: Portal) -> Portal:
    """Return a portal with Sales, Sales/EMEA and Other, a group, and items for rules."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "Other")
    portal.ok("group", "create", "Pilots")
    for code in ("deep", "flat", "group", "staff", "client"):
        create_item(portal, code)
    return portal


@pytest.fixture
def portal_with_rules(portal_with_items: Portal) -> Portal:
    """Return the same with a rule of each kind: two on Sales, one on the group, two on types."""
    create_rule(portal_with_items, "deep", "--department", "Sales")
    create_rule(portal_with_items, "flat", "--department", "Sales", "--no-subdepartments")
    create_rule(portal_with_items, "group", "--group", "Pilots")
    create_rule(portal_with_items, "staff", "--type", "staff")
    create_rule(portal_with_items, "client", "--type", "client")
    return portal_with_items


# Joining -----------------------------------------------------------------------------------------


def test_who_is_made_by_an_administrator_is_enrolled(portal_with_rules: Portal) -> None:
    """By department, with those under it or without, and by type; at once and only by these."""
    create_person(portal_with_rules, "ann", "--department", "Sales")
    create_person(portal_with_rules, "ben", "--department", "Sales/EMEA", "--type", "client")
    create_person(portal_with_rules, "cyd", "--department", "Other", "--type", "prospect")
    assert enrolled_items(portal_with_rules, "ann") == ["deep", "flat", "staff"]
    assert enrolled_items(portal_with_rules, "ben") == ["client", "deep"]
    assert enrolled_items(portal_with_rules, "cyd") == []
    log = portal_with_rules.ok("audit", "list", "--code", "enrollment.created", "-o", "json").json
    assert log[0]["detail"] == {"count": 1, "people": ["ann"], "rule": "deep"}


def test_who_was_there_before_the_rule_is_not_enrolled(portal_with_items: Portal) -> None:
    """Not by the rule being made, nor by anything else that happens to them where they are."""
    create_person(portal_with_items, "ann", "--department", "Sales")
    portal_with_items.ok("group", "add", "Pilots", "ann")
    create_rule(portal_with_items, "deep", "--department", "Sales")
    create_rule(portal_with_items, "group", "--group", "Pilots")
    create_rule(portal_with_items, "staff", "--type", "staff")
    portal_with_items.ok("user", "edit", "ann", "--first-name", "New", "--type", "staff")
    portal_with_items.ok("user", "move", "ann", "--department", "Sales/EMEA")
    portal_with_items.ok("group", "add", "Pilots", "ann")
    portal_with_items.ok("user", "deactivate", "ann")
    portal_with_items.ok("user", "activate", "ann")
    assert enrolled_items(portal_with_items, "ann") == []


def test_who_comes_by_themselves_is_enrolled_before_they_first_look(
    portal_with_rules: Portal,
) -> None:
    """Through a profile or with a token."""
    portal_with_rules.ok("registration", "enable")
    create_profile(portal_with_rules)
    sign_up(portal_with_rules, "ann")
    assert enrolled_items(portal_with_rules, "ann") == ["deep", "flat", "staff"]
    seen = portal_with_rules.ok("--as", "ann", "learner", "courses", "ann", "-o", "id").out.split()
    assert seen == ["deep", "flat", "staff"]
    create_item(portal_with_rules, "lesson")
    portal_with_rules.ok(
        "token", "create", "--content", "lesson", "--code", "fair", "--creates", "client"
    )
    portal_with_rules.ok("token", "redeem", "fair", "--email", "ben@example.com", *NAMES)
    rows = portal_with_rules.ok(
        "enrollment", "list", "--user", "ben@example.com", "-o", "json"
    ).json
    assert [row["content"] for row in rows] == ["client", "lesson"]


def test_who_is_moved_into_a_department_is_enrolled(portal_with_rules: Portal) -> None:
    """By those rules only that were not about them where they came from."""
    create_person(portal_with_rules, "ann", "--department", "Other", "--type", "prospect")
    portal_with_rules.ok("user", "move", "ann", "--department", "Sales/EMEA")
    assert enrolled_items(portal_with_rules, "ann") == ["deep"]
    portal_with_rules.ok("enrollment", "cancel", "--user", "ann", "--content", "deep")
    portal_with_rules.ok("user", "move", "ann", "--department", "Sales")
    assert enrolled_items(portal_with_rules, "ann") == ["flat"]
    portal_with_rules.ok("user", "move", "ann", "--department", "Other")
    portal_with_rules.ok("user", "move", "ann", "--department", "Sales/EMEA")
    assert enrolled_items(portal_with_rules, "ann") == ["deep", "flat"]


def test_a_department_that_is_moved_brings_nobody(portal_with_rules: Portal) -> None:
    """Its people have joined nothing; applying the rule takes them in."""
    create_person(portal_with_rules, "ann", "--department", "Other", "--type", "prospect")
    portal_with_rules.ok("department", "move", "Other", "--parent", "Sales")
    assert enrolled_items(portal_with_rules, "ann") == []
    portal_with_rules.ok("autoenroll", "apply", "deep", "--existing", "--yes")
    assert enrolled_items(portal_with_rules, "ann") == ["deep"]


def test_who_is_added_to_a_group_is_enrolled(portal_with_rules: Portal) -> None:
    """Each once, and by the group they were added to, not by those they are in."""
    portal_with_rules.ok("group", "create", "Others")
    for login in ("ann", "ben"):
        create_person(portal_with_rules, login, "--type", "prospect")
    portal_with_rules.ok("group", "add", "Pilots", "ann", "ben")
    assert (
        enrolled_items(portal_with_rules, "ann")
        == enrolled_items(portal_with_rules, "ben")
        == ["group"]
    )
    portal_with_rules.ok("enrollment", "cancel", "--user", "ann", "--content", "group")
    portal_with_rules.ok("group", "add", "Others", "ann")
    portal_with_rules.ok("group", "add", "Pilots", "ann")
    assert enrolled_items(portal_with_rules, "ann") == []
    portal_with_rules.ok("group", "remove", "Pilots", "ann")
    portal_with_rules.ok("group", "add", "Pilots", "ann")
    assert enrolled_items(portal_with_rules, "ann") == ["group"]


def test_whose_type_changes_is_enrolled(portal_with_rules: Portal) -> None:
    """What they got by their old type stays."""
    create_person(portal_with_rules, "ann")
    portal_with_rules.ok("user", "edit", "ann", "--type", "client")
    assert enrolled_items(portal_with_rules, "ann") == ["client", "staff"]


HEADINGS = "Login,First name,Last name,Department,Type,Status,Group,Add to group"


def test_a_file_of_people_brings_them_in_by_every_column(portal_with_rules: Portal) -> None:
    """New rows, a new department, type or group; a second time nothing happens; nothing is sent."""
    for login in ("moved", "typed", "grouped"):
        create_person(portal_with_rules, login, "--department", "Other", "--type", "prospect")
    lines = (
        HEADINGS,
        "new,F,L,Sales,,,,Pilots",
        "late,F,L,Sales,client,inactive,Pilots,",
        "moved,,,Sales/EMEA,,,,",
        "typed,,,,client,,,",
        "grouped,,,,,,Pilots,",
    )
    import_lines(portal_with_rules, *lines)
    found = {
        login: enrolled_items(portal_with_rules, login)
        for login in ("new", "late", "moved", "typed", "grouped")
    }
    assert found == {
        "new": ["deep", "flat", "group", "staff"],
        "late": [],
        "moved": ["deep"],
        "typed": ["client"],
        "grouped": ["group"],
    }
    kept = [
        code
        for code in ("client", "deep", "flat", "group", "staff")
        if count_waiting(portal_with_rules, code)
    ]
    assert kept == ["client", "deep", "flat", "group"]
    before = portal_with_rules.sql("SELECT * FROM enrollments")
    assert import_lines(portal_with_rules, *lines)["updated"] == 0
    assert portal_with_rules.sql("SELECT * FROM enrollments") == before
    assert portal_with_rules.value("SELECT count(*) FROM notifications") == 0
    import_lines(portal_with_rules, HEADINGS, "late,,,,,active,,")
    assert enrolled_items(portal_with_rules, "late") == ["client", "deep", "flat", "group"]


def test_who_moves_by_file_within_what_a_rule_names_was_there_already(
    portal_with_items: Portal,
) -> None:
    """As when they are moved by hand; who comes from elsewhere in the same file is enrolled."""
    create_person(portal_with_items, "ann", "--department", "Sales")
    create_person(portal_with_items, "ben", "--department", "Other")
    portal_with_items.ok("group", "add", "Pilots", "ann")
    create_rule(portal_with_items, "deep", "--department", "Sales")
    create_rule(portal_with_items, "group", "--group", "Pilots")
    import_lines(
        portal_with_items,
        "Login,Department,Group",
        "ann,Sales/EMEA,Pilots",
        "ben,Sales/EMEA,Pilots",
    )
    assert enrolled_items(portal_with_items, "ann") == []
    assert enrolled_items(portal_with_items, "ben") == ["deep", "group"]


# Becoming active ---------------------------------------------------------------------------------


def test_who_confirms_is_enrolled_then(portal_with_rules: Portal) -> None:
    """By the rules that were there when they registered, not by those made since."""
    portal_with_rules.ok("registration", "enable", "--confirm-email")
    create_profile(portal_with_rules)
    sign_up(portal_with_rules, "ann")
    create_item(portal_with_rules, "later")
    create_rule(portal_with_rules, "later", "--department", "Sales")
    assert enrolled_items(portal_with_rules, "ann") == []
    assert count_waiting(portal_with_rules, "deep") == 1
    portal_with_rules.ok("registration", "confirm", mailed_code(portal_with_rules, "ann"))
    assert enrolled_items(portal_with_rules, "ann") == ["deep", "flat", "staff"]
    assert count_waiting(portal_with_rules, "deep") == 0


def test_an_administrator_who_activates_does_the_same(portal_with_rules: Portal) -> None:
    """Whether the person had to confirm, was made past the plan's limit, inactive or ended."""
    portal_with_rules.ok("registration", "enable", "--confirm-email")
    create_profile(portal_with_rules)
    sign_up(portal_with_rules, "pending")
    portal_with_rules.ok("settings", "set", "plan.max-active-users=2")
    create_person(portal_with_rules, "beyond", "--department", "Sales")
    portal_with_rules.ok("settings", "set", "plan.max-active-users=unlimited")
    for login, verb in (("inactive", "deactivate"), ("ended", "end-employment")):
        create_person(portal_with_rules, login, "--department", "Other", "--type", "prospect")
        portal_with_rules.ok("user", verb, login)
        portal_with_rules.ok("user", "move", login, "--department", "Sales")
        portal_with_rules.ok("group", "add", "Pilots", login)
        portal_with_rules.ok("user", "edit", login, "--type", "client")
    for login in ("pending", "beyond", "inactive", "ended"):
        assert enrolled_items(portal_with_rules, login) == []
        portal_with_rules.ok("user", "activate", login)
    assert (
        enrolled_items(portal_with_rules, "pending")
        == enrolled_items(portal_with_rules, "beyond")
        == ["deep", "flat", "staff"]
    )
    assert (
        enrolled_items(portal_with_rules, "inactive")
        == enrolled_items(portal_with_rules, "ended")
        == ["client", "deep", "flat", "group"]
    )
    assert portal_with_rules.ok("db", "check", "-o", "json").json == []


def test_a_scheduled_end_counts_from_its_moment_on(portal_with_rules: Portal) -> None:
    """Who joins after it waits until they are activated; before it, and when it is called off,
    they are active.
    """  # noqa: D205 - one thought
    for login in ("early", "late"):
        create_person(portal_with_rules, login, "--department", "Other", "--type", "prospect")
        portal_with_rules.ok("user", "deactivate", login, "--on", "+1d")
    portal_with_rules.ok("user", "move", "early", "--department", "Sales/EMEA")
    portal_with_rules.ok("user", "activate", "early")
    assert enrolled_items(portal_with_rules, "early") == ["deep"]
    portal_with_rules.now = "2026-03-04T12:00:00Z"
    portal_with_rules.ok("user", "move", "late", "--department", "Sales/EMEA")
    assert enrolled_items(portal_with_rules, "late") == []
    portal_with_rules.ok("user", "activate", "late")
    assert enrolled_items(portal_with_rules, "late") == ["deep"]


def test_nobody_is_enrolled_again_for_having_been_inactive(portal_with_rules: Portal) -> None:
    """An enrollment that was canceled stays canceled when its person comes back."""
    create_person(portal_with_rules, "ann", "--department", "Sales/EMEA", "--type", "prospect")
    portal_with_rules.ok("enrollment", "cancel", "--user", "ann", "--content", "deep")
    portal_with_rules.ok("user", "deactivate", "ann")
    portal_with_rules.ok("user", "activate", "ann")
    assert enrolled_items(portal_with_rules, "ann") == []


def test_who_left_before_becoming_active_is_not_enrolled(portal_with_rules: Portal) -> None:
    """A rule waits only for whom it is still about."""
    create_person(portal_with_rules, "ann", "--department", "Other", "--type", "prospect")
    portal_with_rules.ok("user", "deactivate", "ann")
    portal_with_rules.ok("user", "move", "ann", "--department", "Sales")
    portal_with_rules.ok("user", "move", "ann", "--department", "Other")
    assert count_waiting(portal_with_rules, "deep") == 0
    portal_with_rules.ok("user", "activate", "ann")
    assert enrolled_items(portal_with_rules, "ann") == []


def test_nobody_waits_who_no_longer_exists(portal_with_rules: Portal) -> None:
    """A registration that was never confirmed is forgotten by rules too."""
    portal_with_rules.ok("registration", "enable", "--confirm-email")
    create_profile(portal_with_rules)
    sign_up(portal_with_rules, "ann")
    portal_with_rules.now = VOID
    portal_with_rules.ok("department", "create", "A")
    assert count_waiting(portal_with_rules, "deep") == 0
    assert portal_with_rules.value("SELECT count(*) FROM autoenroll_waiting") == 0
    assert portal_with_rules.ok("db", "check", "-o", "json").json == []


# What else there is ------------------------------------------------------------------------------


def test_an_archived_item_is_passed_over(portal_with_rules: Portal) -> None:
    """Restoring it enrolls nobody by itself; who joined meanwhile waits for the rule."""
    portal_with_rules.ok("content", "archive", "deep")
    create_person(portal_with_rules, "ann", "--department", "Sales/EMEA", "--type", "prospect")
    portal_with_rules.ok("content", "restore", "deep")
    assert enrolled_items(portal_with_rules, "ann") == []
    assert count_waiting(portal_with_rules, "deep") == 1
    portal_with_rules.ok("autoenroll", "apply", "deep", "--yes")
    assert enrolled_items(portal_with_rules, "ann") == ["deep"]
    assert count_waiting(portal_with_rules, "deep") == 0


def test_a_rule_gives_one_more_reason_to_who_is_enrolled_already(portal_with_rules: Portal) -> None:
    """Taking one away leaves the other, and the due date is the first one."""
    create_person(portal_with_rules, "ann", "--type", "prospect")
    portal_with_rules.ok("content", "edit", "group", "--due-days", "3")
    portal_with_rules.ok("enroll", "--user", "ann", "--content", "group")
    portal_with_rules.ok("group", "add", "Pilots", "ann", LMSCTL_NOW="2026-03-05T12:00:00Z")
    show = ("enrollment", "show", "--user", "ann", "--content", "group", "-o", "json")
    found = portal_with_rules.ok(*show).json
    reasons = [(item["reason"], item["reference"]) for item in found["reasons"]]
    assert reasons == [("administrator", ""), ("rule", "group")]
    assert (found["enrolled_at"], found["due_at"]) == (NOON, "2026-03-05T23:59:59Z")
    cancel = ("enrollment", "cancel", "--user", "ann", "--content", "group", "--reason")
    portal_with_rules.ok(*cancel, "administrator")
    assert enrolled_items(portal_with_rules, "ann") == ["group"]
    portal_with_rules.ok(*cancel, "rule", "--reference", "group")
    assert enrolled_items(portal_with_rules, "ann") == []


def test_enrollments_outlive_rule_group_and_department(portal_with_rules: Portal) -> None:
    """They keep saying which rule it was."""
    create_person(portal_with_rules, "ann", "--department", "Sales/EMEA")
    portal_with_rules.ok("group", "add", "Pilots", "ann")
    portal_with_rules.ok("user", "move", "ann", "--department", "Other")
    portal_with_rules.ok("autoenroll", "delete", "staff", "--yes")
    portal_with_rules.ok("group", "delete", "Pilots", "--yes")
    portal_with_rules.ok("department", "delete", "Sales", "--yes")
    assert portal_with_rules.ok("autoenroll", "list", "-o", "id").out == "client\n"
    assert enrolled_items(portal_with_rules, "ann") == ["deep", "group", "staff"]


def test_a_rule_on_a_pathway_prepares_its_items(portal_with_items: Portal) -> None:
    """As enrolling by hand does."""
    create_item(portal_with_items, "way", "pathway")
    portal_with_items.ok("content", "add-item", "way", "flat")
    create_rule(portal_with_items, "way", "--department", "Sales")
    create_person(portal_with_items, "ann", "--department", "Sales")
    rows = portal_with_items.ok("enrollment", "list", "--user", "ann", "-o", "json").json
    assert [(row["content"], row["phase"]) for row in rows] == [
        ("flat", "pre-enrolled"),
        ("way", "enrolled"),
    ]


@pytest.mark.parametrize("rules", [0, 2])
def test_joining_asks_the_database_the_same_for_one_and_for_many(
    portal_with_items: Portal, rules: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement is run for each person; without rules nobody is read back at all."""
    if rules:
        create_rule(portal_with_items, "deep", "--department", "Sales")
        create_rule(portal_with_items, "group", "--group", "Pilots")

    def counted(*logins: str) -> int:
        lines = [f"{login},F,L,Sales,Pilots" for login in logins]
        with recorded_statements() as said:
            import_lines(portal_with_items, "Login,First name,Last name,Department,Group", *lines)
        return len(said)

    many = [f"p{number}" for number in range(40)]
    assert counted("ann") == counted(*many)
    assert len(enrolled_items(portal_with_items, "p7")) == rules
