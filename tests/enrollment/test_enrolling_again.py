"""What is promised of enrolling somebody again: whatever the way, what they completed stays so."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Portal
from tests.content.test_items import create_item

DONE = "2026-03-01T09:00:00Z"


@pytest.fixture
def portal_with_pathway(portal: Portal) -> Portal:
    """Return a portal with an item, a pathway over it, and ann."""
    create_item(portal, "one", "topic")
    create_item(portal, "way", "pathway")
    portal.ok("content", "add-item", "way", "one")
    names = ("--first-name", "A", "--last-name", "B", "--email", "ann@example.com")
    portal.ok("user", "create", "--login", "ann", *names)
    portal.ok("department", "create", "Sales")
    portal.ok("autoenroll", "create", "--content", "one", "--department", "Sales", "--code", "r")
    portal.ok("registration", "enable")
    portal.ok("token", "create", "--content", "one", "--code", "tok")
    return portal


def import_command(portal: Portal, *lines: str) -> tuple[str, ...]:
    """Write a file of enrollments and return the command line that takes it in."""
    portal.folder.joinpath("rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ("enroll", "--from", "rows.csv")


def by_command(portal: Portal, code: str) -> None:
    """Enroll ann by name."""
    portal.ok("enroll", "--user", "ann", "--content", code)


def by_items(portal: Portal, code: str) -> None:
    """Enroll ann by a file of people, in an item that is given besides."""
    portal.ok(*import_command(portal, "Login", "ann"), "--content", code)


def by_pairs(portal: Portal, code: str) -> None:
    """Enroll ann by a file that names the item too."""
    portal.ok(*import_command(portal, "Login,Content", f"ann,{code}"))


def by_rule(portal: Portal, _code: str) -> None:
    """Let ann join a department that a rule names."""
    portal.ok("user", "move", "ann", "--department", "Sales")


def by_applying(portal: Portal, _code: str) -> None:
    """Apply a rule to ann, who was there before it."""
    portal.ok("autoenroll", "create", "--content", "one", "--type", "staff", "--code", "staff")
    words = ("--existing", "--include-removed", "--yes")
    portal.ok("autoenroll", "apply", "staff", *words)


def by_token(portal: Portal, _code: str) -> None:
    """Let ann redeem a token."""
    words = ("--email", "ann@example.com", "--first-name", "A", "--last-name", "B")
    portal.ok("token", "redeem", "tok", *words)


WAYS = [by_command, by_items, by_pairs, by_rule, by_applying, by_token]
PATHWAYS = [by_command, by_items, by_pairs]
Way = Callable[[Portal, str], None]


def complete(portal: Portal) -> None:
    """Let ann complete the item, and be taken out of it."""
    by_command(portal, "one")
    did = ("--event", "completed", "--at", DONE)
    portal.ok("progress", "record", "--user", "ann", "--content", "one", *did)
    portal.ok("enrollment", "cancel", "--user", "ann", "--content", "one")


def enrollment_of_ann(portal: Portal) -> dict[str, Any]:
    """Return how ann is enrolled in the item."""
    rows = portal.ok("enrollment", "list", "--user", "ann", "--content", "one", "-o", "json").json
    assert portal.ok("db", "check", "-o", "json").json == []
    (found,) = rows
    row: dict[str, Any] = found
    return row


@pytest.mark.parametrize("way", WAYS)
def test_what_was_completed_stays_completed(portal_with_pathway: Portal, way: Way) -> None:
    """The phase and the instant of it."""
    complete(portal_with_pathway)
    way(portal_with_pathway, "one")
    found = enrollment_of_ann(portal_with_pathway)
    assert (found["phase"], found["completed_at"]) == ("completed", DONE)


@pytest.mark.parametrize("way", WAYS)
def test_what_was_only_prepared_is_begun(portal_with_pathway: Portal, way: Way) -> None:
    """Whoever a pathway had prepared is enrolled then."""
    by_command(portal_with_pathway, "way")
    assert enrollment_of_ann(portal_with_pathway)["phase"] == "pre-enrolled"
    way(portal_with_pathway, "one")
    assert enrollment_of_ann(portal_with_pathway)["phase"] == "enrolled"


@pytest.mark.parametrize("way", PATHWAYS)
def test_a_pathway_keeps_what_was_completed(portal_with_pathway: Portal, way: Way) -> None:
    """It prepares what was canceled, and not what is done already."""
    complete(portal_with_pathway)
    way(portal_with_pathway, "way")
    found = enrollment_of_ann(portal_with_pathway)
    assert (found["phase"], found["completed_at"]) == ("completed", DONE)


@pytest.mark.parametrize("way", PATHWAYS)
def test_a_pathway_prepares_anew_what_was_canceled(portal_with_pathway: Portal, way: Way) -> None:
    """Not more than that: the item has yet to be begun."""
    by_command(portal_with_pathway, "one")
    portal_with_pathway.ok("enrollment", "cancel", "--user", "ann", "--content", "one")
    way(portal_with_pathway, "way")
    assert enrollment_of_ann(portal_with_pathway)["phase"] == "pre-enrolled"
