"""A schema that is not, object by object, what its version has is neither restored nor passed."""

from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from lmsctl.db import actions, shape
from lmsctl.kit import dburl
from lmsctl.kit.sqlite import library as sqlite3
from tests.conftest import Portal
from tests.db.test_backup import client_programs

__all__ = ["client_programs"]  # a fixture that every test here stands on

# What differs, how that is brought about, and what names it: on both databases.
DAMAGES = {
    "table": (["DROP TABLE group_members"], "table group_members is missing"),
    "another table": (["CREATE TABLE spies (id INTEGER)"], "table spies is not of lmsctl"),
    "view": (["CREATE VIEW v AS SELECT 1 AS one"], "view v is not of lmsctl"),
    "index": (["DROP INDEX departments_one_root"], "index departments_one_root is missing"),
    "another index": (
        ["CREATE INDEX odd ON users (first_name)"],
        "index odd is not of lmsctl",
    ),
}
# What the list of an archive does not tell: it shows within the transaction that restores.
WITHIN = {
    "column": (["ALTER TABLE users DROP COLUMN away_at"], "column users.away_at is missing"),
    "another column": (
        ["ALTER TABLE users ADD COLUMN odd TEXT"],
        "column users.odd is not of lmsctl",
    ),
    "unique index": (
        [
            "DROP INDEX departments_one_root",
            (
                "CREATE INDEX departments_one_root ON departments ((parent_id IS NULL))"
                " WHERE parent_id IS NULL"
            ),
        ],
        "index departments_one_root is '",
    ),
    "partial index": (
        ["DROP INDEX users_due", "CREATE INDEX users_due ON users (due_at)"],
        "index users_due is '",
    ),
    "columns of an index": (
        [
            "DROP INDEX users_due",
            "CREATE INDEX users_due ON users (due_status) WHERE due_at IS NOT NULL",
        ],
        "index users_due is '",
    ),
}
SQLITE = {
    "trigger": (
        [
            (
                "CREATE TRIGGER spy AFTER INSERT ON users BEGIN"
                " UPDATE portals SET name = 'x' WHERE id = 1; END"
            )
        ],
        "trigger users.spy is not of lmsctl",
    ),
}
# Words of CREATE TABLE, as somebody would change them by hand: table, before, after, what is named.
REWRITTEN = {
    "type": ("users", "first_name TEXT", "first_name ANY", "column users.first_name is "),
    "null": ("users", "first_name TEXT NOT NULL", "first_name TEXT", "column users.first_name is "),
    "default": ("users", "DEFAULT '1'", "DEFAULT '2'", "column users.version is "),
    "check": (
        "portals",
        "CONSTRAINT only_one_portal CHECK (id = 1)",
        "CONSTRAINT only_one_portal CHECK (id > 0)",
        "constraint portals.only_one_portal is ",
    ),
    "strict": ("users", "STRICT", "", "table users is "),
}
POSTGRESQL = {
    "trigger": (
        [
            (
                "CREATE TRIGGER spy BEFORE UPDATE ON users FOR EACH ROW"
                " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
            )
        ],
        "trigger users.spy is not of lmsctl",
    ),
    "unique constraint": (
        ["ALTER TABLE users DROP CONSTRAINT users_login_key_key"],
        "constraint users.users_login_key_key is missing",
    ),
    "foreign key": (
        ["ALTER TABLE group_members DROP CONSTRAINT group_members_user_id_fkey"],
        "constraint group_members.group_members_user_id_fkey is missing",
    ),
    "rule": (
        ["CREATE RULE spy AS ON DELETE TO users DO INSTEAD NOTHING"],
        "rule users.spy is not of lmsctl",
    ),
}
POSTGRESQL_WITHIN = {
    "unlogged": (
        ["ALTER TABLE run_faults SET UNLOGGED"],
        "table run_faults is 'r unlogged'",
    ),
    "type": (
        ["ALTER TABLE users ALTER first_name TYPE VARCHAR(300)"],
        "column users.first_name is ",
    ),
    "null": (
        ["ALTER TABLE users ALTER first_name DROP NOT NULL"],
        "column users.first_name is ",
    ),
    "default": (["ALTER TABLE users ALTER version SET DEFAULT 2"], "column users.version is "),
    "identity": (["ALTER TABLE users ALTER id DROP IDENTITY"], "column users.id is "),
    "check": (
        ["ALTER TABLE portals DROP CONSTRAINT only_one_portal"],
        "constraint portals.only_one_portal is missing",
    ),
    "unchecked": (
        ["ALTER TABLE users DISABLE TRIGGER ALL"],
        "table users is 'r with triggers switched off'",
    ),
    "row security": (
        ["ALTER TABLE users ENABLE ROW LEVEL SECURITY"],
        "table users is 'r with row security'",
    ),
}
only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)


