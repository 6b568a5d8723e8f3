"""The schema is made and upgraded in one transaction, and nothing raw ever comes out."""

import shutil
import signal
import stat
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from lmsctl.db import actions, engine, migrating, store
from lmsctl.db.errors import NameShared, SchemaForeign
from lmsctl.kit import canonical, clock, database, database_errors, driver, schema
from lmsctl.kit.work import Work, run_read
from lmsctl.portal.errors import SchemaNewer
from tests.calendars import answerable, read_mail
from tests.conftest import Portal, Templates
from tests.signups import open_registration, person_options
from tests.trainings import create_person, create_session, create_training

# Kills its own process just before the statement whose number, or beginning, it is given.
KILLER = """
import os, signal, sys
from itertools import count
from sqlalchemy import event
from sqlalchemy.engine import Engine
from lmsctl.db import actions
url, deadly = sys.argv[1:]
numbers = count(1)
@event.listens_for(Engine, "before_cursor_execute")
def maybe_die(connection, cursor, statement, *_):
    if str(next(numbers)) == deadly or statement.startswith(deadly):
        os.kill(os.getpid(), signal.SIGKILL)
actions.upgrade(url, patience=10)
"""


def tables(url: str) -> list[str]:
    """Return the names of the tables at `url`."""
    connection = driver.open_database(url, patience=5)
    try:
        return run_read(lambda: Work(connection, clock.read(), "", ""), store.list_tables)
    finally:
        connection.close()


def test_an_upgrade_brings_an_empty_database_to_the_programs_schema(empty_database: Portal) -> None:
    """From nothing to the present version; a second time there is nothing to do."""
    assert actions.upgrade(empty_database.url, patience=5) == (None, schema.VERSION)
    assert actions.upgrade(empty_database.url, patience=5) == (schema.VERSION, schema.VERSION)


