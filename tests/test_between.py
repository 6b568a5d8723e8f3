"""What comes between: rights, scopes and versions change while a command waits for its lock.

Every line of the table of rights that writes is run while somebody else holds the rows, changes
what the line rests on, and commits once the line is seen waiting. SQLite has one writer only, so
there nothing can come between.
"""

import shlex
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from lmsctl import commands
from lmsctl.kit import database, driver
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from tests import connections
from tests.conftest import CommandResult, Portal, Templates
from tests.test_rights_table import CLASS, LINES, PLACES, argv_of, gather, rows_of

_REASONS: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("between.toml").read_text(encoding="utf-8")
)
# Which lines wait for nobody, and which need no right, each with the reason.
FREE, OPEN = _REASONS["free"], _REASONS["open"]
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

    ran: CommandResult | None = None
    is_writing: bool = False
    waited: bool = field(default=False)

    @property
    def outcome(self) -> str:
        """The class of the answer."""
        assert self.ran is not None
        return CLASS[self.ran.status]


@pytest.fixture(scope="module")
def portal_with_actors(
    templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """Return a portal on PostgreSQL with one actor for each role and something in every place."""
    portal = templates.copy("postgresql", tmp_path_factory.mktemp("between"))
    with connections.keep_connections():
        gather(portal)
        portal.ok("department", "create", "Elsewhere", "--parent", "Parent/Sibling")
        yield portal


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
            database.execute(other, statement)
        is_over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(portal, other, held, is_over))
        watcher.start()
        held.ran = portal.run("--dry-run", *argv, "-o", "json")
        is_over.set()
        watcher.join()
    return held


def _watch(portal: Portal, other: driver.Connection, held: Held, is_over: threading.Event) -> None:
    eye = driver.open_database(portal.url, patience=10)
    deadline = time.monotonic() + _PATIENCE
    while not (is_over.is_set() or held.waited) and time.monotonic() < deadline:
        held.waited = bool(database.execute(eye, _WAITING).one()[0])
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
        (
            f"SELECT id FROM users WHERE id = {actor} FOR UPDATE",
            f"UPDATE grants SET user_id = {other} WHERE user_id = {actor}",
        ),
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
    """Let the people, groups and the like of the child be of another department."""
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
    """Put the child, with everything in it, under the sibling."""
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
    """Make the person of the child an administrator."""
    person = _number(portal, "users", "login", "person-child")
    role = _number(portal, "roles", "name", "administrator")
    return Change(
        (f"INSERT INTO grants (user_id, role_id) VALUES ({person}, {role})",),
        (f"DELETE FROM grants WHERE user_id = {person} AND role_id = {role}",),
        "forbidden",
    )


def _touched(_portal: Portal, _login: str) -> Change:
    """Give everything that has a version the next one."""
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
def test_rights_that_are_gone_when_the_lock_is_there_count_no_more(
    portal_with_actors: Portal, line: str
) -> None:
    """Whoever lost their roles, or was deactivated, while a command waited is refused.

    A line that writes and waits for nobody is listed with the reason why that is right.
    """
    actor = _actor_for(line, 0, "administrator", "owner", "learner")
    if actor is None:
        pytest.skip("nobody but the operator may do that")
    argv = ["--as", f"actor-{actor}", *argv_of(line, "own", PLACES["own"])]
    results = {
        locks: run_between(
            portal_with_actors, argv, locks, change(portal_with_actors, f"actor-{actor}")
        )
        for locks, change in (("portal", _revoked), ("rest", _deactivated))
    }
    for locks, held in results.items():
        if held.waited and line not in OPEN:
            assert held.outcome == "forbidden", (locks, held)
    is_writing = any(held.is_writing for held in results.values())
    has_waited = any(held.waited for held in results.values())
    assert (is_writing and not has_waited) == (line in FREE), results


def _writes_there(line: str) -> bool:
    """Say whether a department administrator may do it below their department, but not beside."""
    cells = rows_of(line)["department-administrator"]
    return (cells[1], cells[3]) == ("ok", "not_found") and line not in FREE


