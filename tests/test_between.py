"""What comes between: rights, scopes and versions change while a command waits for its lock.

Every line of the table of rights that writes is run while somebody else holds the rows, changes
what the line rests on, and commits once the line is seen waiting. SQLite has one writer only, so
there nothing can come between.
"""

import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest

from lmsctl.kit import driver
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from tests.conftest import Portal, Ran, Templates
from tests.test_rights_table import CLASS, LINES, PLACES, argv_of, gather, rows_of

# Which lines wait for nobody, and why nothing can come between.
FREE: dict[str, str] = tomllib.loads(
    Path(__file__).with_name("between.toml").read_text(encoding="utf-8")
)
_PORTAL = ("SELECT id FROM portals FOR UPDATE",)
_REST = (
    "UPDATE departments SET name = name",
    *(
        f"SELECT id FROM {table} FOR UPDATE"
        for table in (
            "roles",
            "user_groups",
            "fields",
            "users",
            "signup_profiles",
            "tokens",
            "content_items",
            "autoenroll_rules",
            "trainings",
            "training_enrollments",
            "training_sessions",
        )
    ),
)
_LOCKS = {"portal": _PORTAL, "rest": _REST}
_PATIENCE = 20
_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@dataclass(frozen=True)
class Change:
    """What somebody else does meanwhile, how it is undone afterwards, and the answer it asks for.

    `answer` is the class of the refusal.
    """

    does: tuple[str, ...]
    undoes: tuple[str, ...]
    answer: str


@dataclass
class Held:
    """How a line ended that ran while somebody else held the rows."""

    ran: Ran | None = None
    is_writing: bool = False
    waited: bool = field(default=False)

    @property
    def outcome(self) -> str:
        """The class of the answer."""
        assert self.ran is not None
        return CLASS[self.ran.status]


@pytest.fixture(scope="module")
def crowd(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Return a portal on PostgreSQL with one actor for each role and something in every place."""
    portal = gather(templates.copy("postgresql", tmp_path_factory.mktemp("between")))
    portal.ok("department", "create", "Elsewhere", "--parent", "Parent/Sibling")
    return portal


@pytest.fixture(scope="module", autouse=True)
def commands_built_once() -> Iterator[None]:
    """Keep each noun's commands between runs: building them takes longer than running them."""
    import functools

    from lmsctl import cli

    load, build = functools.cache(cli.load), functools.cache(cli.build)
    with mock.patch.multiple(cli, load=load, build=build):
        yield


def run_between(portal: Portal, argv: list[str], locks: str, change: Change) -> Held:
    """Run a line while somebody else holds rows and changes something, committed once it waits."""
    held = Held()
    begin = Work.begin

    def noted(work: Work) -> None:
        held.is_writing = held.is_writing or work.is_writing
        begin(work)

    with _undone(portal, change), mock.patch.object(Work, "begin", noted):
        other = driver.open_database(portal.url, patience=10)
        other.begin_writing()
        for statement in (*_LOCKS[locks], *change.does):
            other.execute(statement, {})
        is_over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(portal, other, held, is_over))
        watcher.start()
        held.ran = portal.run("--dry-run", *argv, "-o", "json")
        is_over.set()
        watcher.join()
    return held


def _watch(
    portal: Portal, other: driver.Connection, held: Held, is_over: threading.Event
) -> None:
    eye = driver.open_database(portal.url, patience=10)
    deadline = time.monotonic() + _PATIENCE
    while not (is_over.is_set() or held.waited) and time.monotonic() < deadline:
        held.waited = bool(eye.execute(_WAITING, {}).fetchone()[0])
        time.sleep(0.003)
    eye.close()
    other.commit()
    other.close()


@contextmanager
def _undone(portal: Portal, change: Change) -> Iterator[None]:
    try:
        yield
    finally:
        for statement in change.undoes:
            portal.sql(statement)


def _number(portal: Portal, table: str, column: str, value: str) -> int:
    return int(portal.value(f"SELECT id FROM {table} WHERE {column} = :value", value=value))


# What happens meanwhile --------------------------------------------------------------------------


