"""Groups: sets of people that are kept by whoever manages their department."""

import json

import pytest

from tests.conftest import Portal


@pytest.fixture
def portal_with_managers(portal: Portal) -> Portal:
    """Return a portal with Sales, Sales/EMEA and HR, somebody in each, and two local managers.

    anna manages Sales and sits in it; hank manages HR and sits in it; ben is in Sales/EMEA.
    """
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "HR")
    for login, place in (("anna", "Sales"), ("ben", "Sales/EMEA"), ("hank", "HR")):
        names = ("--first-name", login.title(), "--last-name", "Bell")
        email = f"{login}@example.com"
        portal.ok(
            "user", "create", "--login", login, "--email", email, *names, "--department", place
        )
    for login, place in (("anna", "Sales"), ("hank", "HR")):
        portal.ok("role", "grant", login, "department-administrator", "--department", place)
    return portal


def outcomes(text: str) -> dict[str, str]:
    """Return what happened to each person of a JSON list of outcomes."""
    return {item["key"]: item["outcome"] for item in json.loads(text)}


def logins(portal: Portal, group: str, *who: str) -> list[str]:
    """Return who is in a group, as seen with the options `who`."""
    return portal.ok(*who, "group", "members", group, "-o", "id").out.split()


def test_a_group_belongs_to_the_root_unless_a_department_is_named(
    portal_with_managers: Portal,
) -> None:
    """`group create` makes an empty group of the root, or of the department that is named."""
    made = portal_with_managers.ok("group", "create", "Pilots", "-o", "json").json
    assert (made["name"], made["department"], made["members"]) == ("Pilots", "/", 0)
    made = portal_with_managers.ok(
        "group", "create", "Field", "--department", "sales/emea", "-o", "json"
    ).json
    assert made["department"] == "Sales/EMEA"
    listed = portal_with_managers.ok("group", "list", "-o", "json").json
    assert [row["name"] for row in listed] == ["Field", "Pilots"]


def test_names_of_groups_are_unique_however_they_are_spelled(portal_with_managers: Portal) -> None:
    """A second group of the same name is refused; case and surrounding blanks do not count."""
    portal_with_managers.ok("group", "create", "Pilots")
    assert portal_with_managers.refused("group", "create", " PILOTS ") == "group_exists"
    portal_with_managers.ok("group", "create", "Crew")
    assert (
        portal_with_managers.refused("group", "edit", "Crew", "--name", "pilots") == "group_exists"
    )
    assert (
        portal_with_managers.ok("group", "edit", "Pilots", "--name", "PILOTS", "-o", "json").json[
            "name"
        ]
        == "PILOTS"
    )


def test_an_existing_group_is_left_alone_or_updated_when_asked(
    portal_with_managers: Portal,
) -> None:
    """`--if-exists skip` changes nothing; `update` lets it belong to the department named."""
    portal_with_managers.ok("group", "create", "Pilots")
    line = ("group", "create", "pilots", "--department", "HR", "--exit-code", "-o", "json")
    assert portal_with_managers.run(*line).status == 5
    skipped = portal_with_managers.ok(*line, "--if-exists", "skip")
    assert skipped.json["department"] == "/"
    updated = portal_with_managers.run(*line, "--if-exists", "update")
    assert (updated.status, updated.json["department"]) == (3, "HR")
    assert portal_with_managers.run(*line, "--if-exists", "update").status == 0


def test_a_group_named_like_a_number_is_not_taken_for_another(portal_with_managers: Portal) -> None:
    """`create 7 --if-exists skip` looks for the name 7 only; elsewhere two meanings are refused."""
    number = portal_with_managers.ok("group", "create", "Pilots", "-o", "json").json["id"]
    made = portal_with_managers.ok(
        "group", "create", str(number), "--if-exists", "skip", "-o", "json"
    ).json
    assert made["id"] != number
    assert portal_with_managers.refused("group", "show", str(number)) == "ambiguous"
    assert portal_with_managers.ok("group", "show", str(made["id"]), "-o", "json").json[
        "name"
    ] == str(number)


def test_people_are_added_once_and_each_is_reported(portal_with_managers: Portal) -> None:
    """`group add` takes logins and addresses and says for each person whether they are new."""
    portal_with_managers.ok("group", "create", "Pilots")
    added = portal_with_managers.ok(
        "group", "add", "Pilots", "anna", "ben@example.com", "-o", "json"
    )
    assert outcomes(added.out) == {"anna": "created", "ben": "created"}
    again = portal_with_managers.ok(
        "group", "add", "Pilots", "BEN", "ben@example.com", "hank", "-o", "json"
    )
    assert outcomes(again.out) == {"ben": "unchanged", "hank": "created"}
    assert logins(portal_with_managers, "Pilots") == ["anna", "ben", "hank"]
    same = portal_with_managers.run("group", "add", "Pilots", "ben", "--exit-code")
    assert (same.status, portal_with_managers.value("SELECT count(*) FROM group_members")) == (0, 3)


