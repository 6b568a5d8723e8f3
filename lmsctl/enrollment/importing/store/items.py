"""The statements of files of enrollments: people, and the rows that name content."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Update
from sqlalchemy.orm import aliased
from sqlmodel import and_, case, col, exists, func, null, select, update
from sqlmodel import delete as delete_from

from lmsctl.bulk.staging import RowRange, good
from lmsctl.bulk.store.faults import note_fault
from lmsctl.content.errors import ContentArchived, ContentUnknown
from lmsctl.content.model import ContentItem, PathwayItem
from lmsctl.content.results import ContentKind, ContentStatus
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content
from lmsctl.department.model import Department
from lmsctl.enrollment import staging
from lmsctl.enrollment.errors import PersonNotActive
from lmsctl.enrollment.importing.staging import DUES, STAGED
from lmsctl.enrollment.importing.store import trainings as training_file_store
from lmsctl.enrollment.items.store.enrolling import IS_PATHWAY_STEP, reason_columns, renewal
from lmsctl.enrollment.model import Enrollment, EnrollmentReason
from lmsctl.enrollment.results import Phase, Reason
from lmsctl.enrollment.store import IS_ENROLLED
from lmsctl.kit import locks
from lmsctl.kit.columns import utc_text
from lmsctl.kit.statements import NOW, insert_from, value_for
from lmsctl.kit.work import Work
from lmsctl.notification.store.audiences import Audience, select_recipients_now
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.errors import UserUnknown
from lmsctl.user.model import User, status_at
from lmsctl.user.results import UserStatus
from lmsctl.user.store.pending import fail_not_confirmed

_row = STAGED.c


def _is_about(enrollment: type[Enrollment]) -> ColumnElement[bool]:
    """Return the condition that a row is about an enrollment in an item."""
    return staging.is_about(STAGED, enrollment)


def _by_target(of_training: ColumnElement[Any], of_content: ColumnElement[Any]) -> Any:
    """Return one expression for rows that name a training, and another for the others."""
    return case((training_file_store.IS_OURS, of_training), else_=of_content)


KEY: ColumnElement[str] = _by_target(training_file_store.KEY, _row.login + " " + _row.content)
NUMBER: ColumnElement[int] = _by_target(
    training_file_store.NUMBER,
    select(Enrollment.id).where(_is_about(Enrollment)).scalar_subquery(),
)


def _in_range(rows: RowRange) -> ColumnElement[bool]:
    """Return the condition that a row is in a range."""
    return rows.holds(_row.row_no)


def _is_new(rows: RowRange) -> ColumnElement[bool]:
    """Return the condition that one of `rows` enrolls somebody in an item."""
    return and_(_row.id.is_(None), _row.item_id.is_not(None), good(STAGED, rows))


# Understanding -----------------------------------------------------------------------------------


def has_rows(work: Work) -> bool:
    """Say whether any row names content."""
    return bool(work.value(select(exists().where(_row.code_key.is_not(None)))))


def resolve(work: Work, rows: RowRange, for_content: Scope, for_trainings: Scope) -> None:
    """Give each row its person, its item, and the enrollment if they are in it.

    The person must be in the scope `for_trainings` if the row names one, else `for_content`.
    """
    scopes = (in_scope(scope, Department.path) for scope in (for_trainings, for_content))
    staging.resolve_pairs(work, STAGED, rows, _by_target(*scopes))
    is_in = (
        _is_about(Enrollment),
        IS_ENROLLED,
    )
    work.run(update(STAGED).where(_in_range(rows), *is_in).values(id=Enrollment.id))


def lock_for_share(work: Work, rows: RowRange) -> None:
    """Let nobody change the people and the items of `rows`; then they are to be found again."""
    staging.lock_pairs_for_share(work, STAGED, rows)


def note_unfit(work: Work, rows: RowRange) -> None:
    """Note rows about people and items that are not there, or that cannot be enrolled."""
    staging.allow_known_names(work, STAGED, rows)
    people = select(_row.row_no).join(User, col(User.id) == _row.user_id)
    fail_not_confirmed(work, rows, people, _row.heading, "enrolled")
    unknown = select(_row.row_no).where(_row.user_id.is_(None), _row.login != "")
    note_fault(work, rows, UserUnknown, unknown, _row.heading, given=_row.login)
    status, login = status_at(NOW), col(User.login)
    away = people.where(status != UserStatus.ACTIVE)
    note_fault(work, rows, PersonNotActive, away, _row.heading, login=login, status=status)
    absent = select(_row.row_no).where(_row.item_id.is_(None), _row.content != "")
    note_fault(work, rows, ContentUnknown, absent, "Content", given=_row.content)
    staging.note_folders(work, STAGED, rows, "enrolled in")
    archived = (
        select(_row.row_no)
        .join(ContentItem, col(ContentItem.id) == _row.item_id)
        .where(col(ContentItem.status) == ContentStatus.ARCHIVED)
    )
    note_fault(work, rows, ContentArchived, archived, "Content", given=_row.content)


def mark_repeated(work: Work, rows: RowRange) -> None:
    """Let rows that say the same as an earlier one of `rows` make nothing."""
    said = (_row.user_id, _row.item_id)
    place = func.row_number().over(partition_by=said, order_by=_row.row_no)
    placed = select(_row.row_no, place.label("place")).where(_is_new(rows)).subquery("placed")
    work.run(update(STAGED).where(placed.c.row_no == _row.row_no, placed.c.place > 1).values(id=0))


# Writing -----------------------------------------------------------------------------------------


def list_new_items(work: Work, rows: RowRange) -> list[Item]:
    """Return the items that somebody is enrolled in anew."""
    ids = work.values(select(_row.item_id).where(_is_new(rows)).distinct())
    return content.by_ids(work, ids)


def load_due_dates(work: Work, dues: Sequence[tuple[int, datetime | None]]) -> None:
    """Load when each item is due for whoever is enrolled in it now into `staged_dues`."""
    work.run(delete_from(DUES))
    rows = [(item_id, utc_text(due_at) if due_at else None) for item_id, due_at in dues]
    work.load(DUES, ("item_id", "due_at"), rows)


# What is asked of enrollments beside those that are changed.
_OTHER = aliased(Enrollment)


def write(work: Work, rows: RowRange, run: int) -> None:
    """Enroll whoever is not enrolled, and note that the run is why."""
    theirs = (
        select(_OTHER.id).select_from(STAGED).join(_OTHER, _is_about(_OTHER)).where(_is_new(rows))
    )
    due = select(DUES.c.due_at).where(DUES.c.item_id == col(Enrollment.item_id))
    work.run(_renew(theirs, Phase.ENROLLED, due.correlate(Enrollment).scalar_subquery(), work.now))
    cells: tuple[Any, ...] = (
        _row.user_id,
        _row.item_id,
        value_for(Enrollment.phase, Phase.ENROLLED).label("phase"),
        value_for(Enrollment.enrolled_at, work.now).label("enrolled_at"),
        DUES.c.due_at,
    )
    new = (
        select(*cells)
        .join(DUES, DUES.c.item_id == _row.item_id)
        .where(_is_new(rows), ~exists().where(_is_about(Enrollment)))
        .order_by(_row.row_no)
    )
    work.run(insert_from(Enrollment, new))
    reference = value_for(EnrollmentReason.reference, str(run))
    reasons = _reasons(Enrollment, Reason.IMPORT, reference, work.now)
    work.insert_once(
        EnrollmentReason,
        select(*reasons)
        .select_from(STAGED)
        .join(Enrollment, _is_about(Enrollment))
        .where(_is_new(rows)),
    )


def prepare_pathways(work: Work, rows: RowRange) -> None:
    """Give the phase pre-enrolled in the mandatory items of pathways, where there is none."""
    theirs = _select_steps(rows, _OTHER.id)
    # Whoever cancels one of them meanwhile would take its reasons and not see ours.
    locks.lock_selected(work, select(Enrollment.id).where(col(Enrollment.id).in_(theirs)))
    new = _select_steps(
        rows,
        _row.user_id,
        col(PathwayItem.item_id).label("item_id"),
        value_for(Enrollment.phase, Phase.PRE_ENROLLED).label("phase"),
        value_for(Enrollment.enrolled_at, work.now).label("enrolled_at"),
    )
    work.run(insert_from(Enrollment, new.where(col(_OTHER.id).is_(None)).distinct()))
    work.run(
        _renew(theirs, Phase.PRE_ENROLLED, null(), work.now).where(
            col(Enrollment.canceled_at).is_not(None)
        )
    )
    reasons = _reasons(_OTHER, Reason.PATHWAY, col(_PATHWAY.code), work.now)
    work.insert_once(EnrollmentReason, _select_steps(rows, *reasons))


_PATHWAY = aliased(ContentItem)


def _select_steps(rows: RowRange, *columns: Any) -> Select[Any]:
    """Return a SELECT of the mandatory items of pathways that `rows` enroll people in.

    Beside them stand the people's enrollments in these items, where there are any.
    """
    found: Select[Any] = select(*columns).select_from(STAGED)
    return (
        found.join(
            _PATHWAY,
            and_(col(_PATHWAY.id) == _row.item_id, col(_PATHWAY.kind) == ContentKind.PATHWAY),
        )
        .join(
            PathwayItem,
            col(PathwayItem.pathway_id) == col(_PATHWAY.id),
        )
        .join(
            ContentItem,
            and_(col(ContentItem.id) == col(PathwayItem.item_id), IS_PATHWAY_STEP),
        )
        .outerjoin(
            _OTHER,
            and_(
                col(_OTHER.user_id) == _row.user_id,
                col(_OTHER.item_id) == col(PathwayItem.item_id),
            ),
        )
        .where(_is_new(rows))
    )


def _renew(theirs: Select[Any], phase: Phase, due_at: Any, now: datetime) -> Update:
    """Return the change that lets these enrollments begin again, in `phase` unless completed."""
    given = value_for(Enrollment.phase, phase), due_at, value_for(Enrollment.enrolled_at, now)
    return update(Enrollment).where(col(Enrollment.id).in_(theirs)).values(**renewal(*given))


def _reasons(
    enrollment: type[Enrollment], reason: Reason, reference: SQLColumnExpression[str], now: datetime
) -> tuple[Any, ...]:
    """Return the columns of why somebody is enrolled."""
    why = value_for(EnrollmentReason.reason, reason)
    return reason_columns(enrollment, why, reference, value_for(EnrollmentReason.since_at, now))


def resolve_repeated(work: Work, rows: RowRange) -> None:
    """Give rows that say the same as an earlier one the enrollment which that has made."""
    work.run(
        update(STAGED)
        .where(_in_range(rows), _row.id == 0, _is_about(Enrollment))
        .values(id=Enrollment.id)
    )


def audience(work: Work, rows: RowRange, item_id: int) -> Audience:
    """Return who was enrolled in an item anew, to be told at once."""
    people = select_recipients_now(work).join(STAGED, _row.user_id == col(User.id))
    return Audience(people.where(_row.item_id == item_id, _is_new(rows)))
