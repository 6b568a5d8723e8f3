"""The statements of the audit room: the log, row by row."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import bindparam, col, func, select, update

from lmsctl.audit.model import AuditHead, AuditRow
from lmsctl.audit.results import AuditEntry, AuditVerdict
from lmsctl.audit.rules import ChainHead, ChainLink, SealableRow
from lmsctl.kit.statements import columns_of, moment_octets, octets
from lmsctl.kit.work import Work

_SELECT_ENTRIES = select(*columns_of(AuditEntry, AuditRow, detail=col(AuditRow.detail_json)))


def add(work: Work, **values: Any) -> None:
    """Append one row, with the mark of the transaction."""
    work.append(AuditRow, mark=work.use_mark(), **values)


def entries(  # noqa: PLR0913 - one for each filter
    work: Work,
    *,
    since: datetime | None,
    verdict: AuditVerdict | None,
    code: str | None,
    target: str | None,
    mark: str | None,
) -> Iterable[AuditEntry]:
    """Return the rows that fit every filter given, oldest first."""
    statement = _SELECT_ENTRIES
    if since is not None:
        statement = statement.where(col(AuditRow.happened_at) >= since)
    for column, value in (
        (AuditRow.verdict, verdict),
        (AuditRow.code, code),
        (AuditRow.target, target),
        (AuditRow.mark, mark),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
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
