"""The statements on trainings themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import case, col, exists, func, or_, select, update
from sqlmodel import delete as delete_from

from lmsctl.department.model import Department
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import check_no_title, find_named
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import among, columns_of, may_contain
from lmsctl.kit.suggesting import find_similar
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope, Visibility
from lmsctl.rights.store import in_scope, in_scope_or_above, is_person_visible
from lmsctl.training.errors import TrainingUnknown
from lmsctl.training.model import SessionDay, TrainingSession
from lmsctl.training.model import Training as Row
from lmsctl.training.results import TrainingKind, TrainingRow
from lmsctl.training.rules import TrainingRecord
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
    """Return what `find` finds, for who sees the trainings in `scope`.

    Raises TrainingUnknown and TitleGiven.
    """
    found = find(work, given, scope)
    if found is None:
        refuse_unknown(work, given, scope)
    return found


def refuse_unknown(work: Work, given: str, scope: Scope) -> NoReturn:
    """Raise TitleGiven when trainings in `scope` are called like that, else TrainingUnknown.

    The latter names the one in `scope` whose code is nearest.
    """
    check_no_title(
        work,
        _SELECT_TRAINING.where(in_scope(scope, Department.path)),
        given,
        code=Row.code,
        title=Row.title,
        what="training",
    )
    nearest = find_similar(
        work,
        _SELECT_TRAINING.where(in_scope(scope, Department.path)),
        given,
        name=Row.code,
        key=Row.code_key,
    )
    raise TrainingUnknown(given=canonical.excerpt(given), nearest=nearest)


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
    locks.lock_rows(work, Row, [id_])


def get_for_share(work: Work, id_: int) -> TrainingRecord:
    """Return the training as it is now, and let nobody change it, while others may share it."""
    locks.lock_rows(work, Row, [id_], shared=True)
    return by_id(work, id_)


def add(work: Work, **values: Any) -> int:
    """Insert a training and return its id."""
    return work.insert(Row, **values)


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one training and count up its version."""
    work.update(Row, id_, **values)


def delete(work: Work, id_: int) -> None:
    """Delete a training with its sessions, enrollments, attendance and openings."""
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
    search: str | None = None


def list_codes_starting(work: Work, start: str, scope: Scope) -> list[str]:
    """Return the codes of trainings in scope that begin with `start`, as `list_starting` does."""
    statement = (
        select(Row.code)
        .join(Department, col(Department.id) == col(Row.department_id))
        .where(in_scope(scope, Department.path))
    )
    return list_starting(work, statement, col(Row.code_key), canonical.key(start))


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
                department=named_department(sight),
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
    if keyword := canonical.key(wanted.search or ""):
        statement = statement.where(
            or_(may_contain(Row.code, keyword), may_contain(Row.title, keyword))
        )
    rows = work.each(TrainingRow, statement.order_by(col(Row.code_key)))
    return (row for row in rows if canonical.holds(wanted.search, row.code, row.title))


_IS_OF_TRAINING = (
    col(TrainingSession.training_id) == col(Row.id),
    col(TrainingSession.canceled_at).is_(None),
)


def named_department(sight: Visibility) -> ColumnElement[str | None]:
    """Return the name of `Department`, NULL where it is out of sight."""
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


# The catalog -------------------------------------------------------------------------------------


def by_ids(work: Work, ids: Sequence[int]) -> list[TrainingRecord]:
    """Return the trainings with these ids, by code."""
    return work.all(
        TrainingRecord, _SELECT_TRAINING.where(among(Row.id, ids)).order_by(col(Row.code_key))
    )
