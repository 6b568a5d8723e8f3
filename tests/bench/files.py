"""Files of many rows beside the bare driver, and how much memory they take."""

import csv
import io
import multiprocessing
import resource
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from lmsctl.kit import driver
from lmsctl.token import rules as token_rules
from tests.bench.common import ROWS, Bench, Place, say, timed
from tests.kit import workbooks


@dataclass(frozen=True)
class Sort:
    """A sort of file: how it is taken in, its row number n, and the same as a row of the table."""

    command: Sequence[str]
    headings: Sequence[str]
    line: Callable[[int], Sequence[Any]]
    table: str
    columns: Sequence[str]
    row: Callable[[int], Sequence[Any]]
    prepare: Sequence[str] = ()

    def file(self, folder: Path, rows: int) -> str:
        """Write a file of so many rows and return its path."""
        path = folder / f"{self.table}-{rows}.csv"
        with path.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(self.headings)
            writer.writerows(map(self.line, range(rows)))
        return str(path)

    def fresh(self, bench: Bench, dialect: str) -> Place:
        """Return a portal that the file can be taken into."""
        place = bench.fresh(dialect)
        if self.prepare:
            place.call(*self.prepare)
        return place


PEOPLE = Sort(
    command=("user", "import"),
    headings=("Login", "First name", "Last name", "Email", "Department", "Type"),
    line=lambda n: (
        f"person{n}", f"First{n}", f"Läst{n}", f"person{n}@example.com", "/", "staff",
    ),
    table="users",
    columns=(
        "login", "login_key", "email", "email_key", "first_name", "last_name", "type", "status",
        "department_id", "supervisor_mode", "origin", "origin_detail", "created_at", "version",
    ),
    row=lambda n: (
        f"person{n}", f"person{n}", f"person{n}@example.com", f"person{n}@example.com",
        f"First{n}", f"Läst{n}", "staff", "active", 1, "inherited", "import", "1",
        "2026-01-01T00:00:00Z", 1,
    ),
)  # fmt: skip

TOKENS = Sort(
    command=("token", "bulk-upload"),
    headings=(
        "Token id", "Knowledge", "Knowledge code", "Token", "Token label", "Creates", "Limit",
        "Expires", "Active",
    ),
    line=lambda n: (
        "", "The topic", "topic", f"FAIR-{n}", f"Booth {n}", "prospect", 5, "2026-12-31", "Yes",
    ),
    table="tokens",
    columns=(
        "code", "code_digest", "nickname", "content_id", "creates", "use_limit", "uses",
        "expires_at", "is_active", "created_at", "version",
    ),
    row=lambda n: (
        f"FAIR-{n}", token_rules.digest(f"FAIR-{n}"), f"Booth {n}", 1, "prospect", 5, 0,
        "2026-12-31T23:59:59Z", 1, "2026-01-01T00:00:00Z", 1,
    ),
    prepare=("content", "create", "--kind", "topic", "--code", "topic", "--title", "The topic"),
)  # fmt: skip


def raw_sqlite(sort: Sort, place: Place) -> float:
    """Insert the rows with the bare driver, same schema and pragmas, and return the seconds."""
    rows = list(map(sort.row, range(ROWS)))
    connection = driver.open_database(place.url, patience=10)
    marks = ",".join("?" * len(sort.columns))
    sql = f"INSERT INTO {sort.table} ({','.join(sort.columns)}) VALUES ({marks})"

    def insert() -> None:
        connection.begin_writing()
        connection.raw.execute("PRAGMA cache_size=-65536")
        connection.raw.executemany(sql, rows)
        connection.commit()

    seconds = timed(insert)
    connection.close()
    return seconds


def raw_postgresql(sort: Sort, place: Place) -> float:
    """Copy a finished file of the rows into the table, and return the seconds."""
    text = io.StringIO()
    csv.writer(text).writerows(map(sort.row, range(ROWS)))
    connection = driver.open_database(place.url, patience=10)

    def copy() -> None:
        connection.begin_writing()
        statement = f"COPY {sort.table} ({','.join(sort.columns)}) FROM STDIN WITH (FORMAT csv)"
        with connection.raw.cursor() as cursor, cursor.copy(statement) as target:
            target.write(text.getvalue())
        connection.commit()

    seconds = timed(copy)
    connection.close()
    return seconds