def rewrite(portal: Portal, table: str, before: str, after: str) -> None:
    """Change the words of CREATE TABLE in the file itself."""
    connection = sqlite3.connect(dburl.sqlite_path(portal.url))
    connection.execute("PRAGMA writable_schema = ON")
    changed = connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ? AND instr(sql, ?)",
        (before, after, table, before),
    )
    assert changed.rowcount == 1
    connection.commit()
    connection.close()


def assert_named(portal: Portal, sentence: str) -> None:
    """Make sure that the check names the object in one line, with what to do."""
    ran = portal.run("db", "check", "-o", "json")
    assert ran.status == 10, ran.err
    found = [row for row in ran.json if row["check"] == "schema_agrees"]
    assert [row["example"] for row in found if row["example"].startswith(sentence)], ran.json
    assert len(found) == 1, found
    assert found[0]["expected"].endswith(".")


def assert_not_restored(portal: Portal, sentence: str) -> None:
    """Make sure that a backup of it is refused by the object's name, and nothing was changed."""
    portal.ok("db", "backup", "copy")
    before = portal.value("SELECT count(*) FROM audit_rows WHERE code = 'db.restored'")
    ran = portal.run("db", "restore", "copy", "--yes", "-o", "json")
    assert ran.code == "backup_unsound"
    assert sentence in ran.error["message"]
    assert portal.value("SELECT count(*) FROM audit_rows WHERE code = 'db.restored'") == before


def damage(portal: Portal, statements: list[str]) -> None:
    """Run statements straight on the database."""
    for statement in statements:
        portal.sql(statement)


@pytest.mark.usefixtures("schema_made_once")
@pytest.mark.parametrize("kind", DAMAGES)
def test_what_differs_is_named_and_not_restored(portal: Portal, kind: str) -> None:
    """A missing or an added object is found by both verbs."""
    statements, sentence = DAMAGES[kind]
    damage(portal, statements)
    assert_not_restored(portal, sentence)
    assert_named(portal, sentence)


@pytest.mark.usefixtures("schema_made_once")
@pytest.mark.parametrize("kind", WITHIN)
def test_what_an_object_is_like_is_compared(portal: Portal, kind: str) -> None:
    """A column or an index that is there, but another one."""
    statements, sentence = WITHIN[kind]
    damage(portal, statements)
    assert_named(portal, sentence)
    assert_not_restored(portal, sentence)


@pytest.mark.usefixtures("schema_made_once")
@only_sqlite
@pytest.mark.parametrize("kind", SQLITE)
def test_a_trigger_of_sqlite_is_found(portal: Portal, kind: str) -> None:
    """Whatever acts on its own is found by both verbs."""
    statements, sentence = SQLITE[kind]
    damage(portal, statements)
    assert_not_restored(portal, sentence)
    assert_named(portal, sentence)


@pytest.mark.usefixtures("schema_made_once")
@only_sqlite
@pytest.mark.parametrize("kind", REWRITTEN)
def test_words_of_a_table_are_compared(portal: Portal, kind: str) -> None:
    """Types, nulls, defaults, checks and strictness are part of what a table is."""
    *change, sentence = REWRITTEN[kind]
    rewrite(portal, *change)
    assert_not_restored(portal, sentence)
    assert_named(portal, sentence)


