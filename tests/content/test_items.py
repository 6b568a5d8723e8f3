"""Items: made, shown, changed, archived, restored and deleted."""

from typing import Any

import pytest

from tests.conftest import Portal
from tests.refusals import refused


def create_item(portal: Portal, code: str, kind: str = "topic", *more: str) -> dict[str, Any]:
    """Make an item called like its code."""
    words = ("--kind", kind, "--code", code, "--title", code.title(), *more)
    made: dict[str, Any] = portal.ok("content", "create", *words, "-o", "json").json
    return made


def show(portal: Portal, code: str) -> dict[str, Any]:
    """Return an item as it is shown."""
    found: dict[str, Any] = portal.ok("content", "show", code, "-o", "json").json
    return found


def test_a_new_item_is_active_and_inherits(portal: Portal) -> None:
    """Nothing but kind, code and title has to be said."""
    create_item(portal, "box", "folder")
    made = create_item(portal, "GDPR-101", "topic", "--folder", "box")
    assert made == {
        "id": made["id"],
        "code": "GDPR-101",
        "kind": "topic",
        "title": "Gdpr-101",
        "status": "active",
        "source": "own",
        "folder": "box",
        "inherits": True,
        "author": None,
        "due_days": None,
        "due_on": None,
        "is_shared": False,
        "items": [],
        "grants": [],
        "version": 1,
        "blocked_by": [],
    }
    assert show(portal, "gdpr-101 ") == made
    assert show(portal, str(made["id"])) == made


def test_everything_can_be_said_at_once(portal: Portal) -> None:
    """Draft, source, inheritance and due date are taken over."""
    made = create_item(
        portal, "a", "course", "--draft", "--source", "library", "--no-inherit", "--due-days", "9"
    )
    shown = {key: made[key] for key in ("status", "source", "inherits", "due_days")}
    assert shown == {"status": "draft", "source": "library", "inherits": False, "due_days": 9}
    assert create_item(portal, "b", "article", "--due-on", "2026-12-31")["due_on"] == "2026-12-31"


def test_the_code_identifies_and_the_title_never_does(portal: Portal) -> None:
    """Two items may have one title; a code counts whatever its case."""
    create_item(portal, "one")
    words = ("content", "create", "--kind", "topic", "--title", "One")
    portal.ok(*words, "--code", "two")
    refused(portal, *words, "--code", " ONE", code="content_exists", status=5)
    assert portal.refused("content", "show", "One Title") == "content_unknown"


