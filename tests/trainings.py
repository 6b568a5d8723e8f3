"""A portal with trainings, and short ways to make and look at them."""

from typing import Any

from tests.conftest import Portal
from tests.refusals import unchanged


def create_person(portal: Portal, login: str, *more: str) -> None:
    """Make a person with an address that is not their login."""
    who = ("--login", login, "--email", f"{login}.x@example.com")
    portal.ok("user", "create", *who, "--first-name", "F", "--last-name", "L", *more)


def create_training(portal: Portal, code: str = "aid", *more: str) -> None:
    """Make a training."""
    portal.ok("training", "create", f"The {code}", "--code", code, *more)


def create_session(
    portal: Portal,
    code: str = "spring",
    *more: str,
    of: str = "aid",
    starts: str = "2026-03-31T09:00",
    duration: str = "90min",
) -> None:
    """Make a session of a training."""
    when = ("--starts", starts, "--duration", duration)
    portal.ok("session", "create", of, "--code", code, *when, *more)


def show_session(
    portal: Portal, code: str = "spring", of: str = "aid", **now: str
) -> dict[str, Any]:
    """Return a session as `show` shows it."""
    found: dict[str, Any] = portal.ok("session", "show", of, code, "-o", "json", **now).json
    return found


def show_training(portal: Portal, code: str = "aid") -> dict[str, Any]:
    """Return a training as `show` shows it."""
    found: dict[str, Any] = portal.ok("training", "show", code, "-o", "json").json
    return found


def list_participants(portal: Portal, code: str = "aid", *more: str) -> list[dict[str, Any]]:
    """Return who takes part in a training."""
    ran = portal.ok("training", "participants", code, *more, "-o", "json")
    found: list[dict[str, Any]] = ran.json
    return found


def confirmation_details(portal: Portal, *words: str) -> list[str]:
    """Return what the confirmation of a command lists, which changes nothing while it is asked."""
    with unchanged(portal, audited=0):
        ran = portal.run(*words, "-o", "json")
    assert (ran.status, ran.code) == (9, "confirmation_needed"), ran.err
    return [detail["message"] for detail in ran.error["details"]]
