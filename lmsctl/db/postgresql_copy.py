"""Copying a PostgreSQL database out and back in by its own programs, pg_dump and pg_restore."""

import itertools
import re
import shutil
import time
from pathlib import Path

from lmsctl.db import actions, postgresql_script, postgresql_tools, shape, shape_store, store
from lmsctl.db.errors import BackupUnsound, ToolFailed
from lmsctl.db.shape_store import Shape
from lmsctl.kit import dburl, schema, secret
from lmsctl.kit.database_errors import DatabaseLocked
from lmsctl.kit.driver import Connection
from lmsctl.kit.work import Work
from lmsctl.portal.errors import SchemaNewer

_VERSION = re.compile(r"^COPY .*\balembic_version .*?;\n(\S+)$", re.MULTILINE)
_SECRETS = {"password", "sslpassword", "oauth_client_secret"}
_CHUNK = 1 << 20
_LONGEST_PAUSE = 0.2

# Kinds of objects as the list of an archive calls them, as we call them, and how many words a name
# has there; behind the name stands the owner, which may have several.
_LISTED = {
    "TABLE": ("table", 1),
    "VIEW": ("view", 1),
    "MATERIALIZED VIEW": ("view", 1),
    "FOREIGN TABLE": ("table", 1),
    "CONSTRAINT": ("constraint", 2),
    "FK CONSTRAINT": ("constraint", 2),
    "CHECK CONSTRAINT": ("constraint", 2),
    "INDEX": ("index", 1),
    "TRIGGER": ("trigger", 2),
    "RULE": ("rule", 2),
}
_OBJECT = re.compile(rf"^\d+; \d+ \d+ ({'|'.join(_LISTED)}) (?!DATA )(.+)$", re.MULTILINE)


def back_up(source: Connection, file: Path, *, url: str, patience: float) -> None:
    """Write the portal in `source`, at `url`, into the empty `file`, and read it once.

    What other schemas of the database have is left alone. It is in pg_dump's custom format. Raises
    ToolMissing, ToolUnfit, ToolFailed and DatabaseLocked.
    """
    postgresql_tools.check_versions(source)
    # As a pattern, in which nothing between the quotes means anything else.
    schema_name = store.get_portal_schema(source).replace('"', '""')
    arguments = [
        f'--schema="{schema_name}"',
        "--format=custom",
        "--no-password",
        f"--lock-wait-timeout={round(patience * 1000)}",
        f"--dbname={libpq_address(url)}",
    ]
    password = source.raw.info.password
    variables = {"PGPASSWORD": password} if password else {}
    try:
        # We write the file, so that a full disk is reported as one.
        with (
            file.open("wb") as copy,
            postgresql_tools.running("pg_dump", arguments, variables) as dumped,
        ):
            shutil.copyfileobj(dumped, copy)
    except ToolFailed as failure:
        if "due to statement timeout" in str(failure):  # so pg_dump waits for locks
            raise DatabaseLocked(seconds=round(patience)) from failure
        raise
    with postgresql_tools.running("pg_restore", ["--file=-", str(file.absolute())]) as script:
        while script.read(_CHUNK):
            pass


def check(file: Path, target: Connection | None, url: str, *, patience: float) -> str:
    """Return the version of the schema in the backup `file`, of which every object is there.

    It must be called as that of the portal in `target`. What columns and indexes are like shows
    only in `restore`. Raises BackupUnsound, SchemaNewer when this program does not know its
    schema, and ToolMissing.
    """
    assert target
    schema_name = store.get_portal_schema(target)
    found = _read_version(file, schema_name)
    expected = shape.expected_at(url, found, patience=patience)
    if expected is not None:
        _check_objects(file, schema_name, expected)
    return found