def test_an_item_that_exists_can_be_skipped_or_updated(portal: Portal) -> None:
    """--if-exists makes a script repeatable; another kind under the same code stays a conflict."""
    create_item(portal, "a")
    again = ("content", "create", "--kind", "topic", "--code", "A", "--title", "New")
    kept = portal.ok(*again, "--if-exists", "skip", "-o", "json", "--exit-code").json
    assert kept["title"] == "A"
    assert portal.ok(*again, "--if-exists", "update", "-o", "json").json["title"] == "New"
    other = ("content", "create", "--kind", "course", "--code", "A", "--title", "New")
    refused(portal, *other, "--if-exists", "update", code="content_exists", status=5)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--kind", "folder", "--draft"), "draft_impossible"),
        (("--kind", "pathway", "--draft"), "draft_impossible"),
        (("--kind", "folder", "--due-days", "3"), "content_is_folder"),
        (("--kind", "topic", "--due-days", "0"), "due_days_wrong"),
        (("--kind", "topic", "--due-days", "10000"), "due_days_wrong"),
        (("--kind", "topic", "--folder", "topic"), "folder_wrong"),
        (("--kind", "topic", "--title", ""), "text_empty"),
        (("--kind", "topic", "--title", "x" * 256), "text_too_long"),
        (("--kind", "topic", "--code", "a/b"), "code_invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(portal: Portal, words: tuple[str, ...], code: str) -> None:
    """Each wrong combination has a reason of its own, and nothing is made."""
    create_item(portal, "topic")
    refused(portal, "content", "create", "--code", "x", "--title", "x", *words, code=code)


def test_two_due_dates_are_one_too_many(portal: Portal) -> None:
    """That is a mistake in the command line, and so is a day that never comes."""
    words = ("content", "create", "--kind", "topic", "--code", "x", "--title", "x")
    due = ("--due-days", "3", "--due-on", "2026-12-31")
    refused(portal, *words, *due, code="due_contradicts", status=2, audited=0)
    refused(portal, *words, "--due-on", "never", code="due_day_missing", status=2, audited=0)


def test_a_title_has_at_most_255_characters(portal: Portal) -> None:
    """255 are fine."""
    words = ("content", "create", "--kind", "topic", "--code", "x", "--title", "é" * 255)
    assert len(portal.ok(*words, "-o", "json").json["title"]) == 255


def test_an_edit_changes_what_is_given_and_counts_the_version(portal: Portal) -> None:
    """The rest stays; saying the same again changes nothing."""
    create_item(portal, "box", "folder")
    create_item(portal, "a", "topic", "--draft", "--due-days", "3")
    words = ("content", "edit", "a", "--title", "New", "--folder", "box", "--no-draft", "--no-due")
    after = portal.ok(*words, "--source", "copied", "--no-inherit", "-o", "json").json
    assert (after["title"], after["folder"], after["status"]) == ("New", "box", "active")
    assert (after["due_days"], after["source"], after["inherits"]) == (None, "copied", False)
    assert after["version"] == 2
    assert portal.run(*words, "--exit-code").status == 0
    assert portal.run("content", "edit", "a", "--folder", "", "--exit-code").status == 3
    assert show(portal, "a")["folder"] is None
    stale = ("content", "edit", "a", "--title", "X", "--if-version", "1")
    refused(portal, *stale, code="version_stale", status=5)


def test_a_folder_never_lies_in_itself(portal: Portal) -> None:
    """Neither directly nor further down; anything else moves."""
    create_item(portal, "a", "folder")
    create_item(portal, "b", "folder", "--folder", "a")
    create_item(portal, "c", "folder", "--folder", "b")
    for target in "abc":
        edit = ("content", "edit", "a", "--folder", target)
        refused(portal, *edit, code="folder_in_itself")
    portal.ok("content", "edit", "c", "--folder", "a")
    assert show(portal, "c")["folder"] == "a"


def test_items_are_listed_by_kind_folder_and_status(portal: Portal) -> None:
    """Filters combine, and the order is that of the codes."""
    create_item(portal, "box", "folder")
    create_item(portal, "b", "topic", "--folder", "box")
    create_item(portal, "a", "topic", "--folder", "box", "--draft")
    create_item(portal, "c", "course")

    def listed(*words: str) -> list[str]:
        return portal.ok("content", "list", *words, "-o", "id").out.split()

    assert listed() == ["a", "b", "box", "c"]
    assert listed("--kind", "topic") == ["a", "b"]
    assert listed("--folder", "box", "--status", "draft") == ["a"]
    assert portal.refused("content", "list", "--folder", "c") == "folder_wrong"


def test_archiving_and_restoring(portal: Portal) -> None:
    """An archived item comes back active; twice the same changes nothing; folders are neither."""
    create_item(portal, "a", "topic", "--draft")
    create_item(portal, "box", "folder")
    assert portal.ok("content", "archive", "a", "-o", "json").json["status"] == "archived"
    assert portal.run("content", "archive", "a", "--exit-code").status == 0
    refused(portal, "content", "edit", "a", "--draft", code="content_archived")
    assert portal.ok("content", "restore", "a", "-o", "json").json["status"] == "active"
    assert portal.run("content", "restore", "a", "--exit-code").status == 0
    refused(portal, "content", "archive", "box", code="content_is_folder")


def test_deleting_says_what_goes_and_wants_a_yes(portal: Portal) -> None:
    """Grants, catalog rules and places in pathways go; the pathway closes ranks."""
    for code in ("a", "b"):
        create_item(portal, code)
    create_item(portal, "way", "pathway")
    for code in ("a", "b"):
        portal.ok("content", "add-item", "way", code)
    portal.ok("content", "grant", "a", "--organization")
    portal.ok("catalog", "open", "a", "--everybody")
    ran = portal.run("content", "delete", "a", "-o", "json")
    assert (ran.status, ran.code) == (9, "confirmation_needed")
    said = " ".join(detail["message"] for detail in ran.error["details"])
    assert "1 grant" in said
    assert "1 catalog rule" in said
    assert "pathway way" in said
    portal.ok("content", "delete", "a", "--yes")
    assert show(portal, "way")["items"] == [
        {"position": 1, "code": "b", "title": "B", "is_mandatory": True}
    ]
    refused(portal, "content", "delete", "a", "--yes", code="content_unknown", status=4)
    portal.ok("content", "delete", "a", "--yes", "--if-missing", "ok")
    assert portal.ok("db", "check", "-o", "json").json == []


def test_only_an_empty_folder_goes(portal: Portal) -> None:
    """What lies in it is never lost with it."""
    create_item(portal, "box", "folder")
    create_item(portal, "a", "topic", "--folder", "box")
    refused(portal, "content", "delete", "box", "--yes", code="folder_not_empty")
    portal.ok("content", "delete", "a", "--yes")
    portal.ok("content", "delete", "box", "--yes")


def test_a_pathway_keeps_the_order_it_is_given(portal: Portal) -> None:
    """Items go to the end or to a position, can be moved and made optional, and taken out."""
    create_item(portal, "way", "pathway")
    for code in "abc":
        create_item(portal, code)
        portal.ok("content", "add-item", "way", code)

    def items() -> list[tuple[int, str, bool]]:
        found = show(portal, "way")["items"]
        return [(part["position"], part["code"], part["is_mandatory"]) for part in found]

    assert items() == [(1, "a", True), (2, "b", True), (3, "c", True)]
    portal.ok("content", "add-item", "way", "c", "--optional", "--position", "1")
    assert items() == [(1, "c", False), (2, "a", True), (3, "b", True)]
    same = ("content", "add-item", "way", "c", "--optional", "--exit-code")
    assert portal.run(*same).status == 0
    portal.ok("content", "remove-item", "way", "a")
    assert items() == [(1, "c", False), (2, "b", True)]
    gone = ("content", "remove-item", "way", "a")
    refused(portal, *gone, code="pathway_item_unknown", status=4)
    far = ("content", "add-item", "way", "a", "--position", "4")
    refused(portal, *far, code="position_wrong")
    assert portal.ok("db", "check", "-o", "json").json == []


def test_only_pathways_lead_over_what_can_be_learned(portal: Portal) -> None:
    """Folders and pathways are no items of a pathway, archived items neither."""
    create_item(portal, "way", "pathway")
    create_item(portal, "other", "pathway")
    create_item(portal, "box", "folder")
    create_item(portal, "a")
    create_item(portal, "old")
    portal.ok("content", "archive", "old")
    for item, code in (
        ("way", "pathway_item_wrong"),
        ("other", "pathway_item_wrong"),
        ("box", "pathway_item_wrong"),
        ("old", "content_archived"),
    ):
        refused(portal, "content", "add-item", "way", item, code=code)
    refused(portal, "content", "add-item", "a", "old", code="pathway_wrong")


def test_an_author_changes_only_their_own(portal: Portal) -> None:
    """They see everything; what others made is forbidden to them."""
    who = ("--first-name", "A", "--last-name", "B")
    portal.ok("user", "create", "--login", "ann", *who)
    portal.ok("role", "grant", "ann", "author")
    create_item(portal, "theirs")
    create_item(portal, "box", "folder")
    made = create_item(portal, "mine", "topic", "--as", "ann")
    assert made["author"] == "ann"
    portal.ok("content", "edit", "mine", "--title", "X", "--as", "ann")
    portal.ok("content", "show", "theirs", "--as", "ann")
    words = ("--title", "X", "--as", "ann")
    refused(portal, "content", "edit", "theirs", *words, code="permission_missing", status=8)
    into = ("content", "edit", "mine", "--folder", "box", "--as", "ann")
    refused(portal, *into, code="permission_missing", status=8)
    portal.ok("content", "edit", "mine", "--folder", "box")
    make = ("content", "create", "--kind", "topic", "--code", "theirs", "--title", "X")
    again = (*make, "--if-exists", "update", "--as", "ann")
    refused(portal, *again, code="content_exists", status=5)
    portal.ok("user", "delete", "ann", "--yes")
    assert show(portal, "mine")["author"] is None
