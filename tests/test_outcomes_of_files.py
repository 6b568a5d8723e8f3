"""What is said about batches and files whose end nobody saw, and how many rows are in."""

import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from lmsctl.kit import database_errors, postgresql_connection, sqlite_connection
from lmsctl.kit.work import Work
from tests import proxy
from tests.conftest import Portal
from tests.test_outcomes import (
    LINES,
    MARK,
    ROWS,
    _give_up,
    changes_with_mark,
    count_accounts,
    departments,
    portal_behind_proxy,
    run_with_timeout,
    write_people,
)

__all__ = ["portal_behind_proxy"]  # what the tests here stand on


# Batches ------------------------------------------------------------------------------------------


def test_a_line_whose_answer_is_lost_is_told_and_the_next_go_on(
    portal_behind_proxy: Portal,
) -> None:
    """Every line is done once."""
    with proxy.before(portal_behind_proxy.url, "swallow", at=2) as line:
        ran = run_with_timeout(
            portal_behind_proxy, line.url, "batch", "-", "-o", "json", stdin=LINES
        )
    assert ran.status == 0
    assert [told["outcome"] for told in ran.json] == ["changed"] * 3
    assert departments(portal_behind_proxy) == ["/", "A", "B", "C"]


def test_a_line_that_changes_nothing_may_lose_its_answer(portal_behind_proxy: Portal) -> None:
    """There is nothing to look up, and the next lines have a connection."""
    lines = LINES.replace("create B", "create A --if-exists skip")
    with proxy.before(portal_behind_proxy.url, "swallow", at=2) as line:
        ran = run_with_timeout(
            portal_behind_proxy, line.url, "batch", "-", "-o", "json", stdin=lines
        )
    assert ran.status == 0, ran.err
    assert [told["outcome"] for told in ran.json] == ["changed", "unchanged", "changed"]
    assert departments(portal_behind_proxy) == ["/", "A", "C"]


