"""Groups: sets of people that are kept by whoever manages their department."""

import json

import pytest

from tests.conftest import Portal


@pytest.fixture
def house(portal: Portal) -> Portal:
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


def test_a_group_belongs_to_the_root_unless_a_department_is_named(house: Portal) -> None:
    """`group create` makes an empty group of the root, or of the department that is named."""
    made = house.ok("group", "create", "Pilots", "-o", "json").json
    assert (made["name"], made["department"], made["members"]) == ("Pilots", "/", 0)
    made = house.ok("group", "create", "Field", "--department", "sales/emea", "-o", "json").json
    assert made["department"] == "Sales/EMEA"
    listed = house.ok("group", "list", "-o", "json").json
    assert [row["name"] for row in listed] == ["Field", "Pilots"]


def test_names_of_groups_are_unique_however_they_are_spelled(house: Portal) -> None:
    """A second group of the same name is refused; case and surrounding blanks do not count."""
    house.ok("group", "create", "Pilots")
    assert house.refused("group", "create", " PILOTS ") == "group_exists"
    house.ok("group", "create", "Crew")
    assert house.refused("group", "edit", "Crew", "--name", "pilots") == "group_exists"
    assert (
        house.ok("group", "edit", "Pilots", "--name", "PILOTS", "-o", "json").json["name"]
        == "PILOTS"
    )


def test_an_existing_group_is_left_alone_or_updated_when_asked(house: Portal) -> None:
    """`--if-exists skip` changes nothing; `update` lets it belong to the department named."""
    house.ok("group", "create", "Pilots")
    line = ("group", "create", "pilots", "--department", "HR", "--exit-code", "-o", "json")
    assert house.run(*line).status == 5
    skipped = house.ok(*line, "--if-exists", "skip")
    assert skipped.json["department"] == "/"
    updated = house.run(*line, "--if-exists", "update")
    assert (updated.status, updated.json["department"]) == (3, "HR")
    assert house.run(*line, "--if-exists", "update").status == 0


def test_a_group_named_like_a_number_is_not_taken_for_another(house: Portal) -> None:
    """`create 7 --if-exists skip` looks for the name 7 only; elsewhere two meanings are refused."""
    number = house.ok("group", "create", "Pilots", "-o", "json").json["id"]
    made = house.ok("group", "create", str(number), "--if-exists", "skip", "-o", "json").json
    assert made["id"] != number
    assert house.refused("group", "show", str(number)) == "ambiguous"
    assert house.ok("group", "show", str(made["id"]), "-o", "json").json["name"] == str(number)


def test_people_are_added_once_and_each_is_reported(house: Portal) -> None:
    """`group add` takes logins and addresses and says for each person whether they are new."""
    house.ok("group", "create", "Pilots")
    added = house.ok("group", "add", "Pilots", "anna", "ben@example.com", "-o", "json")
    assert outcomes(added.out) == {"anna": "created", "ben": "created"}
    again = house.ok("group", "add", "Pilots", "BEN", "ben@example.com", "hank", "-o", "json")
    assert outcomes(again.out) == {"ben": "unchanged", "hank": "created"}
    assert logins(house, "Pilots") == ["anna", "ben", "hank"]
    same = house.run("group", "add", "Pilots", "ben", "--exit-code")
    assert (same.status, house.value("SELECT count(*) FROM group_members")) == (0, 3)


def test_nobody_is_added_when_somebody_is_unknown(house: Portal) -> None:
    """All or nothing: one unknown login is named, several are listed, and nobody joins."""
    house.ok("group", "create", "Pilots")
    assert house.refused("group", "add", "Pilots", "ben", "nobody") == "user_unknown"
    ran = house.run("group", "add", "Pilots", "nobody", "ben", "noone", "-o", "json")
    assert (ran.status, ran.code) == (4, "group_people_unknown")
    assert [detail["message"] for detail in ran.error["details"]] == [
        "There is nobody called 'nobody'.",
        "There is nobody called 'noone'.",
    ]
    assert logins(house, "Pilots") == []


