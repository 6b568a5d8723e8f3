"""A portal with something to learn and tokens for it, and short ways to redeem them."""

from typing import Any

from tests.conftest import CommandResult, Portal
from tests.signups import person_options


def create_items(portal: Portal, *enabling: str) -> Portal:
    """Switch self-registration on and make one topic, article, pathway, course and folder."""
    portal.ok("registration", "enable", *enabling)
    for kind in ("topic", "article", "pathway", "course", "folder"):
        content = ("--kind", kind, "--code", kind, "--title", f"The {kind}")
        portal.ok("content", "create", *content)
    return portal


def create_token(portal: Portal, code: str = "spring", content: str = "topic", *more: str) -> None:
    """Make a token."""
    portal.ok("token", "create", "--content", content, "--code", code, *more)


def show_token(portal: Portal, code: str = "spring", **now: str) -> dict[str, Any]:
    """Return a token as `show` shows it."""
    found: dict[str, Any] = portal.ok("token", "show", code, "-o", "json", **now).json
    return found


def redeem_command(person: str, code: str = "spring") -> tuple[str, ...]:
    """Return the command line by which `person` redeems a token."""
    return ("token", "redeem", code, *person_options(person))


def redeem(portal: Portal, person: str, code: str = "spring", **now: str) -> CommandResult:
    """Let a person redeem a token, which must succeed."""
    return portal.ok(*redeem_command(person, code), "-o", "json", **now)


def create_person(portal: Portal, name: str, *more: str) -> None:
    """Make a person as an administrator does."""
    portal.ok("user", "create", *person_options(name), *more)


def checked_uses(portal: Portal, code: str = "spring") -> int:
    """Return how often a token was used, after comparing it with the ledger."""
    found = show_token(portal, code)
    ledger = "SELECT count(*) FROM redemptions WHERE token_id = :id"
    assert portal.value(ledger, id=found["id"]) == found["uses"]
    assert portal.ok("db", "check", "-o", "json").json == []
    return int(found["uses"])


def enrolled_addresses(portal: Portal, content: str = "topic") -> list[str]:
    """Return the addresses of who is enrolled in an item, in order."""
    rows = portal.sql(
        """
        SELECT u.email FROM enrollments e
        JOIN users u ON u.id = e.user_id JOIN content_items c ON c.id = e.item_id
        WHERE c.code = :content AND e.canceled_at IS NULL ORDER BY u.email
        """,
        content=content,
    )
    return [email for (email,) in rows]


def invited_addresses(portal: Portal) -> list[str]:
    """Return the addresses that were invited, in order."""
    rows = portal.sql("SELECT address FROM notifications WHERE kind = 'invitation' ORDER BY id")
    return [address for (address,) in rows]
