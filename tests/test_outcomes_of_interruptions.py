"""What is said to who presses Ctrl-C, or ends a session, while a change is under way."""

import signal
import sys
import time
from typing import Any

import pytest

from lmsctl.kit import (
    database_errors,
    outcome,
    postgresql_connection,
    signals,
    sqlite_connection,
)
from lmsctl.kit.environment import Environment
from lmsctl.kit.work import Work
from tests import proxy
from tests.conftest import Portal
from tests.test_outcomes import (
    CHANGE,
    LINES,
    MARK,
    changes_with_mark,
    count_accounts,
    departments,
    is_of_departments,
    portal_behind_proxy,
    rollback_journal,
    run_with_timeout,
    write_people,
)

__all__ = ["portal_behind_proxy", "rollback_journal"]  # what the tests here stand on


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_a_commit_waits_for_its_end(
    portal_behind_proxy: Portal, number: signal.Signals
) -> None:
    """It ends as interrupted and says what is true."""
    with proxy.before(portal_behind_proxy.url, "delay") as line:
        running = portal_behind_proxy.start(*CHANGE, LMSCTL_DATABASE_URL=line.url)
        assert line.reached.wait(20)
        running.send_signal(number)
        time.sleep(0.3)
        assert running.poll() is None
        line.release.set()
        _, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (128 + number, "Interrupted. The change was made.\n")
    assert departments(portal_behind_proxy) == ["/", "Sales"]


def test_who_does_not_wait_hears_our_words_alone(portal_behind_proxy: Portal) -> None:
    """The driver's library cannot reach the server either, and has words of its own for it."""
    with proxy.before(portal_behind_proxy.url, "delay", shuts=True) as line:
        running = portal_behind_proxy.start(*CHANGE, LMSCTL_DATABASE_URL=line.url)
        assert line.reached.wait(20)
        for _ in range(2):
            running.send_signal(signal.SIGINT)
            time.sleep(0.3)
        _, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert [text[:34] for text in err.splitlines()] == ["Interrupted. Whether the change was"[:34]]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_does_not_wait_is_told_that_it_is_not_known(
    portal_behind_proxy: Portal, number: signal.Signals
) -> None:
    """A second signal ends the program while the COMMIT is under way."""
    with proxy.before(portal_behind_proxy.url, "delay") as line:
        running = portal_behind_proxy.start(*CHANGE, LMSCTL_DATABASE_URL=line.url)
        assert line.reached.wait(20)
        running.send_signal(number)
        time.sleep(0.3)
        running.send_signal(number)
        _, err = running.communicate(timeout=20)
        found = MARK.search(err)
        assert (running.returncode, "not known" in err) == (128 + number, True)
        assert "othing was" not in err
        assert found
        line.release.set()
        assert line.done.wait(10)
    assert (
        departments(portal_behind_proxy)
        == ["/", "Sales"][: 1 + len(changes_with_mark(portal_behind_proxy, found[1]))]
    )