def test_people_are_taken_out_and_stay_people(house: Portal) -> None:
    """`group remove` says who was in it; the person stays."""
    house.ok("group", "create", "Pilots")
    house.ok("group", "add", "Pilots", "anna", "ben")
    removed = house.ok("group", "remove", "Pilots", "ben", "hank", "-o", "json")
    assert outcomes(removed.out) == {"ben": "deleted", "hank": "unchanged"}
    assert logins(house, "Pilots") == ["anna"]
    assert house.ok("user", "show", "ben", "-o", "json").json["status"] == "active"


def test_a_manager_fills_their_group_only_with_their_own_people(house: Portal) -> None:
    """Somebody out of the manager's scope is as unknown as somebody who does not exist."""
    house.ok("--as", "anna", "group", "create", "Pilots", "--department", "Sales")
    house.ok("--as", "anna", "group", "add", "Pilots", "ben")
    for login in ("hank", "nobody"):
        ran = house.run("--as", "anna", "group", "add", "Pilots", login)
        assert (ran.status, ran.err.splitlines()[0]) == (
            4,
            f"error: There is nobody called '{login}'.",
        )
    assert logins(house, "Pilots") == ["ben"]


def test_a_manager_makes_no_group_of_the_whole_portal(house: Portal) -> None:
    """Without --department a group belongs to the root, which a local manager does not manage."""
    assert house.refused("--as", "anna", "group", "create", "Pilots") == "permission_missing"
    assert house.value("SELECT count(*) FROM user_groups") == 0


def test_members_out_of_sight_are_only_counted(house: Portal) -> None:
    """A local manager sees their own people in a group, and how many others there are."""
    house.ok("group", "create", "Pilots", "--department", "Sales")
    house.ok("group", "add", "Pilots", "anna", "ben", "hank")
    seen = house.ok("--as", "anna", "group", "members", "Pilots", "-o", "json").json
    assert ([row["login"] for row in seen["items"]], seen["hidden"]) == (["anna", "ben"], 1)
    plain = house.ok("--as", "anna", "group", "members", "Pilots")
    assert "hank" not in plain.out
    assert "1 more are hidden" in plain.err
    full = house.ok("group", "members", "Pilots", "-o", "json").json
    assert (len(full["items"]), full["hidden"]) == (3, 0)
    assert house.ok("--as", "anna", "group", "show", "Pilots", "-o", "json").json["members"] == 3


def test_who_may_see_groups_but_no_people_gets_numbers_only(house: Portal) -> None:
    """With group.view alone everybody in a group is hidden, and the command still succeeds."""
    house.ok("role", "create", "Counter", "--permission", "group.view")
    house.ok("role", "grant", "ben", "Counter", "--department", "/")
    house.ok("group", "create", "Pilots")
    house.ok("group", "add", "Pilots", "anna", "hank")
    seen = house.ok("--as", "ben", "group", "members", "Pilots", "-o", "json").json
    assert seen == {"items": [], "hidden": 2}


def test_moving_a_group_needs_both_departments(house: Portal) -> None:
    """A group is not pushed into a department that its manager does not manage."""
    house.ok("group", "create", "Pilots", "--department", "Sales")
    code = house.refused("--as", "anna", "group", "edit", "Pilots", "--department", "HR")
    assert code == "department_unknown"
    assert (
        house.refused("--as", "hank", "group", "edit", "Pilots", "--department", "HR")
        == "group_unknown"
    )
    house.ok("--as", "anna", "group", "edit", "Pilots", "--department", "Sales/EMEA")
    assert house.ok("group", "show", "Pilots", "-o", "json").json["department"] == "Sales/EMEA"


