"""The one SQLite library of this process, and what is known about its write-ahead log.

Two libraries in one process, of which each opens the same file, take each other's locks away when
either closes it (sqlite.org, "How To Corrupt An SQLite Database File", "Multiple copies of SQLite
linked into the same application"): whoever needs one takes this.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3 as library
else:
    try:
        import pysqlite3.dbapi2 as library
    except ImportError:
        import sqlite3 as library

__all__ = ["library", "log_is_sound"]


def log_is_sound(version: tuple[int, ...] = library.sqlite_version_info) -> bool:
    """Say whether the write-ahead log of this SQLite survives many writers.

    Releases before 3.51.3 (but for 3.50.7 and 3.44.6) can damage a file when one process resets
    the log while another checkpoints it (sqlite.org, "Write-Ahead Logging", the WAL-reset bug).
    """
    repaired_branches = {(3, 44): 6, (3, 50): 7}
    major, minor, patch = version[:3]
    return version >= (3, 51, 3) or patch >= repaired_branches.get((major, minor), 1_000)
