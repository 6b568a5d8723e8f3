"""PostgreSQL's own programs: whether they fit the server and each other, and running one."""

import contextlib
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from lmsctl.db.errors import ToolFailed, ToolMissing, ToolUnfit
from lmsctl.kit.driver import Connection

_VERSION = re.compile(rb"\(PostgreSQL\) (\d+)")


def check_versions(connection: Connection) -> None:
    """Check that pg_dump and pg_restore on the PATH are new enough for this server and each other.

    Each reads what is as old as itself or older. Raises ToolMissing, ToolUnfit and ToolFailed.
    """
    server = connection.raw.info.server_version // 10_000
    writer, reader = _read_version("pg_dump"), _read_version("pg_restore")
    if writer < server:
        raise ToolUnfit(tool="pg_dump", found=writer, other="the server", wanted=server)
    if reader < writer:
        raise ToolUnfit(tool="pg_restore", found=reader, other="'pg_dump'", wanted=writer)


@contextlib.contextmanager
def running(
    tool: str, arguments: Sequence[str], variables: Mapping[str, str] | None = None
) -> Iterator[IO[bytes]]:
    """Run a program and lend its standard output, which must be read to its end.

    The program ends with us, because nobody reads what it writes any more. Raises ToolMissing,
    and ToolFailed once everything is read.
    """
    path = shutil.which(tool)
    if path is None:
        raise ToolMissing(tool=tool)
    try:
        process = subprocess.Popen(  # noqa: S603 - the program is PostgreSQL's, the arguments are ours
            [path, *arguments],
            env={**os.environ, **(variables or {}), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise ToolFailed(tool=tool, reason=error.strerror or str(error)) from error
    try:
        complaints: list[bytes] = []
        # In a thread, because a program whose complaints nobody reads stands still.
        listener = threading.Thread(target=_drain, args=(process.stderr, complaints), daemon=True)
        listener.start()
        assert process.stdout
        yield process.stdout
        status = process.wait()
        listener.join()
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            assert pipe
            pipe.close()
    if status:
        raise ToolFailed(tool=tool, reason=_reason(b"".join(complaints), status))


def _drain(pipe: IO[bytes], into: list[bytes]) -> None:
    """Read `pipe` to its end into a list of lines."""
    with contextlib.suppress(ValueError, OSError):  # closed, because we gave up
        into.extend(pipe)


def _reason(complaints: bytes, status: int) -> str:
    """Return the first error that a program has reported, or else its exit status."""
    lines = complaints.decode(errors="replace").splitlines()
    errors = [line.strip() for line in lines if "error:" in line]
    return (errors[0] if errors else f"it ended with status {status}").rstrip(".")


def _read_version(tool: str) -> int:
    """Return the major version of a program; raises ToolMissing and ToolFailed."""
    with running(tool, ["--version"]) as answer:
        found = _VERSION.search(answer.read())
    if found is None:
        raise ToolFailed(tool=tool, reason="it does not say its version")
    return int(found[1])
