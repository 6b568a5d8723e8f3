"""Titles where codes are wanted: the refusal names the codes."""

import pytest

from tests.conftest import Portal
from tests.refusals import refused
from tests.trainings import create_person


@pytest.fixture
def portal_with_titles(portal: Portal) -> Portal:
    """Return a portal with two things of each sort that are called alike."""
    portal.ok("department", "create", "Sales")
    for code in ("b-2", "a-1"):
        portal.ok("content", "create", "--kind", "topic", "--code", code, "--title", "Erste Hilfe")
        portal.ok("training", "create", "Erste Hilfe", "--code", code)
        window = (
            "--starts",
            "today",
            "--ends",
            "+9d",
            "--activations",
            "5",
            "--department",
            "Sales",
        )
        portal.ok("signup-profile", "create", "Erste Hilfe", "--code", code, *window)
    create_person(portal, "ann")
    return portal


@pytest.mark.parametrize(
    "words",
    [
        ("content", "show", "erste HILFE"),
        ("content", "edit", "Erste Hilfe", "--title", "X"),
        ("content", "delete", "Erste Hilfe", "--yes", "--if-missing", "ok"),
        ("enroll", "--user", "ann", "--content", "Erste Hilfe"),
        ("token", "create", "--content", "Erste Hilfe"),
        ("training", "show", "Erste Hilfe"),
        ("training", "lock", "Erste Hilfe"),
        ("session", "show", "Erste Hilfe:spring"),
        ("enrollment", "list", "--training", "Erste Hilfe"),
        ("enrollment", "show", "--user", "ann", "--training", "Erste Hilfe"),
        ("enrollment", "join", "--user", "ann", "--training", "Erste Hilfe"),
        ("signup-profile", "show", "Erste Hilfe"),
        ("signup-profile", "history", "Erste Hilfe"),
        ("signup-profile", "rotate", "Erste Hilfe"),
    ],
)
def test_a_title_is_refused_with_the_codes(
    portal_with_titles: Portal, words: tuple[str, ...]
) -> None:
    """Wherever a code is wanted by somebody who sees what has it."""
    ran = portal_with_titles.run(*words, "-o", "json")
    assert (ran.status, ran.code) == (4, "title_given"), ran.err
    assert "a-1, b-2" in ran.error["message"]


def test_who_does_not_see_it_is_told_nothing(portal_with_titles: Portal) -> None:
    """A title out of scope is as unknown as any; a sign-up names no code, whoever asks."""
    portal_with_titles.ok("department", "create", "Lab")
    create_person(portal_with_titles, "eve")
    permissions = ("--permission", "training.manage", "--permission", "profile.view")
    portal_with_titles.ok("role", "create", "keepers", *permissions)
    portal_with_titles.ok("role", "grant", "eve", "keepers", "--department", "Lab")
    for words, code in (
        (("training", "show", "Erste Hilfe"), "training_unknown"),
        (("signup-profile", "show", "Erste Hilfe"), "profile_unknown"),
    ):
        refused(portal_with_titles, "--as", "eve", *words, code=code, status=4, audited=0)
    join = ("--as", "ann", "enrollment", "join", "--training", "Erste Hilfe")
    refused(portal_with_titles, *join, code="training_unknown", status=4)
    who = ("--email", "new@example.com", "--first-name", "N", "--last-name", "N")
    sign_up = ("signup-profile", "sign-up", "Erste Hilfe", *who)
    refused(portal_with_titles, *sign_up, code="profile_unknown", status=4)