def test_a_line_that_nobody_waits_for_is_told_with_its_mark(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second Ctrl-C ends the batch in the middle of a COMMIT; the lines before are known."""
    kind: Any = sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql
    plain, calls = kind.commit, [0]

    def interrupted(self: Any) -> None:
        calls[0] += 1
        if calls[0] == 2:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        plain(self)

    with monkeypatch.context() as patch:
        patch.setattr(kind, "commit", interrupted)
        ran = portal.run("batch", "-", stdin=LINES)
    before, doubt = "What was written before stays. Line 1: The change was made.", "is not known"
    assert (ran.status, before in ran.err, doubt in ran.err) == (130, True, True), ran.err
    found = MARK.search(ran.err)
    assert found
    assert changes_with_mark(portal, found[1]) == []
    assert departments(portal) == ["/", "A"]


def test_a_line_that_is_not_known_ends_the_batch(portal_behind_proxy: Portal) -> None:
    """What was done before is told, and the mark is that of the line."""
    with proxy.before(portal_behind_proxy.url, "hold", at=2) as line:
        ran = run_with_timeout(
            portal_behind_proxy, line.url, "batch", "-", "-o", "jsonl", patience=1, stdin=LINES
        )
        error = ran.error
        assert (ran.status, error["code"], error["location"]["line"]) == (11, "outcome_unknown", 2)
        assert "Line 1: The change was made." in error["message"]
        found = MARK.search(error["hint"])
        assert found
        line.release.set()
        assert line.done.wait(10)
    assert [entry["target"] for entry in changes_with_mark(portal_behind_proxy, found[1])] == [
        "department B"
    ]
    assert departments(portal_behind_proxy) == ["/", "A", "B"]


# Files --------------------------------------------------------------------------------------------


def _clash(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the last step write the same account twice, each time."""
    from lmsctl.bulk.store import runs as store

    advance = store.advance_run

    def clashing(work: Work, number: int, rows: Any, counted: Any) -> None:
        advance(work, number, rows, counted)
        if rows.last == ROWS:
            work.run(text("UPDATE users SET login_key = 'l1' WHERE login_key = 'last'"))

    monkeypatch.setattr(store, "advance_run", clashing)


def _fill(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full at the last step."""
    from lmsctl.bulk.store import runs as store

    advance = store.advance_run

    def full(work: Work, number: int, rows: Any, counted: Any) -> None:
        if rows.last == ROWS:
            raise database_errors.DatabaseFull
        advance(work, number, rows, counted)

    monkeypatch.setattr(store, "advance_run", full)


def _interrupt(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody press Ctrl-C in the last step."""
    from lmsctl.bulk.store import runs as store

    advance = store.advance_run

    def interrupted(work: Work, number: int, rows: Any, counted: Any) -> None:
        if rows.last == ROWS:
            raise KeyboardInterrupt
        advance(work, number, rows, counted)

    monkeypatch.setattr(store, "advance_run", interrupted)


def _lose(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server go away in the last step."""
    from lmsctl.bulk.store import runs as store

    advance = store.advance_run

    def lost(work: Work, number: int, rows: Any, counted: Any) -> None:
        if rows.last == ROWS:
            work.connection.raw.close()
        advance(work, number, rows, counted)

    monkeypatch.setattr(store, "advance_run", lost)


@pytest.mark.parametrize(
    ("harm", "status", "said"),
    [
        (_clash, 1, "Something went wrong inside lmsctl (ConstraintViolated)."),
        (_fill, 11, "There is no room left where the database lives."),
        (_interrupt, 130, "Interrupted."),
        (_lose, 11, "The database cannot be reached"),
    ],
)
def test_a_file_that_ends_early_says_how_many_are_in(
    portal: Portal,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Portal, pytest.MonkeyPatch], None],
    status: int,
    said: str,
) -> None:
    """Three steps of 5,000 are durable; the rest comes with --resume."""
    if portal.is_sqlite and harm is _lose:
        pytest.skip("SQLite has no server")
    file = write_people(portal.folder)
    with monkeypatch.context() as patch:
        harm(portal, patch)
        ran = portal.run("user", "import", str(file), "--keep-going")
    assert (ran.status, said in ran.err) == (status, True), ran.err
    assert "15,000 of 16,000 rows are in; go on with --resume." in ran.err
    assert "othing was" not in ran.err
    assert count_accounts(portal) == 15_000
    portal.ok("user", "import", str(file), "--resume")
    assert count_accounts(portal) == ROWS


@pytest.mark.parametrize("at", [1, 2])
def test_a_file_whose_answer_is_lost_on_the_way_knows_what_is_in(
    portal_behind_proxy: Portal, at: int
) -> None:
    """What went with the connection is done by --resume, and nobody is there twice."""
    file = write_people(portal_behind_proxy.folder, 6_000)
    with proxy.before(portal_behind_proxy.url, "swallow", at=at) as line:
        ran = run_with_timeout(
            portal_behind_proxy, line.url, "user", "import", str(file), "--keep-going"
        )
    if at == 1:
        assert ran.status == 11
        assert "5,000 of 6,000 rows are in; go on with --resume." in ran.err
        assert count_accounts(portal_behind_proxy) == 5_000
        portal_behind_proxy.ok("user", "import", str(file), "--resume")
    else:
        assert (ran.status, ran.err[:13]) == (0, "6000 created,")
    assert count_accounts(portal_behind_proxy) == 6_000


def test_a_part_of_a_file_that_the_server_gave_up_is_not_taken_for_the_one_before(
    portal_behind_proxy: Portal,
) -> None:
    """Every part has a mark of its own."""
    file = write_people(portal_behind_proxy.folder, 6_000)
    with proxy.before(portal_behind_proxy.url, "hold", at=2) as line:
        helper = threading.Thread(target=_give_up, args=(portal_behind_proxy, line))
        helper.start()
        ran = run_with_timeout(
            portal_behind_proxy, line.url, "user", "import", str(file), "--keep-going"
        )
        helper.join()
    assert (ran.status, "The change was not made" in ran.err) == (11, True), ran.err
    assert "5,000 of 6,000 rows are in; go on with --resume." in ran.err
    assert count_accounts(portal_behind_proxy) == 5_000
    portal_behind_proxy.ok("user", "import", str(file), "--resume")
    assert count_accounts(portal_behind_proxy) == 6_000


def test_a_file_in_doubt_is_resumed_without_anybody_twice(portal_behind_proxy: Portal) -> None:
    """The part that is not known to be in may come in later; --resume finds it."""
    file = write_people(portal_behind_proxy.folder, 6_000)
    with proxy.before(portal_behind_proxy.url, "hold", at=2) as line:
        ran = run_with_timeout(
            portal_behind_proxy, line.url, "user", "import", str(file), "--keep-going", patience=1
        )
        assert (ran.status, "not known" in ran.err) == (11, True)
        assert "5,000 of 6,000 rows are in" in ran.err
        assert count_accounts(portal_behind_proxy) == 5_000
        line.release.set()
        assert line.done.wait(10)
    assert count_accounts(portal_behind_proxy) == 6_000
    assert (
        portal_behind_proxy.refused("user", "import", str(file), "--resume")
        == "run_not_interrupted"
    )
