"""Every door by which people join or become active, and what rules do at it."""

import pytest

from tests.conftest import NOON, Portal
from tests.content.test_items import create
from tests.doors import VOID, mailed_code, profile, sign_up
from tests.statements import listening
from tests.user.test_import import import_

NAMES = ("--first-name", "F", "--last-name", "L")


def rule(portal: Portal, content: str, *whom: str) -> None:
    """Make a rule called like its item."""
    portal.ok("autoenroll", "create", "--content", content, *whom, "--code", content)


def person(portal: Portal, login: str, *more: str) -> None:
    """Make a person as an administrator does."""
    portal.ok("user", "create", "--login", login, *NAMES, *more)


def items(portal: Portal, login: str, **now: str) -> list[str]:
    """Return what somebody is enrolled in, by code, after checking that rules are the reason."""
    rows = portal.ok("enrollment", "list", "--user", login, "-o", "json", **now).json
    assert all(row["reasons"] == [f"rule {row['content']}"] for row in rows)
    return [row["content"] for row in rows]


def waiting(portal: Portal, code: str) -> int:
    """Return how many people wait for a rule."""
    found = portal.ok("autoenroll", "show", code, "-o", "json").json
    return int(found["waiting"])


@pytest.fixture
def place(portal: Portal) -> Portal:
    """Return a portal with Sales, Sales/EMEA and Other, a group, and items for rules."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "Other")
    portal.ok("group", "create", "Pilots")
    for code in ("deep", "flat", "group", "staff", "client"):
        create(portal, code)
    return portal


@pytest.fixture
def ruled(place: Portal) -> Portal:
    """Return the same with a rule of each kind: two on Sales, one on the group, two on types."""
    rule(place, "deep", "--department", "Sales")
    rule(place, "flat", "--department", "Sales", "--no-subdepartments")
    rule(place, "group", "--group", "Pilots")
    rule(place, "staff", "--type", "staff")
    rule(place, "client", "--type", "client")
    return place


# Joining -----------------------------------------------------------------------------------------


def test_who_is_made_by_an_administrator_is_enrolled(ruled: Portal) -> None:
    """By department, with those under it or without, and by type; at once and only by these."""
    person(ruled, "ann", "--department", "Sales")
    person(ruled, "ben", "--department", "Sales/EMEA", "--type", "client")
    person(ruled, "cyd", "--department", "Other", "--type", "prospect")
    assert items(ruled, "ann") == ["deep", "flat", "staff"]
    assert items(ruled, "ben") == ["client", "deep"]
    assert items(ruled, "cyd") == []
    log = ruled.ok("audit", "list", "--code", "enrollment.created", "-o", "json").json
    assert log[0]["detail"] == {"count": 1, "people": ["ann"], "rule": "deep"}


def test_who_was_there_before_the_rule_is_not_enrolled(place: Portal) -> None:
    """Not by the rule being made, nor by anything else that happens to them where they are."""
    person(place, "ann", "--department", "Sales")
    place.ok("group", "add", "Pilots", "ann")
    rule(place, "deep", "--department", "Sales")
    rule(place, "group", "--group", "Pilots")
    rule(place, "staff", "--type", "staff")
    place.ok("user", "edit", "ann", "--first-name", "New", "--type", "staff")
    place.ok("user", "move", "ann", "--department", "Sales/EMEA")
    place.ok("group", "add", "Pilots", "ann")
    place.ok("user", "deactivate", "ann")
    place.ok("user", "activate", "ann")
    assert items(place, "ann") == []


def test_who_comes_by_themselves_is_enrolled_before_they_first_look(ruled: Portal) -> None:
    """Through a profile or with a token."""
    ruled.ok("registration", "enable")
    profile(ruled)
    sign_up(ruled, "ann")
    assert items(ruled, "ann") == ["deep", "flat", "staff"]
    seen = ruled.ok("--as", "ann", "learner", "courses", "ann", "-o", "id").out.split()
    assert seen == ["deep", "flat", "staff"]
    create(ruled, "lesson")
    ruled.ok("token", "create", "--content", "lesson", "--code", "fair", "--creates", "client")
    ruled.ok("token", "redeem", "fair", "--email", "ben@example.com", *NAMES)
    rows = ruled.ok("enrollment", "list", "--user", "ben@example.com", "-o", "json").json
    assert [row["content"] for row in rows] == ["client", "lesson"]


def test_who_is_moved_into_a_department_is_enrolled(ruled: Portal) -> None:
    """By those rules only that were not about them where they came from."""
    person(ruled, "ann", "--department", "Other", "--type", "prospect")
    ruled.ok("user", "move", "ann", "--department", "Sales/EMEA")
    assert items(ruled, "ann") == ["deep"]
    ruled.ok("enrollment", "cancel", "--user", "ann", "--content", "deep")
    ruled.ok("user", "move", "ann", "--department", "Sales")
    assert items(ruled, "ann") == ["flat"]
    ruled.ok("user", "move", "ann", "--department", "Other")
    ruled.ok("user", "move", "ann", "--department", "Sales/EMEA")
    assert items(ruled, "ann") == ["deep", "flat"]


def test_a_department_that_is_moved_brings_nobody(ruled: Portal) -> None:
    """Its people have joined nothing; applying the rule takes them in."""
    person(ruled, "ann", "--department", "Other", "--type", "prospect")
    ruled.ok("department", "move", "Other", "--parent", "Sales")
    assert items(ruled, "ann") == []
    ruled.ok("autoenroll", "apply", "deep", "--existing", "--yes")
    assert items(ruled, "ann") == ["deep"]


def test_who_is_added_to_a_group_is_enrolled(ruled: Portal) -> None:
    """Each once, and by the group they were added to, not by those they are in."""
    ruled.ok("group", "create", "Others")
    for login in ("ann", "ben"):
        person(ruled, login, "--type", "prospect")
    ruled.ok("group", "add", "Pilots", "ann", "ben")
    assert items(ruled, "ann") == items(ruled, "ben") == ["group"]
    ruled.ok("enrollment", "cancel", "--user", "ann", "--content", "group")
    ruled.ok("group", "add", "Others", "ann")
    ruled.ok("group", "add", "Pilots", "ann")
    assert items(ruled, "ann") == []
    ruled.ok("group", "remove", "Pilots", "ann")
    ruled.ok("group", "add", "Pilots", "ann")
    assert items(ruled, "ann") == ["group"]


def test_whose_type_changes_is_enrolled(ruled: Portal) -> None:
    """What they got by their old type stays."""
    person(ruled, "ann")
    ruled.ok("user", "edit", "ann", "--type", "client")
    assert items(ruled, "ann") == ["client", "staff"]


HEADINGS = "Login,First name,Last name,Department,Type,Status,Group,Add to group"


def test_a_file_of_people_brings_them_in_by_every_column(ruled: Portal) -> None:
    """New rows, a new department, type or group; a second time nothing happens; nothing is sent."""
    for login in ("moved", "typed", "grouped"):
        person(ruled, login, "--department", "Other", "--type", "prospect")
    lines = (
        HEADINGS,
        "new,F,L,Sales,,,,Pilots",
        "late,F,L,Sales,client,inactive,Pilots,",
        "moved,,,Sales/EMEA,,,,",
        "typed,,,,client,,,",
        "grouped,,,,,,Pilots,",
    )
    import_(ruled, *lines)
    found = {login: items(ruled, login) for login in ("new", "late", "moved", "typed", "grouped")}
    assert found == {
        "new": ["deep", "flat", "group", "staff"],
        "late": [],
        "moved": ["deep"],
        "typed": ["client"],
        "grouped": ["group"],
    }
    kept = [code for code in ("client", "deep", "flat", "group", "staff") if waiting(ruled, code)]
    assert kept == ["client", "deep", "flat", "group"]
    before = ruled.sql("SELECT * FROM enrollments")
    assert import_(ruled, *lines)["updated"] == 0
    assert ruled.sql("SELECT * FROM enrollments") == before
    assert ruled.value("SELECT count(*) FROM notifications") == 0
    import_(ruled, HEADINGS, "late,,,,,active,,")
    assert items(ruled, "late") == ["client", "deep", "flat", "group"]


def test_who_moves_by_file_within_what_a_rule_names_was_there_already(place: Portal) -> None:
    """As when they are moved by hand; who comes from elsewhere in the same file is enrolled."""
    person(place, "ann", "--department", "Sales")
    person(place, "ben", "--department", "Other")
    place.ok("group", "add", "Pilots", "ann")
    rule(place, "deep", "--department", "Sales")
    rule(place, "group", "--group", "Pilots")
    import_(place, "Login,Department,Group", "ann,Sales/EMEA,Pilots", "ben,Sales/EMEA,Pilots")
    assert items(place, "ann") == []
    assert items(place, "ben") == ["deep", "group"]


# Becoming active ---------------------------------------------------------------------------------


def test_who_confirms_is_enrolled_then(ruled: Portal) -> None:
    """By the rules that were there when they registered, not by those made since."""
    ruled.ok("registration", "enable", "--confirm-email")
    profile(ruled)
    sign_up(ruled, "ann")
    create(ruled, "later")
    rule(ruled, "later", "--department", "Sales")
    assert items(ruled, "ann") == []
    assert waiting(ruled, "deep") == 1
    ruled.ok("registration", "confirm", mailed_code(ruled, "ann"))
    assert items(ruled, "ann") == ["deep", "flat", "staff"]
    assert waiting(ruled, "deep") == 0


def test_an_administrator_who_activates_does_the_same(ruled: Portal) -> None:
    """Whether the person had to confirm, was made past the plan's limit, inactive or ended."""
    ruled.ok("registration", "enable", "--confirm-email")
    profile(ruled)
    sign_up(ruled, "pending")
    ruled.ok("settings", "set", "plan.max-active-users=2")
    person(ruled, "beyond", "--department", "Sales")
    ruled.ok("settings", "set", "plan.max-active-users=unlimited")
    for login, verb in (("inactive", "deactivate"), ("ended", "end-employment")):
        person(ruled, login, "--department", "Other", "--type", "prospect")
        ruled.ok("user", verb, login)
        ruled.ok("user", "move", login, "--department", "Sales")
        ruled.ok("group", "add", "Pilots", login)
        ruled.ok("user", "edit", login, "--type", "client")
    for login in ("pending", "beyond", "inactive", "ended"):
        assert items(ruled, login) == []
        ruled.ok("user", "activate", login)
    assert items(ruled, "pending") == items(ruled, "beyond") == ["deep", "flat", "staff"]
    assert items(ruled, "inactive") == items(ruled, "ended") == ["client", "deep", "flat", "group"]
    assert ruled.ok("db", "check", "-o", "json").json == []