def bulk(bench: Bench) -> None:
    """V-B1 to V-B3: files of checked rows beside the bare driver."""
    with tempfile.TemporaryDirectory() as folder:
        for sort in (PEOPLE, TOKENS):
            _bulk(bench, sort, Path(folder))


def _bulk(bench: Bench, sort: Sort, folder: Path) -> None:
    small, large = sort.file(folder, ROWS), sort.file(folder, 10 * ROWS)
    verb = " ".join(sort.command)
    for name, dialect, raw in (
        ("V-B1", "sqlite", raw_sqlite),
        ("V-B2", "postgresql", raw_postgresql),
    ):
        ours, bases = [], []
        for _ in range(5):
            ours.append(sort.fresh(bench, dialect).run(*sort.command, small))
            bases.append(raw(sort, sort.fresh(bench, dialect)))
        what = f"{verb} of {ROWS:,} rows, {dialect}"
        base = "executemany" if dialect == "sqlite" else "COPY"
        ratio = statistics.median(ours) / statistics.median(bases)
        say(name, what, ratio, "<= 2.0", f"{base}, same table")
        million = sort.fresh(bench, dialect).run(*sort.command, large)
        what = f"{verb}, {10 * ROWS:,} rows against {ROWS:,}, {dialect}"
        say("V-B3", what, million / statistics.median(ours), "<= 14", "itself")


def sheets(bench: Bench) -> None:
    """Workbooks beside the same rows as CSV, and how much memory they take."""
    with tempfile.TemporaryDirectory() as folder:
        for sort in (PEOPLE, TOKENS):
            text = sort.file(Path(folder), ROWS)
            for kind, build in (("xlsx", _xlsx), ("ods", _ods)):
                book = Path(folder) / f"{sort.table}.{kind}"
                book.write_bytes(build([sort.headings, *map(sort.line, range(ROWS))]))
                _sheets(bench, sort, text, str(book))


def _sheets(bench: Bench, sort: Sort, text: str, book: str) -> None:
    ours, bases = [], []
    for _ in range(3):
        ours.append(sort.fresh(bench, "sqlite").run(*sort.command, book))
        as_text = sort.fresh(bench, "sqlite").run(*sort.command, text)
        bases.append(1.5 * as_text + timed(lambda: _read_alone(book)))
    what = f"{sort.command[-1]} of {ROWS:,} rows, {Path(book).suffix}"
    ratio = statistics.median(ours) / statistics.median(bases)
    say("V-B5", what, ratio, "<= 1.0", "1.5 times the CSV, and the library alone")
    found = peak(sort.fresh(bench, "sqlite"), (*sort.command, book))
    say("V-B5", f"{what}, memory", found / 300, "<= 1.0", f"300 MiB ({found:.0f} MiB)")


def _read_alone(book: str) -> None:
    for _ in CalamineWorkbook.from_path(book).get_sheet_by_index(0).iter_rows():
        pass


def _xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    return workbooks.xlsx(
        "".join(
            workbooks.row(line, *(_number(cell) for cell in cells))
            for line, cells in enumerate(rows, start=1)
        )
    )


def _number(cell: Any) -> str:
    return workbooks.number(str(cell)) if isinstance(cell, int) else cell


def _ods(rows: Sequence[Sequence[Any]]) -> bytes:
    return workbooks.ods("".join(workbooks.ods_row(*map(str, cells)) for cells in rows))


def memory(bench: Bench) -> None:
    """V-B4: peak memory of taking a file in, a hundred times as many rows."""
    with tempfile.TemporaryDirectory() as folder:
        for sort in (PEOPLE, TOKENS):
            files = [sort.file(Path(folder), rows) for rows in (ROWS // 10, 10 * ROWS)]
            for dialect in ("sqlite", "postgresql"):
                peaks = [peak(sort.fresh(bench, dialect), (*sort.command, file)) for file in files]
                what = f"{sort.command[-1]}, memory, {10 * ROWS:,} rows against {ROWS // 10:,}"
                base = f"itself (+{peaks[1] - peaks[0]:.0f} MiB)"
                ratio = peaks[1] / peaks[0]
                say("V-B4", f"{what}, {dialect}", ratio, "<= 1.3 or +100 MiB", base)


def peak(place: Place, command: Sequence[str]) -> float:
    """Return the peak memory of one command line, in MiB, as the kernel counted it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return float(pool.apply(_peak_here, (place, command)))


def _peak_here(place: Place, command: Sequence[str]) -> float:
    place.call(*command)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
