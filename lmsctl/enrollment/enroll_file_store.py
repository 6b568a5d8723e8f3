"""The SQL of files of enrollments: people, and the rows that name content."""

from collections.abc import Sequence
from datetime import datetime

from lmsctl.bulk.store import IN_SPAN, Fault, Span, fail
from lmsctl.content import store as content
from lmsctl.content.errors import ContentArchived, ContentIsFolder, ContentUnknown
from lmsctl.content.rules import Item
from lmsctl.enrollment import file_store, training_file_store
from lmsctl.enrollment.errors import PersonNotActive
from lmsctl.enrollment.results import Reason
from lmsctl.kit.driver import utc_text
from lmsctl.kit.work import Work
from lmsctl.notification.store import Audience
from lmsctl.rights.rules import Scope
from lmsctl.user.errors import UserUnknown
from lmsctl.user.file_check_store import fail_not_confirmed
from lmsctl.user.store import STATUS_NOW

# `login` is what names the person and `heading` the column it stands in. `id` is the enrollment
# that is there already, and 0 for one that an earlier row of the file will make.
TABLES = {
    "staged": {
        "login": "TEXT",
        "login_key": "TEXT",
        "email_key": "TEXT",
        "heading": "TEXT",
        "content": "TEXT",
        "code_key": "TEXT",
        "user_id": "BIGINT",
        "item_id": "BIGINT",
        **training_file_store.COLUMNS,
    },
    "staged_dues": {"item_id": "BIGINT", "due_at": "TEXT"},
    **training_file_store.TABLES,
}
_SAME = "e.user_id = s.user_id AND e.item_id = s.item_id"


def _either(of_training: str, of_content: str) -> str:
    return f"CASE WHEN {training_file_store.IS_OURS} THEN {of_training} ELSE {of_content} END"


KEY = _either(training_file_store.KEY, "s.login || ' ' || s.content")
NUMBER = _either(training_file_store.NUMBER, f"(SELECT e.id FROM enrollments e WHERE {_SAME})")


_NEW = f"s.id IS NULL AND s.item_id IS NOT NULL AND {IN_SPAN}"

# Understanding -----------------------------------------------------------------------------------


def has_rows(work: Work) -> bool:
    """Say whether any row names content."""
    return bool(work.value("SELECT EXISTS (SELECT 1 FROM staged s WHERE s.code_key IS NOT NULL)"))


def find(work: Work, span: Span, for_content: Scope, for_trainings: Scope) -> None:
    """Give each row its person, its item, and the enrollment if they are in it.

    The person must be in the scope `for_trainings` if the row names one, else `for_content`.
    """
    scopes = (scope.clause("d.path") for scope in (for_trainings, for_content))
    file_store.find_pairs(work, span, _either(*scopes))
    work.run(
        f"""
        UPDATE staged AS s SET id = e.id FROM enrollments e
        WHERE {IN_SPAN} AND {_SAME} AND e.canceled_at IS NULL AND e.phase <> 'pre-enrolled'
        """,
        **span.values,
    )


def fail_unfit(work: Work, span: Span) -> None:
    """Note rows about people and items that are not there, or that cannot be enrolled."""
    person = "FROM staged s JOIN users u ON u.id = s.user_id WHERE"
    fail_not_confirmed(work, span, f"{person} TRUE", "s.heading", "'enrolled'")
    item = "FROM staged s JOIN content_items i ON i.id = s.item_id WHERE"
    shown = {"given": "s.content"}
    for refusal, fault in (
        (
            UserUnknown,
            Fault(
                "FROM staged s WHERE s.user_id IS NULL AND s.login <> ''",
                "s.heading",
                {"given": "s.login"},
            ),
        ),
        (
            PersonNotActive,
            Fault(
                f"{person} {STATUS_NOW} <> 'active'",
                "s.heading",
                {"login": "u.login", "status": STATUS_NOW},
                {"now": work.now},
            ),
        ),
        (
            ContentUnknown,
            Fault("FROM staged s WHERE s.item_id IS NULL AND s.content <> ''", "'Content'", shown),
        ),
        (
            ContentIsFolder,
            Fault(f"{item} i.kind = 'folder'", "'Content'", {**shown, "done": "'enrolled in'"}),
        ),
        (ContentArchived, Fault(f"{item} i.status = 'archived'", "'Content'", shown)),
    ):
        fail(work, span, refusal, fault)


def mark_repeated(work: Work, span: Span) -> None:
    """Let rows that say the same as an earlier row of the span make nothing."""
    work.run(
        f"""
        UPDATE staged AS s SET id = 0 FROM (
            SELECT s.row_no, row_number() OVER (
                PARTITION BY s.user_id, s.item_id ORDER BY s.row_no) AS place
            FROM good s WHERE {_NEW}) t
        WHERE t.row_no = s.row_no AND t.place > 1
        """,
        **span.values,
    )


# Writing -----------------------------------------------------------------------------------------


