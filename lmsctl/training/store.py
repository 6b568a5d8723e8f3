"""The statements of the training room: trainings, sessions, days, and whom they are open to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.orm import aliased
from sqlmodel import case, col, exists, func, literal, null, or_, select, type_coerce, update
from sqlmodel import delete as delete_from

from lmsctl.content.results import Opened, Opening
from lmsctl.department.model import Department
from lmsctl.group.model import Group, GroupMember
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import find_named
from lmsctl.kit.statements import among, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope, Visibility
from lmsctl.rights.store import in_scope, in_scope_or_above, is_person_visible, is_target_visible
from lmsctl.training.errors import SessionUnknown, TrainingUnknown
from lmsctl.training.model import (
    Attendance,
    SessionDay,
    TrainingEnrollment,
    TrainingOpening,
    TrainingSession,
)
from lmsctl.training.model import Training as Row
from lmsctl.training.results import TrainingKind, TrainingRow
from lmsctl.training.rules import SessionDayRecord, SessionRecord, TrainingRecord
from lmsctl.user.model import User

_SELECT_TRAINING = (
    select(
        *columns_of(
            TrainingRecord,
            Row,
            department=col(Department.full_name),
            path=col(Department.path),
            organizer=col(User.login),
        )
    )
    .select_from(Row)
    .join(Department, col(Department.id) == col(Row.department_id))
    .outerjoin(User, col(User.id) == col(Row.organizer_id))
)


def find(work: Work, given: str, scope: Scope) -> TrainingRecord | None:
    """Return the training with that code or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` fits two in scope.
    """
    return find_named(
        work,
        TrainingRecord,
        _SELECT_TRAINING.where(in_scope(scope, Department.path)),
        given,
        col(Row.code_key) == canonical.key(given),
        id_column=Row.id,
        what="training",
    )


def get(work: Work, given: str, scope: Scope) -> TrainingRecord:
    """Return what `find` finds; raises TrainingUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise TrainingUnknown(given=canonical.excerpt(given))
    return found


def by_id(work: Work, id_: int) -> TrainingRecord:
    """Return the training with that id; raises TrainingUnknown when it has just gone."""
    found = work.one(TrainingRecord, _SELECT_TRAINING.where(col(Row.id) == id_))
    if found is None:
        raise TrainingUnknown(given=id_)
    return found


def find_by_code(work: Work, code_key: str) -> TrainingRecord | None:
    """Return the training with this code, wherever it is; numbers do not count."""
    return work.one(TrainingRecord, _SELECT_TRAINING.where(col(Row.code_key) == code_key))


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from changing this training until we are done.

    Sessions of it are locked after it, in the order of their ids.
    """
    locks.hold(work, Row, [id_])


def get_for_share(work: Work, id_: int) -> TrainingRecord:
    """Return the training as it is now, and let nobody change it, while others may share it."""
    locks.hold(work, Row, [id_], shared=True)
    return by_id(work, id_)


def add(work: Work, **values: Any) -> int:
    """Insert a training and return its id."""
    return work.insert(Row, **values)


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one training and count up its version."""
    work.update(Row, id_, **values)


def delete(work: Work, id_: int) -> None:
    """Delete a training with its sessions and all that hangs on them."""
    work.run(delete_from(Row).where(col(Row.id) == id_))


def codes_in_departments(work: Work, ids: Sequence[int]) -> list[str]:
    """Return the codes of the trainings of these departments, in order."""
    return work.values(
        select(Row.code).where(among(Row.department_id, ids)).order_by(col(Row.code_key))
    )


def move_all(work: Work, ids: Sequence[int], to: int) -> None:
    """Let the trainings of these departments belong to the department `to`."""
    work.run(
        update(Row)
        .where(among(Row.department_id, ids))
        .values(department_id=to, version=col(Row.version) + 1)
    )


@dataclass(frozen=True, slots=True)
class TrainingFilter:
    """Which trainings are wanted; None does not narrow, `under` is a department's path."""

    under: str | None = None
    type: TrainingKind | None = None


def listed(
    work: Work, scope: Scope, wanted: TrainingFilter, sight: Visibility
) -> Iterator[TrainingRow]:
    """Yield the trainings in scope that fit every filter, by code; others' names if in sight."""
    home = aliased(Department)
    statement = (
        select(
            *columns_of(
                TrainingRow,
                Row,
                department=_named_department(sight),
                organizer=case((is_person_visible(sight, home.path, User.id), col(User.login))),
                sessions=select(func.count())
                .select_from(TrainingSession)
                .where(*_IS_OF_TRAINING)
                .scalar_subquery(),
                next_start_at=_next_start_at(work.now),
            )
        )
        .select_from(Row)
        .join(Department, col(Department.id) == col(Row.department_id))
        .outerjoin(User, col(User.id) == col(Row.organizer_id))
        .outerjoin(home, col(home.id) == col(User.department_id))
        .where(in_scope(scope, Department.path))
    )
    if wanted.under is not None:
        statement = statement.where(in_scope(Scope((wanted.under,)), Department.path))
    if wanted.type is not None:
        statement = statement.where(col(Row.type) == wanted.type)
    return work.each(TrainingRow, statement.order_by(col(Row.code_key)))


_IS_OF_TRAINING = (
    col(TrainingSession.training_id) == col(Row.id),
    col(TrainingSession.canceled_at).is_(None),
)


def _named_department(sight: Visibility) -> ColumnElement[str | None]:
    return case((in_scope_or_above(sight.departments, Department.path), col(Department.full_name)))


def _next_start_at(now: datetime) -> ColumnElement[datetime | None]:
    """Return when the next session of a training starts that has not begun."""
    earlier = aliased(SessionDay)
    return (
        select(func.min(col(SessionDay.starts_at)))
        .select_from(SessionDay)
        .join(TrainingSession, col(TrainingSession.id) == col(SessionDay.session_id))
        .where(
            *_IS_OF_TRAINING,
            col(SessionDay.starts_at) > now,
            ~exists().where(
                col(earlier.session_id) == col(TrainingSession.id), col(earlier.starts_at) <= now
            ),
        )
        .scalar_subquery()
    )


# Sessions ----------------------------------------------------------------------------------------

_DAY = aliased(SessionDay)
_LACKS_ATTENDANCE = exists(
    select(TrainingEnrollment.id)
    .join(_DAY, col(_DAY.session_id) == col(TrainingEnrollment.session_id))
    .where(
        col(TrainingEnrollment.session_id) == col(TrainingSession.id),
        col(TrainingEnrollment.canceled_at).is_(None),
        ~exists().where(
            col(Attendance.enrollment_id) == col(TrainingEnrollment.id),
            col(Attendance.day_id) == col(_DAY.id),
        ),
    )
)
_STARTS_AT = func.min(col(SessionDay.starts_at))
# Days are counted once it is known which sessions are wanted.
_SELECT_SESSION = (
    select(
        *columns_of(
            SessionRecord,
            TrainingSession,
            training=col(Row.code),
            time_zone=col(Row.time_zone),
            starts_at=_STARTS_AT,
            ends_at=func.max(col(SessionDay.ends_at)),
            days=func.count(),
            is_recorded=~_LACKS_ATTENDANCE,
            registration_amount=col(Row.registration_amount),
            registration_unit=col(Row.registration_unit),
            cancellation_amount=col(Row.cancellation_amount),
            cancellation_unit=col(Row.cancellation_unit),
        )
    )
    .select_from(TrainingSession)
    .join(Row, col(Row.id) == col(TrainingSession.training_id))
    .join(SessionDay, col(SessionDay.session_id) == col(TrainingSession.id))
    .group_by(col(TrainingSession.id), col(Row.id))
)


def find_session(work: Work, training: TrainingRecord, given: str) -> SessionRecord | None:
    """Return the session of `training` with that code or number, or None.

    Raises Ambiguous when `given` fits two.
    """
    return find_named(
        work,
        SessionRecord,
        _SELECT_SESSION.where(col(TrainingSession.training_id) == training.id),
        given,
        col(TrainingSession.code_key) == canonical.key(given),
        id_column=TrainingSession.id,
        what="session",
    )


def get_session(work: Work, training: TrainingRecord, given: str) -> SessionRecord:
    """Return what `find_session` finds; raises SessionUnknown."""
    found = find_session(work, training, given)
    if found is None:
        raise SessionUnknown(training=training.code, given=canonical.excerpt(given))
    return found


def find_session_by_code(
    work: Work, training: TrainingRecord, code_key: str
) -> SessionRecord | None:
    """Return the session of `training` with this code; numbers do not count."""
    return work.one(
        SessionRecord,
        _SELECT_SESSION.where(
            col(TrainingSession.training_id) == training.id,
            col(TrainingSession.code_key) == code_key,
        ),
    )


def session_by_id(work: Work, id_: int) -> SessionRecord:
    """Return the session with that id, which must exist."""
    found = work.one(SessionRecord, _SELECT_SESSION.where(col(TrainingSession.id) == id_))
    assert found is not None
    return found


def get_session_for_update(work: Work, id_: int) -> SessionRecord:
    """Return the session as it is now, and let nobody else change it or take a place in it."""
    locks.hold(work, TrainingSession, [id_])
    return session_by_id(work, id_)


def sessions(
    work: Work, scope: Scope, training_id: int | None, under: str | None = None
) -> Iterator[SessionRecord]:
    """Yield sessions of trainings in scope, or of one training, in the order of their starts."""
    statement = _SELECT_SESSION.join(
        Department, col(Department.id) == col(Row.department_id)
    ).where(in_scope(scope, Department.path))
    if training_id is not None:
        statement = statement.where(col(Row.id) == training_id)
    if under is not None:
        statement = statement.where(in_scope(Scope((under,)), Department.path))
    return work.each(
        SessionRecord,
        statement.order_by(_STARTS_AT, col(Row.code_key), col(TrainingSession.code_key)),
    )


def add_session(work: Work, **values: Any) -> int:
    """Insert a session and return its id; its first day must follow at once."""
    return work.insert(TrainingSession, **values)


def change_session(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one session and count up its version."""
    work.update(TrainingSession, id_, **values)


def days(work: Work, session_id: int) -> list[SessionDayRecord]:
    """Return the days of a session in the order of their starts."""
    return work.all(
        SessionDayRecord,
        select(*columns_of(SessionDayRecord, SessionDay))
        .where(col(SessionDay.session_id) == session_id)
        .order_by(col(SessionDay.starts_at), col(SessionDay.id)),
    )


def add_day(work: Work, **values: Any) -> int:
    """Insert a day of a session and return its id."""
    return work.insert(SessionDay, **values)


def change_day(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one day and count up its revision."""
    work.update(SessionDay, id_, **values, revision=col(SessionDay.revision) + 1)


# The catalog -------------------------------------------------------------------------------------

_KEEPER = aliased(Department)


def openings(work: Work, training_id: int | None, sight: Visibility) -> Iterator[Opened]:
    """Yield which trainings the catalog offers to whom in sight, of one when given, by code."""
    statement = (
        select(
            *columns_of(
                Opened,
                TrainingOpening,
                content=type_coerce(null(), Text),
                title=col(Row.title),
                name=func.coalesce(_TYPE, col(Group.name), col(Department.full_name)),
                training=col(Row.code),
            )
        )
        .select_from(TrainingOpening)
        .join(Row, col(Row.id) == col(TrainingOpening.training_id))
        .outerjoin(Group, col(Group.id) == col(TrainingOpening.group_id))
        .outerjoin(_KEEPER, col(_KEEPER.id) == col(Group.department_id))
        .outerjoin(Department, col(Department.id) == col(TrainingOpening.department_id))
        .where(is_target_visible(sight, group=_KEEPER.path, department=Department.path))
        .order_by(col(Row.code_key), col(TrainingOpening.id))
    )
    if training_id is not None:
        statement = statement.where(col(TrainingOpening.training_id) == training_id)
    return work.each(Opened, statement)


# What an opening is for is shown by one column, which holds names too.
_TYPE = type_coerce(col(TrainingOpening.type), Text)


def add_opening(work: Work, training_id: int, opening: Opening, target: dict[str, Any]) -> bool:
    """Offer a training in the catalog and say whether that is new."""
    values = {"training_id": training_id, "opening": opening, **target}
    return work.insert_once(TrainingOpening, values) == 1


def remove_opening(work: Work, training_id: int, opening: Opening, target: dict[str, Any]) -> bool:
    """Take an opening away and say whether there was one."""
    values = {"training_id": training_id, "opening": opening, **target}
    fits = [col(getattr(TrainingOpening, name)) == value for name, value in values.items()]
    return work.run(delete_from(TrainingOpening).where(*fits)) > 0


def _is_for(user_id: int, path: str, type_: str) -> ColumnElement[bool]:
    """Return the condition that an opening, with its department, means a person.

    They are of that type, and their department is at `path`.
    """
    return or_(
        col(TrainingOpening.opening) == Opening.EVERYBODY,
        col(TrainingOpening.type) == type_,
        literal(path, Text).like(col(Department.path) + "%"),
        col(TrainingOpening.group_id).in_(
            select(GroupMember.group_id).where(col(GroupMember.user_id) == user_id)
        ),
    )


def is_offered(work: Work, training_id: int, *, user_id: int, path: str, type_: str) -> bool:
    """Say whether the catalog opens a training to a person of this type in this department."""
    found = (
        select(TrainingOpening.id)
        .outerjoin(Department, col(Department.id) == col(TrainingOpening.department_id))
        .where(col(TrainingOpening.training_id) == training_id, _is_for(user_id, path, type_))
        .limit(1)
    )
    return work.value(found) is not None


@dataclass(frozen=True, slots=True)
class OfferedTraining:
    """One training that the catalog offers to a person, by one opening."""

    training_id: int
    opening: Opening
    name: str | None


def offers_to(
    work: Work, *, user_id: int, path: str, type_: str, sight: Visibility
) -> list[OfferedTraining]:
    """Return what the catalog offers to a person of this type in this department, by code.

    Groups and departments to which it does are named if they are in sight.
    """
    name = func.coalesce(
        _TYPE,
        case((in_scope(sight.groups, _KEEPER.path), col(Group.name))),
        _named_department(sight),
    )
    return work.all(
        OfferedTraining,
        select(*columns_of(OfferedTraining, TrainingOpening, name=name))
        .select_from(TrainingOpening)
        .join(Row, col(Row.id) == col(TrainingOpening.training_id))
        .outerjoin(Group, col(Group.id) == col(TrainingOpening.group_id))
        .outerjoin(_KEEPER, col(_KEEPER.id) == col(Group.department_id))
        .outerjoin(Department, col(Department.id) == col(TrainingOpening.department_id))
        .where(_is_for(user_id, path, type_))
        .order_by(col(Row.code_key), col(TrainingOpening.id)),
    )


def by_ids(work: Work, ids: Sequence[int]) -> list[TrainingRecord]:
    """Return the trainings with these ids, by code."""
    return work.all(
        TrainingRecord, _SELECT_TRAINING.where(among(Row.id, ids)).order_by(col(Row.code_key))
    )


def sessions_of(work: Work, ids: Sequence[int]) -> list[SessionRecord]:
    """Return the sessions of these trainings in the order of their starts."""
    return work.all(
        SessionRecord,
        _SELECT_SESSION.where(among(TrainingSession.training_id, ids)).order_by(
            _STARTS_AT, col(TrainingSession.code_key)
        ),
    )


def count_openings_of(work: Work, column: Any, ids: Sequence[int]) -> int:
    """Return how many openings have one of `ids` in `column`.

    It is one of TrainingOpening's: `department_id` or `group_id`.
    """
    is_named = among(column, ids)
    return int(work.value(select(func.count()).select_from(TrainingOpening).where(is_named)))
