"""Copies of items for another audience: what they have, and what stays with the original."""

import pytest

from tests.conftest import Portal
from tests.content.test_items import create_item, show
from tests.refusals import refused
from tests.trainings import create_person

SAME = ("kind", "title", "folder", "inherits", "due_days", "due_on")
COPY = ("content", "copy")


@pytest.fixture
def portal_with_shared_item(portal: Portal) -> Portal:
    """Return a portal with a library item that people hang on in every way."""
    create_item(portal, "box", "folder")
    more = ("--folder", "box", "--source", "library", "--no-inherit", "--due-days", "9")
    create_item(portal, "one", "topic", *more)
    create_person(portal, "ann")
    portal.ok("enroll", "--user", "ann", "--content", "one")
    portal.ok("progress", "record", "--user", "ann", "--content", "one", "--event", "viewed")
    portal.ok("content", "grant", "one", "--user", "ann")
    portal.ok("content", "link", "one")
    portal.ok("catalog", "open", "one", "--everybody")
    return portal


def test_a_copy_is_the_same_item_without_its_people(portal_with_shared_item: Portal) -> None:
    """It has the original's title, folder and due date, and neither link, grants nor people."""
    before = show(portal_with_shared_item, "one")
    made = portal_with_shared_item.ok(*COPY, "ONE", "--code", "two", "-o", "json").json
    assert {name: made[name] for name in SAME} == {name: before[name] for name in SAME}
    assert (made["code"], made["source"], made["status"]) == ("two", "copied", "active")
    assert (made["is_shared"], made["grants"], made["author"]) == (False, [], None)
    assert show(portal_with_shared_item, "two") == made
    assert show(portal_with_shared_item, "one") == before
    assert (
        portal_with_shared_item.ok("enrollment", "list", "--content", "two", "-o", "json").json
        == []
    )
    assert portal_with_shared_item.ok("catalog", "list", "two", "-o", "json").json == []
    portal_with_shared_item.ok("token", "create", "--content", "two")
    refused(
        portal_with_shared_item, "token", "create", "--content", "one", code="token_content_library"
    )


def test_what_is_to_be_different_can_be_said(portal_with_shared_item: Portal) -> None:
    """Title and folder; a rehearsal makes nothing."""
    create_item(portal_with_shared_item, "crate", "folder")
    words = (*COPY, "one", "--code", "two", "--title", "For partners")
    portal_with_shared_item.ok("--dry-run", *words)
    refused(
        portal_with_shared_item,
        "content",
        "show",
        "two",
        code="content_unknown",
        status=4,
        audited=0,
    )
    moved = portal_with_shared_item.ok(*words, "--folder", "crate", "-o", "json").json
    assert (moved["title"], moved["folder"]) == ("For partners", "crate")
    assert (
        portal_with_shared_item.ok(*COPY, "one", "--code", "x", "--folder", "", "-o", "json").json[
            "folder"
        ]
        is None
    )


def test_drafts_stay_drafts_and_archived_items_come_back(portal: Portal) -> None:
    """A copy of what is out of use is in use."""
    create_item(portal, "one", "topic", "--draft")
    assert portal.ok(*COPY, "one", "--code", "two", "-o", "json").json["status"] == "draft"
    portal.ok("content", "archive", "one")
    assert portal.ok(*COPY, "one", "--code", "three", "-o", "json").json["status"] == "active"


def test_a_copied_pathway_leads_over_the_same_items(portal: Portal) -> None:
    """In the same order, mandatory or not; afterwards each goes its own way."""
    create_item(portal, "way", "pathway")
    for code in ("a", "b"):
        create_item(portal, code)
    portal.ok("content", "add-item", "way", "b")
    portal.ok("content", "add-item", "way", "a", "--optional")
    before = show(portal, "way")["items"]
    assert portal.ok(*COPY, "way", "--code", "road", "-o", "json").json["items"] == before
    portal.ok("content", "remove-item", "road", "b")
    assert show(portal, "way")["items"] == before


def test_what_cannot_be_copied_is_refused(portal_with_shared_item: Portal) -> None:
    """A folder, something unknown, and codes that are taken or none."""
    refused(portal_with_shared_item, *COPY, "box", "--code", "two", code="content_is_folder")
    refused(
        portal_with_shared_item, *COPY, "none", "--code", "two", code="content_unknown", status=4
    )
    refused(portal_with_shared_item, *COPY, "one", "--code", "BOX", code="content_exists", status=5)
    refused(portal_with_shared_item, *COPY, "one", "--code", "a b", code="code_invalid")
    refused(
        portal_with_shared_item,
        *COPY,
        "one",
        "--code",
        "two",
        "--folder",
        "one",
        code="folder_wrong",
    )


def test_authors_copy_what_they_see(portal_with_shared_item: Portal) -> None:
    """The copy is theirs, and lies at the top when the folder is somebody else's."""
    create_person(portal_with_shared_item, "eve")
    portal_with_shared_item.ok("role", "grant", "eve", "author")
    made = portal_with_shared_item.ok(
        "--as", "eve", *COPY, "one", "--code", "two", "-o", "json"
    ).json
    assert (made["author"], made["folder"]) == ("eve", None)
    portal_with_shared_item.ok("--as", "eve", "content", "edit", "two", "--title", "Mine")
    into = ("--as", "eve", *COPY, "one", "--code", "x", "--folder", "box")
    refused(portal_with_shared_item, *into, code="permission_missing", status=8)
    refused(
        portal_with_shared_item,
        "--as",
        "ann",
        *COPY,
        "one",
        "--code",
        "x",
        code="permission_missing",
        status=8,
    )
