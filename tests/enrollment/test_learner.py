"""What one person sees, and why."""

from typing import Any

import pytest

from tests.conftest import Portal
from tests.content.test_items import create_item


@pytest.fixture
def portal_with_folders(portal: Portal) -> Portal:
    """Return a portal with two people, a group, and folders with items that inherit or not."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "Other")
    names = ("--first-name", "F", "--last-name", "L")
    portal.ok("user", "create", "--login", "ann", *names, "--department", "Sales/EMEA")
    portal.ok("user", "create", "--login", "bob", *names, "--department", "Other")
    portal.ok("group", "create", "Pilots")
    portal.ok("group", "add", "Pilots", "ann")
    create_item(portal, "box", "folder")
    create_item(portal, "inner", "folder", "--folder", "box")
    create_item(portal, "sealed", "folder", "--folder", "box", "--no-inherit")
    create_item(portal, "a", "topic", "--folder", "box")
    create_item(portal, "b", "topic", "--folder", "inner")
    create_item(portal, "c", "topic", "--folder", "box", "--no-inherit")
    create_item(portal, "d", "topic", "--folder", "sealed")
    create_item(portal, "e", "course")
    return portal


def courses(portal: Portal, login: str = "ann", *words: str) -> dict[str, Any]:
    """Return what a person sees, by code."""
    rows = portal.ok("learner", "courses", login, *words, "-o", "json").json
    return {row["code"]: row for row in rows}


def reasons_of(portal: Portal, login: str = "ann") -> dict[str, list[str]]:
    """Return why a person sees what they see."""
    return {code: row["because"] for code, row in courses(portal, login).items()}


def test_without_enrollment_and_grant_nobody_sees_anything(portal_with_folders: Portal) -> None:
    """Everything is closed until it is opened."""
    assert courses(portal_with_folders) == {}


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (("--user", "ann"), "to the person"),
        (("--group", "Pilots"), "to group Pilots"),
        (("--department", "Sales"), "to department Sales"),
        (("--organization",), "to everybody"),
    ],
)
def test_a_folder_opens_what_inherits_in_it(
    portal_with_folders: Portal, way: tuple[str, ...], why: str
) -> None:
    """Through folders that inherit, not through those that do not; folders are no courses."""
    portal_with_folders.ok("content", "grant", "box", *way)
    assert reasons_of(portal_with_folders) == {
        "a": [f"granted {why} with folder box"],
        "b": [f"granted {why} with folder box"],
    }
    expected = {"a", "b"} if way == ("--organization",) else set()
    assert set(courses(portal_with_folders, "bob")) == expected
    row = courses(portal_with_folders)["a"]
    assert (row["access"], row["phase"], row["enrolled_at"]) == ("open", None, None)


def test_a_grant_on_an_item_opens_only_that(portal_with_folders: Portal) -> None:
    """Whatever it would inherit."""
    portal_with_folders.ok("content", "grant", "c", "--user", "ann")
    assert reasons_of(portal_with_folders) == {"c": ["granted to the person"]}


def test_enrolled_and_open_are_told_apart(portal_with_folders: Portal) -> None:
    """What is both is listed once, as enrolled, with every reason."""
    portal_with_folders.ok("content", "grant", "box", "--organization")
    portal_with_folders.ok("enroll", "--user", "ann", "--content", "a", "--content", "e")
    found = courses(portal_with_folders)
    assert {code: row["access"] for code, row in found.items()} == {
        "a": "enrolled",
        "b": "open",
        "e": "enrolled",
    }
    assert found["a"]["because"] == ["administrator", "granted to everybody with folder box"]
    assert found["e"]["phase"] == "enrolled"


def test_drafts_and_archived_items_are_seen_only_by_who_is_enrolled(
    portal_with_folders: Portal,
) -> None:
    """History stays with those who have one."""
    portal_with_folders.ok("content", "grant", "box", "--organization")
    portal_with_folders.ok("enroll", "--user", "ann", "--content", "a", "--content", "b")
    portal_with_folders.ok("content", "edit", "a", "--draft")
    portal_with_folders.ok("content", "archive", "b")
    assert {code: row["status"] for code, row in courses(portal_with_folders).items()} == {
        "a": "draft",
        "b": "archived",
    }
    assert courses(portal_with_folders, "bob") == {}


def test_a_canceled_enrollment_is_seen_no_more(portal_with_folders: Portal) -> None:
    """Unless the item is open to the person anyway."""
    portal_with_folders.ok("content", "grant", "a", "--organization")
    portal_with_folders.ok("enroll", "--user", "ann", "--content", "a", "--content", "e")
    portal_with_folders.ok(
        "enrollment", "cancel", "--user", "ann", "--content", "a", "--content", "e"
    )
    assert {code: row["access"] for code, row in courses(portal_with_folders).items()} == {
        "a": "open"
    }


def offers(portal: Portal, login: str = "ann") -> dict[str, list[str]]:
    """Return what the catalog offers a person, and by which rules."""
    rows = portal.ok("learner", "catalog", login, "-o", "json").json
    return {row["code"]: row["because"] for row in rows}


def test_the_catalog_is_empty_until_a_rule_opens_something(portal_with_folders: Portal) -> None:
    """A type, a department with all under it, a group or everybody; each rule is named."""
    assert offers(portal_with_folders) == {}
    portal_with_folders.ok("catalog", "open", "a", "--type", "staff")
    portal_with_folders.ok("catalog", "open", "a", "--department", "Sales")
    portal_with_folders.ok("catalog", "open", "b", "--group", "Pilots")
    portal_with_folders.ok("catalog", "open", "c", "--everybody")
    portal_with_folders.ok("catalog", "open", "d", "--type", "client")
    assert offers(portal_with_folders) == {
        "a": ["type staff", "department Sales"],
        "b": ["group Pilots"],
        "c": ["everybody"],
    }
    assert offers(portal_with_folders, "bob") == {"a": ["type staff"], "c": ["everybody"]}
    portal_with_folders.ok("catalog", "close", "a", "--type", "staff")
    assert set(offers(portal_with_folders, "bob")) == {"c"}


def test_the_catalog_shows_active_items_only_and_says_who_is_in(
    portal_with_folders: Portal,
) -> None:
    """Archived ones leave it and come back; a draft is not offered."""
    for code in ("a", "b", "c"):
        portal_with_folders.ok("catalog", "open", code, "--everybody")
    portal_with_folders.ok("content", "archive", "a")
    portal_with_folders.ok("content", "edit", "b", "--draft")
    assert set(offers(portal_with_folders)) == {"c"}
    portal_with_folders.ok("content", "restore", "a")
    portal_with_folders.ok("enroll", "--user", "ann", "--content", "c")
    rows = portal_with_folders.ok("learner", "catalog", "ann", "-o", "json").json
    assert {row["code"]: row["is_enrolled"] for row in rows} == {"a": False, "c": True}


def test_everybody_sees_their_own_view_and_no_other(portal_with_folders: Portal) -> None:
    """Whoever looks after people sees theirs; others are forbidden or not found."""
    portal_with_folders.ok("enroll", "--user", "ann", "--content", "a")
    assert set(courses(portal_with_folders, "ann", "--as", "ann")) == {"a"}
    for verb in ("courses", "catalog"):
        assert portal_with_folders.run("learner", verb, "bob", "--as", "bob").status == 0
        assert (
            portal_with_folders.refused("learner", verb, "ann", "--as", "bob")
            == "permission_missing"
        )
        assert (
            portal_with_folders.refused("learner", verb, "nobody", "--as", "bob")
            == "permission_missing"
        )
        assert portal_with_folders.run("learner", verb, "ann", "--as", "bob").out == ""
    portal_with_folders.ok(
        "role", "grant", "bob", "department-administrator", "--department", "Sales"
    )
    assert set(courses(portal_with_folders, "ann", "--as", "bob")) == {"a"}
    assert (
        portal_with_folders.refused("learner", "courses", "owner", "--as", "bob") == "user_unknown"
    )
