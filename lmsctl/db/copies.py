"""Backing up and restoring the database: who may, what is asked first, what is left behind."""

from pathlib import Path
from types import ModuleType

from lmsctl.audit import actions as audit
from lmsctl.db import actions, engine, files, postgresql_copy, sqlite_copy
from lmsctl.db.errors import BackupMissing
from lmsctl.db.results import Backup, State
from lmsctl.kit import dburl, driver, schema
from lmsctl.kit.answer import Done
from lmsctl.kit.driver import DatabaseDamaged, DatabaseMissing, DatabaseReadOnly
from lmsctl.kit.environment import Environment
from lmsctl.kit.work import Work

_WAYS: dict[str, ModuleType] = {"sqlite": sqlite_copy, "postgresql": postgresql_copy}


def back_up(env: Environment, file: Path, *, is_replacing: bool) -> Done:
    """Write a backup to `file`; needs `db.manage` everywhere.

    A rehearsal makes it and throws it away. Raises what `files` and the two ways of copying raise.
    """
    target = env.connecting

    def prepare(work: Work, *, is_recorded: bool = True) -> str | None:
        state, version = actions.enter(work)
        files.check_target(file, target.url, is_replacing=is_replacing)
        if is_recorded and state is State.CURRENT:
            audit.record(work, "db.backed_up", f"backup {file.name}")
        return version

    try:
        version = env.write(prepare)
    except DatabaseReadOnly:
        # A copy of what nobody can write is welcome all the same.
        version = env.read(lambda work: prepare(work, is_recorded=False))
    connection = env.connect()
    connection.rollback()
    with files.replacing(file, is_rehearsal=env.options.dry_run) as temporary:
        _WAYS[connection.dialect].back_up(connection, temporary, patience=target.patience)
        size = temporary.stat().st_size
    result = Backup(str(file), connection.dialect, version, size)
    return Done(result, f"Backed up to '{file}'.")


def restore(env: Environment, file: Path) -> Done:
    """Put the backup `file` in place of the database, after a confirmation; needs `db.manage`.

    A missing SQLite file is made; a damaged one is kept under another name. A rehearsal checks the
    backup only. Raises BackupMissing, BackupIsDatabase and what the two ways of copying raise.
    """
    notes: list[str] = []
    try:
        version = env.write(lambda work: _prepare(work, env, file))
    except (DatabaseMissing, DatabaseDamaged) as lost:
        actions.check_operator(env.options.as_login, lost.message().rstrip("."))
        version = _checked(env, file, "sqlite")
        if not env.options.dry_run:
            notes += _make_room(env, lost)
    if not env.options.dry_run:
        connection = env.connect()
        _WAYS[connection.dialect].put_back(file, connection, patience=env.connecting.patience)
        env.write(lambda work: _record(work, file))
    if version != schema.VERSION:
        notes.append("Its schema is older than this program: run 'lmsctl db upgrade'.")
    result = Backup(str(file), _dialect(env), version, file.stat().st_size)
    return Done(result, f"Restored from '{file}'.", notes=notes)


def _prepare(work: Work, env: Environment, file: Path) -> str:
    actions.enter(work)
    version = _checked(env, file, work.connection.dialect)
    address = dburl.without_password(env.connecting.url)
    work.confirm(
        f"Put the backup '{file}' in place of everything in {address}?",
        ["goes: what was entered since the backup was made"],
    )
    return version


def _checked(env: Environment, file: Path, dialect: str) -> str:
    if not file.is_file():
        raise BackupMissing(file=file)
    files.check_not_database(file, env.connecting.url)
    return str(_WAYS[dialect].check(file, patience=env.connecting.patience))


def _make_room(env: Environment, lost: Exception) -> list[str]:
    env.close()
    url = env.connecting.url
    notes = []
    if isinstance(lost, DatabaseDamaged):
        notes.append(
            f"The damaged file is kept as '{sqlite_copy.set_aside(driver.sqlite_path(url))}'."
        )
    engine.make_private_file(url)
    env.connect(create=True)
    return notes


def _record(work: Work, file: Path) -> None:
    if actions.state(work)[0] is State.CURRENT:
        audit.record(work, "db.restored", f"backup {file.name}")


def _dialect(env: Environment) -> str:
    return "sqlite" if env.connecting.url.startswith("sqlite") else "postgresql"
