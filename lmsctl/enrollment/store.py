"""The SQL of the enrollment room: who is in what, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from lmsctl.enrollment.results import Because
from lmsctl.enrollment.rules import Candidate, Narrowing, Standing
from lmsctl.kit.work import Work
from lmsctl.notification.store import Audience
from lmsctl.rights.rules import Scope
from lmsctl.user.store import IS_ALIVE, STATUS_NOW

# Choosing people ---------------------------------------------------------------------------------

_CANDIDATE = f"""
    SELECT u.id, u.login, u.login_key, u.email_key, {STATUS_NOW} AS status, u.email,
           u.expires_at
    FROM users u JOIN departments d ON d.id = u.department_id
    WHERE {IS_ALIVE}
"""


def named(
    work: Work,
    scope: Scope,
    *,
    keys: Sequence[str],
    numbers: Sequence[int],
) -> list[Candidate]:
    """Return the people in scope who have one of these logins, addresses or numbers."""
    return work.all(
        Candidate,
        f"""
        {_CANDIDATE} AND {scope.clause("d.path")}
          AND (u.login_key IN :keys OR u.email_key IN :keys OR u.id IN :numbers)
        ORDER BY u.login_key
        """,
        keys=list(keys),
        numbers=list(numbers),
        now=work.now,
    )


def chosen(
    work: Work,
    scope: Scope,
    *,
    paths: Sequence[str],
    group_ids: Sequence[int],
    narrowing: Narrowing,
) -> list[Candidate]:
    """Return the people in scope who are below one of `paths` or in one of the groups.

    Without paths and groups everybody in scope is meant; `narrowing` holds in every case.
    """
    within = Scope(tuple(paths)).clause("d.path")
    is_member = """EXISTS (SELECT 1 FROM group_members m
                           WHERE m.user_id = u.id AND m.group_id IN :groups)"""
    places = f"({within} OR {is_member})" if paths or group_ids else "TRUE"
    conditions, values = _narrowed(narrowing)
    return work.all(
        Candidate,
        f"""
        {_CANDIDATE} AND {" AND ".join([scope.clause("d.path"), places, *conditions])}
        ORDER BY u.login_key
        """,
        groups=list(group_ids),
        now=work.now,
        **values,
    )


_WORD_COLUMNS = {"type": "u.type", "status": STATUS_NOW, "origin": "u.origin"}


def _narrowed(narrowing: Narrowing) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, words in narrowing.words.items():
        conditions.append(f"{_WORD_COLUMNS[name]} IN :{name}_words")
        values[f"{name}_words"] = list(words)
    for field_id, texts in narrowing.fields.items():
        conditions.append(
            f"""EXISTS (SELECT 1 FROM field_values v WHERE v.user_id = u.id
                        AND v.field_id = {field_id} AND v.value IN :field_{field_id})"""
        )
        values[f"field_{field_id}"] = list(texts)
    return conditions, values


# Enrolling ---------------------------------------------------------------------------------------


def standings(work: Work, item_id: int, user_ids: Sequence[int]) -> list[Standing]:
    """Return how those stand who are or were in the item, locked until we are done.

    Their reasons are to be read after this: while we waited, others may have changed them.
    """
    return work.all(
        Standing,
        f"""
        SELECT e.id, e.user_id, e.phase, e.canceled_at IS NOT NULL AS is_canceled
        FROM enrollments e WHERE e.item_id = :item AND e.user_id IN :users
        ORDER BY e.id{work.for_update}
        """,
        item=item_id,
        users=list(user_ids),
    )


def enroll_new(
    work: Work, item_id: int, user_ids: Sequence[int], due_at: datetime | None
) -> list[int]:
    """Enroll people who never were in the item, and return the enrollments' ids."""
    return work.values(
        """
        INSERT INTO enrollments (user_id, item_id, phase, enrolled_at, due_at)
        SELECT u.id, :item, 'enrolled', :now, :due FROM users u WHERE u.id IN :users
        RETURNING id
        """,
        item=item_id,
        users=list(user_ids),
        now=work.now,
        due=due_at,
    )


