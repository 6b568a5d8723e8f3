"""PostgreSQL's own programs copy it out; what comes back in is one transaction of ours."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from sqlmodel import SQLModel

from lmsctl.db import actions, engine, postgresql_copy
from lmsctl.kit import schema
from tests.conftest import Portal
from tests.db.clients import debian, programs, server_15

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
PERSON = ("--first-name", "Ada", "--last-name", "Byron")


@pytest.fixture(autouse=True)
def client_programs(postgresql: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the client programs of the server that the tests run into reach."""
    folder = programs(postgresql)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


@pytest.fixture
def postgresql_15_portal(portal: Portal) -> Iterator[Portal]:
    """Return a portal in PostgreSQL 15."""
    with server_15() as url:
        made = Portal(url, portal.folder)
        made.ok("init", "--sandbox")
        yield made


def audited_codes(portal: Portal) -> list[str]:
    """Return what the audit log says has happened."""
    return [row["code"] for row in portal.ok("audit", "list", "-o", "json").json]


class PortalWithLockTimeout(Portal):
    """A portal whose address, with a lock patience, stands in a configuration file."""

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables without the address."""
        found = super().environment(LMSCTL_CONFIG=str(self.folder / self.name), **more)
        del found["LMSCTL_DATABASE_URL"]
        return found

    name = "lmsctl.toml"


def with_lock_timeout(portal: Portal, seconds: int) -> Portal:
    """Return the portal as somebody sees it who waits so long for others."""
    made = PortalWithLockTimeout(portal.url, portal.folder)
    made.name = f"{seconds}.toml"
    text = f'[contexts.default]\ndatabase-url = "{portal.url}"\nlock-timeout = {seconds}\n'
    (portal.folder / made.name).write_text(text)
    (portal.folder / made.name).chmod(0o600)
    return made


def write_script(folder: Path, name: str, text: str) -> None:
    """Write a program."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


# The programs ------------------------------------------------------------------------------------


def test_without_the_client_programs_the_hint_is_to_install_them(portal: Portal) -> None:
    """pg_dump is PostgreSQL's, not ours."""
    assert portal.refused("db", "backup", "copy", PATH="") == "tool_missing"
    assert list(portal.folder.iterdir()) == []


def test_what_pg_dump_says_is_passed_on(portal: Portal, tmp_path: Path) -> None:
    """A failure is one sentence, and no half a file is left."""
    folder = tmp_path / "bin"
    write_script(folder, "pg_dump", "echo 'pg_dump: error: something odd' >&2\nexit 1")
    ran = portal.run("db", "backup", "copy", PATH=f"{folder}:/usr/bin:/bin")
    assert ran.status == 11
    assert "something odd" in ran.err
    assert not (portal.folder / "copy").exists()


def test_what_stands_in_argv_is_what_the_address_says(portal: Portal) -> None:
    """A program of another version knows other options, and everybody can read argv."""
    url = "postgresql+psycopg://kim:geheim@db.example:5433/lms?sslmode=require&sslpassword=geheim"
    given = dict(word.split("=") for word in postgresql_copy.libpq_address(url).split())
    assert given == {
        "user": "kim",
        "host": "db.example",
        "port": "5433",
        "dbname": "lms",
        "sslmode": "require",
    }
    assert portal.url