def test_the_schema_is_what_the_models_say(empty_database: Portal) -> None:
    """A model that changes without a migration is found."""
    actions.upgrade(empty_database.url, patience=5)
    engine.load_models()
    connection = driver.open_database(empty_database.url, patience=5)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index.*")
        context = MigrationContext.configure(
            connection.session.connection(), opts={"compare_type": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []
    connection.close()


def test_there_is_never_a_second_root(portal: Portal) -> None:
    """The one index that a comparison cannot see is there."""
    made = "INSERT INTO departments (parent_id, name, path, full_name, full_key) "
    with pytest.raises(Exception, match=r"departments_one_root|23505"):
        portal.sql(made + "VALUES (NULL, 'x', '/x/', 'x', 'x')")


def test_the_program_knows_its_last_version() -> None:
    """The newest migration is the version that the program asks for."""
    assert actions.versions()[-1] == schema.VERSION


def test_the_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads who has an account."""
    file = tmp_path / "portal.db"
    actions.upgrade(f"sqlite:///{file}", patience=5)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_rehearsed_upgrade_leaves_nothing_behind(empty_database: Portal) -> None:
    """Every statement ran, and none of it stayed."""
    before, after = actions.upgrade(empty_database.url, patience=5, is_rehearsal=True)
    assert (before, after, tables(empty_database.url)) == (None, schema.VERSION, [])


@pytest.mark.parametrize("deadly", ["1", "2", "15", "30", "INSERT INTO alembic_version"])
def test_a_killed_upgrade_leaves_the_old_state_and_can_be_repeated(
    empty_database: Portal, deadly: str
) -> None:
    """However far a killed upgrade came, nothing of it is there, and the next one succeeds."""
    died = subprocess.run(
        [sys.executable, "-c", KILLER, empty_database.url, deadly], check=False, capture_output=True
    )
    assert died.returncode == -signal.SIGKILL
    assert tables(empty_database.url) == []
    assert actions.upgrade(empty_database.url, patience=10) == (None, schema.VERSION)
    assert "portals" in tables(empty_database.url)


@pytest.mark.parametrize("version", actions.versions()[:-1])
def test_a_database_of_every_earlier_version_is_carried_forward(  # noqa: PLR0917 - fixtures
    empty_database: Portal,
    dialect: str,
    templates: Templates,
    tmp_path: Path,
    version: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is in it stays, and until it is upgraded every command says what to do."""
    folder = tmp_path / "present"
    folder.mkdir()
    portal = templates.copy(dialect, folder)
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "VERSION", version)
        actions.upgrade(empty_database.url, patience=5)
    portal.ok("department", "create", "Sales")
    who = ("--email", "ann@example.com", "--first-name", "Ann", "--last-name", "B")
    portal.ok("user", "create", *who, "--department", "Sales")
    engine.load_models()
    for table in SQLModel.metadata.sorted_tables:
        # The chain of seals has its head from the version on that begins it.
        if table.name in tables(empty_database.url) and table.name != "audit_heads":
            copy_rows(portal, empty_database, table.name)
    templates.drop(portal)
    assert empty_database.refused("user", "list") == "schema_outdated"
    empty_database.ok("db", "upgrade")
    assert empty_database.value("SELECT version_num FROM alembic_version") == schema.VERSION
    shown = empty_database.ok("user", "show", "ann", "-o", "json").json
    assert (shown["email"], shown["department"]) == ("ann@example.com", "Sales")
    assert empty_database.ok("db", "check", "-o", "json").json == []


def test_who_came_by_a_link_before_keeps_the_item(
    empty_database: Portal,
    dialect: str,
    templates: Templates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where only its folder had been opened to them, the item is theirs after the upgrade."""
    folder = tmp_path / "present"
    folder.mkdir()
    portal = templates.copy(dialect, folder)
    versions = actions.versions()
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "VERSION", versions[versions.index("0007") - 1])
        actions.upgrade(empty_database.url, patience=5)
    open_registration(portal, departments=())
    portal.ok("content", "create", "--kind", "folder", "--code", "box", "--title", "Box")
    for code in ("open", "other"):
        words = ("--kind", "topic", "--code", code, "--title", "T", "--folder", "box")
        portal.ok("content", "create", *words)
    portal.ok("content", "link", "open")
    portal.ok("registration", "submit", "--content", "open", *person_options("ann"))
    portal.sql(
        """
        DELETE FROM content_grants WHERE item_id = (SELECT id FROM content_items WHERE code = :code)
        """,
        code="open",
    )
    engine.load_models()
    for table in SQLModel.metadata.sorted_tables:
        # The chain of seals has its head from the version on that begins it.
        if table.name in tables(empty_database.url) and table.name != "audit_heads":
            copy_rows(portal, empty_database, table.name)
    templates.drop(portal)
    empty_database.ok("db", "upgrade")
    empty_database.ok("content", "edit", "open", "--no-inherit")
    courses = empty_database.ok("learner", "courses", "ann", "-o", "id").out.split()
    assert sorted(courses) == ["open", "other"]


# What a mail of two days and another session kept before entries were one.
OLD_CALENDAR = "".join(
    f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//lmsctl//lmsctl//EN\r\nMETHOD:{method}\r\n"
    f"BEGIN:VEVENT\r\nUID:{uid}-1@lmsctl.invalid\r\nSEQUENCE:{sequence}\r\n"
    f"DTSTAMP:20260302T120000Z\r\nDTSTART:202603{day}T080000Z\r\nDTEND:202603{day}T090000Z\r\n"
    f'SUMMARY:Aid\\, "first" and a title that is so long that it i\r\n s folded\r\n'
    'ORGANIZER;CN="The school":invalid:nomail\r\nATTENDEE;ROLE=REQ-PARTICIPANT:\r\n'
    "LOCATION:Room 4\\; left\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    for method, uid, sequence, day in (
        ("CANCEL", "old", 9, 20),
        ("REQUEST", "d1", 3, 30),
        ("REQUEST", "d2", 5, 31),
    )
)


def test_entries_keep_their_names_and_mails_on_their_way_tell_of_all_days(
    empty_database: Portal,
    dialect: str,
    templates: Templates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The entry of the first day goes on as that of the session, with a number as high as any."""
    folder = tmp_path / "present"
    folder.mkdir()
    portal = templates.copy(dialect, folder)
    versions = actions.versions()
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "VERSION", versions[versions.index("0015") - 1])
        actions.upgrade(empty_database.url, patience=5)
    create_person(portal, "ann")
    create_training(portal, "aid", "--time-zone", "Europe/Berlin")
    create_session(portal, starts="2026-03-30T10:00")
    more = ("--starts", "2026-03-31T10:00", "--duration", "1h")
    portal.ok("session", "add-day", "aid", "spring", *more)
    portal.sql("UPDATE session_days SET uid = 'd1', revision = 3 WHERE id = 1")
    portal.sql("UPDATE session_days SET uid = 'd2', revision = 5 WHERE id = 2")
    portal.ok("enroll", "--user", "ann", "--training", "aid:spring")
    portal.ok("enroll", "--user", "owner", "--training", "aid")
    portal.sql("UPDATE notifications SET calendar = NULL WHERE channel <> 'mail'")
    portal.sql(
        "UPDATE notifications SET calendar = :old WHERE calendar IS NOT NULL", old=OLD_CALENDAR
    )
    engine.load_models()
    for table in SQLModel.metadata.sorted_tables:
        # The chain of seals has its head from the version on that begins it.
        if table.name in tables(empty_database.url) and table.name != "audit_heads":
            copy_rows(portal, empty_database, table.name)
    templates.drop(portal)
    empty_database.ok("db", "upgrade")
    rows = empty_database.ok("notification", "list", "-o", "json").json
    (number,) = (row["id"] for row in rows if row["recipient"] == "ann.x@example.com")
    entry = read_mail(empty_database.ok("notification", "preview", str(number), "-o", "json").json)
    assert (entry.uid, entry.sequence) == ("d1-1@lmsctl.invalid", 5)
    assert entry.summary == 'Aid, "first" and a title that is so long that it is folded'
    assert [(f"{one.starts_at:%dT%H}", one.place) for one in entry.happenings] == [
        ("30T08", "Room 4; left"),
        ("31T08", "Room 4; left"),
    ]
    answerable(empty_database)
    empty_database.ok("session", "edit", "aid", "spring", "--place", "Hall")
    number = empty_database.value(
        "SELECT max(id) FROM notifications WHERE channel = 'mail' AND calendar IS NOT NULL"
    )
    moved = read_mail(empty_database.ok("notification", "preview", str(number), "-o", "json").json)
    assert (moved.method, moved.uid) == ("REQUEST", entry.uid)
    assert moved.sequence > entry.sequence
    names = [uid for (uid,) in empty_database.sql("SELECT calendar_uid FROM training_enrollments")]
    assert len(set(names)) == 2
    assert all(len(uid) > len("@lmsctl.invalid") for uid in names)


def create_old_database(
    empty_database: Portal, monkeypatch: pytest.MonkeyPatch, logins: dict[str, str | None]
) -> None:
    """Make a database of the version before names, of people with these logins and addresses."""
    versions = actions.versions()
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "VERSION", versions[versions.index("0008") - 1])
        actions.upgrade(empty_database.url, patience=5)
    empty_database.sql(
        """
        INSERT INTO departments (id, path, name, full_name, full_key)
        VALUES (1, '/1/', '', '/', '')
        """
    )
    rows = []
    values: dict[str, str | None] = {}
    for number, (login, email) in enumerate(logins.items()):
        rows.append(
            f"""
            (:login{number}, :login_key{number}, :email{number}, :email_key{number}, 'F', 'L',
             'staff', 'active', 1, 'inherited', 'import', '2026-01-01T00:00:00Z')
            """
        )
        values[f"login{number}"] = login
        values[f"login_key{number}"] = canonical.key(login)
        values[f"email{number}"] = email
        values[f"email_key{number}"] = email and canonical.key(email)
    empty_database.sql(
        f"""
        INSERT INTO users (login, login_key, email, email_key, first_name, last_name, type,
                           status, department_id, supervisor_mode, origin, created_at)
        VALUES {",".join(rows)}
        """,
        **values,
    )