def items(work: Work, span: Span) -> list[Item]:
    """Return the items that somebody is enrolled in anew."""
    numbers = work.values(f"SELECT DISTINCT s.item_id FROM good s WHERE {_NEW}", **span.values)
    return content.by_ids(work, numbers)


def note_dues(work: Work, dues: Sequence[tuple[int, datetime | None]]) -> None:
    """Put aside when each of these items is due for whoever is enrolled in it now."""
    work.run("DELETE FROM staged_dues")
    rows = [(item_id, utc_text(due_at) if due_at else None) for item_id, due_at in dues]
    work.load("staged_dues", ("item_id", "due_at"), rows)


def write(work: Work, span: Span, run: int) -> None:
    """Enroll whoever is not enrolled, and note that the run is why."""
    due = "d.due_at" if work.is_sqlite else "CAST(d.due_at AS TIMESTAMPTZ)"
    work.run(
        f"""
        UPDATE enrollments SET canceled_at = NULL, enrolled_at = :now,
               due_at = (SELECT {due} FROM staged_dues d WHERE d.item_id = enrollments.item_id),
               phase = CASE WHEN completed_at IS NULL THEN 'enrolled' ELSE phase END
        WHERE id IN (SELECT e.id FROM good s JOIN enrollments e ON {_SAME} WHERE {_NEW})
        """,
        now=work.now,
        **span.values,
    )
    work.run(
        f"""
        INSERT INTO enrollments (user_id, item_id, phase, enrolled_at, due_at)
        SELECT s.user_id, s.item_id, 'enrolled', :now, {due}
        FROM good s JOIN staged_dues d ON d.item_id = s.item_id
        WHERE {_NEW} AND NOT EXISTS (SELECT 1 FROM enrollments e WHERE {_SAME})
        ORDER BY s.row_no
        """,
        now=work.now,
        **span.values,
    )
    work.run(
        f"""
        INSERT INTO enrollment_reasons (enrollment_id, reason, reference, since_at)
        SELECT e.id, :reason, :reference, :now
        FROM good s JOIN enrollments e ON {_SAME} WHERE {_NEW}
        ON CONFLICT DO NOTHING
        """,
        reason=Reason.IMPORT,
        reference=str(run),
        now=work.now,
        **span.values,
    )


_ON_THE_WAY = f"""
    FROM good s JOIN content_items w ON w.id = s.item_id AND w.kind = 'pathway'
    JOIN pathway_items p ON p.pathway_id = w.id AND p.is_mandatory
    JOIN content_items i ON i.id = p.item_id AND i.status <> 'archived'
    LEFT JOIN enrollments e ON e.user_id = s.user_id AND e.item_id = p.item_id
    WHERE {_NEW}
"""


def prepare_pathways(work: Work, span: Span) -> None:
    """Give the phase pre-enrolled in the mandatory items of pathways, where there is none."""
    values = {"now": work.now, **span.values}
    if not work.is_sqlite:
        # Whoever cancels one of them meanwhile would take its reasons and not see ours.
        locked = f"""
            SELECT e.id FROM enrollments e WHERE e.id IN (SELECT e.id {_ON_THE_WAY})
            ORDER BY e.id FOR UPDATE
        """
        work.value(f"SELECT count(*) FROM ({locked}) locked", **values)
    work.run(
        f"""
        INSERT INTO enrollments (user_id, item_id, phase, enrolled_at)
        SELECT DISTINCT s.user_id, p.item_id, 'pre-enrolled', :now {_ON_THE_WAY} AND e.id IS NULL
        """,
        **values,
    )
    work.run(
        f"""
        UPDATE enrollments SET canceled_at = NULL, enrolled_at = :now, due_at = NULL,
               phase = CASE WHEN completed_at IS NULL THEN 'pre-enrolled' ELSE phase END
        WHERE canceled_at IS NOT NULL AND id IN (SELECT e.id {_ON_THE_WAY})
        """,
        **values,
    )
    work.run(
        f"""
        INSERT INTO enrollment_reasons (enrollment_id, reason, reference, since_at)
        SELECT e.id, 'pathway', w.code, :now {_ON_THE_WAY}
        ON CONFLICT DO NOTHING
        """,
        **values,
    )


def resolve_repeated(work: Work, span: Span) -> None:
    """Give rows that say the same as an earlier one the enrollment which that has made."""
    work.run(
        f"""
        UPDATE staged AS s SET id = e.id FROM enrollments e
        WHERE {IN_SPAN} AND s.id = 0 AND {_SAME}
        """,
        **span.values,
    )


def prepare_notices(work: Work) -> None:
    """Make the staged rows quick to search by item; once, after the file has been read."""
    work.run("CREATE INDEX staged_by_item ON staged (item_id)")


def audience(work: Work, span: Span, item_id: int) -> Audience:
    """Return who was enrolled in an item anew, to be told at once."""
    return Audience.of_text(
        f"""
        SELECT u.id AS user_id, u.email AS address, NULL AS about, :due AS due_at
        FROM good s JOIN users u ON u.id = s.user_id WHERE s.item_id = :item AND {_NEW}
        """,
        {"item": item_id, "due": work.now, **span.values},
    )