def test_the_password_is_in_no_argument(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is the process's own."""
    seen: list[Any] = []
    original = subprocess.Popen

    def watch(argv: list[str], **more: Any) -> Any:
        seen.append((argv, more["env"]))
        return original(argv, **more)

    monkeypatch.setattr(subprocess, "Popen", watch)
    secret = Portal(portal.url.replace("postgres:@", "postgres:geheim@"), portal.folder)
    secret.ok("db", "backup", "copy")
    assert not any("geheim" in word for argv, _ in seen for word in argv)
    assert any(variables.get("PGPASSWORD") == "geheim" for _, variables in seen)


def test_a_program_older_than_the_server_is_refused_and_said(portal: Portal) -> None:
    """It could not read the server; the doctor says so before a backup is needed."""
    path = f"{debian()}:/usr/bin:/bin"
    assert portal.refused("db", "backup", "copy", PATH=path) == "tool_unfit"
    row = {r["check"]: r for r in portal.run("doctor", "-o", "json", PATH=path).json}["database"]
    assert row["state"] == "warning"
    assert "PostgreSQL 15" in row["sentence"]
    assert list(portal.folder.iterdir()) == []


def test_a_pair_that_does_not_fit_is_refused_and_said(
    portal: Portal, client_programs: Path, tmp_path: Path
) -> None:
    """What pg_dump writes, an older pg_restore cannot read."""
    mixed = tmp_path / "mixed"
    write_script(mixed, "pg_restore", "echo 'pg_restore (PostgreSQL) 14.2'")
    path = f"{mixed}:{client_programs}:/usr/bin:/bin"
    ran = portal.run("db", "backup", "copy", "-o", "json", PATH=path)
    assert (ran.status, ran.code) == (10, "tool_unfit")
    assert "14" in ran.err
    row = {r["check"]: r for r in portal.run("doctor", "-o", "json", PATH=path).json}["database"]
    assert row["state"] == "warning"
    assert not (portal.folder / "copy").exists()


@pytest.mark.parametrize("is_newest", [True, False])
def test_an_older_server_is_backed_up_and_restored(
    postgresql_15_portal: Portal, client_programs: Path, *, is_newest: bool
) -> None:
    """By programs of its own version, and by newer ones, which write what it does not know."""
    path = f"{client_programs if is_newest else debian()}:/usr/bin:/bin"
    rows = {r["check"]: r for r in postgresql_15_portal.run("doctor", "-o", "json", PATH=path).json}
    assert rows["database"]["state"] == "ok"
    postgresql_15_portal.ok("db", "backup", "copy", PATH=path)
    postgresql_15_portal.ok("user", "create", "--email", "ada@example.com", *PERSON)
    postgresql_15_portal.ok("db", "restore", "copy", "--yes", PATH=path)
    assert postgresql_15_portal.value("SELECT count(*) FROM users") == 1
    assert audited_codes(postgresql_15_portal)[-1] == "db.restored"
    assert postgresql_15_portal.ok("db", "check", "-o", "json").json == []


# Back in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_restore_that_is_killed_changes_nothing(
    portal: Portal, client_programs: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """Its program ends with it, so nothing finishes later."""
    portal.ok("db", "backup", "copy")
    portal.ok("user", "create", "--email", "ada@example.com", *PERSON)
    slow, mark = tmp_path / "slow", tmp_path / "mark"
    real = client_programs / "pg_restore"
    # Slow in the middle, but quick where only the version is asked for.
    text = (
        f'case "$*" in *--clean*) ;; *) exec {real} "$@";; esac\n'
        f'{real} "$@" > {mark}.sql\n'
        f"head -n 60 {mark}.sql; touch {mark}; sleep 2\n"
        f"tail -n +61 {mark}.sql && touch {mark}.done"
    )
    write_script(slow, "pg_restore", text)
    path = f"{slow}:{client_programs}:/usr/bin:/bin"
    process = portal.start("db", "restore", "copy", "--yes", PATH=path)
    for _ in range(600):
        if mark.exists() or process.poll() is not None:
            break
        time.sleep(0.05)
    assert mark.exists(), process.communicate()
    process.send_signal(number)
    process.communicate(timeout=20)
    time.sleep(2.5)
    assert portal.value("SELECT count(*) FROM users") == 2
    assert "db.restored" not in audited_codes(portal)
    assert not Path(f"{mark}.done").exists()


def test_the_restore_and_its_note_are_one(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be noted, nothing is restored."""
    portal.ok("db", "backup", "copy")
    portal.ok("user", "create", "--email", "ada@example.com", *PERSON)

    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lmsctl.audit.actions.record", fail)
    portal.run("db", "restore", "copy", "--yes")
    assert portal.value("SELECT count(*) FROM users") == 2


def test_a_restore_waits_behind_a_reader_without_holding_others_up(portal: Portal) -> None:
    """It gives up after its patience; who comes meanwhile reads and writes."""
    portal.ok("db", "backup", "copy")
    others = with_lock_timeout(portal, 2)
    with psycopg.connect(portal.url) as reader:
        reader.execute("SELECT count(*) FROM users")
        begun = time.monotonic()
        restore = with_lock_timeout(portal, 4).start("db", "restore", "copy", "--yes", "-o", "json")
        served = 0
        while restore.poll() is None:
            others.ok("user", "list")
            name = f"d{served}"
            others.ok("department", "create", name)
            served += 1
        _, err = restore.communicate()
        assert "database_locked" in err
        assert served > 2
        assert time.monotonic() - begun < 30
    assert "db.restored" not in audited_codes(portal)
    portal.ok("db", "restore", "copy", "--yes")


def test_a_backup_waits_no_longer_than_its_patience(portal: Portal) -> None:
    """Behind a table that somebody has locked, though not for ever."""
    with psycopg.connect(portal.url) as other:
        other.execute("SET idle_in_transaction_session_timeout = '20s'")
        other.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        code = with_lock_timeout(portal, 1).refused("db", "backup", "copy")
    assert code == "database_locked"
    assert not (portal.folder / "copy").exists()


def test_an_older_schema_is_restored_over_a_newer_one(empty_database: Portal) -> None:
    """What came later goes, and the upgrade brings it back."""
    portal = empty_database
    before = actions.versions()[-2]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "VERSION", before)
        actions.upgrade(portal.url, patience=5)
    portal.ok("db", "backup", "copy")
    portal.ok("db", "upgrade")
    portal.sql("CREATE TABLE from_later (id bigint PRIMARY KEY, user_id bigint REFERENCES users)")
    assert "from_later" in portal.run("db", "restore", "copy").err
    portal.ok("db", "restore", "copy", "--yes")
    assert portal.ok("db", "status", "-o", "json").json["schema"] == before
    portal.ok("db", "upgrade")
    engine.load_models()
    found = {
        row[0] for row in portal.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    assert found == {*SQLModel.metadata.tables, "alembic_version"}


def test_another_programs_tables_are_not_replaced(portal: Portal, empty_database: Portal) -> None:
    """A wrong address costs nobody their data."""
    portal.ok("db", "backup", "copy")
    empty_database.sql("CREATE TABLE invoices (id integer)")
    assert empty_database.refused("db", "restore", "copy", "--yes") == "schema_foreign"
    assert empty_database.sql("SELECT * FROM invoices") == []


def test_what_the_server_does_not_take_is_said(portal: Portal) -> None:
    """Somebody's view stands on our tables: nothing is dropped, and the sentence names it."""
    portal.ok("db", "backup", "copy")
    portal.sql("CREATE VIEW people AS SELECT login FROM users")
    ran = portal.run("db", "restore", "copy", "--yes", "-o", "json")
    assert (ran.status, ran.code) == (6, "backup_refused")
    assert "people" in ran.err
    assert portal.value("SELECT count(*) FROM people") == 1


# Several in one database -------------------------------------------------------------------------

ODD = 'My ""odd"" S*'


def in_schema(portal: Portal, name: str) -> Portal:
    """Return a portal in the schema `name` of the same database."""
    portal.sql(f'CREATE SCHEMA "{name}"')
    sign = "&" if "?" in portal.url else "?"
    path = quote(f'-csearch_path="{name}"'.replace(" ", "\\ "))
    made = Portal(f"{portal.url}{sign}options={path}", portal.folder)
    made.ok("init", "--sandbox")
    return made


@pytest.mark.parametrize("name", ["two", ODD])
def test_a_backup_holds_the_portal_of_one_schema(empty_database: Portal, name: str) -> None:
    """A restore leaves alone what others have in the same database."""
    one, two = in_schema(empty_database, "one"), in_schema(empty_database, name)
    empty_database.sql("CREATE TABLE public.invoices (id integer)")
    two.ok("db", "backup", "copy")
    for portal in (one, two):
        portal.ok("user", "create", "--email", "ada@example.com", *PERSON)
    empty_database.sql("INSERT INTO public.invoices VALUES (7)")
    two.ok("db", "restore", "copy", "--yes")
    assert two.value("SELECT count(*) FROM users") == 1
    assert audited_codes(two)[-1] == "db.restored"
    assert two.ok("db", "check", "-o", "json").json == []
    assert one.value("SELECT count(*) FROM users") == 2
    assert one.ok("db", "check", "-o", "json").json == []
    assert empty_database.value("SELECT id FROM public.invoices") == 7
    assert "holds no portal in a schema 'one'" in one.run("db", "restore", "copy", "--yes").err
    assert one.value("SELECT count(*) FROM users") == 2


def test_a_schema_may_be_chosen_by_a_variable(empty_database: Portal) -> None:
    """As PostgreSQL's own programs are told."""
    one = in_schema(empty_database, "one")
    in_schema(empty_database, "two")
    there = {"PGOPTIONS": "-csearch_path=two"}
    empty_database.ok("db", "backup", "copy", **there)
    empty_database.ok("user", "create", "--email", "ada@example.com", *PERSON, **there)
    empty_database.ok("db", "restore", "copy", "--yes", **there)
    assert empty_database.value("SELECT count(*) FROM two.users") == 1
    assert "db.restored" not in audited_codes(one)


def test_a_backup_of_the_whole_database_gives_back_one_schema(
    empty_database: Portal, client_programs: Path
) -> None:
    """As earlier versions, or pg_dump itself, make it."""
    one, two = in_schema(empty_database, "one"), in_schema(empty_database, "two")
    whole = [str(client_programs / "pg_dump"), "--format=custom", "--file=whole"]
    subprocess.run(
        [*whole, f"--dbname={empty_database.url}"], cwd=empty_database.folder, check=True
    )
    for portal in (one, two):
        portal.ok("user", "create", "--email", "ada@example.com", *PERSON)
    two.ok("db", "restore", "whole", "--yes")
    assert one.value("SELECT count(*) FROM users") == 2
    assert two.value("SELECT count(*) FROM users") == 1


def test_a_schema_that_comes_first_later_hides_nothing(portal: Portal) -> None:
    """The portal is where its tables are, not where new ones would go."""
    portal.sql("CREATE SCHEMA postgres")
    assert portal.ok("db", "check", "-o", "json").json == []
    portal.ok("db", "backup", "copy")
    portal.ok("user", "create", "--email", "ada@example.com", *PERSON)
    portal.ok("db", "restore", "copy", "--yes")
    assert portal.value("SELECT count(*) FROM public.users") == 1


def test_a_schema_that_is_not_there_is_said(empty_database: Portal) -> None:
    """The address is wrong, not the program."""
    sign = "&" if "?" in empty_database.url else "?"
    nowhere = Portal(
        f"{empty_database.url}{sign}options=-csearch_path%3Dnowhere", empty_database.folder
    )
    (empty_database.folder / "copy").write_text("")
    for words in (("init", "--sandbox"), ("db", "restore", "copy", "--yes"), ("db", "backup", "b")):
        assert nowhere.refused(*words) == "schema_nowhere"


def test_owners_of_several_words_are_no_part_of_a_name(portal: Portal) -> None:
    """A backup that lists them can be restored."""
    role = f"own er {portal.url.partition('?')[0].rpartition('/')[2]}"
    portal.sql(f'CREATE ROLE "{role}"')
    try:
        portal.sql(f'ALTER TABLE users OWNER TO "{role}"')
        portal.ok("db", "backup", "copy")
        portal.ok("db", "restore", "copy", "--yes")
    finally:
        portal.sql(f'DROP OWNED BY "{role}" CASCADE')
        portal.sql(f'DROP ROLE "{role}"')
