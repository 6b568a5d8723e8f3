"""People: one login, one address, one department; made, changed, moved and deleted."""

from typing import Any

import pytest

from tests import database_rows
from tests.conftest import Portal

NAMES = ("--first-name", "Anna", "--last-name", "Bell")


def create(portal: Portal, *options: str) -> Any:
    """Make a person and return them."""
    return portal.ok("user", "create", *NAMES, *options, "-o", "json").json


def show(portal: Portal, login: str, *more: str) -> Any:
    """Return a person."""
    return portal.ok("user", "show", login, *more, "-o", "json").json


def test_a_login_is_made_from_the_address_and_counted_up(portal: Portal) -> None:
    """anna, anna1, anna2; never for a login that was given."""
    made = [create(portal, "--email", f"anna@d{number}.example") for number in range(3)]
    assert [person["login"] for person in made] == ["anna", "anna1", "anna2"]
    assert portal.refused("user", "create", *NAMES, "--login", "ANNA1") == "login_taken"
    assert portal.refused("user", "create", *NAMES) == "login_missing"


def test_logins_and_addresses_are_compared_in_one_form(portal: Portal) -> None:
    """Case, accents composed or not, and the spelling of domains."""
    create(portal, "--login", "Zo\u00eb", "--email", "Zoe@B\u00fccher.example")
    assert portal.refused("user", "create", *NAMES, "--login", "zoe\u0308") == "login_taken"
    again = ("user", "create", *NAMES, "--login", "x", "--email", "zoe@XN--BCHER-KVA.example")
    assert portal.refused(*again) == "email_taken"
    assert show(portal, "ZOE@b\u00fccher.example")["login"] == "Zo\u00eb"


def test_a_login_and_an_address_name_one_person(portal: Portal) -> None:
    """Nobody is called like another's address, nor has an address that is another's login."""
    create(portal, "--login", "ann", "--email", "ann@example.com")
    create(portal, "--login", "ben@example.com")
    making = ("user", "create", *NAMES)
    assert portal.refused(*making, "--login", "Ann@Example.com") == "login_taken"
    assert portal.refused(*making, "--email", "BEN@example.com") == "email_taken"
    assert portal.refused("user", "edit", "ann", "--login", "ben@example.com") == "login_taken"
    assert portal.refused("user", "edit", "ann", "--email", "ben@example.com") == "email_taken"
    create(portal, "--login", "cyd")
    assert portal.refused("user", "edit", "cyd", "--login", "ann@example.com") == "login_taken"
    portal.ok("user", "edit", "ann", "--login", "ann@example.com")
    portal.ok("user", "edit", "ben@example.com", "--email", "ben@example.com")


def test_addresses_reserved_for_tests_are_for_sandboxes(portal: Portal) -> None:
    """The domain .example is fine everywhere."""
    create(portal, "--email", "anna@corp.test")
    portal.sql("UPDATE portals SET is_sandbox = :is_sandbox", is_sandbox=False)
    portal.now = None
    assert portal.refused("user", "create", *NAMES, "--email", "b@corp.test").startswith("email_")
    create(portal, "--email", "b@corp.example")


def test_a_new_person_is_an_active_learner_made_by_an_administrator(portal: Portal) -> None:
    """In the root unless told otherwise, staff unless told otherwise."""
    person = create(portal, "--email", "anna@example.com")
    expected = {
        "type": "staff",
        "status": "active",
        "department": "/",
        "roles": ["learner"],
        "origin": "administrator",
        "supervisor": None,
        "version": 1,
        "created_at": "2026-03-02T12:00:00Z",
    }
    assert {key: person[key] for key in expected} == expected
    assert create(portal, "--login", "c", "--type", "client")["type"] == "client"


