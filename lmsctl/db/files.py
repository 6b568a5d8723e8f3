"""Writing a file of people's data whole or not at all, readable by its owner only."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from lmsctl.db.errors import BackupExists, BackupIsDatabase, BackupUnwritable
from lmsctl.kit import driver


def check_target(file: Path, url: str, *, is_replacing: bool) -> None:
    """Raise BackupIsDatabase, BackupUnwritable or BackupExists when `file` may not be written."""
    check_not_database(file, url)
    if file.is_dir():
        raise BackupUnwritable(file=file, reason="it is a folder")
    if file.exists() and not is_replacing:
        raise BackupExists(file=file)


def check_not_database(file: Path, url: str) -> None:
    """Raise BackupIsDatabase when `file` is the SQLite file at `url`."""
    if url.startswith("sqlite"):
        database = driver.sqlite_path(url)
        if file.exists() and database.exists() and file.samefile(database):
            raise BackupIsDatabase(file=file)


@contextlib.contextmanager
def replacing(file: Path, *, is_rehearsal: bool = False) -> Iterator[Path]:
    """Lend an empty file beside `file` that takes its place, synced, when all went well.

    A rehearsal throws it away instead. Raises BackupUnwritable.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        try:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            yield temporary
            _sync(temporary)
            if not is_rehearsal:
                temporary.replace(file)
                _sync(file.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise BackupUnwritable(file=file, reason=error.strerror or str(error)) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