def _revoked(portal: Portal, login: str) -> Change:
    actor = _number(portal, "users", "login", login)
    other = _number(portal, "users", "login", "bystander")
    return Change(
        (f"UPDATE grants SET user_id = {other} WHERE user_id = {actor}",),
        (f"UPDATE grants SET user_id = {actor} WHERE user_id = {other}",),
        "forbidden",
    )


def _deactivated(_portal: Portal, login: str) -> Change:
    return Change(
        (f"UPDATE users SET status = 'inactive' WHERE login = '{login}'",),
        (f"UPDATE users SET status = 'active' WHERE login = '{login}'",),
        "forbidden",
    )


def _displaced(portal: Portal, _login: str) -> Change:
    """People, groups and the like of the child are of another department now."""
    here = _number(portal, "departments", "full_name", PLACES["child"])
    there = _number(portal, "departments", "full_name", "Parent/Sibling/Elsewhere")
    tables = ("users", "user_groups", "signup_profiles", "trainings", "autoenroll_rules")
    does, undoes = (
        tuple(
            f"UPDATE {table} SET department_id = {to} WHERE department_id = {at}"
            for table in tables
        )
        for at, to in ((here, there), (there, here))
    )
    return Change(does, undoes, "not_found")


def _moved(portal: Portal, _login: str) -> Change:
    """The child is under the sibling now, with everything in it."""
    here = _number(portal, "departments", "full_name", PLACES["child"])
    columns = ("parent_id", "path", "full_name", "full_key")
    above = _number(portal, "departments", "full_name", PLACES["sibling"])
    path = portal.value("SELECT path FROM departments WHERE id = :id", id=above)
    before = portal.sql(f"SELECT {', '.join(columns)} FROM departments WHERE id = :id", id=here)[0]
    after = (above, f"{path}{here}/", "Parent/Sibling/Child", "parent/sibling/child")
    does, undoes = (
        "UPDATE departments SET "
        + ", ".join(f"{name} = '{value}'" for name, value in zip(columns, row, strict=True))
        + f" WHERE id = {here}"
        for row in (after, before)
    )
    return Change((does,), (undoes,), "not_found")


def _promoted(portal: Portal, _login: str) -> Change:
    """The person of the child is an administrator now."""
    person = _number(portal, "users", "login", "person-child")
    role = _number(portal, "roles", "name", "administrator")
    return Change(
        (f"INSERT INTO grants (user_id, role_id) VALUES ({person}, {role})",),
        (f"DELETE FROM grants WHERE user_id = {person} AND role_id = {role}",),
        "forbidden",
    )


def _touched(_portal: Portal, _login: str) -> Change:
    """Everything that has a version has the next one now."""
    tables = (
        "users",
        "signup_profiles",
        "content_items",
        "trainings",
        "training_sessions",
        "tokens",
    )
    return Change(
        tuple(f"UPDATE {table} SET version = version + 1" for table in tables),
        tuple(f"UPDATE {table} SET version = version - 1" for table in tables),
        "conflict",
    )


# The tests ---------------------------------------------------------------------------------------


def _actor_for(line: str, place: int, *actors: str) -> str | None:
    """Return the first of `actors` who may do it in that place."""
    cells = rows_of(line)
    return next((actor for actor in actors if cells[actor][place] == "ok"), None)


@pytest.mark.parametrize("line", LINES)
def test_rights_that_are_gone_when_the_lock_is_there_count_no_more(crowd: Portal, line: str) -> None:
    """Whoever lost their roles, or was deactivated, while a command waited is refused.

    A line that writes and waits for nobody is listed with the reason why that is right.
    """
    actor = _actor_for(line, 0, "administrator", "owner", "learner")
    if actor is None:
        pytest.skip("nobody but the operator may do that")
    argv = ["--as", f"actor-{actor}", *argv_of(line, "own", PLACES["own"])]
    results = {
        locks: run_between(crowd, argv, locks, change(crowd, f"actor-{actor}"))
        for locks, change in (("portal", _revoked), ("rest", _deactivated))
    }
    for locks, held in results.items():
        if held.waited and line not in FREE:
            assert held.outcome == "forbidden", (locks, held)
    if any(held.is_writing for held in results.values()):
        assert any(held.waited for held in results.values()) != (line in FREE), results
    else:
        assert line not in FREE
