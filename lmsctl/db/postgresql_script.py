"""Playing the SQL text of a backup over a connection of our own, inside its transaction."""

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


def play(connection: Connection, lines: Iterable[bytes], known: Iterable[str]) -> None:
    """Do what `lines`, the output of pg_restore, say; leaves the session's settings as they were.

    Settings that are not among the `known` ones of this server are left out: a newer program
    writes them for servers that do. Raises BackupRefused and the driver's refusals.
    """
    import psycopg

    try:
        _play(connection, iter(lines), {name.encode() for name in known} - {_OURS})
        connection.reset()
    except psycopg.Error as error:
        refusal = connection.refusal(error)
        if isinstance(refusal, Unavailable):
            raise refusal from error
        raise BackupRefused(reason=_reason(error)) from error


def _reason(error: psycopg.Error) -> str:
    """Return the server's sentence and the first of its details, which names what stands there."""
    sentence = error.diag.message_primary or str(error)
    details = (error.diag.message_detail or "").splitlines()[:1]
    return "; ".join([sentence, *details]).rstrip(".")


def _play(connection: Connection, lines: Iterator[bytes], known: set[bytes]) -> None:
    statements: list[bytes] = []

    def execute() -> None:
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
        execute()
        with connection.raw.cursor() as cursor, cursor.copy(line) as rows:
            for row in lines:
                if row.rstrip(b"\r\n") == b"\\.":
                    break
                rows.write(row)
    execute()
