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


def check(connection: Connection) -> None:
    """See that the two programs on the PATH can copy this server's database out and back in.

    Each reads what is as old as itself or older. Raises ToolMissing, ToolUnfit and ToolFailed.
    """
    server = connection.raw.info.server_version // 10_000
    writer, reader = _version("pg_dump"), _version("pg_restore")
    if writer < server:
        raise ToolUnfit(tool="pg_dump", found=writer, other="the server", wanted=server)
    if reader < writer:
        raise ToolUnfit(tool="pg_restore", found=reader, other="'pg_dump'", wanted=writer)


@contextlib.contextmanager
def output(
    tool: str, arguments: Sequence[str], variables: Mapping[str, str] | None = None
) -> Iterator[IO[bytes]]:
    """Run a program and lend what it writes, which must be read to its end.

    It does not outlive us, whatever ends us: nobody reads on, so it cannot write on. Raises
    ToolMissing, and ToolFailed once everything is read.
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
        # Read beside, because a program whose complaints nobody reads stands still.
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
    with contextlib.suppress(ValueError, OSError):  # closed, because we gave up
        into.extend(pipe)


def _reason(complaints: bytes, status: int) -> str:
    lines = complaints.decode(errors="replace").splitlines()
    errors = [line.strip() for line in lines if "error:" in line]
    return (errors[0] if errors else f"it ended with status {status}").rstrip(".")


def _version(tool: str) -> int:
    with output(tool, ["--version"]) as said:
        found = _VERSION.search(said.read())
    if found is None:
        raise ToolFailed(tool=tool, reason="it does not say its version")
    return int(found[1])