def test_nobody_is_added_when_somebody_is_unknown(portal_with_managers: Portal) -> None:
    """All or nothing: one unknown login is named, several are listed, and nobody joins."""
    portal_with_managers.ok("group", "create", "Pilots")
    assert portal_with_managers.refused("group", "add", "Pilots", "ben", "nobody") == "user_unknown"
    ran = portal_with_managers.run("group", "add", "Pilots", "nobody", "ben", "noone", "-o", "json")
    assert (ran.status, ran.code) == (4, "group_people_unknown")
    assert [detail["message"] for detail in ran.error["details"]] == [
        "There is no user 'nobody'.",
        "There is no user 'noone'.",
    ]
    assert logins(portal_with_managers, "Pilots") == []


def test_people_are_taken_out_and_stay_people(portal_with_managers: Portal) -> None:
    """`group remove` says who was in it; the person stays."""
    portal_with_managers.ok("group", "create", "Pilots")
    portal_with_managers.ok("group", "add", "Pilots", "anna", "ben")
    removed = portal_with_managers.ok("group", "remove", "Pilots", "ben", "hank", "-o", "json")
    assert outcomes(removed.out) == {"ben": "deleted", "hank": "unchanged"}
    assert logins(portal_with_managers, "Pilots") == ["anna"]
    assert portal_with_managers.ok("user", "show", "ben", "-o", "json").json["status"] == "active"


def test_a_manager_fills_their_group_only_with_their_own_people(
    portal_with_managers: Portal,
) -> None:
    """Somebody out of the manager's scope is as unknown as somebody who does not exist."""
    portal_with_managers.ok("--as", "anna", "group", "create", "Pilots", "--department", "Sales")
    portal_with_managers.ok("--as", "anna", "group", "add", "Pilots", "ben")
    for login in ("hank", "nobody"):
        ran = portal_with_managers.run("--as", "anna", "group", "add", "Pilots", login)
        assert (ran.status, ran.err.splitlines()[0]) == (
            4,
            f"error: There is no user '{login}'.",
        )
    assert logins(portal_with_managers, "Pilots") == ["ben"]


def test_a_manager_makes_no_group_of_the_whole_portal(portal_with_managers: Portal) -> None:
    """Without --department a group belongs to the root, which a local manager does not manage."""
    assert (
        portal_with_managers.refused("--as", "anna", "group", "create", "Pilots")
        == "permission_missing"
    )
    assert portal_with_managers.value("SELECT count(*) FROM user_groups") == 0


def test_members_out_of_sight_are_only_counted(portal_with_managers: Portal) -> None:
    """A local manager sees their own people in a group, and how many others there are."""
    portal_with_managers.ok("group", "create", "Pilots", "--department", "Sales")
    portal_with_managers.ok("group", "add", "Pilots", "anna", "ben", "hank")
    seen = portal_with_managers.ok("--as", "anna", "group", "members", "Pilots", "-o", "json").json
    assert ([row["login"] for row in seen["items"]], seen["hidden"]) == (["anna", "ben"], 1)
    plain = portal_with_managers.ok("--as", "anna", "group", "members", "Pilots")
    assert "hank" not in plain.out
    assert (
        "1 more is hidden from you: people in departments whose users you do not see." in plain.err
    )
    full = portal_with_managers.ok("group", "members", "Pilots", "-o", "json").json
    assert (len(full["items"]), full["hidden"]) == (3, 0)
    assert (
        portal_with_managers.ok("--as", "anna", "group", "show", "Pilots", "-o", "json").json[
            "members"
        ]
        == 3
    )


def test_who_may_see_groups_but_no_people_gets_numbers_only(portal_with_managers: Portal) -> None:
    """With group.view alone everybody in a group is hidden, and the command still succeeds."""
    portal_with_managers.ok("role", "create", "Counter", "--permission", "group.view")
    portal_with_managers.ok("role", "grant", "ben", "Counter", "--department", "/")
    portal_with_managers.ok("group", "create", "Pilots")
    portal_with_managers.ok("group", "add", "Pilots", "anna", "hank")
    seen = portal_with_managers.ok("--as", "ben", "group", "members", "Pilots", "-o", "json").json
    assert seen == {"items": [], "hidden": 2}


def test_moving_a_group_needs_both_departments(portal_with_managers: Portal) -> None:
    """A group is not pushed into a department that its manager does not manage."""
    portal_with_managers.ok("group", "create", "Pilots", "--department", "Sales")
    code = portal_with_managers.refused(
        "--as", "anna", "group", "edit", "Pilots", "--department", "HR"
    )
    assert code == "department_unknown"
    assert (
        portal_with_managers.refused(
            "--as", "hank", "group", "edit", "Pilots", "--department", "HR"
        )
        == "group_unknown"
    )
    portal_with_managers.ok("--as", "anna", "group", "edit", "Pilots", "--department", "Sales/EMEA")
    assert (
        portal_with_managers.ok("group", "show", "Pilots", "-o", "json").json["department"]
        == "Sales/EMEA"
    )


