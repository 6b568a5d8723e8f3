"""The statements of rows of a file of people that vouch for somebody who waits for confirmation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, MetaData, Select, Table, Text
from sqlmodel import col, delete, func, insert, or_, select, update

from lmsctl.bulk.staging import Span
from lmsctl.bulk.store import Shown, fail
from lmsctl.kit.columns import Choice
from lmsctl.kit.statements import moment_text
from lmsctl.kit.work import Work
from lmsctl.user.errors import NotConfirmedYet
from lmsctl.user.model import User
from lmsctl.user.results import Status

TABLES = {"staged_adoptions": {"row_no": "INTEGER PRIMARY KEY"}}
# Whether the row `s` of `staged` vouches for the person it means, for statements that are texts.
IS_ADOPTED = "EXISTS (SELECT 1 FROM staged_adoptions a WHERE a.row_no = s.row_no)"
_NOTE = "confirmed by this file"


def _staged(name: str) -> Table:
    """Return what is asked of `staged`, or of `good`, which has the same columns."""
    return Table(
        name,
        MetaData(),
        Column("row_no", Integer),
        Column("id", BigInteger),
        Column("status", Choice(Status)),
        Column("note", Text),
    )


_STAGED = _staged("staged")
_GOOD = _staged("good")
_ADOPTIONS = Table("staged_adoptions", MetaData(), Column("row_no", Integer))


def _within(span: Span, rows: Table) -> ColumnElement[bool]:
    return rows.c.row_no.between(span.first, span.last)


def _is_adopted(rows: Table) -> ColumnElement[bool]:
    """Return the condition that a row vouches for the person it means."""
    noted = select(_ADOPTIONS.c.row_no).where(_ADOPTIONS.c.row_no == rows.c.row_no)
    return noted.exists()


def adopt(work: Work, span: Span) -> None:
    """Note which rows vouch for somebody who waits for confirmation: those that name them.

    A row that says itself that they are to go on waiting does not, and none can end them.
    """
    marked = update(_STAGED).where(_within(span, _STAGED), _is_adopted(_STAGED))
    work.run(marked.values(note=None))
    work.run(delete(_ADOPTIONS).where(_within(span, _ADOPTIONS)))
    wanted = _STAGED.c.status
    waiting = (
        select(_STAGED.c.row_no)
        .join(User, col(User.id) == _STAGED.c.id)
        .where(
            col(User.status) == Status.PENDING,
            or_(wanted.is_(None), wanted == Status.ACTIVE),
            _within(span, _STAGED),
        )
    )
    if work.run(insert(_ADOPTIONS).from_select(["row_no"], waiting, include_defaults=False)):
        work.run(marked.values(note=_NOTE))


@dataclass(frozen=True, slots=True)
class Adopted:
    """Somebody whom a row vouches for."""

    user_id: int


def adopted(work: Work, span: Span) -> Iterator[int]:
    """Yield the ids of the people whom the good rows of a span vouch for."""
    found = work.each(
        Adopted,
        select(_GOOD.c.id.label("user_id"))
        .where(_within(span, _GOOD), _is_adopted(_GOOD))
        .order_by(_GOOD.c.row_no),
    )
    return (one.user_id for one in found)


def count_adopted(work: Work) -> int:
    """Return how many people who waited for confirmation are confirmed by the file."""
    counting = select(func.count()).select_from(_GOOD).where(_is_adopted(_GOOD))
    return int(work.value(counting))


def fail_not_confirmed(
    work: Work, span: Span, found: Select[Any], heading: Shown, done: Shown
) -> None:
    """Note rows about people who wait for confirmation, of those that `found` finds.

    `found` selects the numbers of rows and joins `User`; `done` is what cannot be done with them.
    """
    waiting = found.where(col(User.status) == Status.PENDING)
    fail(
        work,
        span,
        NotConfirmedYet,
        waiting,
        heading,
        login=col(User.login),
        named=func.coalesce(col(User.email), col(User.login)),
        done=done,
        ends_at=moment_text(col(User.expires_at)),
    )
