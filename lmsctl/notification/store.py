"""The SQL of the notification room."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.kit.work import Work
from lmsctl.notification.results import Message, Notice, Preview
from lmsctl.rights.rules import Scope

# A notice in an account appears when it is due; nobody has to deliver it.
# Nothing is ever written to an address that somebody has no more.
_ADDRESS = "CASE WHEN n.channel = 'mail' AND n.user_id IS NOT NULL THEN u.email ELSE n.address END"
_STATE = "CASE WHEN n.channel = 'account' AND n.due_at > :now THEN 'queued' ELSE n.state END"


def add(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Append messages, which all have the same columns."""
    work.insert_many("notifications", rows)
    work.notices += len(rows)


def repeat(work: Work, user_id: int, kind: str, message_id: str) -> None:
    """Queue the last mail of a kind to somebody once more, due now, if there was one."""
    work.notices += work.run(
        """
        INSERT INTO notifications (user_id, channel, kind, address, reason, subject, body,
                                   message_id, state, due_at, created_at)
        SELECT user_id, channel, kind, address, reason, subject, body, :message_id, 'queued',
               :now, :now
        FROM notifications WHERE user_id = :user AND kind = :kind AND channel = 'mail'
        ORDER BY id DESC LIMIT 1
        """,
        user=user_id,
        kind=kind,
        message_id=message_id,
        now=work.now,
    )


def mailed_last_at(work: Work, user_id: int, kind: str) -> datetime | None:
    """Return when the last mail of a kind to somebody was queued."""
    found = work.one(
        Mailed,
        """
        SELECT max(created_at) AS mailed_at FROM notifications
        WHERE user_id = :user AND kind = :kind AND channel = 'mail'
        """,
        user=user_id,
        kind=kind,
    )
    return found.mailed_at if found else None


@dataclass(frozen=True, slots=True)
class Mailed:
    """When a mail was queued."""

    mailed_at: datetime | None


# Many people at once -----------------------------------------------------------------------------

# What stands in calendar entries for what differs from person to person. No text that people
# write can hold these characters.
NUMBER = "\x01"
_COUNT = "\x02"
_COUNTED = re.compile(f"{_COUNT}([0-9]+){_COUNT}")


def own_count(more: int) -> str:
    """Return what stands for a person's own count and so many more."""
    return f"{_COUNT}{more}{_COUNT}"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a message goes to: a query with its values, one row for each person.

    Its columns are user_id, address (null: no mail), about, due_at, and number and count for the
    marks in calendar entries.
    """

    sql: str
    values: Mapping[str, Any]


def _calendar(calendar: str | None) -> tuple[str, dict[str, Any]]:
    """Return the expression that fills in a person's calendar entries, and its values."""
    if calendar is None:
        return "NULL", {}
    values: dict[str, Any] = {"calendar": calendar, "number_mark": NUMBER}
    filled = "replace(CAST(:calendar AS TEXT), :number_mark, CAST(p.number AS TEXT))"
    for digits in sorted(set(_COUNTED.findall(calendar))):
        values[f"count_mark_{digits}"] = own_count(int(digits))
        filled = f"replace({filled}, :count_mark_{digits}, CAST(p.count + {digits} AS TEXT))"
    return filled, values


def filled_in(calendar: str, number: int, count: int) -> str:
    """Return calendar entries with one person's own number and count for the marks."""
    text = calendar.replace(NUMBER, str(number))
    return _COUNTED.sub(lambda mark: str(count + int(mark[1])), text)


# `p` has access to what the messages tell of, or was invited to it with a message of that kind.
_IS_IN = """
    (p.due_at <= :now OR EXISTS (
        SELECT 1 FROM notifications x
        WHERE x.user_id = p.user_id AND x.about = p.about AND x.kind = :invited_by
          AND x.due_at <= :now))
"""