def _read_version(file: Path, schema_name: str) -> str:
    """Return the version of the schema in a backup; raises BackupUnsound and SchemaNewer."""
    arguments = [
        "--data-only",
        f"--schema={schema_name}",
        "--table=alembic_version",
        "--file=-",
        str(file.absolute()),
    ]
    try:
        with postgresql_tools.running("pg_restore", arguments) as script:
            found = _VERSION.search(script.read().decode(errors="replace"))
    except ToolFailed as failure:
        raise BackupUnsound(file=file, reason=failure.values["reason"]) from failure
    if found is None:
        reason = f"it holds no portal in a schema '{schema_name}'"
        raise BackupUnsound(file=file, reason=reason)
    if found[1] not in actions.versions():
        raise SchemaNewer(found=found[1], wanted=schema.VERSION)
    return found[1]


def _check_objects(file: Path, schema_name: str, expected: Shape) -> None:
    """Raise BackupUnsound when the backup lists other objects than `expected`."""
    arguments = ["--list", f"--schema={schema_name}", str(file.absolute())]
    with postgresql_tools.running("pg_restore", arguments) as script:
        listing = script.read().decode(errors="replace")
    names = {_object_name(kind, rest, schema_name) for kind, rest in _OBJECT.findall(listing)}
    listed = {name: expected.get(name, "") for name in names}
    kinds = {kind for kind, _ in _LISTED.values()}
    named = {
        name: definition
        for name, definition in expected.items()
        if name.partition(" ")[0] in kinds and not definition.startswith("CHECK")
    }
    wrong = shape.differences(listed, named)
    if wrong:
        raise BackupUnsound(file=file, reason=wrong[0].sentence)


def _object_name(kind: str, rest: str, schema_name: str) -> str:
    """Return the name that `read_shape` has for one line of the list of an archive."""
    ours, words = _LISTED[kind]
    return f"{ours} {'.'.join(rest.removeprefix(schema_name).split()[:words])}"


def restore(file: Path, work: Work, url: str, *, patience: float) -> bool:
    """Replace the portal by the backup `file` within `work`, which must not have begun.

    Everything happens in one transaction, and every object is compared with what the migrations
    make on the server of `url`. Returns whether that could be made there. Raises BackupUnsound,
    BackupRefused, ToolMissing, and DatabaseLocked when others keep a table for too long.
    """
    _lock_everything(work, patience)
    actions.authorize(work)
    first, known = store.drop_statement(work).encode(), store.list_settings(work)
    arguments = [
        "--clean",
        "--if-exists",
        "--no-owner",
        f"--schema={store.get_portal_schema(work.connection)}",
        "--file=-",
        str(file.absolute()),
    ]
    try:
        with postgresql_tools.running("pg_restore", arguments) as script:
            lines = itertools.chain([first], script)
            postgresql_script.execute(work.connection, lines, known)
    except ToolFailed as failure:
        raise BackupUnsound(file=file, reason=failure.values["reason"]) from failure
    version = actions.find_schema_state(work)[1] or ""
    expected = shape.expected_at(url, version, patience=patience)
    wrong = shape.differences(shape_store.read_shape(work), expected)
    if wrong:
        raise BackupUnsound(file=file, reason=wrong[0].sentence)
    return expected is not None


def _lock_everything(work: Work, patience: float) -> None:
    """Begin `work` and lock every table; raises DatabaseLocked when `patience` is at its end.

    Between two tries nothing is locked, so that nobody waits behind us for long.
    """
    deadline = time.monotonic() + patience
    while True:
        work.begin()
        try:
            store.lock_everything(work)
        except DatabaseLocked as locked:
            work.connection.rollback()
            work.has_begun = False
            if time.monotonic() >= deadline:
                raise DatabaseLocked(seconds=round(patience)) from locked
            time.sleep(secret.pause(_LONGEST_PAUSE))
        else:
            return


def libpq_address(url: str) -> str:
    """Return `url` as an address for libpq programs of any version, without its secrets.

    Options that only the driver's library knows are left out, and everybody can read argv.
    """
    from psycopg import conninfo

    given = conninfo.conninfo_to_dict(dburl.libpq_url(url))
    return conninfo.make_conninfo(
        "", **{name: value for name, value in given.items() if name not in _SECRETS}
    )
