"""The statements of files of enrollments: understanding the rows that name trainings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text
from sqlmodel import and_, case, col, exists, func, literal, or_, select, tuple_, update

from lmsctl.bulk.staging import ERRORS, RowRange, good, is_good
from lmsctl.bulk.store.faults import allow_damaged, note_fault
from lmsctl.bulk.store.tables import analyze, lock_referenced
from lmsctl.enrollment.importing.errors import PairTwice
from lmsctl.enrollment.importing.staging import ACCESSES, STAGED
from lmsctl.enrollment.participation.errors import ResultRecorded, SessionFull, SessionSecond
from lmsctl.kit import locks
from lmsctl.kit.statements import columns_of, insert_from, value_for
from lmsctl.kit.work import Work
from lmsctl.training.errors import TrainingUnknown
from lmsctl.training.model import IS_LIVE, Training, TrainingEnrollment, TrainingSession
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.sessions.errors import SessionCanceled, SessionUnknown
from lmsctl.user.model import User

_row = STAGED.c
# A row is about an enrollment that has not ended.
IS_ABOUT = and_(
    col(TrainingEnrollment.user_id) == _row.user_id,
    col(TrainingEnrollment.training_id) == _row.training_id,
    IS_LIVE,
)
NUMBER: ColumnElement[int] = select(TrainingEnrollment.id).where(IS_ABOUT).scalar_subquery()
KEY: ColumnElement[str] = (
    _row.login + " " + _row.training + func.coalesce(literal(":", Text) + _row.session, "")
)
# A row names a training, and one that is understood needs a place in a session.
IS_OURS: ColumnElement[bool] = _row.training_key.is_not(None)
NEEDS_PLACE = and_(_row.session_id.is_not(None), or_(_row.id.is_(None), _row.changed.is_not(None)))


def _in_range(rows: RowRange) -> ColumnElement[bool]:
    """Return the condition that a row is in a range."""
    return rows.holds(_row.row_no)


def has_rows(work: Work) -> bool:
    """Say whether any row names a training."""
    return bool(work.value(select(exists().where(IS_OURS))))


# What rows mean ----------------------------------------------------------------------------------


def resolve(work: Work, rows: RowRange) -> None:
    """Give each row its training and its session, and let nobody else change these from now on.

    Then each row gets the enrollment of a person who takes part already; it is changed if they get
    their session by it. The people must be there.
    """
    work.run(
        update(STAGED)
        .where(_in_range(rows), _row.training_id.is_not(None))
        .values(training_id=None, session_id=None, changed=None)
    )
    is_training = col(Training.code_key) == _row.training_key
    work.run(update(STAGED).where(_in_range(rows), is_training).values(training_id=Training.id))
    is_session = and_(
        col(TrainingSession.training_id) == _row.training_id,
        col(TrainingSession.code_key) == _row.session_key,
    )
    work.run(
        update(STAGED).where(_in_range(rows), is_session).values(session_id=TrainingSession.id)
    )
    _lock(work, rows)
    gets_session = and_(_row.session_id.is_not(None), col(TrainingEnrollment.session_id).is_(None))
    work.run(
        update(STAGED)
        .where(_in_range(rows), IS_ABOUT)
        .values(id=TrainingEnrollment.id, changed=case((gets_session, "session")))
    )


def _lock(work: Work, rows: RowRange) -> None:
    """Lock trainings, then enrollments, then sessions, as everybody does who touches several."""
    if work.is_alone:
        return
    lock_referenced(work, rows, Training, _row.training_id)
    meant = select(_row.user_id, _row.training_id).where(_in_range(rows))
    pair = tuple_(col(TrainingEnrollment.user_id), col(TrainingEnrollment.training_id))
    locks.lock_selected(
        work,
        select(TrainingEnrollment.id)
        .where(IS_LIVE, pair.in_(meant))
        # Among those of one training by their ids.
        .order_by(col(TrainingEnrollment.training_id)),
    )
    is_named = _row.session_id.is_not(None)
    ids = work.values(select(_row.session_id).where(_in_range(rows), is_named).distinct())
    place_store.lock_sessions(work, ids)


# What is wrong -----------------------------------------------------------------------------------


def _select_with_training() -> Select[Any]:
    """Return the rows whose trainings are there, beside these."""
    return select(_row.row_no).join(Training, col(Training.id) == _row.training_id)


def _select_participants() -> Select[Any]:
    """Return the rows about people who take part in the trainings, beside all three."""
    return (
        _select_with_training()
        .join(User, col(User.id) == _row.user_id)
        .join(TrainingEnrollment, col(TrainingEnrollment.id) == _row.id)
    )


def note_unfit(work: Work, rows: RowRange) -> None:
    """Note rows about trainings and sessions that are not there, or that somebody cannot be in."""
    allow_damaged(work, rows, STAGED, ["Training"], _row.training_id.is_not(None))
    allow_damaged(work, rows, STAGED, ["Session"], _row.session_id.is_not(None))
    heading, training, login = _row.session_heading, col(Training.code), col(User.login)
    session = col(TrainingSession.code)
    unknown = select(_row.row_no).where(IS_OURS, _row.training_id.is_(None))
    note_fault(work, rows, TrainingUnknown, unknown, "Training", given=_row.training)
    absent = _select_with_training().where(_row.session_key.is_not(None), _row.session_id.is_(None))
    note_fault(work, rows, SessionUnknown, absent, heading, training=training, given=_row.session)
    canceled = (
        _select_with_training()
        .join(TrainingSession, col(TrainingSession.id) == _row.session_id)
        .where(col(TrainingSession.canceled_at).is_not(None))
    )
    note_fault(work, rows, SessionCanceled, canceled, heading, session=session, training=training)
    theirs = col(TrainingEnrollment.session_id)
    second = (
        _select_participants()
        .join(TrainingSession, col(TrainingSession.id) == theirs)
        .where(_row.session_id.is_not(None), theirs != _row.session_id)
    )
    note_fault(
        work,
        rows,
        SessionSecond,
        second,
        heading,
        login=login,
        session=session,
        training=training,
    )
    recorded = _select_participants().where(
        _row.changed.is_not(None),
        or_(
            col(TrainingEnrollment.points).is_not(None),
            col(TrainingEnrollment.certificate).is_not(None),
        ),
    )
    note_fault(work, rows, ResultRecorded, recorded, heading, login=login, training=training)


def note_repeated(work: Work, rows: RowRange) -> None:
    """Note rows with a person whom another good row has in the training differently."""
    other = STAGED.alias("other")
    is_another = and_(
        other.c.user_id == _row.user_id,
        other.c.training_id == _row.training_id,
        func.coalesce(other.c.session_key, "") != func.coalesce(_row.session_key, ""),
        is_good(other),
    )
    first = select(func.min(other.c.row_no)).where(is_another).correlate(STAGED).scalar_subquery()
    note_fault(
        work,
        rows,
        PairTwice,
        _select_with_training().where(exists().where(is_another)),
        _row.session_heading,
        training=col(Training.code),
        other=first,
    )


def note_full(work: Work, rows: RowRange) -> None:
    """Note rows with people for whom no place is left; those who come first get the places.

    Whoever is in no good row takes none.
    """
    place = func.row_number().over(partition_by=_row.session_id, order_by=func.min(_row.row_no))
    queue = (
        select(_row.user_id, _row.session_id, place.label("place"))
        .where(good(STAGED, rows), NEEDS_PLACE)
        .group_by(_row.user_id, _row.session_id)
        .subquery("queue")
    )
    session = TrainingSession
    left_out = (
        select(_row.row_no)
        .join(
            queue,
            and_(queue.c.user_id == _row.user_id, queue.c.session_id == _row.session_id),
        )
        .join(User, col(User.id) == _row.user_id)
        .join(session, col(session.id) == _row.session_id)
        .join(Training, col(Training.id) == col(session.training_id))
        .where(good(STAGED, rows), col(session.taken) + queue.c.place > col(session.capacity))
    )
    note_fault(
        work,
        rows,
        SessionFull,
        left_out,
        _row.session_heading,
        who=literal("'", Text) + col(User.login) + "'",
        training=col(Training.code),
        session=col(session.code),
        capacity=col(session.capacity),
    )


def mark_repeated(work: Work, rows: RowRange) -> None:
    """Let rows that say the same as an earlier one of `rows` make and change nothing."""
    said = (_row.user_id, _row.training_id)
    place = func.row_number().over(partition_by=said, order_by=_row.row_no)
    placed = (
        select(_row.row_no, place.label("place"))
        .where(
            good(STAGED, rows),
            _row.training_id.is_not(None),
            or_(_row.id.is_(None), _row.changed.is_not(None)),
        )
        .subquery("placed")
    )
    work.run(
        update(STAGED)
        .where(placed.c.row_no == _row.row_no, placed.c.place > 1)
        .values(id=func.coalesce(_row.id, 0), changed=None)
    )


# Access ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccessText:
    """A time as the file has it, and the zone of the training that it is about."""

    time_zone: str
    access: str


def list_access_texts(work: Work) -> Iterator[AccessText]:
    """Yield the different times of the file, once for each zone of a training."""
    return work.each(
        AccessText,
        select(*columns_of(AccessText, Training, access=_row.access))
        .select_from(STAGED)
        .join(Training, col(Training.id) == _row.training_id)
        .where(_row.access.is_not(None))
        .distinct(),
    )


def load_accesses(work: Work, lines: Sequence[Sequence[str | None]]) -> None:
    """Load what times of the file mean, or why they mean nothing, into `staged_accesses`."""
    work.load(ACCESSES, ACCESSES.c.keys(), lines)


def apply_accesses(work: Work) -> None:
    """Give the rows their moments, and note those whose time means nothing."""
    analyze(work, ACCESSES)
    meant = ACCESSES.c
    is_meant = and_(
        col(Training.id) == _row.training_id,
        meant.time_zone == col(Training.time_zone),
        meant.access == _row.access,
    )
    work.run(update(STAGED).where(is_meant).values(access_at=meant.access_at))
    heading = value_for(ERRORS.c.heading, "Access at").label("heading")
    noted: tuple[Any, ...] = (_row.row_no, heading, meant.code, meant.message, meant.hint)
    wrong = (
        select(*noted)
        .join(Training, col(Training.id) == _row.training_id)
        .join(
            ACCESSES,
            and_(meant.time_zone == col(Training.time_zone), meant.access == _row.access),
        )
        .where(meant.code.is_not(None))
    )
    work.run(insert_from(ERRORS, wrong))