@pytest.mark.parametrize("line", [line for line in LINES if _writes_there(line)])
def test_what_left_the_scope_meanwhile_is_out_of_reach(
    portal_with_actors: Portal, line: str
) -> None:
    """What went to another department, or with its own, while a command waited is not there.

    A line that writes waits at least once for somebody who holds every row.
    """
    is_writing = has_waited = False
    argv = ["--as", "actor-department-administrator", *argv_of(line, "child", PLACES["child"])]
    for locks, change in (("portal", _moved), ("rest", _displaced), ("rest", _moved)):
        if change is _displaced and "{department}" in line:
            continue
        held = run_between(portal_with_actors, argv, locks, change(portal_with_actors, ""))
        is_writing, has_waited = is_writing or held.is_writing, has_waited or held.waited
        if held.waited:
            assert held.outcome == "not_found", (locks, change, held)
    assert has_waited or not is_writing


_ON_PEOPLE = [
    line for line in LINES if line.startswith("user ") and "person-{place}" in line.split()[2:3]
]


@pytest.mark.parametrize("line", [line for line in _ON_PEOPLE if _writes_there(line)])
def test_whoever_became_an_administrator_meanwhile_is_out_of_reach(
    portal_with_actors: Portal, line: str
) -> None:
    """Nobody changes somebody who holds more than they do once the lock is there."""
    argv = ["--as", "actor-department-administrator", *argv_of(line, "child", PLACES["child"])]
    held = run_between(portal_with_actors, argv, "rest", _promoted(portal_with_actors, ""))
    assert held.waited == held.is_writing
    assert held.outcome == ("forbidden" if held.is_writing else "ok"), held


_VERSIONED = [
    "user edit person-own --last-name New",
    "signup-profile edit profile-own --name New",
    "content edit topic-own --title N",
    "training edit training-own --title N",
    "session edit training-own first --capacity 30",
    "token edit token-own --nickname New",
]


@pytest.mark.parametrize("line", _VERSIONED)
def test_a_version_that_is_old_when_the_lock_is_there_is_refused(
    portal_with_actors: Portal, line: str
) -> None:
    """Of two who change the same version, the second one is told."""
    _assert_stale(portal_with_actors, line)


def test_without_looking_again_the_second_one_would_not_be_told(portal_with_actors: Portal) -> None:
    """The tests above see it when what decides is read before the lock."""

    def before_the_lock(work: Work, get: Any, lock: Any) -> Any:
        found = get()
        lock(work, found.id)
        return found

    with mock.patch.object(rights, "get_for_update", before_the_lock):
        line = _VERSIONED[0]
        argv = [*shlex.split(line), "--if-version", "1"]
        held = run_between(portal_with_actors, argv, "rest", _touched(portal_with_actors, ""))
    assert held.waited
    assert held.outcome == "ok"


def test_every_verb_that_knows_versions_is_tried() -> None:
    """A new verb with --if-version cannot come without being held before its lock."""
    tried = {" ".join(line.split()[:2]) for line in _VERSIONED}
    assert set(_commands_with("--if-version")) == tried


def _commands_with(option: str) -> Iterator[str]:
    for noun in {line.split()[0] for line in LINES}:
        for verb, command in getattr(commands.load_noun(noun), "commands", {}).items():
            if any(option in parameter.opts for parameter in command.params):
                yield f"{noun} {verb}"


def _assert_stale(portal: Portal, line: str) -> None:
    argv = shlex.split(line)
    noun, code = argv[0], argv[2]
    shown = portal.ok(noun, "show", *argv[2 : 4 if noun == "session" else 3], "-o", "json").json
    argv += ["--if-version", str(shown["version"])]
    held = run_between(portal, argv, "rest", _touched(portal, ""))
    assert held.waited, code
    assert held.ran is not None
    assert held.ran.status != 0, held
    assert held.ran.code == "version_stale"
