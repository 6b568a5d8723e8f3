"""Rules themselves: made, listed, deleted, and gone with what they name."""

from itertools import islice
from typing import Any

import pytest

from lmsctl.autoenroll import rules
from lmsctl.kit import canonical
from tests.conftest import NOON, Portal
from tests.content.test_items import create_item
from tests.refusals import refused

CREATE = ("autoenroll", "create", "--content")


@pytest.fixture
def portal_with_items(portal: Portal) -> Portal:
    """Return a portal with departments, a group and an item of each state."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("group", "create", "New hires")
    for code in ("one", "two", "old"):
        create_item(portal, code)
    create_item(portal, "box", "folder")
    portal.ok("content", "archive", "old")
    return portal


def create_rule(portal: Portal, content: str, *whom: str) -> dict[str, Any]:
    """Make a rule and return it as it is shown."""
    made: dict[str, Any] = portal.ok(*CREATE, content, *whom, "-o", "json").json
    return made


def rule_codes(portal: Portal, *words: str) -> list[str]:
    """Return the codes of the rules that are listed."""
    return portal.ok("autoenroll", "list", *words, "-o", "id").out.split()


def test_a_rule_names_an_item_and_a_department_a_group_or_a_type(portal_with_items: Portal) -> None:
    """Its code is made of what it names; it is shown by code, in any case, or by number."""
    made = create_rule(portal_with_items, "one", "--department", "Sales")
    assert made == {
        "id": made["id"],
        "code": "one-Sales",
        "content": "one",
        "title": "One",
        "content_status": "active",
        "target": "department",
        "name": "Sales",
        "subdepartments": True,
        "waiting": 0,
        "created_at": NOON,
    }
    group = create_rule(portal_with_items, "one", "--group", "New hires")
    kind = create_rule(portal_with_items, "two", "--type", "client", "--code", "Clients")
    assert [(item["code"], item["target"], item["name"]) for item in (group, kind)] == [
        ("one-New-hires", "group", "New hires"),
        ("Clients", "type", "client"),
    ]
    assert group["subdepartments"] is None
    assert portal_with_items.ok("autoenroll", "show", "CLIENTS", "-o", "json").json == kind
    assert portal_with_items.ok("autoenroll", "show", str(made["id"]), "-o", "json").json == made


def test_codes_are_made_of_names_and_counted_when_taken() -> None:
    """Whatever a department is called, the code can be typed; the root stands for everybody."""
    assert list(islice(rules.possible_codes("GDPR-101", "Sales & Co/EMEA"), 3)) == [
        "GDPR-101-Sales-Co-EMEA",
        "GDPR-101-Sales-Co-EMEA-2",
        "GDPR-101-Sales-Co-EMEA-3",
    ]
    assert next(rules.possible_codes("a", "/")) == "a-everybody"
    for name in ("'\"\\:;,`", "Ā" * 255, "-x-", "  ", "ข้อมูล"):
        code = next(islice(rules.possible_codes("c" * 40, name), 9, None))
        assert canonical.check_code(code, "code") == code


def test_a_code_that_is_taken_is_counted_up(portal_with_items: Portal) -> None:
    """Different things that are called alike still get a rule each."""
    create_rule(portal_with_items, "two", "--type", "staff", "--code", "one-Sales")
    assert create_rule(portal_with_items, "one", "--department", "Sales")["code"] == "one-Sales-2"


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("one",), "audience_unclear", 2),
        (("one", "--department", "Sales", "--type", "staff"), "audience_unclear", 2),
        (("one", "--type", "staff", "--no-subdepartments"), "depth_without_department", 2),
        (("none", "--department", "Sales"), "content_unknown", 4),
        (("one", "--department", "None"), "department_unknown", 4),
        (("one", "--group", "None"), "group_unknown", 4),
        (("box", "--department", "Sales"), "content_is_folder", 6),
        (("old", "--department", "Sales"), "content_archived", 6),
        (("one", "--type", "staff", "--code", "a b"), "code_invalid", 6),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_says_nothing_is_no_rule(
    portal_with_items: Portal, words: tuple[str, ...], code: str, status: int
) -> None:
    """Exactly one target, which exists, and something that people can be enrolled in."""
    audited = 0 if status == 2 else 1
    refused(portal_with_items, *CREATE, *words, code=code, status=status, audited=audited)


def test_a_rule_that_exists_is_a_conflict_or_skipped_or_changed(portal_with_items: Portal) -> None:
    """What it says decides, not its code; only whether it goes below can be changed."""
    create_rule(portal_with_items, "one", "--department", "Sales")
    again = (*CREATE, "one", "--department", "sales")
    refused(portal_with_items, *again, code="autoenroll_repeated", status=5)
    refused(portal_with_items, *again, "--code", "x", code="autoenroll_repeated", status=5)
    assert portal_with_items.run(*again, "--if-exists", "skip", "--exit-code").status == 0
    flat = (*again, "--no-subdepartments", "--if-exists")
    assert portal_with_items.ok(*flat, "skip", "-o", "json").json["subdepartments"] is True
    assert portal_with_items.ok(*flat, "update", "-o", "json").json["subdepartments"] is False
    assert portal_with_items.run(*flat, "update", "--exit-code").status == 0
    other = (*CREATE, "two", "--type", "staff", "--code", "ONE-sales")
    for how in ("fail", "skip", "update"):
        refused(portal_with_items, *other, "--if-exists", how, code="autoenroll_exists", status=5)


def test_rules_are_listed_by_code_and_found_by_item_and_department(
    portal_with_items: Portal,
) -> None:
    """A department stands for itself and those under it."""
    create_rule(portal_with_items, "two", "--department", "Sales/EMEA", "--code", "b")
    create_rule(portal_with_items, "one", "--department", "Sales", "--code", "c")
    create_rule(portal_with_items, "one", "--type", "staff", "--code", "a")
    assert rule_codes(portal_with_items) == ["a", "b", "c"]
    assert rule_codes(portal_with_items, "--content", "one") == ["a", "c"]
    assert rule_codes(portal_with_items, "--department", "Sales") == ["b", "c"]
    assert rule_codes(portal_with_items, "--department", "Sales/EMEA") == ["b"]


def test_deleting_a_rule_wants_a_yes_and_is_once(portal_with_items: Portal) -> None:
    """The code is free again afterwards."""
    create_rule(portal_with_items, "one", "--department", "Sales")
    delete = ("autoenroll", "delete", "one-sales")
    assert portal_with_items.refused(*delete) == "confirmation_needed"
    assert (
        portal_with_items.ok(*delete, "--yes").err
        == "Deleted the auto-enrollment rule one-Sales.\n"
    )
    refused(portal_with_items, *delete, code="autoenroll_unknown", status=4)
    portal_with_items.ok(*delete, "--if-missing", "ok")
    assert create_rule(portal_with_items, "one", "--department", "Sales")["code"] == "one-Sales"


@pytest.mark.parametrize(
    ("whom", "delete"),
    [
        (("--department", "Sales/EMEA"), ("department", "delete", "Sales")),
        (("--group", "New hires"), ("group", "delete", "New hires")),
        (("--type", "staff"), ("content", "delete", "one")),
    ],
)
def test_a_rule_goes_with_what_it_names(
    portal_with_items: Portal, whom: tuple[str, str], delete: tuple[str, ...]
) -> None:
    """The confirmation lists it, a daughter's too, and the log says why it went."""
    create_rule(portal_with_items, "one", *whom, "--code", "mine")
    ran = portal_with_items.run(*delete, "-o", "json")
    assert (ran.status, ran.code) == (9, "confirmation_needed")
    assert any("auto-enrollment rule mine" in item["message"] for item in ran.error["details"])
    portal_with_items.ok(*delete, "--yes")
    assert rule_codes(portal_with_items) == []
    gone = portal_with_items.ok("audit", "list", "--code", "autoenroll.deleted", "-o", "json").json
    assert [item["detail"]["because"] for item in gone] == [f"{delete[0]} deleted"]
    assert portal_with_items.ok("db", "check", "-o", "json").json == []


