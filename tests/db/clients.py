"""PostgreSQL servers and client programs of several versions, and disks that are nearly full."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

DEBIAN = Path("/usr/lib/postgresql/15/bin")


def programs(server: Any) -> Path:
    """Return the folder of the programs of the server that the tests run."""
    with psycopg.connect(server.get_uri()) as connection:
        found = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
    assert found
    return Path(found[0])


def debian() -> Path:
    """Return the folder of PostgreSQL 15's programs, or skip."""
    if not (DEBIAN / "initdb").exists():
        pytest.skip("PostgreSQL 15 of Debian is not installed")
    return DEBIAN


@contextlib.contextmanager
def server_15() -> Iterator[str]:
    """Run PostgreSQL 15 on a socket of its own and lend the address of an empty database."""
    bin_folder = debian()
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="lmsctl-fifteen-", ignore_cleanup_errors=True) as data:
        if user:
            shutil.chown(data, "postgres")
        yield from _serving(bin_folder, data, user)


def _serving(bin_folder: Path, data: str, user: list[str]) -> Iterator[str]:
    made = [*user, f"{bin_folder}/initdb", "-D", f"{data}/data", "-A", "trust", "-U", "postgres"]
    subprocess.run([*made, "--no-sync"], check=True, capture_output=True)
    options = f"-c listen_addresses= -c unix_socket_directories={data} -c fsync=off"
    control = [*user, f"{bin_folder}/pg_ctl", "-D", f"{data}/data", "-w"]
    start = [*control, "-o", options, "-l", f"{data}/log", "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"postgresql://postgres@/postgres?host={data}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: float) -> Iterator[Path]:
    """Mount a disk of a few megabytes in `folder`, or skip where that is not allowed."""
    place = folder / "disk"
    place.mkdir()
    options = f"size={round(megabytes * 1024)}k,mode=777"
    mount = ["mount", "-t", "tmpfs", "-o", options, "lmsctl-tests", str(place)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Fill a small disk but for `leave` bytes and return the file that does."""
    file = disk / "filling"
    with file.open("wb", buffering=0) as target, contextlib.suppress(OSError):
        while True:
            target.write(bytes(4096))
    os.truncate(file, max(0, file.stat().st_size - leave))
    return file
