"""Killing an upload of tokens: nothing torn, nothing twice, and running it again completes it."""

import random  # noqa: TID251 - the same instants each time
import time
from collections.abc import Iterator

import pytest

from lmsctl.bulk.actions import writing
from tests.conftest import Portal
from tests.kills import run_killed
from tests.tokens import create_items

HEADINGS = "Token id,Knowledge code,Token,Token label,Creates,Limit,Expires"
BATCH = 10
ROWS = 35
KILLS = 200


@pytest.fixture
def portal_with_items(portal: Portal) -> Portal:
    """Return a portal with something that tokens admit to."""
    return create_items(portal)


def write(portal: Portal, prefix: str, rows: int = ROWS, known: int = 0) -> str:
    """Write a file whose rows make tokens, and change the `known` first ones; return its name."""
    changes = [f"{number},topic,,{prefix},prospect,,," for number in range(1, known + 1)]
    makes = [f",topic,{prefix}-{number},L,prospect,5,2026-12-31," for number in range(rows - known)]
    file = f"{prefix}.csv"
    lines = [f"{HEADINGS},Active", *changes, *makes]
    portal.folder.joinpath(file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def made(portal: Portal, prefix: str) -> int:
    """Return how many tokens of a file there are; none of them twice."""
    codes = [
        str(code)
        for (code,) in portal.sql(
            "SELECT code FROM tokens WHERE code LIKE :like", like=f"{prefix}-%"
        )
    ]
    assert len(set(codes)) == len(codes)
    return len(codes)


def finish(portal: Portal, file: str, rows: int = ROWS) -> None:
    """Run an interrupted upload to its end: what is there is kept, and every row is dealt with."""
    unfinished = "SELECT count(*) FROM runs WHERE state = 'running'"
    if portal.value(unfinished):
        portal.ok("token", "bulk-upload", file, "--resume")
    elif not made(portal, file.removesuffix(".csv")):
        portal.ok("token", "bulk-upload", file, "--keep-going")
    assert made(portal, file.removesuffix(".csv")) == rows
    assert portal.value(unfinished) == 0


def test_killed_before_any_database_call_all_rows_or_none(portal_with_items: Portal) -> None:
    """Each second call of the database is the last: no token of the file, or all of them."""
    at, whole = 1, 0
    while run_killed(
        portal_with_items, ["token", "bulk-upload", write(portal_with_items, f"k{at}")], at
    ):
        assert made(portal_with_items, f"k{at}") in {0, ROWS}
        # What comes after the commit, such as sealing the log, takes nothing back.
        whole += made(portal_with_items, f"k{at}") == ROWS
        assert portal_with_items.value("SELECT count(*) FROM runs") == whole
        at += 2
    assert made(portal_with_items, f"k{at}") == ROWS
    assert at > ROWS // 2


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs that keep going commit every ten rows."""
    monkeypatch.setattr(writing, "_BATCH_ROWS", BATCH)


@pytest.mark.usefixtures("small_batches")
def test_killed_while_keeping_going_whole_batches_stay(portal_with_items: Portal) -> None:
    """Batches stay whole, and --resume ends where a run that nobody kills ends."""
    at = 12
    while run_killed(
        portal_with_items,
        ["token", "bulk-upload", write(portal_with_items, f"k{at}"), "--keep-going"],
        at,
    ):
        assert made(portal_with_items, f"k{at}") in {0, 10, 20, 30, ROWS}
        finish(portal_with_items, f"k{at}.csv")
        at += 5
    assert at > ROWS


# The long campaign -------------------------------------------------------------------------------


def instants(portal: Portal, *options: str) -> Iterator[float]:
    """Yield seconds after which to kill, all over the time that a whole upload takes."""
    chance = random.Random(20261122)
    started = time.monotonic()
    process = portal.start("token", "bulk-upload", write(portal, "whole", 12_000), *options)
    process.communicate()
    whole = time.monotonic() - started
    for _ in range(KILLS):
        # A little later than the end too: on a busy machine some must still come through.
        yield chance.uniform(0.2, 1.3) * whole


@pytest.mark.heavy
@pytest.mark.parametrize("options", [(), ("--keep-going",)], ids=["whole", "keep-going"])
def test_killed_at_two_hundred_instants(
    portal_with_items: Portal, options: tuple[str, ...]
) -> None:
    """Real processes, killed at chance instants: nothing torn, nothing twice, a rerun completes."""
    rows = 12_000
    outcomes = set()
    for number, seconds in enumerate(instants(portal_with_items, *options)):
        file = write(portal_with_items, f"k{number}", rows)
        process = portal_with_items.start("token", "bulk-upload", file, *options)
        time.sleep(seconds)
        process.kill()
        process.communicate()
        there = made(portal_with_items, f"k{number}")
        outcomes.add(there)
        assert there in ({0, 5_000, 10_000, rows} if options else {0, rows})
        finish(portal_with_items, file, rows)
        portal_with_items.sql("DELETE FROM tokens WHERE code LIKE :like", like=f"k{number}-%")
        portal_with_items.sql("DELETE FROM runs")
    assert len(outcomes) > 1