def test_a_department_administrator_keeps_the_rules_of_their_departments(
    portal_with_items: Portal,
) -> None:
    """By department or by a group of theirs, never by type; others do not exist for them."""
    names = ("--first-name", "F", "--last-name", "L")
    portal_with_items.ok("user", "create", "--login", "dan", *names)
    portal_with_items.ok(
        "role", "grant", "dan", "department-administrator", "--department", "Sales/EMEA"
    )
    portal_with_items.ok("group", "create", "Locals", "--department", "Sales/EMEA")
    create_rule(portal_with_items, "one", "--department", "Sales", "--code", "above")
    create_rule(portal_with_items, "two", "--type", "staff", "--code", "all")
    mine = ("--as", "dan", *CREATE)
    portal_with_items.ok(*mine, "one", "--department", "Sales/EMEA", "--code", "a")
    portal_with_items.ok(*mine, "one", "--group", "Locals", "--code", "b")
    refused(
        portal_with_items, *mine, "one", "--type", "client", code="permission_missing", status=8
    )
    refused(portal_with_items, *mine, "one", "--group", "New hires", code="group_unknown", status=4)
    assert rule_codes(portal_with_items, "--as", "dan") == ["a", "b"]
    for verb in ("show", "preview"):
        assert (
            portal_with_items.refused("--as", "dan", "autoenroll", verb, "above")
            == "autoenroll_unknown"
        )
    for verb in ("apply", "delete"):
        words = ("--as", "dan", "autoenroll", verb, "all", "--yes")
        refused(portal_with_items, *words, code="autoenroll_unknown", status=4)
