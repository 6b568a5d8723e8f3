"""Enrolling very many people in trainings, and looking at them, beside the bare driver."""

import contextlib
import csv
import io
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

from sqlalchemy.dialects import postgresql, sqlite

from lmsctl.cli import main
from lmsctl.kit import clock, database, driver
from lmsctl.report import store as reports
from lmsctl.report.store import Period
from lmsctl.rights.rules import ANYWHERE
from lmsctl.user.rules import UserFilter
from tests.bench.common import BARE, PROGRAM, Bench, Place, paired, say, timed
from tests.bench.files import peak
from tests.fillings import Run, fill_people, fill_places, fill_trainings
from tests.statements import execute_text as say_to
from tests.statements import recorded_statements

_PEOPLE = 10_000
_TRAININGS = 5
_MANY_PEOPLE = 100_000
_MANY_TRAININGS = 1_000
_TARGETS = [word for n in range(1, _TRAININGS + 1) for word in ("--training", f"t{n}:s1")]
_ENROLL = ("enroll", "--department", "Crowd", *_TARGETS)
_CATALOG = ("learner", "catalog", "p1", "-o", "csv")
_REPORT = ("report", "participants", "-o", "csv")
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


def training(bench: Bench) -> None:
    """Print how fast people are enrolled and looked at, and how much memory it takes."""
    for dialect in ("sqlite", "postgresql"):
        _enrolling(bench, dialect)
        _memory(bench, dialect)
        _looking(bench, dialect)


@contextlib.contextmanager
def _changing(place: Place) -> Iterator[Run]:
    """Yield what runs statements of the stores' dialect, all in one transaction."""
    connection = driver.open_database(place.url, patience=60)
    connection.begin_writing()
    yield lambda sql, **values: say_to(connection, sql, **values)
    connection.commit()
    if place.dialect == "postgresql":
        database.execute(connection, "ANALYZE")
    connection.close()


def _crowd(bench: Bench, dialect: str, people: int) -> Place:
    """Return a portal with so many people in a department, and the trainings they are to join."""
    place = bench.fresh(dialect)
    place.call("department", "create", "Crowd")
    with _changing(place) as run:
        fill_people(run, people, department="Crowd")
        fill_trainings(run, _TRAININGS)
    return place


# Enrolling ---------------------------------------------------------------------------------------


def _enrolling(bench: Bench, dialect: str) -> None:
    """Print how long the command takes beside bare inserts of all the rows that it left."""
    ours, bases = [], []
    for _ in range(5):
        place = _crowd(bench, dialect, _PEOPLE)
        before = _numbers(place)
        ours.append(place.run(*_ENROLL))
        bases.append(_raw_seconds(_crowd(bench, dialect, _PEOPLE), _left(place, before)))
    what = f"enroll {_PEOPLE:,} people in {_TRAININGS} trainings, {dialect}"
    base = "executemany" if dialect == "sqlite" else "COPY"
    ratio = statistics.median(ours) / statistics.median(bases)
    say("train", what, ratio, "<= 2.0", f"{base} of the same rows")


@dataclass(frozen=True)
class _Left:
    """The rows that a command left in one table, as the driver takes them in again."""

    table: str
    rows: Any


def _numbers(place: Place) -> dict[str, int]:
    """Return the highest number in each table that numbers its rows."""
    found: dict[str, int] = {}
    connection = driver.open_database(place.url, patience=10)
    for (table,) in database.execute(connection, _TABLES[place.dialect]).fetchall():
        cursor = database.execute(connection, f"SELECT * FROM {table} LIMIT 0")
        if next(iter(cursor.keys())) == "id":
            highest = f"SELECT COALESCE(max(id), 0) FROM {table}"
            found[table] = database.execute(connection, highest).one()[0]
    connection.close()
    return found


def _left(place: Place, before: dict[str, int]) -> list[_Left]:
    """Return what came into which tables since `before`, tables with references last."""
    after = _numbers(place)
    grown = sorted((table for table in after if after[table] > before[table]), key=_is_late)
    connection = driver.open_database(place.url, patience=10)
    found = [
        _Left(table, _read(connection, f"SELECT * FROM {table} WHERE id > {before[table]}"))
        for table in grown
    ]
    connection.close()
    return found


def _is_late(table: str) -> bool:
    return table == "notifications"


def _read(connection: driver.Connection, sql: str) -> Any:
    if connection.dialect == "sqlite":
        return connection.raw.execute(sql).fetchall()
    with connection.raw.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT") as source:
        return b"".join(source)


