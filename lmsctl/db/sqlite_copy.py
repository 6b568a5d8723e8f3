"""Copying a SQLite database out and back in while others use it, by SQLite's own backup."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lmsctl.db import actions, store
from lmsctl.db.errors import BackupUnsound, BackupUnwritable, SpareUnwritable
from lmsctl.db.results import SchemaState
from lmsctl.kit import clock, database, schema, writing
from lmsctl.kit.database_errors import DatabaseFull, DatabaseLocked
from lmsctl.kit.driver import Connection
from lmsctl.kit.errors import Refusal
from lmsctl.kit.sqlite import library as sqlite3
from lmsctl.kit.sqlite_connection import Sqlite
from lmsctl.kit.work import Work, run_read
from lmsctl.portal.errors import SchemaNewer

_POLL_SECONDS = 0.05
_SIDE_FILES = ("-wal", "-shm", "-journal")


def back_up(source: Connection, file: Path, *, url: str, patience: float) -> None:  # noqa: ARG001 - one shape
    """Write the whole database of `source` into the empty `file`.

    Raises BackupUnwritable, BackupUnsound when the database is damaged, and DatabaseLocked.
    """
    with contextlib.closing(Sqlite(file, patience=patience, create=False)) as target:
        try:
            _copy(source, target, patience)
        except sqlite3.Error as error:
            raise BackupUnwritable(file=file, reason=error) from error
        store.make_single_file(target)
        _check_sound(target, file)


def check(file: Path, target: Connection | None, url: str, *, patience: float) -> str:  # noqa: ARG001 - one shape
    """Return the version of the schema in the backup `file`, of which every object is there.

    Raises BackupUnsound, and SchemaNewer when this program does not know its schema.
    """
    from lmsctl.db import shape, shape_store

    try:
        with contextlib.closing(Sqlite(file, patience=patience, create=False)) as copy:
            _check_sound(copy, file)
            _check_encoding(copy, file)
            state, version = run_read(lambda: _new_work(copy), actions.find_schema_state)
            copy.rollback()
            found = run_read(lambda: _new_work(copy), shape_store.read_shape)
    except Refusal as refusal:
        if isinstance(refusal, BackupUnsound):
            raise
        raise BackupUnsound(file=file, reason=refusal.format_message().rstrip(".")) from refusal
    if state is SchemaState.ABSENT or version is None:
        raise BackupUnsound(file=file, reason="it holds no portal")
    if state is SchemaState.NEWER:
        raise SchemaNewer(found=version, wanted=schema.VERSION)
    wrong = shape.differences(found, shape.expected_at(url, version, patience=patience))
    if wrong:
        raise BackupUnsound(file=file, reason=wrong[0].sentence)
    return version


def restore(
    file: Path, target: Connection, record: Callable[[Connection], None], *, patience: float
) -> None:
    """Replace everything in `target` by the backup `file`, in one transaction of SQLite's own.

    `record` gets a copy of the backup first, and what it writes there is a part of the result.
    Readers see the old state or the new one, and a kill leaves the old one. Raises DatabaseLocked
    when others keep the database for `patience` seconds, SpareUnwritable, and the other refusals
    of the driver.
    """
    with _recorded_copy(file, record, patience) as copy:
        try:
            _copy(copy, target, patience)
        except sqlite3.Error as error:
            raise target.refusal(error) from error


@contextlib.contextmanager
def _recorded_copy(
    file: Path, record: Callable[[Connection], None], patience: float
) -> Iterator[Connection]:
    """Lend a copy of the backup `file` without a write-ahead log, in which `record` has written."""
    with contextlib.ExitStack() as closing:
        try:
            spare = closing.enter_context(writing.temporary_file())
            copy = closing.enter_context(
                contextlib.closing(Sqlite(spare, patience=patience, create=False))
            )
            with contextlib.closing(Sqlite(file, patience=patience, create=False)) as source:
                _copy(source, copy, patience)
            store.make_single_file(copy)
            record(copy)
        except (OSError, sqlite3.Error, DatabaseFull) as error:
            reason = error.format_message() if isinstance(error, Refusal) else str(error)
            folder = tempfile.gettempdir()
            raise SpareUnwritable(folder=folder, reason=reason.rstrip(".")) from error
        yield copy


def rename_damaged(path: Path) -> Path:
    """Rename a damaged database and its side files to a free name, and return that."""
    number = 1
    while (free := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    rename_database(path, free)
    return free


def rename_database(path: Path, to: Path) -> None:
    """Rename a database and its side files."""
    path.rename(to)
    for end in _SIDE_FILES:
        # A log that outlives its database would be applied to the next one.
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(to.with_name(to.name + end))


def remove_database(path: Path) -> None:
    """Remove a database that nobody has used, and its side files."""
    for end in ("", *_SIDE_FILES):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _copy(source: Connection, target: Connection, patience: float) -> None:
    """Copy a whole database; raises DatabaseLocked after `patience` seconds."""
    deadline = time.monotonic() + patience

    def stop_when_late(code: int, _remaining: int, _total: int) -> None:
        is_busy = code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
        if is_busy and time.monotonic() > deadline:
            raise DatabaseLocked(seconds=round(patience))

    source.raw.backup(target.raw, progress=stop_when_late, sleep=_POLL_SECONDS)


def _check_sound(copy: Connection, file: Path) -> None:
    """Raise BackupUnsound when a copy is damaged or has references that lead nowhere."""
    wrong = run_read(lambda: _new_work(copy), _list_damage)
    copy.rollback()
    if wrong:
        raise BackupUnsound(file=file, reason=wrong[0])


def _check_encoding(copy: Connection, file: Path) -> None:
    """Raise BackupUnsound when the texts of a copy are not in UTF-8."""
    (encoding,) = database.execute(copy, "PRAGMA encoding").one()
    if encoding != "UTF-8":
        raise BackupUnsound(file=file, reason=f"its texts are in {encoding} and not in UTF-8")


def _list_damage(work: Work) -> list[str]:
    lost = [
        f"{name} leads nowhere" for name, breaches in store.list_orphans(work) if breaches.count
    ]
    return store.list_damage(work) + lost


def _new_work(copy: Connection) -> Work:
    return Work(copy, now=clock.read(), operator="", command="")
