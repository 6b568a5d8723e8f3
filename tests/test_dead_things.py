"""What is of no use from the start is made, and whoever makes it is told so at once."""

import shlex

import pytest

from tests.conftest import Portal

PREPARED = """
settings set public-url=https://learn.example.com
registration enable --any-domain
department create Sales
content create --kind topic --code topic --title T
signup-profile create P --code open --department Sales --starts -1d --ends never --limit 3
signup-profile sign-up open --email ann@example.com --first-name A --last-name B
token create --content topic --code token --limit 3
token redeem token --email ben@example.com --first-name A --last-name B
training create T --code aid --time-zone Europe/Berlin
session create aid --code later --starts +9d --duration 1h
user create --login cyd --first-name C --last-name D
enroll --user cyd --training aid
"""
ENDED = "Nobody can come in by it now: The sign-up profile 'P' ended at"
USED_UP = "Nobody can come in by it now: All 1 activations"
EXPIRED = "Nobody can come in by it now: This token expired at"
STARTED = "it started 2026-03-01T13:00:00+01:00 (past), so learners neither join nor leave it"
# What makes a thing dead, and what is said of it.
DEAD = {
    "signup-profile create P --code x --department Sales --starts -9d --ends -1d --limit 1": ENDED,
    "signup-profile edit open --starts -9d --ends -1d": ENDED,
    "signup-profile edit open --limit 1": USED_UP,
    "token create --content topic --code xyz --ends 2026-03-01": EXPIRED,
    "token edit token --ends -1d": EXPIRED,
    "token edit token --limit 1": "Nobody can come in by it now: All 1 uses of this token",
    "token mint --content topic --count 2 --to minted.csv --ends -1d": EXPIRED,
    "token bulk-upload expired.csv": "2 tokens of this file expired in the past",
    "session create aid --code x --starts 2026-03-01T13:00 --duration 1h": STARTED,
    "session edit aid later --starts 2026-03-01T13:00": STARTED,
    "session add-day aid later --starts 2026-03-01T13:00 --duration 1h": STARTED,
    "training set-deadlines aid --stop-registration 2w": "registration stops 2026-02-25",
    "content create --kind topic --code x --title X --due-on 2026-03-01": "2026-03-01 is past",
    "content edit topic --due-on 2026-03-01": "2026-03-01 is past",
    "enrollment extend --user cyd --training aid --deadline registration --until -1d --reason R": (
        "the extension lets nobody do anything"
    ),
    "settings set plan.max-active-users=4": "All 4 seats are taken, so nobody new can come in.",
}
# The same with a use left, and an end to come.
ALIVE = """
signup-profile create P --code x --department Sales --ends +1d --limit 1
signup-profile edit open --limit 2
signup-profile edit open --ends now
token create --content topic --code xyz --ends 2026-03-02
token edit token --limit 2
token edit token --ends now
token mint --content topic --count 2 --to minted.csv --ends +1d
token bulk-upload to-come.csv
session create aid --code x --starts 2026-03-03T13:00 --duration 1h
session edit aid later --starts 2026-03-03T13:00
content create --kind topic --code x --title X --due-on today
content edit topic --due-on 2026-03-02
enrollment extend --user cyd --training aid --deadline registration --until +1d --reason R
settings set plan.max-active-users=5
"""


@pytest.fixture
def prepared(portal: Portal) -> Portal:
    """Return a portal in which everything that has dates or limits lets somebody in."""
    for line in PREPARED.strip().splitlines():
        portal.ok(*shlex.split(line))
    for name, ends in (("expired", "2026-03-01"), ("to-come", "2026-03-03")):
        rows = f"topic,L,staff,,{ends}\n" * 2 + "topic,L,staff,5,never\n"
        file = portal.folder / f"{name}.csv"
        file.write_text(f"Knowledge code,Token label,Creates,Limit,Expires\n{rows}", "utf-8")
    return portal


def test_whoever_makes_a_dead_thing_is_told(prepared: Portal) -> None:
    """On standard error, rehearsed and for real; the change is made all the same."""
    for line, told in DEAD.items():
        ran = prepared.ok(*shlex.split(line), "--dry-run", "-o", "off")
        assert told in ran.err, (line, ran.err)
    line = "signup-profile edit open --limit 1"
    assert USED_UP in prepared.ok(*line.split(), "-o", "off").err
    assert prepared.ok("signup-profile", "show", "open", "-o", "json").json["limit"] == 1
    # Nothing changes the second time, and nothing is said.
    assert "Nobody" not in prepared.ok(*line.split(), "-o", "off").err


def test_nothing_is_said_of_what_works(prepared: Portal) -> None:
    """Not of one that ends at this moment either, as whoever stops something wants it."""
    for line in ALIVE.strip().splitlines():
        err = prepared.ok(*shlex.split(line), "--dry-run", "-o", "off").err
        for word in ("Nobody can", "nobody", "past"):
            assert word not in err, (line, err)