def spread(  # noqa: PLR0913 - whom, what, and when
    work: Work,
    audience: Audience,
    words: Mapping[str, str],
    *,
    calendar: str | None,
    batch: str,
    invited_by: str | None = None,
) -> int:
    """Queue a notice and, where there is an address, a mail for each of `audience`.

    With `invited_by` at once, and only for whom it is due already or who got a message of that
    kind. `batch` makes the ids of the messages unique. Where no mail can go, the notice has the
    entries, for when it can. Returns how many there are.
    """
    entries, marks = _calendar(calendar)
    only, due = ("TRUE", "p.due_at") if invited_by is None else (_IS_IN, ":now")
    count = work.run(
        f"""
        INSERT INTO notifications (user_id, channel, kind, address, reason, subject, body,
                                   message_id, state, due_at, created_at, about, calendar)
        SELECT p.user_id, c.channel, :kind, CASE WHEN c.channel = 'mail' THEN p.address END,
               :reason, :subject, :body,
               '<' || :batch || '-' || p.user_id || '-' || c.channel || '@lmsctl.invalid>',
               c.state, {due}, :now, p.about,
               CASE WHEN c.channel = 'mail' OR p.address IS NULL THEN {entries} END
        FROM ({audience.sql}) AS p
        JOIN (SELECT 'account' AS channel, 'sent' AS state UNION ALL SELECT 'mail', 'queued') AS c
          ON c.channel = 'account' OR p.address IS NOT NULL
        WHERE {only}
        """,
        **audience.values,
        **words,
        **marks,
        **({} if invited_by is None else {"invited_by": invited_by}),
        batch=batch,
        now=work.now,
    )
    work.notices += count
    return count


def renew(work: Work, audience: Audience, words: Mapping[str, str], calendar: str | None) -> int:
    """Let messages to `audience` that are still to come say `words`, at the instant given now."""
    entries, marks = _calendar(calendar)
    return work.run(
        f"""
        UPDATE notifications AS x
        SET reason = :reason, subject = :subject, body = :body, due_at = p.due_at,
            calendar = CASE WHEN x.channel = 'mail' THEN {entries} END
        FROM ({audience.sql}) AS p
        WHERE x.user_id = p.user_id AND x.about = p.about AND x.kind = :kind AND x.due_at > :now
        """,
        **audience.values,
        **words,
        **marks,
        now=work.now,
    )


def withdraw(work: Work, audience: Audience, kind: str) -> int:
    """Take back messages of that kind to `audience` that are still to come."""
    return work.run(
        f"""
        DELETE FROM notifications WHERE id IN (
            SELECT x.id FROM ({audience.sql}) AS p
            JOIN notifications x ON x.user_id = p.user_id AND x.about = p.about
            WHERE x.kind = :kind AND x.due_at > :now)
        """,
        **audience.values,
        kind=kind,
        now=work.now,
    )


# Looking -----------------------------------------------------------------------------------------


def messages(work: Work, scope: Scope, *, state: str | None, kind: str | None) -> Iterator[Message]:
    """Yield the messages to people in `scope`, soonest first."""
    return work.each(
        Message,
        f"""
        SELECT n.id, n.channel, n.kind, COALESCE({_ADDRESS}, u.login) AS recipient, n.subject,
               n.due_at, {_STATE} AS state, n.created_at
        FROM notifications n
        LEFT JOIN users u ON u.id = n.user_id
        LEFT JOIN departments d ON d.id = u.department_id
        WHERE {scope.clause("d.path")} AND (:state IS NULL OR {_STATE} = :state)
          AND (:kind IS NULL OR n.kind = :kind)
        ORDER BY n.due_at, n.id
        """,
        state=state,
        kind=kind,
        now=work.now,
    )


def preview(work: Work, scope: Scope, number: int) -> Preview | None:
    """Return one message as it would arrive, or None when it is absent or out of scope."""
    return work.one(
        Preview,
        f"""
        SELECT n.id, n.channel, n.kind, COALESCE({_ADDRESS}, u.login) AS recipient, n.reason,
               n.subject, n.body, n.due_at, {_STATE} AS state, n.message_id, n.calendar
        FROM notifications n
        LEFT JOIN users u ON u.id = n.user_id
        LEFT JOIN departments d ON d.id = u.department_id
        WHERE n.id = :number AND {scope.clause("d.path")}
        """,
        number=number,
        now=work.now,
    )


def notices(work: Work, user_id: int) -> Iterator[Notice]:
    """Yield what has appeared in a person's account, the latest first."""
    return work.each(
        Notice,
        """
        SELECT id, due_at AS sent_at, kind, subject, body FROM notifications
        WHERE user_id = :user AND channel = 'account' AND due_at <= :now
        ORDER BY due_at DESC, id DESC
        """,
        user=user_id,
        now=work.now,
    )