@pytest.mark.parametrize("is_late", [True, False], ids=["commit", "verb"])
def test_ctrl_c_says_what_is_true_on_both_databases(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, *, is_late: bool
) -> None:
    """During the COMMIT the change is made, before it is not."""
    kind: Any = sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql
    insert = Work.insert

    def interrupted(self: Work, table: Any, **values: Any) -> int:
        if is_of_departments(table):
            signal.raise_signal(signal.SIGINT)
        return insert(self, table, **values)

    with monkeypatch.context() as patch:
        if is_late:
            _interrupt_commit(patch, kind, at=1)
        else:
            patch.setattr(Work, "insert", interrupted)
        ran = portal.run(*CHANGE)
    said = "The change was made." if is_late else "Nothing was changed."
    assert (ran.status, ran.err) == (130, f"Interrupted. {said}\n")
    assert departments(portal) == (["/", "Sales"] if is_late else ["/"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_during_a_commit_ends_it_at_once(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """The first one waits; after the second nobody knows, and the mark tells."""
    kind: Any = sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql
    plain, told = kind.commit, [0]

    def interrupted(self: Any) -> None:
        for _ in range(2):
            told[0] += 1
            signal.raise_signal(number)
        plain(self)

    kept = {each: signal.getsignal(each) for each in signals._ENDING}
    with monkeypatch.context() as patch:
        patch.setattr(kind, "commit", interrupted)
        patch.setattr(sys, "unraisablehook", sys.unraisablehook)  # put back what was there
        signals.install()
        try:
            ran = portal.run(*CHANGE)
        finally:
            for each, handler in kept.items():
                signal.signal(each, handler)
    found = MARK.search(ran.err)
    assert (ran.status, told[0], "not known" in ran.err) == (128 + number, 2, True)
    assert found
    assert changes_with_mark(portal, found[1]) == []
    assert departments(portal) == ["/"]


@pytest.mark.parametrize(
    "failure", [database_errors.DatabaseFull(), database_errors.AnswerLost("line broken")]
)
@pytest.mark.usefixtures("rollback_journal")
def test_ctrl_c_during_a_commit_that_fails_says_that_nothing_is_changed(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """A failed COMMIT leaves no doubt, and neither does one that is looked up."""
    kind: Any = sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql

    def failing(_: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(kind, "commit", failing)
        ran = portal.run(*CHANGE)
    assert (ran.status, ran.err) == (130, "Interrupted. Nothing was changed.\n")
    assert departments(portal) == ["/"]


def test_ctrl_c_during_the_commit_of_a_line_ends_the_batch_after_it(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is made and told of; the next ones are not begun."""
    kind: Any = sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql
    _interrupt_commit(monkeypatch, kind, at=2)
    ran = portal.run("batch", "-", stdin=LINES)
    said = "Interrupted. What was written before stays. Line 2: The change was made.\n"
    assert (ran.status, ran.err) == (130, said)
    assert departments(portal) == ["/", "A", "B"]


def test_ctrl_c_during_the_commit_of_a_part_of_a_file_ends_it_there(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That part is in, and no other is begun."""
    kind: Any = sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql
    file = write_people(portal.folder, 6_000)
    with monkeypatch.context() as patch:
        _interrupt_commit(patch, kind, at=1)
        ran = portal.run("user", "import", str(file), "--keep-going")
    said = "Interrupted. 5,000 of 6,000 rows are in; go on with --resume.\n"
    assert (ran.status, ran.err) == (130, said)
    assert count_accounts(portal) == 5_000


def _interrupt_commit(monkeypatch: pytest.MonkeyPatch, kind: Any, at: int) -> None:
    """Let somebody press Ctrl-C during COMMIT number `at`."""
    plain, calls = kind.commit, [0]

    def interrupted(self: Any) -> None:
        calls[0] += 1
        if calls[0] == at:
            signal.raise_signal(signal.SIGINT)
        plain(self)

    monkeypatch.setattr(kind, "commit", interrupted)


def test_ctrl_c_while_a_refusal_is_written_down_says_why(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal is told as it would have been, and the status is that of the signal."""
    kind: Any = sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql
    portal.ok(*CHANGE)
    _interrupt_commit(monkeypatch, kind, at=1)
    ran = portal.run(*CHANGE, "-o", "json")
    assert (ran.status, ran.code) == (130, "department_exists")


def test_ctrl_c_while_nothing_is_changed_says_so(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing that its COMMIT could make."""
    portal.ok(*CHANGE)
    kind: Any = sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql
    plain = kind.commit

    def interrupted(self: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        plain(self)

    with monkeypatch.context() as patch:
        patch.setattr(kind, "commit", interrupted)
        ran = portal.run(*CHANGE, "--if-exists", "skip")
    assert (ran.status, ran.err) == (130, "Interrupted. Nothing was changed.\n")


@pytest.mark.parametrize("is_late", [True, False], ids=["told", "not-told"])
def test_ctrl_c_between_two_lines_of_a_batch_knows_the_one_before(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, *, is_late: bool
) -> None:
    """What a line has made is known before the batch goes on."""
    take_back = Environment.end_sharing

    def interrupted(self: Environment) -> None:
        if is_late:
            take_back(self)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Environment, "end_sharing", interrupted)
        ran = portal.run("batch", "-", stdin=LINES)
    said = "Interrupted. What was written before stays. Line 1: The change was made.\n"
    assert (ran.status, ran.err) == (130, said)
    assert departments(portal) == ["/", "A"]


def test_ctrl_c_when_a_lost_change_is_found_says_that_it_was_made(
    portal_behind_proxy: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is found is done, whatever comes after."""
    from lmsctl.kit import work as units

    def found(*given: Any, **more: Any) -> Any:
        fate = outcome.find_commit_outcome(*given, **more)
        signal.raise_signal(signal.SIGINT)
        return fate

    with monkeypatch.context() as patch, proxy.before(portal_behind_proxy.url, "swallow") as line:
        patch.setattr(units, "find_commit_outcome", found)
        ran = run_with_timeout(portal_behind_proxy, line.url, *CHANGE)
    assert (ran.status, "not known" in ran.err, "othing was" in ran.err) == (130, True, False)
    assert departments(portal_behind_proxy) == ["/", "Sales"]


def test_a_session_that_the_server_ends_is_unavailable(
    portal_behind_proxy: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may let nobody wait in a transaction for long; that is no bug of ours."""
    insert = Work.insert

    def slow(self: Work, table: Any, **values: Any) -> int:
        if is_of_departments(table):
            time.sleep(0.5)
        return insert(self, table, **values)

    with monkeypatch.context() as patch:
        patch.setattr(Work, "insert", slow)
        patch.setenv("PGOPTIONS", "-c idle_in_transaction_session_timeout=100")
        assert portal_behind_proxy.refused(*CHANGE) == "database_unreachable"
    assert departments(portal_behind_proxy) == ["/"]