def test_past_the_limit_an_administrator_makes_people_inactive_and_is_told(portal: Portal) -> None:
    """No seat is taken by them."""
    portal.ok("settings", "set", "plan.max-active-users=1")
    ran = portal.ok("user", "create", *NAMES, "--login", "anna", "-o", "json")
    assert ran.json["status"] == "inactive"
    assert "inactive, because the plan is full" in ran.err
    assert portal.refused("user", "activate", "anna") == "plan_full"
    assert portal.value("SELECT seats_taken FROM portals") == 1


def test_creating_who_exists_skips_or_updates_when_told(portal: Portal) -> None:
    """By login, or by address when no login is given; what is not said stays as it is."""
    create(portal, "--email", "anna@example.com", "--type", "client")
    by_mail = ("user", "create", "--email", "ANNA@example.com", "--first-name", "Ann")
    assert portal.run(*by_mail, "--last-name", "Bell").status == 5
    skipped = portal.ok(*by_mail, "--last-name", "Bell", "--if-exists", "skip", "-o", "json")
    assert (skipped.json["first_name"], skipped.err) == ("Anna", "anna exists already.\n")
    updated = portal.ok(*by_mail, "--last-name", "Bell", "--if-exists", "update", "-o", "json").json
    assert (updated["first_name"], updated["type"]) == ("Ann", "client")
    create(portal, "--login", "anna", "--email", "a2@example.com", "--if-exists", "update")
    assert show(portal, "anna")["email"] == "a2@example.com"
    other = ("user", "create", *NAMES, "--login", "new", "--email", "a2@example.com")
    assert portal.refused(*other, "--if-exists", "update") == "email_taken"


def test_an_edit_changes_what_it_names_and_counts_versions(portal: Portal) -> None:
    """--if-version refuses when somebody else was faster."""
    create(portal, "--email", "anna@example.com")
    edit = ("user", "edit", "anna")
    after = portal.ok(*edit, "--last-name", "Cole", "--type", "client", "-o", "json").json
    assert (after["last_name"], after["first_name"], after["version"]) == ("Cole", "Anna", 2)
    assert portal.ok(*edit, "--last-name", "Cole").err == "Unchanged: anna.\n"
    assert portal.refused(*edit, "--type", "staff", "--if-version", "1") == "version_stale"
    portal.ok(*edit, "--type", "staff", "--if-version", "2")
    portal.ok(*edit, "--login", "anna.cole", "--email", "")
    person = show(portal, "anna.cole")
    assert (person["email"], person["version"]) == (None, 4)
    assert portal.refused("user", "show", "anna@example.com") == "user_unknown"
    log = portal.ok("audit", "list", "--code", "user.changed", "-o", "json").json
    assert log[0]["detail"] == {"changed": ["last_name", "type"]}
    assert len(log) == 3


