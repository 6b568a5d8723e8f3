"""The statements of the audit room: the log, row by row."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from lmsctl.audit.model import AuditRow
from lmsctl.audit.results import AuditEntry, AuditVerdict
from lmsctl.kit.statements import columns_of
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
