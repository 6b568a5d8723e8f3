"""The statements that say whether a training is open to a person."""

from sqlalchemy import ColumnElement, Text
from sqlmodel import col, literal, or_, select

from lmsctl.content.results import CatalogAudience
from lmsctl.department.model import Department
from lmsctl.group.model import GroupMember
from lmsctl.kit.work import Work
from lmsctl.training.model import IS_LIVE, TrainingEnrollment, TrainingOpening


def is_for(user_id: int, path: str, type_: str) -> ColumnElement[bool]:
    """Return the condition that an opening, with its department, means a person.

    They are of that type, and their department is at `path`.
    """
    return or_(
        col(TrainingOpening.opening) == CatalogAudience.EVERYBODY,
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
        .where(col(TrainingOpening.training_id) == training_id, is_for(user_id, path, type_))
        .limit(1)
    )
    return work.value(found) is not None


def sees_as_participant(work: Work, training_id: int, user_id: int) -> bool:
    """Say whether a person takes part in a training and has access to it by now."""
    found = (
        select(TrainingEnrollment.id)
        .where(
            col(TrainingEnrollment.training_id) == training_id,
            col(TrainingEnrollment.user_id) == user_id,
            col(TrainingEnrollment.access_at) <= work.now,
            IS_LIVE,
        )
        .limit(1)
    )
    return work.value(found) is not None