def enroll_again(work: Work, ids: Sequence[int], due_at: datetime | None) -> None:
    """Enroll anew whose enrollment was canceled or only prepared; completion stays."""
    work.run(
        """
        UPDATE enrollments SET canceled_at = NULL, enrolled_at = :now, due_at = :due,
               phase = CASE WHEN completed_at IS NULL THEN 'enrolled' ELSE phase END
        WHERE id IN :ids
        """,
        ids=list(ids),
        now=work.now,
        due=due_at,
    )


def add_reason(
    work: Work, item_id: int, user_ids: Sequence[int], reason: str, reference: str
) -> list[int]:
    """Note why these people are in the item; returns the enrollments of which it was not noted."""
    return work.values(
        """
        INSERT INTO enrollment_reasons (enrollment_id, reason, reference, since_at)
        SELECT e.id, :reason, :reference, :now FROM enrollments e
        WHERE e.item_id = :item AND e.user_id IN :users
        ON CONFLICT DO NOTHING RETURNING enrollment_id
        """,
        item=item_id,
        users=list(user_ids),
        reason=reason,
        reference=reference,
        now=work.now,
    )


_ON_THE_WAY = """
    SELECT p.item_id FROM pathway_items p JOIN content_items i ON i.id = p.item_id
    WHERE p.pathway_id = :pathway AND p.is_mandatory AND i.status <> 'archived'
"""


def prepare(work: Work, pathway_id: int, code: str, user_ids: Sequence[int]) -> None:
    """Give people the phase pre-enrolled in a pathway's mandatory items, where they have none."""
    values = {"pathway": pathway_id, "users": list(user_ids), "now": work.now}
    # Whoever cancels one of them meanwhile would take its reasons and not see ours.
    if not work.is_sqlite:
        work.values(
            f"""
            SELECT e.id FROM enrollments e
            WHERE e.user_id IN :users AND e.item_id IN ({_ON_THE_WAY}) ORDER BY e.id FOR UPDATE
            """,
            **values,
        )
    work.run(
        f"""
        INSERT INTO enrollments (user_id, item_id, phase, enrolled_at)
        SELECT u.id, w.item_id, 'pre-enrolled', :now
        FROM users u CROSS JOIN ({_ON_THE_WAY}) AS w
        WHERE u.id IN :users AND NOT EXISTS (
            SELECT 1 FROM enrollments e WHERE e.user_id = u.id AND e.item_id = w.item_id)
        """,
        **values,
    )
    work.run(
        f"""
        UPDATE enrollments SET canceled_at = NULL, enrolled_at = :now, due_at = NULL,
               phase = CASE WHEN completed_at IS NULL THEN 'pre-enrolled' ELSE phase END
        WHERE canceled_at IS NOT NULL AND user_id IN :users AND item_id IN ({_ON_THE_WAY})
        """,
        **values,
    )
    work.run(
        f"""
        INSERT INTO enrollment_reasons (enrollment_id, reason, reference, since_at)
        SELECT e.id, 'pathway', :code, :now FROM enrollments e
        WHERE e.user_id IN :users AND e.item_id IN ({_ON_THE_WAY})
        ON CONFLICT DO NOTHING
        """,
        code=code,
        **values,
    )


# Canceling ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which reasons are meant; None does not narrow, and those of the sort `but` never are."""

    reason: str | None
    reference: str | None
    but: str = ""


_IS_CHOSEN = """
    enrollment_id IN :ids AND (:reason IS NULL OR reason = :reason)
    AND (:reference IS NULL OR reference = :reference) AND reason <> :but
"""


def with_reason(work: Work, ids: Sequence[int], chosen: Chosen) -> list[int]:
    """Return which of the enrollments have a reason like that."""
    return work.values(
        f"SELECT DISTINCT enrollment_id FROM enrollment_reasons WHERE {_IS_CHOSEN}",
        ids=list(ids),
        **asdict(chosen),
    )