def _raw_seconds(place: Place, left: Sequence[_Left]) -> float:
    """Put the rows in with the bare driver, in one transaction, and return the seconds."""
    connection = driver.open_database(place.url, patience=10)

    def insert() -> None:
        connection.begin_writing()
        for one in left:
            _put(connection, one)
        connection.commit()

    seconds = timed(insert)
    connection.close()
    return seconds


def _put(connection: driver.Connection, one: _Left) -> None:
    if connection.dialect == "sqlite":
        marks = ",".join("?" * len(one.rows[0]))
        connection.raw.execute("PRAGMA cache_size=-65536")
        connection.raw.executemany(f"INSERT INTO {one.table} VALUES ({marks})", one.rows)
        return
    copy = f"COPY {one.table} FROM STDIN"
    with connection.raw.cursor() as cursor, cursor.copy(copy) as target:
        target.write(one.rows)


def _memory(bench: Bench, dialect: str) -> None:
    """Print the peak memory of enrolling ten times as many people."""
    sizes = (_PEOPLE // 10, _PEOPLE)
    peaks = [peak(_crowd(bench, dialect, people), _ENROLL) for people in sizes]
    what = f"enroll, memory, {sizes[1]:,} people against {sizes[0]:,}, {dialect}"
    base = f"itself (+{peaks[1] - peaks[0]:.0f} MiB)"
    say("train", what, peaks[1] / peaks[0], "<= 1.3 or +100 MiB", base)


# Looking -----------------------------------------------------------------------------------------


def _looking(bench: Bench, dialect: str) -> None:
    """Print how long it takes to look at a portal with very many people in trainings."""
    small, large = bench.fresh(dialect), bench.fresh(dialect)
    for place, people, trainings in (
        (small, _MANY_PEOPLE // 100, 3),
        (large, _MANY_PEOPLE, _MANY_TRAININGS),
    ):
        with _changing(place) as run:
            fill_people(run, people)
            fill_trainings(run, trainings)
            fill_places(run, trainings)
    what = f"learner catalog of {_MANY_TRAININGS:,} trainings, {dialect}"
    ratio = paired(lambda: large.run(*_CATALOG), _bare_seconds, runs=5)
    say("train", what, ratio, "-", "python -c pass")
    rows = 3 * _MANY_PEOPLE
    ratio = paired(lambda: _report_seconds(large), lambda: _rows_seconds(large), runs=3)
    what = f"{' '.join(_REPORT[:2])}, {rows:,} rows, {dialect}"
    say("train", what, ratio, "<= 1.5", "cursor and csv.writer")
    peaks = [peak(place, _REPORT) for place in (small, large)]
    what = f"report, memory, {rows:,} rows against {rows // 100:,}, {dialect}"
    say("train", what, peaks[1] / peaks[0], "<= 1.2", f"itself (+{peaks[1] - peaks[0]:.0f} MiB)")
    for command in (_CATALOG, (*_REPORT, "--first", "100")):
        counts = [_statements(place, *command) for place in (small, large)]
        what = f"{' '.join(command[:2])}, statements ({counts[1]}), {dialect}"
        base = f"{_MANY_PEOPLE // 100:,} people, 3 trainings"
        say("train", what, counts[1] / counts[0], "1", base)


def _bare_seconds() -> float:
    return timed(lambda: subprocess.run(BARE, check=True))


def _report_seconds(place: Place) -> float:
    """Return the seconds of the whole command, which writes to a file."""
    with (place.folder / "report.csv").open("wb") as target:
        command = [*PROGRAM, *_REPORT]
        return timed(
            lambda: subprocess.run(command, env=place.environment(), stdout=target, check=True)
        )


def _rows_seconds(place: Place) -> float:
    """Return the seconds of the same rows, straight from the driver into a file."""
    connection = driver.open_database(place.url, patience=10)
    query = reports.participants(ANYWHERE, UserFilter(), Period(), training_id=None)
    statement = query.statement.order_by(*query.order).params(now=clock.read())
    dialect = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}[connection.dialect]()
    sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))

    def write() -> None:
        cursor = connection.raw.execute(sql)
        with (place.folder / "raw.csv").open("w", newline="", encoding="utf-8") as target:
            csv.writer(target).writerows(cursor)

    seconds = timed(write)
    connection.close()
    return seconds


def _statements(place: Place, *argv: str) -> int:
    """Return how many statements a command line takes, run in this process."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with (
        recorded_statements() as said,
        mock.patch.dict(os.environ, place.environment()),
        mock.patch.object(sys, "stdout", out),
    ):
        status = main(list(argv))
    if status:
        raise SystemExit(f"{argv} ended with {status}")
    return len(said)