def test_an_edit_that_changes_nothing_says_so(portal_with_managers: Portal) -> None:
    """Editing to what is there already succeeds, is no change and is not audited."""
    portal_with_managers.ok("group", "create", "Pilots", "--department", "HR")
    line = ("group", "edit", "Pilots", "--department", "HR", "--name", "Pilots", "--exit-code")
    ran = portal_with_managers.run(*line)
    assert (ran.status, ran.err.strip()) == (0, "Unchanged: the group Pilots.")
    assert (
        portal_with_managers.value("SELECT count(*) FROM audit_rows WHERE code = 'group.changed'")
        == 0
    )


def test_deleting_a_group_is_confirmed_and_spares_its_people(portal_with_managers: Portal) -> None:
    """`group delete` asks first and takes only the group; a missing one may be fine if asked."""
    portal_with_managers.ok("group", "create", "Pilots")
    portal_with_managers.ok("group", "add", "Pilots", "ben")
    assert portal_with_managers.refused("group", "delete", "Pilots") == "confirmation_needed"
    assert logins(portal_with_managers, "Pilots") == ["ben"]
    portal_with_managers.ok("group", "delete", "Pilots", "--yes")
    assert portal_with_managers.run("group", "delete", "Pilots", "--yes").status == 4
    again = portal_with_managers.ok(
        "group", "delete", "Pilots", "--yes", "--if-missing", "ok", "-o", "json"
    )
    assert again.json["outcome"] == "unchanged"
    assert portal_with_managers.ok("user", "show", "ben", "-o", "json").json["groups"] == []


def test_a_group_outlives_its_department(portal_with_managers: Portal) -> None:
    """When a department goes, its groups belong to the root; the confirmation says so before."""
    portal_with_managers.ok("department", "create", "Lab", "--parent", "HR")
    portal_with_managers.ok("department", "create", "Attic", "--parent", "HR/Lab")
    portal_with_managers.ok("group", "create", "Testers", "--department", "HR/Lab/Attic")
    portal_with_managers.ok("group", "add", "Testers", "ben")
    asked = portal_with_managers.run("department", "delete", "HR/Lab")
    assert asked.status == 9
    assert "belongs to the root from then on: group Testers" in asked.err
    portal_with_managers.ok("department", "delete", "HR/Lab", "--yes")
    assert (
        portal_with_managers.ok("group", "show", "Testers", "-o", "json").json["department"] == "/"
    )
    assert logins(portal_with_managers, "Testers") == ["ben"]


def test_a_rehearsal_reports_everything_and_changes_nothing(portal_with_managers: Portal) -> None:
    """With --dry-run the outcomes are the same as in earnest, and nobody joins."""
    portal_with_managers.ok("group", "create", "Pilots")
    ran = portal_with_managers.ok("group", "add", "Pilots", "ben", "--dry-run", "-o", "json")
    assert outcomes(ran.out) == {"ben": "created"}
    assert logins(portal_with_managers, "Pilots") == []


def test_names_are_free_text_and_harmless(portal_with_managers: Portal) -> None:
    """Braces, markup and control characters in names neither break nor steer anything."""
    portal_with_managers.ok("group", "create", "{count} [bold] %s '; DROP TABLE users; --")
    ran = portal_with_managers.ok(
        "group", "add", "{count} [bold] %s '; DROP TABLE users; --", "ben"
    )
    assert "{count} [bold] %s" in ran.err
    assert (
        portal_with_managers.refused("group", "create", "a\x1b[31mb") == "text_character_forbidden"
    )
    assert portal_with_managers.refused("group", "create", "  ") == "text_empty"


def test_changes_of_a_group_are_audited(portal_with_managers: Portal) -> None:
    """The log tells who filled which group with whom, on whose behalf."""
    portal_with_managers.ok("group", "create", "Pilots", "--department", "Sales")
    portal_with_managers.ok("--as", "anna", "group", "add", "Pilots", "ben")
    log = portal_with_managers.ok("audit", "list", "-o", "json").json
    entry = next(row for row in log if row["code"] == "group.filled")
    assert (entry["actor"], entry["target"]) == ("anna", "group Pilots")
    assert entry["detail"] == {"people": ["ben"]}


def test_an_expired_registration_is_in_no_group(portal_with_managers: Portal) -> None:
    """Somebody whose registration has expired counts as gone before anything cleans up."""
    portal_with_managers.ok("group", "create", "Pilots")
    portal_with_managers.ok("group", "add", "Pilots", "ben", "hank")
    portal_with_managers.sql(
        "UPDATE users SET status = 'pending', expires_at = :then WHERE login = 'ben'",
        then="2026-03-02T11:00:00Z",
    )
    assert portal_with_managers.ok("group", "show", "Pilots", "-o", "json").json["members"] == 1
    assert logins(portal_with_managers, "Pilots") == ["hank"]
