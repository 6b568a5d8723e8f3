"""Open links, grants and the catalog's rules."""

from collections.abc import Iterator
from typing import Any

import pytest

from lmsctl.content.actions import sharing
from lmsctl.content.errors import OpenLinkUnknown
from lmsctl.content.store import items as store
from lmsctl.kit import clock, driver
from lmsctl.kit.work import Work, run_write
from tests.conftest import Portal
from tests.content.test_items import create_item, show
from tests.refusals import refused


@pytest.fixture
def portal_with_folder(portal: Portal) -> Portal:
    """Return a portal with a folder, items in it, and a person."""
    portal.ok("department", "create", "Sales")
    who = ("--first-name", "A", "--last-name", "B", "--department", "Sales")
    portal.ok("user", "create", "--login", "ann", *who)
    portal.ok("group", "create", "Pilots")
    create_item(portal, "box", "folder")
    create_item(portal, "open", "topic", "--folder", "box")
    create_item(portal, "shut", "topic", "--folder", "box", "--no-inherit")
    create_item(portal, "loose")
    return portal


@pytest.fixture
def run_in_transaction(portal_with_folder: Portal) -> Iterator[Any]:
    """Return what does something in a transaction of its own."""
    connection = driver.open_database(portal_with_folder.url, patience=5)
    yield lambda verb: run_write(lambda: Work(connection, clock.read(), "tester", "test"), verb)
    connection.close()


def test_a_link_is_made_when_asked_for_and_stays(portal_with_folder: Portal) -> None:
    """It is unguessable, the same each time, and another one after it was ended."""
    assert show(portal_with_folder, "open")["is_shared"] is False
    first = portal_with_folder.ok("content", "link", "open", "-o", "id").out.strip()
    assert len(first) >= 24
    assert portal_with_folder.ok("content", "link", "open", "-o", "id").out.strip() == first
    assert show(portal_with_folder, "open")["is_shared"] is True
    portal_with_folder.ok("content", "link", "open", "--revoke")
    assert portal_with_folder.run("content", "link", "open", "--revoke", "--exit-code").status == 0
    assert show(portal_with_folder, "open")["is_shared"] is False
    assert portal_with_folder.ok("content", "link", "open", "-o", "id").out.strip() != first


def test_a_link_stands_below_the_portals_address(portal_with_folder: Portal) -> None:
    """With a public address it can be mailed as it is."""
    portal_with_folder.ok("settings", "set", "public-url=https://learn.example.com")
    link = portal_with_folder.ok("content", "link", "open", "-o", "id").out.strip()
    assert link.startswith("https://learn.example.com/open/")


def test_a_link_is_in_no_list_and_no_log(portal_with_folder: Portal) -> None:
    """Who may look at content does not thereby hold the keys to it."""
    link = portal_with_folder.ok("content", "link", "open", "-o", "id").out.strip()
    for words in (("content", "list"), ("content", "show", "open"), ("audit", "list")):
        assert link not in portal_with_folder.ok(*words, "-o", "json").out


def test_folders_and_archived_items_get_no_link(portal_with_folder: Portal) -> None:
    """There is nothing that somebody could learn."""
    refused(portal_with_folder, "content", "link", "box", code="content_is_folder")
    portal_with_folder.ok("content", "archive", "open")
    refused(portal_with_folder, "content", "link", "open", code="content_archived")


def test_a_link_leads_to_its_item_until_it_is_ended(
    portal_with_folder: Portal, run_in_transaction: Any
) -> None:
    """As the secret alone and as a whole address."""
    link = portal_with_folder.ok("content", "link", "open", "-o", "id").out.strip()
    for given in (link, f" https://learn.example.com/open/{link}/ "):
        assert (
            run_in_transaction(
                lambda work, given=given: sharing.get_by_link_for_share(work, given)
            ).code
            == "open"
        )
    portal_with_folder.ok("content", "link", "open", "--revoke")
    with pytest.raises(OpenLinkUnknown):
        run_in_transaction(lambda work: sharing.get_by_link_for_share(work, link))


@pytest.mark.parametrize(
    ("code", "granted"), [("open", ["box", "open"]), ("shut", ["shut"]), ("loose", ["loose"])]
)
def test_coming_by_a_link_opens_the_item_and_its_folder_where_it_inherits(
    portal_with_folder: Portal, run_in_transaction: Any, code: str, granted: list[str]
) -> None:
    """The folder opens all siblings that inherit; twice is once."""
    user_id = portal_with_folder.value("SELECT id FROM users WHERE login = 'ann'")
    for _ in range(2):
        run_in_transaction(
            lambda work: sharing.grant_for_link(work, store.get(work, code), user_id, "ann")
        )
    for one in granted:
        assert show(portal_with_folder, one)["grants"] == [
            {"content": one, "audience": "user", "name": "ann"}
        ]
    assert portal_with_folder.value("SELECT count(*) FROM content_grants") == len(granted)


