"""The SQL of the bulk room: the tables beside the data in which a file is examined, and the runs.

`staged` holds one row for each row of the file: `row_no` and `line_no`, then what the room adds.
Once a row is understood, `id` is the thing it means (NULL: it makes a new one), `changed` the names
of the columns that differ, with `BETWEEN` between them (NULL: none), and `note` a remark.
`staged_errors` says what is wrong with which row; the view `good` is `staged` without the rows that
have something there. They belong to the connection, are gone with it, and nobody else sees them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from string import Formatter
from typing import Any

from lmsctl.bulk.errors import RowRepeated
from lmsctl.bulk.results import Line, RunState
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work

Tables = Mapping[str, Mapping[str, str]]

# No name of a column can hold it, whatever people call their custom fields.
BETWEEN = "\x1f"
ERRORS = ("row_no", "heading", "code", "message", "hint")
_OWN_COLUMNS = "line_no INTEGER NOT NULL, id BIGINT, changed TEXT, note TEXT"


@dataclass(frozen=True, slots=True)
class Span:
    """A range of rows of the file, both ends included."""

    first: int
    last: int

    @property
    def values(self) -> dict[str, int]:
        """The values of `IN_SPAN`."""
        return {"first": self.first, "last": self.last}


IN_SPAN = "s.row_no BETWEEN :first AND :last"


def make_tables(work: Work, tables: Tables) -> None:
    """Make the staging tables anew: `staged` with the columns that `tables` gives it, and the rest.

    The other tables of `tables` have exactly the columns given.
    """
    if work.is_sqlite:
        # With the usual 2 MiB of cache the time for a row grows with the number of rows.
        work.run("PRAGMA cache_size=-65536")
        work.run("PRAGMA temp.cache_size=-16384")
    else:
        work.run("SET default_statistics_target = 10")
    work.run("DROP VIEW IF EXISTS good")
    own = _listed(tables["staged"])
    row_no = f"row_no INTEGER {'PRIMARY KEY' if work.is_sqlite else 'NOT NULL'}"
    errors = _listed(dict.fromkeys(ERRORS[1:], "TEXT"))
    others = {name: _listed(columns) for name, columns in tables.items() if name != "staged"}
    for name, columns in {
        "staged": f"{row_no}, {_OWN_COLUMNS}, {own}",
        "staged_errors": f"row_no INTEGER NOT NULL, {errors}",
        **others,
    }.items():
        work.run(f"DROP TABLE IF EXISTS {name}")
        work.run(f"CREATE TEMP TABLE {name} ({columns})")
    work.run(
        """
        CREATE TEMP VIEW good AS SELECT * FROM staged s
        WHERE NOT EXISTS (SELECT 1 FROM staged_errors e WHERE e.row_no = s.row_no)
        """
    )


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


@contextmanager
def filling(work: Work) -> Iterator[None]:
    """Fill the staging tables in one go, without keeping anybody from the database itself."""
    if not work.is_sqlite:
        yield
        return
    # Touching temporary tables alone takes no lock; without this every single row would be a
    # transaction of its own.
    work.run("SAVEPOINT filling")
    yield
    work.run("RELEASE filling")


def index(work: Work, tables: Tables) -> None:
    """Make the staging tables quick to search; once, after the file has been read."""
    work.run("CREATE INDEX staged_errors_by_row ON staged_errors (row_no)")
    if not work.is_sqlite:
        work.run("CREATE UNIQUE INDEX staged_by_row ON staged (row_no)")
    recount(work, *tables, "staged_errors")


def recount(work: Work, *tables: str) -> None:
    """Let the planner see what `tables` hold now (`staged` when none is named).

    PostgreSQL counts temporary tables only when told to; with numbers from before a column was
    filled it compares every row with every other one.
    """
    if not work.is_sqlite:
        for name in tables or ("staged",):
            work.run(f"ANALYZE {name}")


@dataclass(frozen=True, slots=True)
class Fault:
    """How a set-based check finds the rows it is against.

    `source` is what follows SELECT …, from FROM to the end of WHERE; it calls `staged` or `good`
    `s` and may use `values`. `heading`, the column at fault, and what `shown` puts into the gaps of
    the refusal's sentences are SQL expressions over `source`.
    """

    source: str
    heading: str
    shown: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


def fail(work: Work, span: Span, refusal: type[Refusal], fault: Fault) -> int:
    """Note `refusal` for the rows of `span` that `fault` finds, and return how many these are.

    A row in which something is wrong with that column already is passed over.
    """
    parts: dict[str, Any] = {}
    says = _spoken(refusal.says, "says", fault.shown, parts)
    hint = _spoken(refusal.hint, "hint", fault.shown, parts)
    return work.run(
        f"""
        INSERT INTO staged_errors (row_no, heading, code, message, hint)
        SELECT s.row_no, {fault.heading}, CAST(:code AS TEXT), {says}, {hint}
        {fault.source} AND {IN_SPAN} AND NOT EXISTS
            (SELECT 1 FROM staged_errors e
             WHERE e.row_no = s.row_no AND COALESCE(e.heading, '') = COALESCE({fault.heading}, ''))
        """,
        code=refusal.code,
        **parts,
        **fault.values,
        **span.values,
    )


def fail_repeated(  # noqa: PLR0913 - which rows, and how that is told
    work: Work,
    span: Span,
    column: str,
    condition: str,
    *,
    heading: str,
    what: str,
    among: str = "staged",
) -> None:
    """Note rows that say the same in `column` as another one of those that fit `condition`.

    `condition` calls the rows of `staged` `s`, and `what` is the word for what is said twice. Only
    those of `among` are noted: `staged`, or `good` for those that nothing else is wrong with.
    """
    repeated = f"FROM staged s WHERE {condition} GROUP BY s.{column} HAVING count(*) > 1"
    # Nearly always there is none, and to ask just that is quick.
    if not work.value(f"SELECT EXISTS (SELECT 1 {repeated})"):
        return
    source = f"""
        FROM {among} s
        JOIN (SELECT s.{column}, min(s.row_no) AS one, max(s.row_no) AS other {repeated}) t
          ON t.{column} = s.{column}
        WHERE {condition}
    """
    shown = {
        "other": "CASE WHEN s.row_no = t.one THEN t.other ELSE t.one END",
        "what": f"'{what}'",
    }
    fail(work, span, RowRepeated, Fault(source, f"'{heading}'", shown))


def _spoken(words: str, name: str, shown: Mapping[str, str], parts: dict[str, Any]) -> str:
    """Return an SQL expression for a sentence with gaps; the words between them go to `parts`."""
    pieces = []
    for number, (text, gap, _, _) in enumerate(Formatter().parse(words)):
        parts[f"{name}_{number}"] = text
        pieces.append(f"CAST(:{name}_{number} AS TEXT)")
        if gap is not None:
            pieces.append(f"COALESCE(CAST({shown[gap]} AS TEXT), '')")
    return " || ".join(pieces) or "''"


def changes(column: str) -> str:
    """Return the condition under which a row of `staged s` changes `column`."""
    return f"'{BETWEEN}' || s.changed || '{BETWEEN}' LIKE '%{BETWEEN}{column}{BETWEEN}%'"


def listed_changes(changed: str | None) -> str:
    """Return the names in `changed` with commas between them, those with commas in quotes."""
    names = changed.split(BETWEEN) if changed else []
    return ",".join(f'"{name}"' if "," in name else name for name in names)


# What became of the rows -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of a span did what."""

    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int


