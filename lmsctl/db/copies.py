"""Backing up and restoring the database: who may, what is asked first, what is left behind."""

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
_WAYS: dict[str, ModuleType] = {"sqlite": sqlite_copy, "postgresql": postgresql_copy}


def back_up(env: Environment, file: Path, *, is_replacing: bool) -> Done:
    """Write a backup to `file`; needs `db.manage` everywhere.

    A rehearsal makes it and throws it away. Raises what `files` and the two ways of copying raise.
    """
    target = env.connection_settings
    place = env.files.claim(str(file), "FILE")

    def prepare(work: Work) -> tuple[SchemaState, str | None]:
        found = actions.enter(work)
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
        _WAYS[connection.dialect].back_up(
            connection, temporary, url=target.url, patience=target.patience
        )
        size = temporary.stat().st_size
        if state is SchemaState.CURRENT:
            # Before the file takes its place, so that none is ever there without being noted.
            notes += _noted(env, record)
    result = Backup(str(file), connection.dialect, version, size)
    return Done(result, f"Backed up to '{file}'.", notes=notes)


def restore(env: Environment, file: Path) -> Done:
    """Put the backup `file` in place of the database, after a confirmation; needs `db.manage`.

    A missing SQLite file is made; a damaged one is kept under another name. A rehearsal checks the
    backup only. Raises BackupMissing, BackupIsDatabase and what the two ways of copying raise.
    """
    notes: list[str] = []
    with contextlib.ExitStack() as undoing:
        try:
            version = env.write(lambda work: _prepare(work, env, file))
        except (DatabaseMissing, DatabaseDamaged) as lost:
            actions.check_operator(env.options.as_login, lost.format_message().rstrip("."))
            version = _checked(env, file, None)
            if not env.options.dry_run:
                notes += _make_room(env, lost, undoing)
        if not env.options.dry_run:
            notes += _put_back(env, file, undoing)
    if version != schema.VERSION:
        notes.append("Its schema is older than this program: run 'lmsctl db upgrade'.")
    result = Backup(str(file), _dialect(env), version, file.stat().st_size)
    return Done(result, f"Restored from '{file}'.", notes=notes)


def _put_back(env: Environment, file: Path, undoing: contextlib.ExitStack) -> list[str]:
    patience = env.connection_settings.patience

    def record(work: Work) -> None:
        if actions.state(work)[0] is SchemaState.CURRENT:
            _record(work, "db.restored", file)

    def put_back(work: Work) -> bool:
        done = postgresql_copy.put_back(file, work, env.connection_settings.url, patience=patience)
        record(work)
        return done

    if _dialect(env) == "postgresql":
        is_compared = env.write(put_back, begins_itself=True)
        return [] if is_compared else [_NOT_COMPARED]

    def note(copy: Connection) -> None:
        run_write(lambda: _work_on(copy, env), record)

    sqlite_copy.put_back(file, env.connect(), note, patience=patience)
    undoing.pop_all()
    return []


def _work_on(copy: Connection, env: Environment) -> Work:
    return Work(
        copy,
        now=clock.read(env.environ.get("LMSCTL_NOW") or None),
        operator=operator(),
        command=env.command,
        as_login=env.options.as_login,
    )


def _noted(env: Environment, record: Callable[[Work], None]) -> list[str]:
    try:
        env.write(record)
    except Unavailable as refusal:
        # The copy itself is sound, and may be all that somebody on a full disk can still do.
        return [f"The audit log cannot be written, so this is not noted there ({refusal.code})."]
    return []


def _prepare(work: Work, env: Environment, file: Path) -> str:
    actions.enter(work)
    strangers = actions.strangers(work)
    version = _checked(env, file, work.connection)
    address = dburl.without_password(env.connection_settings.url)
    work.confirm(
        f"Put the backup '{file}' in place of everything in {address}?",
        [
            "goes: what was entered since the backup was made",
            *(f"goes: the table '{name}', which this program does not know" for name in strangers),
        ],
    )
    # Nothing was changed, so nothing is to be called changed.
    work.connection.rollback()
    work.has_begun = False
    return version


def _checked(env: Environment, file: Path, connection: Connection | None) -> str:
    if not os.path.isfile(file):  # noqa: PTH113 - Path's raises of a name that is too long
        raise BackupMissing(file=file)
    files.check_not_database(file, env.connection_settings.url)
    target = env.connection_settings
    way = _WAYS[_dialect(env)]
    return str(way.check(file, connection, target.url, patience=target.patience))


def _make_room(env: Environment, lost: Exception, undoing: contextlib.ExitStack) -> list[str]:
    """Make an empty database where the lost one was, until `undoing` takes that back."""
    env.close()
    url = env.connection_settings.url
    path = dburl.sqlite_path(url)
    notes = []
    if isinstance(lost, DatabaseDamaged):
        kept = sqlite_copy.set_aside(path)
        undoing.callback(sqlite_copy.rename, kept, path)
        notes.append(f"The damaged file is kept as '{kept}'.")
    engine.make_private_file(url)
    undoing.callback(sqlite_copy.remove, path)
    undoing.callback(env.close)
    env.connect(create=True)
    return notes


def _record(work: Work, code: str, file: Path) -> None:
    audit.record(work, code, f"backup {file.name}")


def _dialect(env: Environment) -> str:
    return "sqlite" if env.connection_settings.url.startswith("sqlite") else "postgresql"
