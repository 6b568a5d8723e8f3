"""The SQL of rows of a file of people that vouch for somebody who waits for confirmation."""

from collections.abc import Iterator
from dataclasses import dataclass

from lmsctl.bulk.store import IN_SPAN, Span
from lmsctl.kit.work import Work

TABLES = {"staged_adoptions": {"row_no": "INTEGER PRIMARY KEY"}}
# Whether the row `s` of `staged` vouches for the person it means.
IS_ADOPTED = "EXISTS (SELECT 1 FROM staged_adoptions a WHERE a.row_no = s.row_no)"
_NOTE = "confirmed by this file"


def adopt(work: Work, span: Span) -> None:
    """Note which rows vouch for somebody who waits for confirmation: those that name them.

    A row that says itself that they are to go on waiting does not, and none can end them.
    """
    work.run(f"UPDATE staged AS s SET note = NULL WHERE {IN_SPAN} AND {IS_ADOPTED}", **span.values)
    work.run("DELETE FROM staged_adoptions WHERE row_no BETWEEN :first AND :last", **span.values)
    found = work.run(
        f"""
        INSERT INTO staged_adoptions (row_no)
        SELECT s.row_no FROM staged s JOIN users u ON u.id = s.id
        WHERE u.status = 'pending' AND COALESCE(s.status, 'active') = 'active' AND {IN_SPAN}
        """,
        **span.values,
    )
    if found:
        work.run(
            f"UPDATE staged AS s SET note = :note WHERE {IN_SPAN} AND {IS_ADOPTED}",
            note=_NOTE,
            **span.values,
        )


@dataclass(frozen=True, slots=True)
class Adopted:
    """Somebody whom a row vouches for."""

    user_id: int


def adopted(work: Work, span: Span) -> Iterator[int]:
    """Yield the ids of the people whom the good rows of a span vouch for."""
    found = work.each(
        Adopted,
        f"SELECT s.id AS user_id FROM good s WHERE {IN_SPAN} AND {IS_ADOPTED} ORDER BY s.row_no",
        **span.values,
    )
    return (one.user_id for one in found)


def count_adopted(work: Work) -> int:
    """Return how many people who waited for confirmation are confirmed by the file."""
    return int(work.value(f"SELECT count(*) FROM good s WHERE {IS_ADOPTED}"))
