"""What is said about a change whose end nobody saw: never twice, never undone if it may be done."""

import contextlib
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from lmsctl.kit import dburl, driver, outcome, signals, sqlite
from lmsctl.kit.driver import Sqlite
from lmsctl.kit.environment import Environment
from lmsctl.kit.sqlite import library as sqlite3
from lmsctl.kit.work import Work
from tests import proxy
from tests.conftest import Portal, Ran

CHANGE = ("department", "create", "Sales")
MARK = re.compile(r"audit list --mark (\w+)")
ROWS = 16_000


@pytest.fixture
def portal_behind_proxy(portal: Portal) -> Portal:
    """Return a portal behind a line that can be cut."""
    if portal.is_sqlite:
        pytest.skip("SQLite has no line that could be cut")
    return portal


def patiently(portal: Portal, url: str, *argv: str, patience: int = 10, stdin: str = "") -> Ran:
    """Run a command line on the database at `url` that waits so many seconds at most."""
    file = portal.folder / "lmsctl.toml"
    file.write_text(
        f'[contexts.default]\ndatabase-url = "{url}"\nlock-timeout = {patience}\n', encoding="utf-8"
    )
    file.chmod(0o600)
    return portal.run(*argv, stdin=stdin, LMSCTL_DATABASE_URL="")


def departments(portal: Portal) -> list[str]:
    """Return the departments there are."""
    return portal.ok("department", "list", "-o", "id").out.split()


def is_of_departments(table: Any) -> bool:
    """Say whether that is the table of departments, by its name or as its model."""
    return bool(getattr(table, "__tablename__", table) == "departments")


def marked(portal: Portal, mark: str) -> list[Any]:
    """Return the changes with a mark."""
    found: list[Any] = portal.ok("audit", "list", "--mark", mark, "-o", "json").json
    return found


def people(folder: Path, count: int = ROWS, last: str = "F") -> Path:
    """Write a file of so many people."""
    file = folder / "people.csv"
    rows = "".join(f"l{number},F,L\n" for number in range(count - 1))
    file.write_text(f"login,first name,last name\n{rows}last,{last},L\n", encoding="utf-8")
    return file


def accounts(portal: Portal) -> int:
    """Return how many accounts there are besides the owner's."""
    return int(portal.value("SELECT count(*) FROM users")) - 1


# One command --------------------------------------------------------------------------------------


def test_a_change_whose_answer_is_lost_is_found_and_told_as_usual(
    portal_behind_proxy: Portal,
) -> None:
    """Status and answer are the usual ones, and it is there once."""
    with proxy.before(portal_behind_proxy.url, "swallow") as line:
        ran = patiently(portal_behind_proxy, line.url, *CHANGE, "-o", "json")
    assert line.done.is_set()
    assert (ran.status, ran.json["path"]) == (0, "Sales")
    assert departments(portal_behind_proxy) == ["/", "Sales"]
    assert (
        portal_behind_proxy.value(
            "SELECT count(*) FROM audit_rows WHERE target = 'department Sales'"
        )
        == 1
    )


def test_what_may_still_be_made_is_not_called_undone(portal_behind_proxy: Portal) -> None:
    """While the server may hear of the COMMIT, nobody knows; later the mark tells."""
    with proxy.before(portal_behind_proxy.url, "hold") as line:
        ran = patiently(portal_behind_proxy, line.url, *CHANGE, "-o", "json", patience=1)
        error = ran.error
        assert (ran.status, error["code"], error["retryable"]) == (11, "outcome_unknown", False)
        assert "not known" in error["message"]
        found = MARK.search(error["hint"])
        assert found
        assert marked(portal_behind_proxy, found[1]) == []
        line.release.set()
        assert line.done.wait(10)
    assert [entry["target"] for entry in marked(portal_behind_proxy, found[1])] == [
        "department Sales"
    ]
    assert departments(portal_behind_proxy) == ["/", "Sales"]


def test_a_change_that_the_server_has_given_up_is_called_undone(
    portal_behind_proxy: Portal,
) -> None:
    """The server says that it has ended the transaction, so trying again is right."""
    with proxy.before(portal_behind_proxy.url, "hold") as line:
        helper = threading.Thread(target=_give_up, args=(portal_behind_proxy, line))
        helper.start()
        ran = patiently(portal_behind_proxy, line.url, *CHANGE, "-o", "json")
        helper.join()
    assert (ran.status, ran.code, ran.error["retryable"]) == (11, "change_lost", True)
    assert departments(portal_behind_proxy) == ["/"]
    portal_behind_proxy.ok(*CHANGE)