def test_an_edit_that_changes_nothing_says_so(house: Portal) -> None:
    """Editing to what is there already succeeds, is no change and is not audited."""
    house.ok("group", "create", "Pilots", "--department", "HR")
    line = ("group", "edit", "Pilots", "--department", "HR", "--name", "Pilots", "--exit-code")
    ran = house.run(*line)
    assert (ran.status, ran.err.strip()) == (0, "Unchanged: the group Pilots.")
    assert house.value("SELECT count(*) FROM audit_rows WHERE code = 'group.changed'") == 0


def test_deleting_a_group_is_confirmed_and_spares_its_people(house: Portal) -> None:
    """`group delete` asks first and takes only the group; a missing one may be fine if asked."""
    house.ok("group", "create", "Pilots")
    house.ok("group", "add", "Pilots", "ben")
    assert house.refused("group", "delete", "Pilots") == "confirmation_needed"
    assert logins(house, "Pilots") == ["ben"]
    house.ok("group", "delete", "Pilots", "--yes")
    assert house.run("group", "delete", "Pilots", "--yes").status == 4
    again = house.ok("group", "delete", "Pilots", "--yes", "--if-missing", "ok", "-o", "json")
    assert again.json["outcome"] == "unchanged"
    assert house.ok("user", "show", "ben", "-o", "json").json["groups"] == []


def test_a_group_outlives_its_department(house: Portal) -> None:
    """When a department goes, its groups belong to the root; the confirmation says so before."""
    house.ok("department", "create", "Lab", "--parent", "HR")
    house.ok("department", "create", "Attic", "--parent", "HR/Lab")
    house.ok("group", "create", "Testers", "--department", "HR/Lab/Attic")
    house.ok("group", "add", "Testers", "ben")
    asked = house.run("department", "delete", "HR/Lab")
    assert asked.status == 9
    assert "belongs to the root from then on: group Testers" in asked.err
    house.ok("department", "delete", "HR/Lab", "--yes")
    assert house.ok("group", "show", "Testers", "-o", "json").json["department"] == "/"
    assert logins(house, "Testers") == ["ben"]


def test_a_rehearsal_reports_everything_and_changes_nothing(house: Portal) -> None:
    """With --dry-run the outcomes are the same as in earnest, and nobody joins."""
    house.ok("group", "create", "Pilots")
    ran = house.ok("group", "add", "Pilots", "ben", "--dry-run", "-o", "json")
    assert outcomes(ran.out) == {"ben": "created"}
    assert logins(house, "Pilots") == []


def test_names_are_free_text_and_harmless(house: Portal) -> None:
    """Braces, markup and control characters in names neither break nor steer anything."""
    house.ok("group", "create", "{count} [bold] %s '; DROP TABLE users; --")
    ran = house.ok("group", "add", "{count} [bold] %s '; DROP TABLE users; --", "ben")
    assert "{count} [bold] %s" in ran.err
    assert house.refused("group", "create", "a\x1b[31mb") == "text_character_forbidden"
    assert house.refused("group", "create", "  ") == "text_empty"


def test_changes_of_a_group_are_audited(house: Portal) -> None:
    """The log tells who filled which group with whom, on whose behalf."""
    house.ok("group", "create", "Pilots", "--department", "Sales")
    house.ok("--as", "anna", "group", "add", "Pilots", "ben")
    log = house.ok("audit", "list", "-o", "json").json
    entry = next(row for row in log if row["code"] == "group.filled")
    assert (entry["actor"], entry["target"]) == ("anna", "group Pilots")
    assert entry["detail"] == {"people": ["ben"]}


def test_an_expired_registration_is_in_no_group(house: Portal) -> None:
    """Somebody whose registration has expired counts as gone before anything cleans up."""
    house.ok("group", "create", "Pilots")
    house.ok("group", "add", "Pilots", "ben", "hank")
    house.sql(
        "UPDATE users SET status = 'pending', expires_at = :then WHERE login = 'ben'",
        then="2026-03-02T11:00:00Z",
    )
    assert house.ok("group", "show", "Pilots", "-o", "json").json["members"] == 1
    assert logins(house, "Pilots") == ["hank"]
