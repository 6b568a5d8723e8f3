"""The SQL of the notification room."""

from collections.abc import Iterator, Sequence
from typing import Any

from lmsctl.kit.work import Work
from lmsctl.notification.results import Message, Preview
from lmsctl.rights.rules import Scope


def add(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Append messages, which all have the same columns."""
    work.insert_many("notifications", rows)


def messages(work: Work, scope: Scope, *, state: str | None, kind: str | None) -> Iterator[Message]:
    """Yield the messages to people in `scope`, soonest first."""
    return work.each(
        Message,
        f"""
        SELECT n.id, n.channel, n.kind, COALESCE(n.address, u.login) AS recipient, n.subject,
               n.due_at, n.state, n.created_at
        FROM notifications n
        LEFT JOIN users u ON u.id = n.user_id
        LEFT JOIN departments d ON d.id = u.department_id
        WHERE {scope.clause("d.path")} AND (:state IS NULL OR n.state = :state)
          AND (:kind IS NULL OR n.kind = :kind)
        ORDER BY n.due_at, n.id
        """,
        state=state,
        kind=kind,
    )


def preview(work: Work, scope: Scope, number: int) -> Preview | None:
    """Return one message as it would arrive, or None when it is absent or out of scope."""
    return work.one(
        Preview,
        f"""
        SELECT n.id, n.channel, n.kind, COALESCE(n.address, u.login) AS recipient, n.reason,
               n.subject, n.body, n.due_at, n.state, n.message_id
        FROM notifications n
        LEFT JOIN users u ON u.id = n.user_id
        LEFT JOIN departments d ON d.id = u.department_id
        WHERE n.id = :number AND {scope.clause("d.path")}
        """,
        number=number,
    )