def _give_up(portal_behind_proxy: Portal, line: proxy.Proxy) -> None:
    """End the session whose COMMIT is held back."""
    line.reached.wait(20)
    portal_behind_proxy.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state = 'idle in transaction'"
    )


def test_a_server_that_nobody_can_ask_leaves_the_outcome_open(portal_behind_proxy: Portal) -> None:
    """It was made, and the sentence does not say that it was not."""
    with proxy.before(portal_behind_proxy.url, "swallow", shuts=True) as line:
        ran = patiently(portal_behind_proxy, line.url, *CHANGE, "-o", "json", patience=1)
    assert (ran.status, ran.code) == (11, "outcome_unknown")
    found = MARK.search(ran.error["hint"])
    assert found
    assert len(marked(portal_behind_proxy, found[1])) == 1


def test_an_answer_lost_before_the_commit_changes_nothing(
    portal_behind_proxy: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line breaks in the middle of the work: worth repeating."""
    insert = Work.insert

    def cut(self: Work, table: Any, **values: Any) -> int:
        if is_of_departments(table):
            portal_behind_proxy.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return insert(self, table, **values)

    with monkeypatch.context() as patch:
        patch.setattr(Work, "insert", cut)
        assert portal_behind_proxy.refused(*CHANGE) == "database_unreachable"
    assert departments(portal_behind_proxy) == ["/"]


# Ctrl-C -------------------------------------------------------------------------------------------


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
        == ["/", "Sales"][: 1 + len(marked(portal_behind_proxy, found[1]))]
    )


@pytest.mark.parametrize("is_late", [True, False], ids=["commit", "verb"])
def test_ctrl_c_says_what_is_true_on_both_databases(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, *, is_late: bool
) -> None:
    """During the COMMIT the change is made, before it is not."""
    kind: Any = driver.Sqlite if portal.is_sqlite else driver.Postgresql
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
    kind: Any = driver.Sqlite if portal.is_sqlite else driver.Postgresql
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
    assert marked(portal, found[1]) == []
    assert departments(portal) == ["/"]


@pytest.fixture
def rollback_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQLite files have a journal, from which whoever comes next takes back what is half."""
    monkeypatch.setattr(sqlite, "log_is_sound", lambda: False)


@pytest.mark.parametrize("failure", [driver.DatabaseFull(), driver.AnswerLost("line broken")])
@pytest.mark.usefixtures("rollback_journal")
def test_ctrl_c_during_a_commit_that_fails_says_that_nothing_is_changed(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """A failed COMMIT leaves no doubt, and neither does one that is looked up."""
    kind: Any = driver.Sqlite if portal.is_sqlite else driver.Postgresql

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
    kind: Any = driver.Sqlite if portal.is_sqlite else driver.Postgresql
    _interrupt_commit(monkeypatch, kind, at=2)
    ran = portal.run("batch", "-", stdin=LINES)
    said = "Interrupted. What was written before stays. Line 2: The change was made.\n"
    assert (ran.status, ran.err) == (130, said)
    assert departments(portal) == ["/", "A", "B"]


def test_ctrl_c_during_the_commit_of_a_part_of_a_file_ends_it_there(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That part is in, and no other is begun."""
    kind: Any = driver.Sqlite if portal.is_sqlite else driver.Postgresql
    file = people(portal.folder, 6_000)
    with monkeypatch.context() as patch:
        _interrupt_commit(patch, kind, at=1)
        ran = portal.run("user", "import", str(file), "--keep-going")
    said = "Interrupted. 5,000 of 6,000 rows are in; go on with --resume.\n"
    assert (ran.status, ran.err) == (130, said)
    assert accounts(portal) == 5_000


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
    kind: Any = driver.Sqlite if portal.is_sqlite else driver.Postgresql
    portal.ok(*CHANGE)
    _interrupt_commit(monkeypatch, kind, at=1)
    ran = portal.run(*CHANGE, "-o", "json")
    assert (ran.status, ran.code) == (130, "department_exists")


def test_ctrl_c_while_nothing_is_changed_says_so(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing that its COMMIT could make."""
    portal.ok(*CHANGE)
    kind: Any = driver.Sqlite if portal.is_sqlite else driver.Postgresql
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
        patch.setattr(units, "find_out", found)
        ran = patiently(portal_behind_proxy, line.url, *CHANGE)
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


# SQLite -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "is_made", "code"),
    [
        ("SQLITE_FULL", False, "database_full"),
        ("SQLITE_READONLY_DBMOVED", False, "database_read_only"),
        ("SQLITE_IOERR_FSYNC", False, "change_lost"),
        ("SQLITE_IOERR_DELETE", True, None),
    ],
)
@pytest.mark.usefixtures("rollback_journal")
def test_only_some_errors_of_a_commit_say_that_it_has_not_happened(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, name: str, code: str | None, *, is_made: bool
) -> None:
    """After the others the last write may have been the one that counts."""
    plain = Sqlite._patiently

    def failing(self: Sqlite, statement: str) -> None:
        if statement == "COMMIT":
            if is_made:
                plain(self, statement)
            error = sqlite3.OperationalError("it fails")
            error.sqlite_errorname = name
            raise error
        plain(self, statement)

    with monkeypatch.context() as patch:
        patch.setattr(Sqlite, "_patiently", failing)
        ran = portal.run(*CHANGE, "-o", "json")
    assert (ran.code if ran.status else None) == code
    assert departments(portal) == (["/", "Sales"] if is_made else ["/"])


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_made", [True, False])
def test_a_failed_commit_of_a_file_with_a_log_is_found_or_not_known(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, *, is_made: bool
) -> None:
    """What is not in the log yet may still be read from it after a crash."""
    commit = Sqlite.commit

    def failing(self: Sqlite) -> None:
        if is_made:
            commit(self)
        raise driver.AnswerLost("disk I/O error")

    with contextlib.closing(sqlite3.connect(dburl.sqlite_path(portal.url))) as file:
        assert file.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
    with monkeypatch.context() as patch:
        patch.setattr(Sqlite, "commit", failing)
        ran = patiently(portal, portal.url, *CHANGE, "-o", "json", patience=1)
    if is_made:
        assert (ran.status, ran.json["path"]) == (0, "Sales")
    else:
        assert (ran.status, ran.code, ran.error["retryable"]) == (11, "outcome_unknown", False)
        found = MARK.search(ran.error["hint"])
        assert found
        assert marked(portal, found[1]) == []
    assert departments(portal) == (["/", "Sales"] if is_made else ["/"])


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_file_that_nobody_can_ask_leaves_the_outcome_open(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk went away with the answer; when it is back, the mark tells."""
    commit, file = Sqlite.commit, dburl.sqlite_path(portal.url)
    away = file.with_name("away.db")

    def failing(self: Sqlite) -> None:
        commit(self)
        file.rename(away)
        raise driver.AnswerLost("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(Sqlite, "commit", failing)
        ran = patiently(portal, portal.url, *CHANGE, "-o", "json", patience=1)
    assert (ran.status, ran.code) == (11, "outcome_unknown")
    away.rename(file)
    found = MARK.search(ran.error["hint"])
    assert found
    assert len(marked(portal, found[1])) == 1


@pytest.mark.parametrize("is_made", [True, False])
@pytest.mark.usefixtures("rollback_journal")
def test_a_commit_that_fails_without_saying_how_is_looked_up(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, *, is_made: bool
) -> None:
    """A disk may fail after what counts was written: found is done, and taken back is undone."""
    commit = Sqlite.commit

    def failing(self: Sqlite) -> None:
        if is_made:
            commit(self)
        raise driver.AnswerLost("disk I/O error")

    if not portal.is_sqlite:
        pytest.skip("PostgreSQL loses lines")
    with monkeypatch.context() as patch:
        patch.setattr(Sqlite, "commit", failing)
        ran = portal.run(*CHANGE, "-o", "json")
    if is_made:
        assert (ran.status, ran.json["path"]) == (0, "Sales")
    else:
        assert (ran.status, ran.code) == (11, "change_lost")
    assert departments(portal) == (["/", "Sales"] if is_made else ["/"])


# Batches ------------------------------------------------------------------------------------------

LINES = "department create A\ndepartment create B\ndepartment create C\n"


def test_a_line_whose_answer_is_lost_is_told_and_the_next_go_on(
    portal_behind_proxy: Portal,
) -> None:
    """Every line is done once."""
    with proxy.before(portal_behind_proxy.url, "swallow", at=2) as line:
        ran = patiently(portal_behind_proxy, line.url, "batch", "-", "-o", "json", stdin=LINES)
    assert ran.status == 0
    assert [told["outcome"] for told in ran.json] == ["changed"] * 3
    assert departments(portal_behind_proxy) == ["/", "A", "B", "C"]


def test_a_line_that_changes_nothing_may_lose_its_answer(portal_behind_proxy: Portal) -> None:
    """There is nothing to look up, and the next lines have a connection."""
    lines = LINES.replace("create B", "create A --if-exists skip")
    with proxy.before(portal_behind_proxy.url, "swallow", at=2) as line:
        ran = patiently(portal_behind_proxy, line.url, "batch", "-", "-o", "json", stdin=lines)
    assert ran.status == 0, ran.err
    assert [told["outcome"] for told in ran.json] == ["changed", "unchanged", "changed"]
    assert departments(portal_behind_proxy) == ["/", "A", "C"]


def test_a_line_that_nobody_waits_for_is_told_with_its_mark(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second Ctrl-C ends the batch in the middle of a COMMIT; the lines before are known."""
    kind: Any = driver.Sqlite if portal.is_sqlite else driver.Postgresql
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
    assert marked(portal, found[1]) == []
    assert departments(portal) == ["/", "A"]


def test_a_line_that_is_not_known_ends_the_batch(portal_behind_proxy: Portal) -> None:
    """What was done before is told, and the mark is that of the line."""
    with proxy.before(portal_behind_proxy.url, "hold", at=2) as line:
        ran = patiently(
            portal_behind_proxy, line.url, "batch", "-", "-o", "jsonl", patience=1, stdin=LINES
        )
        error = ran.error
        assert (ran.status, error["code"], error["location"]["line"]) == (11, "outcome_unknown", 2)
        assert "Line 1: The change was made." in error["message"]
        found = MARK.search(error["hint"])
        assert found
        line.release.set()
        assert line.done.wait(10)
    assert [entry["target"] for entry in marked(portal_behind_proxy, found[1])] == ["department B"]
    assert departments(portal_behind_proxy) == ["/", "A", "B"]


# Files --------------------------------------------------------------------------------------------


def _clash(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the last step write the same account twice, each time."""
    from lmsctl.bulk import store

    advance = store.advance_run

    def clashing(work: Work, number: int, span: Any, counted: Any) -> None:
        advance(work, number, span, counted)
        if span.last == ROWS:
            work.run(text("UPDATE users SET login_key = 'l1' WHERE login_key = 'last'"))

    monkeypatch.setattr(store, "advance_run", clashing)


def _fill(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full at the last step."""
    from lmsctl.bulk import store

    advance = store.advance_run

    def full(work: Work, number: int, span: Any, counted: Any) -> None:
        if span.last == ROWS:
            raise driver.DatabaseFull
        advance(work, number, span, counted)

    monkeypatch.setattr(store, "advance_run", full)


def _interrupt(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody press Ctrl-C in the last step."""
    from lmsctl.bulk import store

    advance = store.advance_run

    def interrupted(work: Work, number: int, span: Any, counted: Any) -> None:
        if span.last == ROWS:
            raise KeyboardInterrupt
        advance(work, number, span, counted)

    monkeypatch.setattr(store, "advance_run", interrupted)


def _lose(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server go away in the last step."""
    from lmsctl.bulk import store

    advance = store.advance_run

    def lost(work: Work, number: int, span: Any, counted: Any) -> None:
        if span.last == ROWS:
            work.connection.raw.close()
        advance(work, number, span, counted)

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
    file = people(portal.folder)
    with monkeypatch.context() as patch:
        harm(portal, patch)
        ran = portal.run("user", "import", str(file), "--keep-going")
    assert (ran.status, said in ran.err) == (status, True), ran.err
    assert "15,000 of 16,000 rows are in; go on with --resume." in ran.err
    assert "othing was" not in ran.err
    assert accounts(portal) == 15_000
    portal.ok("user", "import", str(file), "--resume")
    assert accounts(portal) == ROWS


@pytest.mark.parametrize("at", [1, 2])
def test_a_file_whose_answer_is_lost_on_the_way_knows_what_is_in(
    portal_behind_proxy: Portal, at: int
) -> None:
    """What went with the connection is done by --resume, and nobody is there twice."""
    file = people(portal_behind_proxy.folder, 6_000)
    with proxy.before(portal_behind_proxy.url, "swallow", at=at) as line:
        ran = patiently(portal_behind_proxy, line.url, "user", "import", str(file), "--keep-going")
    if at == 1:
        assert ran.status == 11
        assert "5,000 of 6,000 rows are in; go on with --resume." in ran.err
        assert accounts(portal_behind_proxy) == 5_000
        portal_behind_proxy.ok("user", "import", str(file), "--resume")
    else:
        assert (ran.status, ran.err[:13]) == (0, "6000 created,")
    assert accounts(portal_behind_proxy) == 6_000


def test_a_part_of_a_file_that_the_server_gave_up_is_not_taken_for_the_one_before(
    portal_behind_proxy: Portal,
) -> None:
    """Every part has a mark of its own."""
    file = people(portal_behind_proxy.folder, 6_000)
    with proxy.before(portal_behind_proxy.url, "hold", at=2) as line:
        helper = threading.Thread(target=_give_up, args=(portal_behind_proxy, line))
        helper.start()
        ran = patiently(portal_behind_proxy, line.url, "user", "import", str(file), "--keep-going")
        helper.join()
    assert (ran.status, "The change was not made" in ran.err) == (11, True), ran.err
    assert "5,000 of 6,000 rows are in; go on with --resume." in ran.err
    assert accounts(portal_behind_proxy) == 5_000
    portal_behind_proxy.ok("user", "import", str(file), "--resume")
    assert accounts(portal_behind_proxy) == 6_000


def test_a_file_in_doubt_is_resumed_without_anybody_twice(portal_behind_proxy: Portal) -> None:
    """The part that is not known to be in may come in later; --resume finds it."""
    file = people(portal_behind_proxy.folder, 6_000)
    with proxy.before(portal_behind_proxy.url, "hold", at=2) as line:
        ran = patiently(
            portal_behind_proxy, line.url, "user", "import", str(file), "--keep-going", patience=1
        )
        assert (ran.status, "not known" in ran.err) == (11, True)
        assert "5,000 of 6,000 rows are in" in ran.err
        assert accounts(portal_behind_proxy) == 5_000
        line.release.set()
        assert line.done.wait(10)
    assert accounts(portal_behind_proxy) == 6_000
    assert (
        portal_behind_proxy.refused("user", "import", str(file), "--resume")
        == "run_not_interrupted"
    )


# Clashes and schemas ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO user_groups (name, name_key, department_id) SELECT 'A', 'a', id FROM users"
            " UNION ALL SELECT 'A', 'a', id FROM users"
        ),
        "UPDATE users SET department_id = 987654",
    ],
    ids=["unique", "reference"],
)
def test_a_clash_that_always_comes_is_a_bug_of_one_name(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    """A few tries, one answer on both databases, and nothing is changed."""
    from lmsctl.department import actions

    tries: list[int] = []

    def clashing(work: Work, *_: Any, **__: Any) -> None:
        tries.append(1)
        work.run(text(statement))

    with monkeypatch.context() as patch:
        patch.setattr(actions, "create", clashing)
        ran = portal.run(*CHANGE)
    said = "error: Something went wrong inside lmsctl (ConstraintViolated). Nothing was changed.\n"
    assert (ran.status, ran.err.startswith(said)) == (1, True), ran.err
    assert 1 < len(tries) <= 5


@pytest.mark.parametrize("harm", ["DROP TABLE group_members", "ALTER TABLE user_groups RENAME TO g",
                                  "ALTER TABLE user_groups RENAME COLUMN name TO n",
                                  "DELETE FROM alembic_version"])  # fmt: skip
def test_a_database_that_lacks_a_part_is_not_called_empty(portal: Portal, harm: str) -> None:
    """Only a missing schema means that there is no portal yet."""
    portal.ok("group", "create", "g")
    portal.sql(harm)
    argv = ("group", "delete", "g", "--yes")
    assert portal.refused(*argv) == "database_incomplete"
    assert portal.run(*argv).status == 10