def take_reasons(work: Work, ids: Sequence[int], chosen: Chosen) -> None:
    """Take such reasons away from enrollments."""
    work.run(f"DELETE FROM enrollment_reasons WHERE {_IS_CHOSEN}", ids=list(ids), **asdict(chosen))


def cancel_groundless(work: Work, ids: Sequence[int]) -> list[int]:
    """Cancel those of the enrollments that no reason is left for; returns which."""
    return work.values(
        """
        UPDATE enrollments SET canceled_at = :now
        WHERE id IN :ids AND canceled_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM enrollment_reasons r WHERE r.enrollment_id = enrollments.id)
        RETURNING id
        """,
        ids=list(ids),
        now=work.now,
    )


def note_by_hand(work: Work, ids: Sequence[int]) -> None:
    """Tell canceled enrollments that somebody ended from those whose preparation came to nothing.

    Only the latter are canceled in the phase pre-enrolled.
    """
    work.run(
        "UPDATE enrollments SET phase = 'enrolled' WHERE id IN :ids AND phase = 'pre-enrolled'",
        ids=list(ids),
    )


def prepared_by(work: Work, code: str, user_ids: Sequence[int] | None) -> list[int]:
    """Return the enrollments, not completed yet, that have a pathway for a reason, locked.

    Those of these people, or of everybody when None.
    """
    lock = "" if work.is_sqlite else " FOR UPDATE OF e"
    return work.values(
        f"""
        SELECT e.id FROM enrollments e JOIN enrollment_reasons r ON r.enrollment_id = e.id
        WHERE r.reason = 'pathway' AND r.reference = :code AND e.phase <> 'completed'
          AND (:is_all OR e.user_id IN :users)
        ORDER BY e.id{lock}
        """,
        code=code,
        is_all=user_ids is None,
        users=list(user_ids or ()),
    )


# Looking -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One enrollment with one of its reasons; in content without any when it was canceled."""

    id: int
    login: str
    content: str | None
    training: str | None
    session: str | None
    title: str
    phase: str
    enrolled_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    reason: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which enrollments are wanted; None does not narrow, but no phase means any but canceled.

    An item leaves out the enrollments in trainings, and a training or session those in content.
    """

    user_id: int | None = None
    item_id: int | None = None
    training_id: int | None = None
    session_id: int | None = None
    under: str | None = None
    phase: str | None = None
    reason: str | None = None


_IN_CONTENT = f"""
    SELECT 1 AS sort, u.login_key, i.code_key, r.since_at, e.id, u.login, i.code AS content,
           NULL AS training, NULL AS session, i.title,
           CASE WHEN e.canceled_at IS NULL THEN e.phase ELSE 'canceled' END AS phase,
           e.enrolled_at, e.due_at, e.completed_at, e.canceled_at, r.reason, r.reference
    FROM enrollments e
    JOIN users u ON u.id = e.user_id
    JOIN departments d ON d.id = u.department_id
    JOIN content_items i ON i.id = e.item_id
    LEFT JOIN enrollment_reasons r ON r.enrollment_id = e.id
    WHERE {IS_ALIVE} AND (:user IS NULL OR e.user_id = :user)
      AND (:item IS NULL OR e.item_id = :item)
      AND (:reason IS NULL OR EXISTS (
          SELECT 1 FROM enrollment_reasons w
          WHERE w.enrollment_id = e.id AND w.reason = :reason))