def tally(work: Work, span: Span) -> Tally:
    """Count what the rows of `span` do."""
    found = work.one(
        Tally,
        f"""
        SELECT CAST(:rows AS BIGINT) AS rows,
               count(CASE WHEN s.id IS NULL THEN 1 END) AS created,
               count(CASE WHEN s.changed IS NOT NULL THEN 1 END) AS updated,
               count(CASE WHEN s.id IS NOT NULL AND s.changed IS NULL THEN 1 END) AS unchanged,
               CAST(:rows AS BIGINT) - count(*) AS failed
        FROM good s WHERE {IN_SPAN}
        """,
        rows=span.last - span.first + 1,
        **span.values,
    )
    assert found is not None
    return found


def count_failed(work: Work) -> int:
    """Return how many rows have something wrong."""
    return int(work.value("SELECT count(DISTINCT row_no) FROM staged_errors"))


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing that is wrong with one row."""

    row: int
    line: int
    heading: str | None
    code: str
    message: str
    hint: str


_FAULTS = """
    SELECT e.row_no AS row, s.line_no AS line, e.heading, e.code, e.message, e.hint
    FROM staged_errors e JOIN staged s ON s.row_no = e.row_no
    ORDER BY e.row_no, e.heading, e.message
"""


def faults(work: Work) -> Iterator[Noted]:
    """Yield everything that is wrong, in the order of the rows."""
    return work.each(Noted, _FAULTS)


def first_faults(work: Work, count: int) -> list[Noted]:
    """Return the first `count` of what `faults` yields."""
    return work.all(Noted, f"{_FAULTS} LIMIT :count", count=count)


def lines(work: Work, *, key: str, number: str, done: int, is_written: bool) -> Iterator[Line]:
    """Yield the rows of the file with what became of them.

    `key` and `number` are SQL expressions over `staged s`: how a row names what it means, and the
    id of what a row has made. Rows up to `done` were dealt with by an earlier run. `key` may depend
    on `:done` and on `:is_written`.
    """
    return work.each(
        Line,
        f"""
        SELECT s.row_no AS row, s.line_no AS line, {key} AS key,
               CASE WHEN e.row_no IS NOT NULL THEN 'failed' WHEN s.row_no <= :done THEN 'skipped'
                    WHEN NOT :is_written THEN 'not_attempted' WHEN s.id IS NULL THEN 'created'
                    WHEN s.changed IS NULL THEN 'unchanged' ELSE 'updated' END AS outcome,
               CASE WHEN e.row_no IS NOT NULL THEN s.id
                    WHEN s.id IS NULL AND :is_written THEN {number} ELSE s.id END AS id,
               CASE WHEN :is_written AND e.row_no IS NULL AND s.row_no > :done
                    THEN s.changed END AS changed,
               e.code, e.heading AS column, COALESCE(e.message, s.note) AS message
        FROM staged s LEFT JOIN ({_FIRST_FAULTS}) e ON e.row_no = s.row_no
        ORDER BY s.row_no
        """,
        done=done,
        is_written=is_written,
    )


# A row has one line, which tells the first of several things and how many more there are.
_FIRST_FAULTS = """
    SELECT row_no, code, heading,
           CASE WHEN how_many = 1 THEN message
                ELSE message || ' (' || (how_many - 1) || ' more in this row)' END AS message
    FROM (SELECT e.*, count(*) OVER (PARTITION BY row_no) AS how_many,
                 row_number() OVER (PARTITION BY row_no ORDER BY heading, message) AS place
          FROM staged_errors e) t
    WHERE place = 1