def test_a_scheduled_end_counts_from_its_moment_on(ruled: Portal) -> None:
    """Who joins after it waits until they are activated; before it, and when it is called off,
    they are active.
    """  # noqa: D205 - one thought
    for login in ("early", "late"):
        person(ruled, login, "--department", "Other", "--type", "prospect")
        ruled.ok("user", "deactivate", login, "--on", "+1d")
    ruled.ok("user", "move", "early", "--department", "Sales/EMEA")
    ruled.ok("user", "activate", "early")
    assert items(ruled, "early") == ["deep"]
    ruled.now = "2026-03-04T12:00:00Z"
    ruled.ok("user", "move", "late", "--department", "Sales/EMEA")
    assert items(ruled, "late") == []
    ruled.ok("user", "activate", "late")
    assert items(ruled, "late") == ["deep"]


def test_nobody_is_enrolled_again_for_having_been_inactive(ruled: Portal) -> None:
    """An enrollment that was canceled stays canceled when its person comes back."""
    person(ruled, "ann", "--department", "Sales/EMEA", "--type", "prospect")
    ruled.ok("enrollment", "cancel", "--user", "ann", "--content", "deep")
    ruled.ok("user", "deactivate", "ann")
    ruled.ok("user", "activate", "ann")
    assert items(ruled, "ann") == []


