"""A rehearsal of a change shows field by field what is and what would be."""

from collections.abc import Sequence

import pytest

from tests import database_rows
from tests.conftest import Portal

FIRST = (
    "department create Sales",
    "settings set time-zone=Europe/Berlin",
    "user create --login ann --first-name Ann --last-name Bell",
    "content create --kind topic --code G --title Privacy",
    "group create Pilots",
    "role create Recruiter --permission user.view",
    "signup-profile create Spring --code spring --department Sales --ends never --activations 40",
    "token create --content G --code FAIR",
    "training create Aid --code aid",
    "session create aid --code one --starts 2026-03-31T09:00 --duration 1h",
)
CHANGES = {
    "content edit G --title Secrets": ["title Privacy → Secrets"],
    "department edit Sales --name Markets": ["path Sales → Markets", "name Sales → Markets"],
    "group edit Pilots --department Sales": ["department / → Sales"],
    "registration set --confirm-email": ["confirm email no → yes"],
    "role edit Recruiter --add group.view": ["permissions user.view → group.view, user.view"],
    "session edit aid:one --starts 2026-04-01T09:00": [
        "starts 2026-03-31T09:00:00+02:00 → 2026-04-01T09:00:00+02:00",
        "ends 2026-03-31T10:00:00+02:00 → 2026-04-01T10:00:00+02:00",
        "day 1 starts 2026-03-31T09:00:00+02:00 → 2026-04-01T09:00:00+02:00",
        "day 1 ends 2026-03-31T10:00:00+02:00 → 2026-04-01T10:00:00+02:00",
    ],
    "settings set plan.max-active-users=9 privacy-policy=on": [
        "plan.max-active-users unlimited → 9",
        "privacy-policy off → on",
    ],
    "signup-profile edit spring --activations 60": ["limit 40 → 60"],
    "token edit FAIR --expires 2026-12-31 --nickname Spring": [
        "nickname nothing → Spring",
        "ends never → 2026-12-31T23:59:59+01:00",
    ],
    "training set-deadlines aid --stop-registration 2d": [
        "stop registration nothing → 2d",
        "one registration stops nothing → 2026-03-29T09:00:00+02:00",
    ],
    "training edit aid --title First": ["title Aid → First"],
    "user edit ann --first-name Anna": ["first name Ann → Anna"],
    "user move ann --department Sales": ["department / → Sales"],
    "user deactivate ann": ["status active → inactive"],
}


@pytest.fixture
def filled_portal(portal: Portal) -> Portal:
    """Return a portal with one thing of each kind."""
    for line in FIRST:
        portal.ok(*line.split())
    return portal


def _told(err: str) -> list[str]:
    (line,) = (line for line in err.splitlines() if line.startswith("Dry run"))
    return line.partition(" Changes: ")[2].removesuffix(".").split("; ")


def test_each_field_is_told_with_what_it_would_be(filled_portal: Portal) -> None:
    """In the sentence; what is done then is the same, and a rehearsal leaves no trace."""
    before = database_rows.all_rows(filled_portal)
    for command, changes in CHANGES.items():
        argv: Sequence[str] = command.split()
        ran = filled_portal.ok(*argv, "--dry-run", "-o", "json")
        told = _told(ran.err)
        assert [one for one in told if one in changes] == changes, (command, told)
        assert ran.json
    assert database_rows.all_rows(filled_portal) == before


def test_a_table_shows_nothing_but_what_would_change(filled_portal: Portal) -> None:
    """Unless columns of the thing are asked for; done in earnest it shows the thing."""
    argv = ("token", "edit", "FAIR", "--limit", "5", "-o", "table")
    rows = [line.split() for line in filled_portal.ok(*argv, "--dry-run").out.splitlines()]
    assert rows[0] == ["FIELD", "OLD", "NEW"]
    assert ["limit", "unlimited", "5"] in rows
    assert "OLD" not in filled_portal.ok(*argv, "--dry-run", "--columns", "limit").out
    done = filled_portal.ok(*argv)
    assert "OLD" not in done.out
    assert "Changes:" not in done.err


def test_nothing_is_told_of_what_would_not_change(filled_portal: Portal) -> None:
    """Nor of what is refused, in the words of the change itself."""
    ran = filled_portal.ok("user", "edit", "ann", "--first-name", "Ann", "-n")
    assert "Changes:" not in ran.err
    assert filled_portal.refused("user", "edit", "nobody", "--first-name", "A", "-n")
    assert filled_portal.refused("--as", "ann", "token", "edit", "FAIR", "--limit", "5", "-n")
