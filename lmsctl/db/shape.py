"""Comparing a schema, object by object, with what the migrations of its version make."""

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

from lmsctl.db import migrating
from lmsctl.db.shape_store import Shape, read_shape, use_temporary_schema
from lmsctl.kit import clock, database_errors, driver, sqlite_connection
from lmsctl.kit.work import Work

_MISSING = "is missing"
_INDEXED = re.compile(r' ON (?:ONLY )?"?([^\s"(]+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Difference:
    """An object that is not as it must be: its name, what is wrong with it, and what to do."""

    name: str
    problem: str
    remedy: str

    @property
    def sentence(self) -> str:
        """The name and the problem in one sentence."""
        return f"{self.name} {self.problem}"

    @property
    def is_unreadable(self) -> bool:
        """Whether statements that speak of the object must fail."""
        return self.problem == _MISSING and self.name.startswith(("table ", "column "))


def differences(found: Shape, expected: Shape | None) -> list[Difference]:
    """Return each object that is missing, too many or different, in the order of their names.

    Parts of a table that is missing or too many are not named again. Where `expected` is None
    nothing differs.
    """
    if expected is None:
        return []
    strange = {
        name.partition(" ")[2] for name in found.keys() ^ expected.keys() if name[:6] == "table "
    }
    return [
        _difference(name, found.get(name), expected.get(name))
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
        and not _is_part_of(name, found.get(name) or expected.get(name) or "", strange)
    ]


def expected_at(url: str, version: str, *, patience: float) -> Shape | None:
    """Make what the migrations up to `version` make, apart from everybody, and return its shape.

    SQLite: in memory. PostgreSQL: on the server of `url`, among the temporary tables of a
    transaction that is rolled back; None where the server allows none, as on a standby. Raises
    the refusals of the driver.
    """
    try:
        return _migrated(url, version, patience)
    except database_errors.DatabaseReadOnly:
        return None


def _migrated(url: str, version: str, patience: float) -> Shape:
    connection = (
        sqlite_connection.Sqlite(Path(":memory:"), patience=patience, create=True)
        if url.startswith("sqlite")
        else driver.open_database(url, patience=patience)
    )
    with contextlib.closing(connection):
        work = Work(connection, now=clock.read(), operator="", command="")
        connection.begin_writing()
        use_temporary_schema(work)
        migrating.migrate(work.session.connection(), version)
        made = read_shape(work)
        connection.rollback()
    return made


def _is_part_of(name: str, definition: str, tables: set[str]) -> bool:
    kind, _, rest = name.partition(" ")
    if kind == "index":
        indexed = _INDEXED.search(definition)
        return indexed is not None and indexed[1] in tables
    owners = {rest.partition(".")[0], rest.rpartition(" of ")[2]}
    return kind in {"column", "constraint", "trigger", "rule"} and not owners.isdisjoint(tables)


def _difference(name: str, found: str | None, expected: str | None) -> Difference:
    if found is None:
        is_statement = expected and not name.startswith(("table ", "column "))
        statement = f", or make it again: {expected}" if is_statement else ""
        return Difference(name, _MISSING, f"Restore a backup that has it{statement}.")
    if expected is None:
        return Difference(
            name, "is not of lmsctl", "Drop it, or keep it in another schema or file."
        )
    return Difference(
        name, f"is '{found}'", f"Restore a backup in which it is as it must be: '{expected}'."
    )