def test_who_left_before_becoming_active_is_not_enrolled(ruled: Portal) -> None:
    """A rule waits only for whom it is still about."""
    person(ruled, "ann", "--department", "Other", "--type", "prospect")
    ruled.ok("user", "deactivate", "ann")
    ruled.ok("user", "move", "ann", "--department", "Sales")
    ruled.ok("user", "move", "ann", "--department", "Other")
    assert waiting(ruled, "deep") == 0
    ruled.ok("user", "activate", "ann")
    assert items(ruled, "ann") == []


def test_nobody_waits_who_no_longer_exists(ruled: Portal) -> None:
    """A registration that was never confirmed is forgotten by rules too."""
    ruled.ok("registration", "enable", "--confirm-email")
    profile(ruled)
    sign_up(ruled, "ann")
    ruled.now = VOID
    ruled.ok("department", "create", "A")
    assert waiting(ruled, "deep") == 0
    assert ruled.value("SELECT count(*) FROM autoenroll_waiting") == 0
    assert ruled.ok("db", "check", "-o", "json").json == []


# What else there is ------------------------------------------------------------------------------


def test_an_archived_item_is_passed_over(ruled: Portal) -> None:
    """Restoring it enrolls nobody by itself; who joined meanwhile waits for the rule."""
    ruled.ok("content", "archive", "deep")
    person(ruled, "ann", "--department", "Sales/EMEA", "--type", "prospect")
    ruled.ok("content", "restore", "deep")
    assert items(ruled, "ann") == []
    assert waiting(ruled, "deep") == 1
    ruled.ok("autoenroll", "apply", "deep", "--yes")
    assert items(ruled, "ann") == ["deep"]
    assert waiting(ruled, "deep") == 0