@pytest.mark.usefixtures("schema_made_once")
@only_postgresql
@pytest.mark.parametrize("kind", POSTGRESQL)
def test_objects_of_postgresql_are_compared(portal: Portal, kind: str) -> None:
    """Constraints, triggers and rules are found by both verbs."""
    statements, sentence = POSTGRESQL[kind]
    damage(portal, statements)
    assert_not_restored(portal, sentence)
    assert_named(portal, sentence)


@pytest.mark.usefixtures("schema_made_once")
@only_postgresql
@pytest.mark.parametrize("kind", POSTGRESQL_WITHIN)
def test_columns_of_postgresql_are_compared(portal: Portal, kind: str) -> None:
    """What the list of an archive does not tell is found in the database, and before it is ours."""
    statements, sentence = POSTGRESQL_WITHIN[kind]
    damage(portal, statements)
    assert_named(portal, sentence)
    if kind != "unchecked":  # pg_dump does not write that down, so a restore repairs it
        assert_not_restored(portal, sentence)


def test_only_what_one_statement_makes_is_advised_to_be_made_again(portal: Portal) -> None:
    """A table has columns that the words of its own do not tell."""
    damage(portal, ["DROP TABLE group_members", "DROP INDEX departments_one_root"])
    rows = {row["example"]: row for row in portal.run("db", "check", "-o", "json").json}
    assert "make it again" not in rows["table group_members is missing"]["expected"]
    assert "make it again" in rows["index departments_one_root is missing"]["expected"]


def test_the_comparison_leaves_nothing_behind(portal: Portal) -> None:
    """The schema it compares with is seen by nobody."""
    assert portal.ok("db", "check", "-o", "json").json == []
    assert portal.ok("db", "status", "-o", "json").json["state"] == "current"
    if not portal.is_sqlite:
        sql = "SELECT count(*) FROM pg_class WHERE relname = 'users'"
        assert portal.value(sql) == 1


def test_without_the_portals_table_the_check_names_it(portal: Portal) -> None:
    """A portal that lost its first table is not one that was never made."""
    cascade = "" if portal.is_sqlite else " CASCADE"
    damage(portal, [f"DROP TABLE portals{cascade}"])
    assert_named(portal, "table portals is missing")
    assert portal.refused("db", "check", "--as", "owner") == "rights_unreadable"


CHANGING_ROWS = {"0013"}


@only_sqlite
def test_every_version_has_its_own_shape(portal: Portal) -> None:
    """An older schema is compared with what that version made, unless it only changed rows."""
    versions = [version for version in actions.versions() if version not in CHANGING_ROWS]
    made = [shape.expected_at(portal.url, version, patience=5) for version in versions]
    shapes = [found for found in made if found is not None]
    assert len(shapes) == len(made)
    assert all(shape.differences(a, b) for a, b in pairwise(shapes))


@only_postgresql
def test_without_the_right_to_temporary_tables_names_are_compared(portal: Portal) -> None:
    """A server that lets us make nothing, like a standby, refuses neither a check nor a restore."""
    database = urlsplit(portal.url).path.strip("/")
    role = f"lean_{database}"
    portal.sql(f"REVOKE TEMP ON DATABASE {database} FROM PUBLIC")
    portal.sql(f"CREATE ROLE {role} LOGIN IN ROLE pg_read_all_data, pg_write_all_data")
    portal.sql("GRANT ALL ON SCHEMA public TO " + role)
    for (table,) in portal.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        portal.sql(f"ALTER TABLE {table} OWNER TO {role}")
    lean = Portal(portal.url.replace("postgres:@", f"{role}:@"), portal.folder)
    try:
        ran = lean.ok("db", "check", "-o", "json")
        assert ran.json == []
        assert "only the names" in ran.err
        lean.ok("db", "backup", "copy")
        assert "was not compared" in lean.ok("db", "restore", "copy", "--yes").err
        portal.sql("ALTER TABLE users DROP COLUMN away_at")
        assert_named(lean, "column users.away_at is missing")
    finally:
        portal.sql(f"DROP OWNED BY {role} CASCADE")
        portal.sql(f"DROP ROLE {role}")