def test_keys_of_people_are_computed_anew(
    empty_database: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In lower case, in any number of batches, and every name stands in its one place."""
    many: dict[str, str | None] = {f"\u00dc{number}": None for number in range(1001)}
    create_old_database(
        empty_database, monkeypatch, {"Wei\u00df": "Wei\u00df@example.com", "Kim": None, **many}
    )
    assert empty_database.value("SELECT login_key FROM users ORDER BY id") == "weiss"
    actions.upgrade(empty_database.url, patience=5)
    assert empty_database.sql("SELECT login_key, email_key FROM users ORDER BY id")[:2] == [
        ("wei\u00df", "wei\u00df@example.com"),
        ("kim", None),
    ]
    assert empty_database.value("SELECT count(*) FROM user_names") == 1004
    assert empty_database.value("SELECT user_id FROM user_names WHERE key = :key", key="\u00fc1000")


def test_two_people_of_one_name_are_named_before_the_upgrade(
    empty_database: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is upgraded while one's login is the other's address."""
    create_old_database(empty_database, monkeypatch, {"amy": "x@e.com", "X@e.com": None})
    before = empty_database.value("SELECT version_num FROM alembic_version")
    with pytest.raises(NameShared, match="are both called") as caught:
        actions.upgrade(empty_database.url, patience=5)
    assert empty_database.value("SELECT version_num FROM alembic_version") == before
    assert {caught.value.values[name] for name in ("one", "other")} == {"amy", "X@e.com"}
    assert "user_names" not in tables(empty_database.url)


def columns(portal: Portal, table: str) -> list[str]:
    """Return the names of a table's columns."""
    connection = driver.open_database(portal.url, patience=5)
    try:
        cursor = database.execute(connection, f"SELECT * FROM {table} LIMIT 0")
        return list(cursor.keys())
    finally:
        connection.close()


def copy_rows(source: Portal, target: Portal, table: str) -> None:
    """Put the rows of one portal's table into that of another, as far as it has the columns."""
    names = columns(target, table)
    connection = driver.open_database(source.url, patience=5)
    cursor = database.execute(connection, f"SELECT {', '.join(names)} FROM {table}")
    for row in cursor.fetchall():
        marks = ", ".join(f":{name}" for name in names)
        target.sql(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
            **dict(zip(names, row, strict=True)),
        )
    connection.close()
    if not target.is_sqlite and "id" in names:
        # Ids that are given are not counted.
        counted = f"pg_get_serial_sequence('{table}', 'id')"
        target.sql(f"SELECT setval({counted}, max(id)) FROM {table} HAVING {counted} IS NOT NULL")


def test_upgrades_at_the_same_time_do_it_once(empty_database: Portal) -> None:
    """One of several makes the schema, the others find it made."""
    with ThreadPoolExecutor(4) as pool:
        ran = list(
            pool.map(lambda _: actions.upgrade(empty_database.url, patience=20)[0], range(4))
        )
    assert sorted(ran, key=str) == [schema.VERSION] * 3 + [None]


def test_a_newer_database_is_left_alone(portal: Portal) -> None:
    """A schema that this program does not know is refused, with exit status 12."""
    portal.sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaNewer):
        actions.upgrade(portal.url, patience=5)
    assert portal.run("db", "upgrade").status == 12