"""


# Runs --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that was interrupted, and how many rows it had dealt with."""

    id: int
    rows_done: int
    created: int
    updated: int
    unchanged: int


def unfinished(work: Work, kind: str, digest: str) -> Unfinished | None:
    """Return the last interrupted run of the same bytes, locked."""
    return work.one(
        Unfinished,
        f"""
        SELECT id, rows_done, created, updated, unchanged FROM runs
        WHERE kind = :kind AND digest = :digest AND state = 'running'
        ORDER BY id DESC LIMIT 1{work.for_update}
        """,
        kind=kind,
        digest=digest,
    )


@dataclass(frozen=True, slots=True)
class Creator:
    """A run that created something."""

    id: int
    created: int
    started_at: datetime


def creator(work: Work, kind: str, digest: str) -> Creator | None:
    """Return the last run of the same bytes that created something."""
    return work.one(
        Creator,
        """
        SELECT id, created, started_at FROM runs
        WHERE kind = :kind AND digest = :digest AND created > 0 ORDER BY id DESC LIMIT 1
        """,
        kind=kind,
        digest=digest,
    )


def add_run(work: Work, kind: str, file: str, digest: str) -> int:
    """Insert a run that has done nothing yet, and return its id."""
    return work.insert(
        "runs",
        kind=kind,
        file=file,
        digest=digest,
        state=RunState.RUNNING,
        rows_done=0,
        created=0,
        updated=0,
        unchanged=0,
        failed=0,
        operator=work.operator,
        started_at=work.now,
    )


def lock_meant(
    work: Work, span: Span, table: str, column: str = "id", *, staged: str = "staged"
) -> None:
    """Let nobody else change what the rows of `span` mean: in `table`, with the id in `column`.

    `staged` is the staging table that has the column. What is not changed itself, but pointed to,
    may be shared with others who do the same.
    """
    if work.is_sqlite:
        return
    clause = work.for_update if column == "id" else " FOR SHARE"
    meant = f"SELECT s.{column} FROM {staged} s WHERE {IN_SPAN}"
    rows = f"SELECT t.id FROM {table} t WHERE t.id IN ({meant}) ORDER BY t.id{clause}"
    # Only counted, because there may be as many as the file has rows.
    work.value(f"SELECT count(*) FROM ({rows}) locked", **span.values)


def advance_run(work: Work, number: int, span: Span, counted: Tally) -> None:
    """Note how far a run has come, what its latest rows did, and what was wrong with them."""
    work.run(
        f"""
        INSERT INTO run_faults (run_id, row_no, heading, code, message, hint)
        SELECT :run, s.row_no, s.heading, s.code, s.message, s.hint
        FROM staged_errors s WHERE {IN_SPAN}
        """,
        run=number,
        **span.values,
    )
    work.run(
        """
        UPDATE runs SET rows_done = :rows_done, created = created + :created,
                        updated = updated + :updated, unchanged = unchanged + :unchanged
        WHERE id = :id
        """,
        id=number,
        rows_done=span.last,
        created=counted.created,
        updated=counted.updated,
        unchanged=counted.unchanged,
    )


def recall_faults(work: Work, run: Unfinished) -> None:
    """Let what was wrong with the rows that a run has dealt with be what it found then."""
    work.run("DELETE FROM staged_errors WHERE row_no <= :done", done=run.rows_done)
    work.run(
        f"""
        INSERT INTO staged_errors ({", ".join(ERRORS)})
        SELECT {", ".join(ERRORS)} FROM run_faults WHERE run_id = :run
        """,
        run=run.id,
    )


def finish_run(work: Work, number: int, kind: str, digest: str, failed: int) -> None:
    """Note that a run is over, and with it every earlier one of the same bytes."""
    work.run(
        """
        DELETE FROM run_faults WHERE run_id IN (
            SELECT id FROM runs WHERE kind = :kind AND digest = :digest AND id <= :id)
        """,
        id=number,
        kind=kind,
        digest=digest,
    )
    work.run("UPDATE runs SET failed = :failed WHERE id = :id", id=number, failed=failed)
    work.run(
        """
        UPDATE runs SET state = 'finished', finished_at = :now
        WHERE kind = :kind AND digest = :digest AND state = 'running' AND id <= :id
        """,
        id=number,
        kind=kind,
        digest=digest,
        now=work.now,
    )
