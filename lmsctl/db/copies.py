"""Backing up and restoring the database: rights, the confirmation, the audit log, the result."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from lmsctl.audit import actions as audit
from lmsctl.db import actions, engine, files, postgresql_copy, sqlite_copy
from lmsctl.db.errors import BackupMissing
from lmsctl.db.results import Backup, SchemaState
from lmsctl.kit import clock, dburl, schema
from lmsctl.kit.answer import Done
from lmsctl.kit.database_errors import DatabaseDamaged, DatabaseMissing
from lmsctl.kit.driver import Connection
from lmsctl.kit.environment import Environment, operator
from lmsctl.kit.errors import Unavailable
from lmsctl.kit.work import Work, run_write

_NOT_COMPARED = (
    "The server lets no temporary tables be made, so the schema of the backup was not compared with"
    " what it must be: run 'lmsctl db check'."
)
_MODULES: dict[str, ModuleType] = {"sqlite": sqlite_copy, "postgresql": postgresql_copy}


def back_up(env: Environment, file: Path, *, is_replacing: bool) -> Done:
    """Write a backup to `file`; needs `db.manage` everywhere.

    A rehearsal makes it and throws it away. Raises what `files`, `sqlite_copy` and
    `postgresql_copy` raise.
    """
    target = env.connection_settings
    place = env.files.claim(str(file), "FILE")

    def prepare(work: Work) -> tuple[SchemaState, str | None]:
        found = actions.authorize(work)
        if place.standard is None:
            files.check_target(file, is_replacing=is_replacing)
        return found

    def record(work: Work) -> None:
        work.note_after_commit = (
            f"The audit log notes the backup already: see whether '{file}' is there."
        )
        _record(work, "db.backed_up", file)

    state, version = env.read(prepare)
    connection = env.connect()
    connection.rollback()
    notes: list[str] = []
    with files.replacing(place) as temporary:
        _MODULES[connection.dialect].back_up(
            connection, temporary, url=target.url, patience=target.patience
        )
        size = temporary.stat().st_size
        if state is SchemaState.CURRENT:
            # Before the file takes its place, so that none is ever there without a record of it.
            notes += _record_backup(env, record)
    result = Backup(str(file), connection.dialect, version, size)
    return Done(result, f"Backed up to '{file}'.", notes=notes)


def restore(env: Environment, file: Path) -> Done:
    """Put the backup `file` in place of the database, after a confirmation; needs `db.manage`.

    A missing SQLite file is made; a damaged one is kept under another name. A rehearsal checks the
    backup only. Raises BackupMissing, BackupIsDatabase and what `sqlite_copy` and
    `postgresql_copy` raise.
    """
    notes: list[str] = []
    with contextlib.ExitStack() as undoing:
        try:
            version = env.write(lambda work: _confirm_restore(work, env, file))
        except (DatabaseMissing, DatabaseDamaged) as lost:
            actions.require_operator(env.options.as_login, lost.format_message().rstrip("."))
            version = _check_backup(env, file, None)
            if not env.options.dry_run:
                notes += _make_empty_database(env, lost, undoing)
        if not env.options.dry_run:
            notes += _replace_database(env, file, undoing)
    if version != schema.VERSION:
        notes.append("Its schema is older than this program: run 'lmsctl db upgrade'.")
    result = Backup(str(file), _dialect(env), version, file.stat().st_size)
    return Done(result, f"Restored from '{file}'.", notes=notes)


def _replace_database(env: Environment, file: Path, undoing: contextlib.ExitStack) -> list[str]:
    """Put the backup in place of the database, keep what `undoing` would undo, return notes."""
    patience = env.connection_settings.patience

    def record(work: Work) -> None:
        if actions.find_schema_state(work)[0] is SchemaState.CURRENT:
            _record(work, "db.restored", file)

    def replace_portal(work: Work) -> bool:
        is_compared = postgresql_copy.restore(
            file, work, env.connection_settings.url, patience=patience
        )
        record(work)
        return is_compared

    if _dialect(env) == "postgresql":
        is_compared = env.write(replace_portal, begins_itself=True)
        return [] if is_compared else [_NOT_COMPARED]

    def record_in_copy(copy: Connection) -> None:
        run_write(lambda: _new_work(copy, env), record)

    sqlite_copy.restore(file, env.connect(), record_in_copy, patience=patience)
    undoing.pop_all()
    return []


def _new_work(copy: Connection, env: Environment) -> Work:
    """Return a unit of work on a copy, in the name of who calls the command."""
    return Work(
        copy,
        now=clock.read(env.environ.get("LMSCTL_NOW") or None),
        operator=operator(),
        command=env.command,
        as_login=env.options.as_login,
    )


def _record_backup(env: Environment, record: Callable[[Work], None]) -> list[str]:
    """Record the backup in the audit log; return a note when the log cannot be written."""
    try:
        env.write(record)
    except Unavailable as refusal:
        # The copy itself is sound, and may be all that can still be saved from a full disk.
        return [f"The audit log cannot be written, so this is not noted there ({refusal.code})."]
    return []


def _confirm_restore(work: Work, env: Environment, file: Path) -> str:
    """Check rights and backup, ask for a confirmation, and return the version of the backup."""
    actions.authorize(work)
    foreign = actions.list_foreign_tables(work)
    version = _check_backup(env, file, work.connection)
    address = dburl.without_password(env.connection_settings.url)
    work.confirm(
        f"Put the backup '{file}' in place of everything in {address}?",
        [
            "goes: what was entered since the backup was made",
            *(f"goes: the table '{name}', which this program does not know" for name in foreign),
        ],
    )
    # Nothing was changed, so the transaction must not be reported as a change.
    work.connection.rollback()
    work.has_begun = False
    return version


def _check_backup(env: Environment, file: Path, connection: Connection | None) -> str:
    """Return the version of the schema in a backup that can be restored here."""
    if not os.path.isfile(file):  # noqa: PTH113 - Path's raises of a name that is too long
        raise BackupMissing(file=file)
    files.check_not_database(file, env.connection_settings.url)
    target = env.connection_settings
    module = _MODULES[_dialect(env)]
    return str(module.check(file, connection, target.url, patience=target.patience))


def _make_empty_database(
    env: Environment, lost: Exception, undoing: contextlib.ExitStack
) -> list[str]:
    """Make an empty database in place of the lost one; `undoing` gets what takes that back."""
    env.close()
    url = env.connection_settings.url
    path = dburl.sqlite_path(url)
    notes = []
    if isinstance(lost, DatabaseDamaged):
        kept = sqlite_copy.rename_damaged(path)
        undoing.callback(sqlite_copy.rename_database, kept, path)
        notes.append(f"The damaged file is kept as '{kept}'.")
    engine.make_private_file(url)
    undoing.callback(sqlite_copy.remove_database, path)
    undoing.callback(env.close)
    env.connect(create=True)
    return notes


def _record(work: Work, code: str, file: Path) -> None:
    audit.record(work, code, f"backup {file.name}")


def _dialect(env: Environment) -> str:
    return "sqlite" if env.connection_settings.url.startswith("sqlite") else "postgresql"
