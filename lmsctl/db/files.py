"""Writing a file of people's data whole or not at all, readable by its owner only."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from lmsctl.db.errors import BackupExists, BackupIsDatabase, BackupUnsound, BackupUnwritable
from lmsctl.kit import dburl, writing
from lmsctl.kit.csverrors import CsvFileUnwritable
from lmsctl.kit.output_files import OutputFile


def check_target(file: Path, *, is_replacing: bool) -> None:
    """Raise BackupUnwritable or BackupExists when `file` may not be written."""
    # Path's own methods raise an error when a name is too long.
    if os.path.isdir(file):  # noqa: PTH112 - as above
        raise BackupUnwritable(file=file, reason="it is a folder")
    if os.path.isfile(file) and not is_replacing:  # noqa: PTH113 - as above
        raise BackupExists(file=file)


def check_not_database(file: Path, url: str) -> None:
    """Raise BackupIsDatabase when `file` is the SQLite file at `url`."""
    if url.startswith("sqlite"):
        database = dburl.sqlite_path(url)
        if os.path.exists(file) and database.exists() and file.samefile(database):  # noqa: PTH110 - as above
            raise BackupIsDatabase(file=file)


@contextlib.contextmanager
def replacing(target: OutputFile) -> Iterator[Path]:
    """Lend an empty file that becomes `target` at the end; raises BackupUnwritable.

    Also raises BackupUnsound when that was raised inside.
    """
    try:
        with writing.program_output(target) as lent:
            yield lent
    except (CsvFileUnwritable, BackupUnwritable, BackupUnsound) as error:
        # The refusal names the temporary file, which says nothing to the user.
        kind = BackupUnsound if isinstance(error, BackupUnsound) else BackupUnwritable
        raise kind(file=target, reason=error.values["reason"]) from error
