"""The statements of the audit room: the log, row by row."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import and_, bindparam, col, func, or_, select, update

from lmsctl.audit.model import AuditHead, AuditRow
from lmsctl.audit.results import AuditEntry
from lmsctl.audit.rules import ChainHead, ChainLink, LogFilter, SealableRow
from lmsctl.kit import canonical
from lmsctl.kit.statements import columns_of, moment_octets, octets
from lmsctl.kit.work import Work

_SELECT_ENTRIES = select(*columns_of(AuditEntry, AuditRow, detail=col(AuditRow.detail_json)))


def add(work: Work, **values: Any) -> None:
    """Append one row, with the mark of the transaction."""
    work.append(AuditRow, mark=work.use_mark(), **values)


def _begins_with_words(column: Any, words: str) -> ColumnElement[bool]:
    """Return the condition that a text is `words`, or goes on after them with a blank."""
    whole = canonical.indexable(words)
    # Texts are in the order of their characters' numbers, in which "!" is next to the blank.
    return or_(col(column) == whole, and_(col(column) >= f"{whole} ", col(column) < f"{whole}!"))


def entries(work: Work, wanted: LogFilter) -> Iterable[AuditEntry]:
    """Return the rows that fit a filter, oldest first."""
    statement = _SELECT_ENTRIES
    if wanted.since is not None:
        statement = statement.where(col(AuditRow.happened_at) >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(col(AuditRow.happened_at) <= wanted.until)
    if wanted.person is not None:
        about = col(AuditRow.target) == canonical.indexable(f"user {wanted.person}")
        statement = statement.where(or_(col(AuditRow.actor) == wanted.person, about))
    for column, value in (
        (AuditRow.verdict, wanted.verdict),
        (AuditRow.code, wanted.code),
        (AuditRow.mark, wanted.mark),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    for column, words in ((AuditRow.target, wanted.thing), (AuditRow.command, wanted.command)):
        if words is not None:
            statement = statement.where(_begins_with_words(column, words))
    return work.listed(AuditEntry, statement, by=[col(AuditRow.id)])


# Seals -------------------------------------------------------------------------------------------

_AS_KEPT = columns_of(
    SealableRow,
    AuditRow,
    happened_at=moment_octets(AuditRow.happened_at),
    **{
        name: octets(getattr(AuditRow, name))
        for name in (
            "operator",
            "actor",
            "command",
            "verdict",
            "code",
            "target",
            "detail_json",
            "mark",
        )
    },
)
_HEAD = select(*columns_of(ChainHead, AuditHead))
_UNSEALED = (
    select(*_AS_KEPT)
    .where(col(AuditRow.seal_no).is_(None))
    .order_by(col(AuditRow.id))
    .limit(bindparam("most"))
)
_COUNT_UNSEALED = select(func.count()).where(col(AuditRow.seal_no).is_(None))
_LINKED: tuple[Any, ...] = (*_AS_KEPT, col(AuditRow.seal_no), octets(AuditRow.seal))
_LINKS = select(*_LINKED).where(col(AuditRow.seal_no).is_not(None)).order_by(col(AuditRow.seal_no))
_SET_SEAL = (
    update(AuditRow)
    .where(col(AuditRow.id) == bindparam("row_id"), col(AuditRow.seal_no).is_(None))
    .values(seal_no=bindparam("number"), seal=bindparam("made"))
)


def find_head(work: Work) -> ChainHead | None:
    """Return the end of the chain, or None if somebody has removed it."""
    return work.one(ChainHead, _HEAD)


def find_head_for_update(work: Work, *, is_patient: bool) -> ChainHead | None:
    """Return the end of the chain, so that nobody else seals until this transaction ends.

    Without patience None is returned while somebody else does.
    """
    return work.one(ChainHead, _HEAD.with_for_update(skip_locked=not is_patient))


def list_unsealed(work: Work, most: int) -> list[SealableRow]:
    """Return the first rows that are not sealed yet, at most so many."""
    return work.all(SealableRow, _UNSEALED, most=most)


def count_unsealed(work: Work) -> int:
    """Return how many rows are not sealed yet."""
    return int(work.value(_COUNT_UNSEALED))


def set_seals(work: Work, seals: Sequence[tuple[int, ChainHead]]) -> None:
    """Give rows their place in the chain, by their ids, and let it end with the last one."""
    rows = [{"row_id": id_, "number": head.seal_no, "made": head.seal} for id_, head in seals]
    work.execute(_SET_SEAL, rows)
    last = seals[-1][1]
    work.run(update(AuditHead).values(seal_no=last.seal_no, seal=last.seal))


def links(work: Work) -> Iterator[ChainLink]:
    """Yield the rows that have a number in the chain, in that order, without holding them all."""
    for *row, number, seal in work.tuples(_LINKS):
        yield ChainLink(SealableRow(*row), number, seal)
