"""The SQL of files of progress: understanding and writing a range of staged rows."""

from dataclasses import dataclass
from datetime import datetime

from lmsctl.bulk.store import IN_SPAN, Fault, Span, fail, lock_meant
from lmsctl.content.errors import ContentIsFolder, ContentUnknown
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.user.errors import UserUnknown
from lmsctl.user.file_check_store import fail_not_confirmed
from lmsctl.user.store import IS_ALIVE

# `id` is the event that is there already, and 0 for one that an earlier row of the file will make.
TABLES = {
    "staged": {
        "login": "TEXT",
        "login_key": "TEXT",
        "email_key": "TEXT",
        "content": "TEXT",
        "code_key": "TEXT",
        "event": "TEXT",
        "score": "BIGINT",
        "happened_at": "TEXT",
        "user_id": "BIGINT",
        "item_id": "BIGINT",
    }
}
KEY = "s.login"


def _moment(work: Work) -> str:
    return "s.happened_at" if work.is_sqlite else "CAST(s.happened_at AS TIMESTAMPTZ)"


def _same(work: Work) -> str:
    """Return the condition under which the event `p` is what a row says."""
    return f"""p.user_id = s.user_id AND COALESCE(p.item_id, 0) = COALESCE(s.item_id, 0)
               AND p.event = s.event AND p.happened_at = {_moment(work)}"""


def number(work: Work) -> str:
    """Return the SQL expression for the id of the event that a row has made."""
    return f"(SELECT p.id FROM progress_events p WHERE {_same(work)})"


def prepare(work: Work) -> None:
    """Make the staged rows quick to search; once, after the file has been read."""
    work.run("CREATE INDEX staged_by_pair ON staged (user_id, item_id)")


def find(work: Work, span: Span, scope: Scope) -> None:
    """Give each row its person, within `scope`, its item, and the event if it is there already."""
    find_pairs(work, span, scope.clause("d.path"))
    work.run(
        f"""
        UPDATE staged AS s SET id = p.id FROM progress_events p
        WHERE {IN_SPAN} AND {_same(work)}
        """,
        **span.values,
    )


def share(work: Work, span: Span) -> None:
    """Let nobody change the people and the items of `span`; then they are to be found again."""
    lock_meant(work, span, "users", "user_id")
    lock_meant(work, span, "content_items", "item_id")


def find_pairs(work: Work, span: Span, within: str) -> None:
    """Give each row its person and its item, and take its `id` away.

    The person is who has the login `login_key`; if nobody has, who has the address `email_key`.
    `within` is an SQL condition on `staged s` and `d`, the person's department: outside of it
    nobody is found.
    """
    work.run(
        f"""
        UPDATE staged AS s SET user_id = NULL, item_id = NULL, id = NULL
        WHERE {IN_SPAN} AND (s.user_id IS NOT NULL OR s.item_id IS NOT NULL OR s.id IS NOT NULL)
        """,
        **span.values,
    )
    for key in ("login_key", "email_key"):
        work.run(
            f"""
            UPDATE staged AS s SET user_id = u.id
            FROM users u JOIN departments d ON d.id = u.department_id
            WHERE {IN_SPAN} AND s.user_id IS NULL AND u.{key} = s.{key}
              AND {IS_ALIVE} AND {within}
            """,
            now=work.now,
            **span.values,
        )
    work.run(
        f"""
        UPDATE staged AS s SET item_id = i.id FROM content_items i
        WHERE {IN_SPAN} AND i.code_key = s.code_key
        """,
        **span.values,
    )


