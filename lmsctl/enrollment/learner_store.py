"""The SQL of the enrollment room: what one person sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lmsctl.content.store import OPENED
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Sight


@dataclass(frozen=True, slots=True)
class Seen:
    """One item that a person sees, with one reason why.

    Either `reason` and its `reference`, or the `audience` of a grant, what that is called
    (`reference`), and the code of what was granted.
    """

    code: str
    kind: str
    title: str
    status: str
    phase: str | None
    enrolled_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    reason: str | None
    audience: str | None
    reference: str | None
    grant_code: str | None


def seen(work: Work, user_id: int, path: str, sight: Sight) -> Iterator[Seen]:
    """Yield what the person in the department at `path` is enrolled in or may open, by code.

    An item comes once for each reason, those of the enrollment first; groups and departments to
    which it was given are named if they are in sight.
    """
    return work.each(
        Seen,
        f"""
        WITH RECURSIVE {OPENED},
        whys (item_id, place, reason, audience, reference, grant_code) AS (
            SELECT e.item_id, 1, r.reason, NULL, r.reference, NULL
            FROM enrollments e JOIN enrollment_reasons r ON r.enrollment_id = e.id
            WHERE e.user_id = :user AND e.canceled_at IS NULL
            UNION ALL
            SELECT o.item_id, 2, NULL, g.audience, {_name("gr", "gd", "d", sight)}, s.code
            FROM opened o
            JOIN content_grants g ON g.id = o.grant_id
            JOIN content_items s ON s.id = g.item_id
            LEFT JOIN user_groups gr ON gr.id = g.group_id
            LEFT JOIN departments gd ON gd.id = gr.department_id
            LEFT JOIN departments d ON d.id = g.department_id)
        SELECT i.code, i.kind, i.title, i.status, e.phase, e.enrolled_at, e.due_at, e.completed_at,
               w.reason, w.audience, w.reference, w.grant_code
        FROM whys w
        JOIN content_items i ON i.id = w.item_id
        LEFT JOIN enrollments e
            ON e.item_id = i.id AND e.user_id = :user AND e.canceled_at IS NULL
        WHERE e.id IS NOT NULL OR (i.status = 'active' AND i.kind <> 'folder')
        ORDER BY i.code_key, w.place, w.reason, w.audience, w.reference, w.grant_code
        """,
        user=user_id,
        path=path,
    )


def _name(group: str, of_group: str, department: str, sight: Sight) -> str:
    """Return the SQL of the name of a group or department, NULL where it is out of sight."""
    return f"""COALESCE(
        CASE WHEN {sight.groups.clause(f"{of_group}.path")} THEN {group}.name END,
        CASE WHEN {sight.departments.named(f"{department}.path")} THEN {department}.full_name END)
    """


@dataclass(frozen=True, slots=True)
class Offered:
    """One item that the catalog offers to a person, by one rule; `name` is None for everybody."""

    code: str
    kind: str
    title: str
    is_enrolled: bool
    opening: str
    name: str | None


def offered(work: Work, user_id: int, path: str, type_: str, sight: Sight) -> Iterator[Offered]:
    """Yield what the catalog offers a person of this type in the department at `path`, by code.

    Groups and departments to which it does are named if they are in sight.
    """
    return work.each(
        Offered,
        f"""
        SELECT i.code, i.kind, i.title,
               EXISTS (SELECT 1 FROM enrollments e
                       WHERE e.item_id = i.id AND e.user_id = :user AND e.canceled_at IS NULL
                         AND e.phase <> 'pre-enrolled') AS is_enrolled,
               r.opening, COALESCE(r.type, {_name("g", "gd", "d", sight)}) AS name
        FROM catalog_rules r
        JOIN content_items i ON i.id = r.item_id
        LEFT JOIN user_groups g ON g.id = r.group_id
        LEFT JOIN departments gd ON gd.id = g.department_id
        LEFT JOIN departments d ON d.id = r.department_id
        WHERE i.status = 'active' AND (
            r.opening = 'everybody' OR r.type = :type OR :path LIKE d.path || '%'
            OR r.group_id IN (SELECT m.group_id FROM group_members m WHERE m.user_id = :user))
        ORDER BY i.code_key, r.id
        """,
        user=user_id,
        path=path,
        type=type_,
    )