def test_grants_name_a_person_a_group_a_department_or_all(portal_with_folder: Portal) -> None:
    """Each once, however often it is given, and each can be taken away again."""
    ways = (
        ("--user", "ann"),
        ("--group", "Pilots"),
        ("--department", "Sales"),
        ("--organization",),
    )
    for way in ways:
        assert portal_with_folder.run("content", "grant", "box", *way, "--exit-code").status == 3
        assert portal_with_folder.run("content", "grant", "box", *way, "--exit-code").status == 0
    found = [
        (grant["audience"], grant["name"]) for grant in show(portal_with_folder, "box")["grants"]
    ]
    assert found == [
        ("user", "ann"),
        ("group", "Pilots"),
        ("department", "Sales"),
        ("organization", None),
    ]
    for way in ways:
        assert portal_with_folder.run("content", "revoke", "box", *way, "--exit-code").status == 3
        assert portal_with_folder.run("content", "revoke", "box", *way, "--exit-code").status == 0
    assert show(portal_with_folder, "box")["grants"] == []


def test_exactly_one_audience_is_named(portal_with_folder: Portal) -> None:
    """None and two are mistakes in the command line."""
    for words in ((), ("--user", "ann", "--organization")):
        refused(
            portal_with_folder,
            "content",
            "grant",
            "box",
            *words,
            code="audience_unclear",
            status=2,
            audited=0,
        )
    for verb in ("open", "close"):
        words = ("catalog", verb, "open")
        refused(portal_with_folder, *words, code="audience_unclear", status=2, audited=0)


def test_who_does_not_see_a_person_does_not_see_their_grant(portal_with_folder: Portal) -> None:
    """People elsewhere are not named to who manages one department."""
    portal_with_folder.ok("department", "create", "Elsewhere")
    who = ("--first-name", "A", "--last-name", "B", "--department", "Elsewhere")
    portal_with_folder.ok("user", "create", "--login", "boss", *who)
    portal_with_folder.ok(
        "role", "grant", "boss", "department-administrator", "--department", "Elsewhere"
    )
    portal_with_folder.ok("content", "grant", "box", "--user", "ann")
    portal_with_folder.ok("content", "grant", "box", "--user", "boss")
    seen = portal_with_folder.ok("content", "show", "box", "--as", "boss", "-o", "json").json[
        "grants"
    ]
    assert [grant["name"] for grant in seen] == ["boss"]


def test_the_catalog_is_opened_and_closed_by_rules(portal_with_folder: Portal) -> None:
    """To a type, a group, a department or everybody; twice is once."""
    ways = (
        ("--type", "client"),
        ("--group", "Pilots"),
        ("--department", "Sales"),
        ("--everybody",),
    )
    for way in ways:
        assert portal_with_folder.run("catalog", "open", "open", *way, "--exit-code").status == 3
        assert portal_with_folder.run("catalog", "open", "open", *way, "--exit-code").status == 0
    portal_with_folder.ok("catalog", "open", "loose", "--everybody")
    found = portal_with_folder.ok("catalog", "list", "open", "-o", "json").json
    assert [(rule["opening"], rule["name"]) for rule in found] == [
        ("type", "client"),
        ("group", "Pilots"),
        ("department", "Sales"),
        ("everybody", None),
    ]
    assert len(portal_with_folder.ok("catalog", "list", "-o", "json").json) == 5
    for way in ways:
        assert portal_with_folder.run("catalog", "close", "open", *way, "--exit-code").status == 3
        assert portal_with_folder.run("catalog", "close", "open", *way, "--exit-code").status == 0
    assert portal_with_folder.ok("catalog", "list", "open", "-o", "json").json == []


def test_folders_and_archived_items_are_not_opened_in_the_catalog(
    portal_with_folder: Portal,
) -> None:
    """Only what somebody could choose is offered."""
    refused(portal_with_folder, "catalog", "open", "box", "--everybody", code="content_is_folder")
    portal_with_folder.ok("content", "archive", "open")
    refused(portal_with_folder, "catalog", "open", "open", "--everybody", code="content_archived")


def test_grants_and_rules_go_with_their_department_group_and_person(
    portal_with_folder: Portal,
) -> None:
    """The confirmation for a department says so; the items stay."""
    portal_with_folder.ok("department", "create", "Away")
    portal_with_folder.ok("content", "grant", "box", "--department", "Away")
    portal_with_folder.ok("content", "grant", "box", "--group", "Pilots")
    portal_with_folder.ok("content", "grant", "box", "--user", "ann")
    portal_with_folder.ok("catalog", "open", "open", "--department", "Away")
    portal_with_folder.ok("catalog", "open", "open", "--group", "Pilots")
    ran = portal_with_folder.run("department", "delete", "Away", "-o", "json")
    said = " ".join(detail["message"] for detail in ran.error["details"])
    assert "1 grant of content" in said
    assert "1 catalog rule" in said
    portal_with_folder.ok("department", "delete", "Away", "--yes")
    portal_with_folder.ok("group", "delete", "Pilots", "--yes")
    portal_with_folder.ok("user", "delete", "ann", "--yes")
    assert show(portal_with_folder, "box")["grants"] == []
    assert portal_with_folder.ok("catalog", "list", "-o", "json").json == []