def test_a_rule_gives_one_more_reason_to_who_is_enrolled_already(ruled: Portal) -> None:
    """Taking one away leaves the other, and the due date is the first one."""
    person(ruled, "ann", "--type", "prospect")
    ruled.ok("content", "edit", "group", "--due-days", "3")
    ruled.ok("enroll", "--user", "ann", "--content", "group")
    ruled.ok("group", "add", "Pilots", "ann", LMSCTL_NOW="2026-03-05T12:00:00Z")
    show = ("enrollment", "show", "--user", "ann", "--content", "group", "-o", "json")
    found = ruled.ok(*show).json
    reasons = [(item["reason"], item["reference"]) for item in found["reasons"]]
    assert reasons == [("administrator", ""), ("rule", "group")]
    assert (found["enrolled_at"], found["due_at"]) == (NOON, "2026-03-05T23:59:59Z")
    cancel = ("enrollment", "cancel", "--user", "ann", "--content", "group", "--reason")
    ruled.ok(*cancel, "administrator")
    assert items(ruled, "ann") == ["group"]
    ruled.ok(*cancel, "rule", "--reference", "group")
    assert items(ruled, "ann") == []


def test_enrollments_outlive_rule_group_and_department(ruled: Portal) -> None:
    """They keep saying which rule it was."""
    person(ruled, "ann", "--department", "Sales/EMEA")
    ruled.ok("group", "add", "Pilots", "ann")
    ruled.ok("user", "move", "ann", "--department", "Other")
    ruled.ok("autoenroll", "delete", "staff", "--yes")
    ruled.ok("group", "delete", "Pilots", "--yes")
    ruled.ok("department", "delete", "Sales", "--yes")
    assert ruled.ok("autoenroll", "list", "-o", "id").out == "client\n"
    assert items(ruled, "ann") == ["deep", "group", "staff"]


def test_a_rule_on_a_pathway_prepares_its_items(place: Portal) -> None:
    """As enrolling by hand does."""
    create(place, "way", "pathway")
    place.ok("content", "add-item", "way", "flat")
    rule(place, "way", "--department", "Sales")
    person(place, "ann", "--department", "Sales")
    rows = place.ok("enrollment", "list", "--user", "ann", "-o", "json").json
    assert [(row["content"], row["phase"]) for row in rows] == [
        ("flat", "pre-enrolled"),
        ("way", "enrolled"),
    ]


@pytest.mark.parametrize("rules", [0, 2])
def test_joining_asks_the_database_the_same_for_one_and_for_many(
    place: Portal, rules: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement is run for each person; without rules nobody is read back at all."""
    if rules:
        rule(place, "deep", "--department", "Sales")
        rule(place, "group", "--group", "Pilots")

    def counted(*logins: str) -> int:
        lines = [f"{login},F,L,Sales,Pilots" for login in logins]
        with listening() as said:
            import_(place, "Login,First name,Last name,Department,Group", *lines)
        return len(said)

    many = [f"p{number}" for number in range(40)]
    assert counted("ann") == counted(*many)
    assert len(items(place, "p7")) == rules