def test_the_supervisor_is_ones_own_none_or_the_next_one_up(portal: Portal) -> None:
    """Nobody supervises themselves, and nobody is their own through their department."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    for login in ("boss", "chief", "anna"):
        create(portal, "--login", login, "--department", "Sales/EMEA")
    portal.ok("department", "edit", "/", "--supervisor", "chief")
    assert show(portal, "anna")["supervisor"] == "chief"
    portal.ok("department", "edit", "Sales", "--supervisor", "boss")
    assert show(portal, "anna")["supervisor"] == "boss"
    assert show(portal, "boss")["supervisor"] == "chief"
    assert portal.refused("user", "edit", "anna", "--supervisor", "anna") == "supervisor_is_self"
    portal.ok("user", "edit", "anna", "--supervisor", "owner")
    assert show(portal, "anna")["supervisor_mode"] == "own"
    portal.ok("user", "delete", "boss", "--yes")
    portal.ok("user", "edit", "anna", "--supervisor", "inherited")
    assert show(portal, "anna")["supervisor"] == "chief"
    portal.ok("user", "edit", "anna", "--supervisor", "none")
    assert show(portal, "anna")["supervisor"] is None


def test_deleting_says_what_goes_and_offers_to_keep_it(portal: Portal) -> None:
    """Afterwards login and address are unknown, and free."""
    portal.ok("field", "create", "Badge")
    create(portal, "--email", "anna@example.com", "--field", "Badge=7")
    portal.ok("settings", "set", "plan.max-active-users=2")
    error = portal.run("user", "delete", "anna", "-o", "json").error
    told = [item["message"] for item in error["details"]]
    assert told == [
        "Goes too: 1 custom field.",
        "To keep the records instead: lmsctl user deactivate anna",
    ]
    portal.ok("user", "delete", "anna", "--yes")
    assert portal.refused("user", "show", "anna@example.com") == "user_unknown"
    assert portal.refused("user", "delete", "anna", "--yes") == "user_unknown"
    assert portal.ok("user", "delete", "anna", "--if-missing", "ok").status == 0
    assert portal.value("SELECT seats_taken FROM portals") == 1
    assert create(portal, "--email", "anna@example.com")["id"] == 3


def test_people_are_found_by_every_filter_together(portal: Portal) -> None:
    """Departments with those under them; groups in any case; search in logins and addresses."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    create(portal, "--email", "anna@example.com", "--department", "Sales/EMEA")
    create(portal, "--login", "b%n", "--type", "client", "--department", "Sales")
    portal.ok("user", "deactivate", "b%n")
    portal.ok("group", "create", "Night Shift")
    portal.ok("group", "add", "Night Shift", "anna")

    def found(*filters: str) -> list[str]:
        return portal.ok("user", "list", *filters, "-o", "id").out.split()

    assert found() == ["anna", "b%n", "owner"]
    assert found("--department", "sales") == ["anna", "b%n"]
    assert found("--department", "Sales", "--status", "active") == ["anna"]
    assert found("--type", "client") == found("--status", "inactive") == ["b%n"]
    assert found("--group", " night SHIFT ") == ["anna"]
    assert portal.refused("user", "list", "--group", "Day Shift") == "group_unknown"
    assert found("--search", "EXAMPLE.com") == ["anna"]
    assert found("--search", "%") == ["b%n"]
    assert found("--search", "_") == found("--origin", "token") == []


def test_moving_needs_both_departments_and_out_of_scope_is_absent(portal: Portal) -> None:
    """A department-administrator reaches their own people only, and nobody above them."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "HR")
    for login, place in (("boss", "Sales"), ("anna", "Sales"), ("ben", "HR")):
        create(portal, "--login", login, "--department", place)
    portal.ok("role", "grant", "boss", "department-administrator", "--department", "Sales")
    acting = ("--as", "boss")
    move = ("user", "move", "anna", "--department", "HR")
    assert portal.refused(*move, *acting) == "department_unknown"
    assert portal.refused("user", "show", "ben", *acting) == "user_unknown"
    assert portal.refused("user", "deactivate", "owner", *acting) == "user_unknown"
    create(portal, "--login", "new", "--department", "Sales", *acting)
    assert (
        portal.refused("user", "create", *NAMES, "--login", "n2", *acting) == "permission_missing"
    )
    portal.ok("user", "move", "owner", "--department", "Sales")
    refused = portal.refused("user", "edit", "owner", "--last-name", "x", *acting)
    assert refused == "permission_beyond_own"
    assert portal.ok(*move).err == "Moved anna to HR.\n"
    assert portal.ok(*move).err == "anna is there already.\n"


@pytest.mark.parametrize("given", ["nobody", "2", "anna@example.com"])
def test_a_refusal_about_a_person_changes_only_the_audit_log(portal: Portal, given: str) -> None:
    """One row, with what was asked for as its target."""
    before = database_rows.all_rows(
        portal, besides=("audit_rows", "audit_heads", "sqlite_sequence")
    )
    assert portal.refused("user", "edit", given, "--type", "client") == "user_unknown"
    assert (
        database_rows.all_rows(portal, besides=("audit_rows", "audit_heads", "sqlite_sequence"))
        == before
    )
    assert portal.ok("audit", "list", "--target", f"user {given}", "-o", "id").out.strip() == "3"
