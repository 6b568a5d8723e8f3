"""What is said about a change whose end nobody saw: never twice, never undone if it may be done."""

import contextlib
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from lmsctl.kit import database_errors, dburl, sqlite
from lmsctl.kit.sqlite import library as sqlite3
from lmsctl.kit.sqlite_connection import Sqlite
from lmsctl.kit.work import Work
from tests import proxy
from tests.conftest import CommandResult, Portal

CHANGE = ("department", "create", "Sales")
MARK = re.compile(r"audit list --mark (\w+)")
ROWS = 16_000
LINES = "department create A\ndepartment create B\ndepartment create C\n"


@pytest.fixture
def portal_behind_proxy(portal: Portal) -> Portal:
    """Return a portal behind a line that can be cut."""
    if portal.is_sqlite:
        pytest.skip("SQLite has no line that could be cut")
    return portal


@pytest.fixture
def rollback_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQLite files have a journal, from which whoever comes next takes back what is half."""
    monkeypatch.setattr(sqlite, "log_is_sound", lambda: False)


def run_with_timeout(
    portal: Portal, url: str, *argv: str, patience: int = 10, stdin: str = ""
) -> CommandResult:
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


def changes_with_mark(portal: Portal, mark: str) -> list[Any]:
    """Return the changes with a mark."""
    found: list[Any] = portal.ok("audit", "list", "--mark", mark, "-o", "json").json
    return found


def write_people(folder: Path, count: int = ROWS, last: str = "F") -> Path:
    """Write a file of so many people."""
    file = folder / "people.csv"
    rows = "".join(f"l{number},F,L\n" for number in range(count - 1))
    file.write_text(f"login,first name,last name\n{rows}last,{last},L\n", encoding="utf-8")
    return file


def count_accounts(portal: Portal) -> int:
    """Return how many accounts there are besides the owner's."""
    return int(portal.value("SELECT count(*) FROM users")) - 1


# One command --------------------------------------------------------------------------------------


def test_a_change_whose_answer_is_lost_is_found_and_told_as_usual(
    portal_behind_proxy: Portal,
) -> None:
    """Status and answer are the usual ones, and it is there once."""
    with proxy.before(portal_behind_proxy.url, "swallow") as line:
        ran = run_with_timeout(portal_behind_proxy, line.url, *CHANGE, "-o", "json")
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
        ran = run_with_timeout(portal_behind_proxy, line.url, *CHANGE, "-o", "json", patience=1)
        error = ran.error
        assert (ran.status, error["code"], error["retryable"]) == (11, "outcome_unknown", False)
        assert "not known" in error["message"]
        found = MARK.search(error["hint"])
        assert found
        assert changes_with_mark(portal_behind_proxy, found[1]) == []
        line.release.set()
        assert line.done.wait(10)
    assert [entry["target"] for entry in changes_with_mark(portal_behind_proxy, found[1])] == [
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
        ran = run_with_timeout(portal_behind_proxy, line.url, *CHANGE, "-o", "json")
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
        ran = run_with_timeout(portal_behind_proxy, line.url, *CHANGE, "-o", "json", patience=1)
    assert (ran.status, ran.code) == (11, "outcome_unknown")
    found = MARK.search(ran.error["hint"])
    assert found
    assert len(changes_with_mark(portal_behind_proxy, found[1])) == 1


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
        raise database_errors.AnswerLost("disk I/O error")

    with contextlib.closing(sqlite3.connect(dburl.sqlite_path(portal.url))) as file:
        assert file.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
    with monkeypatch.context() as patch:
        patch.setattr(Sqlite, "commit", failing)
        ran = run_with_timeout(portal, portal.url, *CHANGE, "-o", "json", patience=1)
    if is_made:
        assert (ran.status, ran.json["path"]) == (0, "Sales")
    else:
        assert (ran.status, ran.code, ran.error["retryable"]) == (11, "outcome_unknown", False)
        found = MARK.search(ran.error["hint"])
        assert found
        assert changes_with_mark(portal, found[1]) == []
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
        raise database_errors.AnswerLost("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(Sqlite, "commit", failing)
        ran = run_with_timeout(portal, portal.url, *CHANGE, "-o", "json", patience=1)
    assert (ran.status, ran.code) == (11, "outcome_unknown")
    away.rename(file)
    found = MARK.search(ran.error["hint"])
    assert found
    assert len(changes_with_mark(portal, found[1])) == 1


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
        raise database_errors.AnswerLost("disk I/O error")

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
