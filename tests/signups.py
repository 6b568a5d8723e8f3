"""A portal that people may register at, and short ways to do so."""

import re
from typing import Any

from tests.conftest import NOON, CommandResult, Portal

# Two days after NOON: the first second at which a hold made at NOON is void.
VOID = "2026-03-04T12:00:00Z"
LAST_SECOND = "2026-03-04T11:59:59Z"


def open_registration(
    portal: Portal, *enabling: str, departments: tuple[str, ...] = ("Sales",)
) -> Portal:
    """Switch self-registration on and make departments."""
    portal.ok("registration", "enable", *enabling)
    for path in departments:
        parent, _, name = path.rpartition("/")
        portal.ok("department", "create", name, "--parent", parent or "/")
    return portal


def create_profile(
    portal: Portal, code: str = "spring", *more: str, **given: str
) -> dict[str, Any]:
    """Make a sign-up profile; options as keywords, such as `activations="3"`."""
    options = {"department": "Sales", "ends": "never", "activations": "unlimited", **given}
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    made = portal.ok("signup-profile", "create", code.title(), "--code", code, *words, *more)
    assert made.out
    return show_profile(portal, code)


def show_profile(portal: Portal, code: str = "spring", **variables: str) -> dict[str, Any]:
    """Return a profile as `show` shows it."""
    found: dict[str, Any] = portal.ok(
        "signup-profile", "show", code, "-o", "json", **variables
    ).json
    return found


def person_options(person: str) -> tuple[str, ...]:
    """Return the options of a person called `person`, with an address that nobody else has."""
    return ("--email", f"{person}@example.com", "--first-name", "F", "--last-name", "L")


def sign_up_command(person: str, through: str = "spring", *more: str) -> tuple[str, ...]:
    """Return the command line by which `person` signs up."""
    return ("signup-profile", "sign-up", through, *person_options(person), *more)


def sign_up(
    portal: Portal, person: str, *more: str, through: str = "spring", **now: str
) -> CommandResult:
    """Let a person sign up, which must succeed."""
    return portal.ok(*sign_up_command(person, through, *more), "-o", "json", **now)


def mailed_code(portal: Portal, person: str) -> str:
    """Return the code in the newest mail to a person."""
    body = portal.value(
        "SELECT body FROM notifications WHERE address = :address ORDER BY id DESC",
        address=f"{person}@example.com",
    )
    found = re.search(r"^Code: (\S+)$", body, re.MULTILINE)
    assert found, body
    return found[1]


def seats(portal: Portal, now: str = NOON) -> int:
    """Return how many seats the portal says are taken."""
    rows = portal.ok("settings", "show", "-o", "json", LMSCTL_NOW=now).json
    return int(next(row["value"] for row in rows if row["name"] == "plan.seats-taken"))


def check_ledgers(portal: Portal) -> None:
    """Check that every counter equals the rows it counts and that no limit is passed."""
    taken, limit = portal.sql("SELECT seats_taken, seat_limit FROM portals")[0]
    people = portal.value("SELECT count(*) FROM users WHERE status IN ('active', 'pending')")
    assert taken == (people if limit is not None else 0)
    assert limit is None or taken <= limit
    for number, used, most in portal.sql(
        "SELECT id, activations_used, activation_limit FROM signup_profiles"
    ):
        rows = portal.value(
            """
            SELECT count(*) FROM activations a JOIN registrations r ON r.id = a.registration_id
            WHERE a.profile_id = :id AND r.state IN ('pending', 'confirmed')
            """,
            id=number,
        )
        assert used == rows
        assert most is None or used <= most