def fail_unknown(work: Work, span: Span) -> None:
    """Note rows about people and items that are not there, and about folders."""
    fail(
        work,
        span,
        UserUnknown,
        Fault("FROM staged s WHERE s.user_id IS NULL AND s.login <> ''", "'Login'", _LOGIN),
    )
    fail_not_confirmed(
        work,
        span,
        "FROM staged s JOIN users u ON u.id = s.user_id WHERE TRUE",
        "'Login'",
        "'given progress'",
    )
    fail(
        work,
        span,
        ContentUnknown,
        Fault(
            "FROM staged s WHERE s.item_id IS NULL AND s.code_key IS NOT NULL",
            "'Content'",
            _CONTENT,
        ),
    )
    fail(
        work,
        span,
        ContentIsFolder,
        Fault(
            """FROM staged s JOIN content_items i ON i.id = s.item_id WHERE i.kind = 'folder'""",
            "'Content'",
            {**_CONTENT, "done": "'worked on'"},
        ),
    )


_LOGIN = {"given": "s.login"}
_CONTENT = {"given": "s.content"}


def mark_repeated(work: Work, span: Span) -> None:
    """Let rows that say the same as an earlier row of the span make nothing."""
    work.run(
        f"""
        UPDATE staged AS s SET id = 0 FROM (
            SELECT s.row_no, row_number() OVER (
                PARTITION BY s.user_id, COALESCE(s.item_id, 0), s.event, s.happened_at
                ORDER BY s.row_no) AS place
            FROM good s WHERE {IN_SPAN} AND s.id IS NULL) t
        WHERE t.row_no = s.row_no AND t.place > 1
        """,
        **span.values,
    )


# Writing -----------------------------------------------------------------------------------------

_NEW = f"s.id IS NULL AND {IN_SPAN}"


def write(work: Work, span: Span, source: str) -> None:
    """Insert the new events."""
    work.run(
        f"""
        INSERT INTO progress_events
            (user_id, item_id, event, score, happened_at, recorded_at, source)
        SELECT s.user_id, s.item_id, s.event, s.score, {_moment(work)}, :recorded_at, :source
        FROM good s WHERE {_NEW} ORDER BY s.row_no
        """,
        recorded_at=work.now,
        source=source,
        **span.values,
    )
    work.run(
        f"""
        UPDATE staged AS s SET id = p.id FROM progress_events p
        WHERE {IN_SPAN} AND s.id = 0 AND {_same(work)}
        """,
        **span.values,
    )


@dataclass(frozen=True, slots=True)
class Beginning:
    """Somebody who was pre-enrolled, and when they first did something by the rows of a span."""

    enrollment_id: int
    item_id: int
    first_at: datetime


def beginnings(work: Work, span: Span) -> list[Beginning]:
    """Return who begins what they were pre-enrolled in."""
    return work.all(
        Beginning,
        f"""
        SELECT e.id AS enrollment_id, e.item_id, min({_moment(work)}) AS first_at
        FROM good s JOIN enrollments e ON e.user_id = s.user_id AND e.item_id = s.item_id
        WHERE e.phase = 'pre-enrolled' AND e.canceled_at IS NULL AND {_NEW}
        GROUP BY e.id, e.item_id
        """,
        **span.values,
    )


def begin(work: Work, span: Span, ids: list[int], due_at: datetime | None) -> None:
    """Turn pre-enrolled people into enrolled ones, since they first did something."""
    work.run(
        f"""
        UPDATE enrollments SET phase = 'enrolled', due_at = :due, enrolled_at = (
            SELECT min({_moment(work)}) FROM good s
            WHERE s.user_id = enrollments.user_id AND s.item_id = enrollments.item_id AND {_NEW})
        WHERE id IN :ids
        """,
        ids=ids,
        due=due_at,
        **span.values,
    )


def complete(work: Work, span: Span) -> None:
    """Complete the enrollments of whoever completed something, unless they are completed."""
    work.run(
        f"""
        UPDATE enrollments SET phase = 'completed', completed_at = (
            SELECT min({_moment(work)}) FROM good s
            WHERE s.user_id = enrollments.user_id AND s.item_id = enrollments.item_id
              AND s.event = 'completed' AND {_NEW})
        WHERE phase <> 'completed' AND canceled_at IS NULL AND id IN (
            SELECT e.id FROM good s
            JOIN enrollments e ON e.user_id = s.user_id AND e.item_id = s.item_id
            WHERE s.event = 'completed' AND {_NEW})
        """,
        **span.values,
    )