"""
_IN_TRAININGS = f"""
    SELECT 2 AS sort, u.login_key, t.code_key, e.enrolled_at AS since_at, e.id, u.login,
           NULL AS content, t.code AS training, s.code AS session, t.title,
           CASE WHEN e.canceled_at IS NULL THEN 'enrolled' ELSE 'canceled' END AS phase,
           e.enrolled_at, NULL AS due_at, NULL AS completed_at, e.canceled_at,
           e.side AS reason, NULL AS reference
    FROM training_enrollments e
    JOIN users u ON u.id = e.user_id
    JOIN departments d ON d.id = u.department_id
    JOIN trainings t ON t.id = e.training_id
    LEFT JOIN training_sessions s ON s.id = e.session_id
    WHERE {IS_ALIVE} AND (:user IS NULL OR e.user_id = :user)
      AND (:training IS NULL OR e.training_id = :training)
      AND (:session IS NULL OR e.session_id = :session)
      AND (:reason IS NULL OR e.side = :reason)
"""


def listed(work: Work, scope: Scope, wanted: Filter) -> Iterator[Line]:
    """Yield the enrollments of people in scope, by login, once for each reason.

    Of each person those in content come first, then those in trainings, both by code.
    """
    parts = [_IN_CONTENT] if wanted.training_id is None else []
    parts += [_IN_TRAININGS] if wanted.item_id is None else []
    within = f"""
        AND {scope.clause("d.path")} AND (:under IS NULL OR d.path LIKE :under)
        AND {"e.canceled_at IS NULL" if wanted.phase is None else "TRUE"}
    """
    return work.each(
        Line,
        f"""
        SELECT id, login, content, training, session, title, phase, enrolled_at, due_at,
               completed_at, canceled_at, reason, reference
        FROM ({" UNION ALL ".join(part + within for part in parts)}) AS l
        WHERE :phase IS NULL OR phase = :phase
        ORDER BY login_key, sort, code_key, id, since_at, reason, reference
        """,
        user=wanted.user_id,
        item=wanted.item_id,
        training=wanted.training_id,
        session=wanted.session_id,
        under=None if wanted.under is None else f"{wanted.under}%",
        phase=wanted.phase,
        reason=wanted.reason,
        now=work.now,
    )


def reasons(work: Work, enrollment_id: int) -> list[Because]:
    """Return why an enrollment is, in the order in which the reasons came."""
    return work.all(
        Because,
        """
        SELECT reason, reference, since_at FROM enrollment_reasons
        WHERE enrollment_id = :id ORDER BY since_at, reason, reference
        """,
        id=enrollment_id,
    )


@dataclass(frozen=True, slots=True)
class Doings:
    """What a person did with an item, summed up."""

    views: int
    best_score: int | None
    last_event_at: datetime | None


def doings(work: Work, user_id: int, item_id: int) -> Doings:
    """Return what a person did with an item, summed up."""
    found = work.one(
        Doings,
        """
        SELECT count(CASE WHEN event = 'viewed' THEN 1 END) AS views, max(score) AS best_score,
               max(happened_at) AS last_event_at
        FROM progress_events WHERE user_id = :user AND item_id = :item
        """,
        user=user_id,
        item=item_id,
    )
    assert found is not None
    return found


# What hangs on other things ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hanging:
    """How many enrollments and progress events hang on something."""

    enrollments: int
    progress_events: int


def on_items(work: Work, ids: Sequence[int]) -> Hanging:
    """Return what hangs on these items."""
    return _hanging(work, "item_id", ids)


def on_user(work: Work, user_id: int) -> Hanging:
    """Return what hangs on a person."""
    return _hanging(work, "user_id", [user_id])


def _hanging(work: Work, column: str, ids: Sequence[int]) -> Hanging:
    found = work.one(
        Hanging,
        f"""
        SELECT (SELECT count(*) FROM enrollments WHERE {column} IN :ids) AS enrollments,
               (SELECT count(*) FROM progress_events WHERE {column} IN :ids) AS progress_events
        """,
        ids=list(ids),
    )
    assert found is not None
    return found


def audience(work: Work, user_ids: Sequence[int]) -> Audience:
    """Return people to be told at once."""
    return Audience(
        "SELECT id AS user_id, email AS address, NULL AS about, :due AS due_at FROM users"
        " WHERE id IN :users",
        {"users": list(user_ids), "due": work.now},
    )
