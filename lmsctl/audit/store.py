"""The SQL of the audit room."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lmsctl.audit.results import Entry
from lmsctl.kit.work import Work


def add(work: Work, **values: Any) -> None:
    """Append one row, with the mark of the transaction."""
    work.insert("audit_rows", mark=work.sign(), **values)


def entries(  # noqa: PLR0913 - one for each filter
    work: Work,
    *,
    since: datetime | None,
    verdict: str | None,
    code: str | None,
    target: str | None,
    mark: str | None,
) -> Iterator[Entry]:
    """Yield the rows that fit every filter given, oldest first."""
    conditions = [
        clause
        for clause, value in (
            ("happened_at >= :since", since),
            ("verdict = :verdict", verdict),
            ("code = :code", code),
            ("target = :target", target),
            ("mark = :mark", mark),
        )
        if value is not None
    ]
    return work.each(
        Entry,
        f"""
        SELECT id, happened_at, operator, actor, command, verdict, code, target, detail_json
        FROM audit_rows WHERE {" AND ".join(conditions) or "TRUE"} ORDER BY id
        """,
        since=since,
        verdict=verdict,
        code=code,
        target=target,
        mark=mark,
    )
