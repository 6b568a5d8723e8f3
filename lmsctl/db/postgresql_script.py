"""Executing the SQL text of a backup on a connection, inside its transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lmsctl.db.errors import BackupRefused
from lmsctl.kit.driver import Connection
from lmsctl.kit.errors import Unavailable

if TYPE_CHECKING:
    import psycopg

_COPY = re.compile(rb"COPY .* FROM stdin;\s*$")
_SETTING = re.compile(rb"SET (\w+) = ")
_FOR_PSQL = (b"\\restrict ", b"\\unrestrict ")
_OURS = b"lock_timeout"


def execute(connection: Connection, lines: Iterable[bytes], known: Iterable[str]) -> None:
    """Execute `lines`, the output of pg_restore, and reset the session's settings afterwards.

    Lines that set what is not among `known`, the settings of this server, are skipped: a newer
    program writes them for newer servers. Raises BackupRefused and the driver's refusals.
    """
    import psycopg

    try:
        _execute(connection, iter(lines), {name.encode() for name in known} - {_OURS})
        connection.reset()
    except psycopg.Error as error:
        refusal = connection.refusal(error)
        if isinstance(refusal, Unavailable):
            raise refusal from error
        raise BackupRefused(reason=_reason(error)) from error


def _reason(error: psycopg.Error) -> str:
    """Return the server's sentence and the first line of its details, which names the object."""
    sentence = error.diag.message_primary or str(error)
    details = (error.diag.message_detail or "").splitlines()[:1]
    return "; ".join([sentence, *details]).rstrip(".")


def _execute(connection: Connection, lines: Iterator[bytes], known: set[bytes]) -> None:
    """Execute the statements between two COPYs together, and give each COPY its rows."""
    statements: list[bytes] = []

    def run_statements() -> None:
        if text := b"".join(statements):
            connection.raw.execute(text)
        statements.clear()

    for line in lines:
        setting = _SETTING.match(line)
        if line.startswith(_FOR_PSQL) or (setting and setting[1] not in known):
            continue
        if not _COPY.match(line):
            statements.append(line)
            continue
        run_statements()
        with connection.raw.cursor() as cursor, cursor.copy(line) as rows:
            for row in lines:
                if row.rstrip(b"\r\n") == b"\\.":
                    break
                rows.write(row)
    run_statements()