def test_a_database_of_another_program_is_left_alone(empty_database: Portal) -> None:
    """Tables that are not ours are neither mixed with ours nor touched."""
    if empty_database.is_sqlite:
        (empty_database.folder / "portal.db").touch()
    empty_database.sql("CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(SchemaForeign):
        actions.upgrade(empty_database.url, patience=5)
    assert tables(empty_database.url) == ["invoices"]


def test_waiting_for_somebody_elses_upgrade_ends(empty_database: Portal) -> None:
    """Who waits too long is told so instead of hanging."""
    actions.upgrade(empty_database.url, patience=5)
    other = driver.open_database(empty_database.url, patience=5)
    other.begin_writing()
    store.lock_schema(Work(other, clock.read(), "", ""))
    with pytest.raises(database_errors.DatabaseLocked):
        actions.upgrade(empty_database.url, patience=0.2)
    other.close()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """The refusal names the file instead of showing what the system said."""
    with pytest.raises(database_errors.DatabaseUnreachable, match=r"portal\.db"):
        actions.upgrade(f"sqlite:///{tmp_path / 'absent' / 'portal.db'}", patience=1)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    """Something else under that name is not overwritten."""
    file = tmp_path / "portal.db"
    file.write_bytes(b"not a database" * 500)
    with pytest.raises(database_errors.DatabaseDamaged):
        actions.upgrade(f"sqlite:///{file}", patience=1)
    assert file.read_bytes() == b"not a database" * 500


# From one version to the next --------------------------------------------------------------------

NEXT = '''"""A version that exists in this test only."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    """Add a table, then do what the test wants."""
    op.create_table("extras", sa.Column("id", sa.Integer, primary_key=True))
    {then}
'''
LATER = "9998"


def add_next_version(monkeypatch: pytest.MonkeyPatch, folder: Path, then: str) -> None:
    """Make this program one version later than the database, with a step that ends in `then`."""
    migrations = folder / "migrations"
    shutil.copytree(Path(actions.__file__).with_name("migrations"), migrations)
    text = NEXT.format(revision=LATER, before=schema.VERSION, then=then)
    (migrations / "versions" / f"{LATER}_extras.py").write_text(text)
    known = (*actions.versions(), LATER)
    monkeypatch.setattr(migrating, "_MIGRATIONS", str(migrations))
    monkeypatch.setattr(actions, "versions", lambda: known)
    monkeypatch.setattr(schema, "VERSION", LATER)


def test_an_older_database_is_refused_until_it_is_upgraded(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands say 12, `db status` says what is to do, `db upgrade` does it and is audited."""
    before = schema.VERSION
    add_next_version(monkeypatch, portal.folder, "pass")
    assert portal.run("user", "list").status == 12
    assert portal.ok("db", "status", "-o", "json").json["state"] == "upgrade_pending"
    assert portal.ok("db", "upgrade", "-n", "-o", "json").json["outcome"] == "updated"
    assert portal.run("user", "list").status == 12
    ran = portal.ok("db", "upgrade", "-o", "json").json
    assert ran == {"before": before, "after": LATER, "outcome": "updated"}
    assert "extras" in tables(portal.url)
    assert portal.value("SELECT count(*) FROM audit_rows WHERE code = 'db.upgraded'") == 1


def test_an_upgrade_that_fails_half_way_changes_nothing(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old version and all rows are still there, and the same program can go on using them."""
    before = schema.VERSION
    add_next_version(monkeypatch, portal.folder, "raise RuntimeError")
    with pytest.raises(RuntimeError):
        actions.upgrade(portal.url, patience=5)
    assert portal.value("SELECT version_num FROM alembic_version") == before
    assert "extras" not in tables(portal.url)
    monkeypatch.undo()
    portal.ok("user", "list")


def test_nobodys_rights_are_guessed_before_the_upgrade(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--as needs rows that cannot be read yet, so only the operator upgrades."""
    add_next_version(monkeypatch, portal.folder, "pass")
    assert portal.refused("db", "upgrade", "--as", "owner") == "rights_unreadable"


def test_upgrading_what_is_not_there_points_to_init(empty_database: Portal) -> None:
    """`db upgrade` makes no portal without an owner."""
    assert empty_database.refused("db", "upgrade") in {"schema_absent", "database_missing"}


def test_the_upgrade_of_a_current_portal_is_unchanged(portal: Portal) -> None:
    """Nothing to do is success."""
    ran = portal.ok("db", "upgrade", "-o", "json", "--exit-code")
    assert ran.json["outcome"] == "unchanged"
