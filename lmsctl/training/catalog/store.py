"""The statements on whom the catalog offers trainings to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import aliased
from sqlmodel import case, col, func, null, select, type_coerce

from lmsctl.content.results import CatalogAudience, CatalogRuleRow
from lmsctl.content.rules import CatalogTarget
from lmsctl.content.store import catalog as catalog_store
from lmsctl.department.model import Department
from lmsctl.group.model import Group
from lmsctl.kit.statements import among, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Visibility
from lmsctl.rights.store import in_scope, is_target_visible
from lmsctl.training.access.store import is_for
from lmsctl.training.model import Training as Row
from lmsctl.training.model import TrainingOpening
from lmsctl.training.store import named_department

_KEEPER = aliased(Department)


def openings(work: Work, training_id: int | None, sight: Visibility) -> Iterator[CatalogRuleRow]:
    """Yield which trainings the catalog offers to whom in sight, of one when given, by code."""
    statement = (
        select(
            *columns_of(
                CatalogRuleRow,
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
    return work.each(CatalogRuleRow, statement)


# What an opening is for is shown by one column, which holds names too.
_TYPE = type_coerce(col(TrainingOpening.type), Text)


def add_opening(work: Work, training_id: int, target: CatalogTarget) -> bool:
    """Offer a training in the catalog and say whether that is new."""
    values = {"training_id": training_id, **catalog_store.target_values(target)}
    return work.insert_once(TrainingOpening, values) == 1


def remove_opening(work: Work, training_id: int, target: CatalogTarget) -> bool:
    """Take an opening away and say whether there was one."""
    values = {"training_id": training_id, **catalog_store.target_values(target)}
    return work.delete_equal(TrainingOpening, values) > 0


@dataclass(frozen=True, slots=True)
class OfferedTraining:
    """One training that the catalog offers to a person, by one opening."""

    training_id: int
    opening: CatalogAudience
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
        named_department(sight),
    )
    return work.all(
        OfferedTraining,
        select(*columns_of(OfferedTraining, TrainingOpening, name=name))
        .select_from(TrainingOpening)
        .join(Row, col(Row.id) == col(TrainingOpening.training_id))
        .outerjoin(Group, col(Group.id) == col(TrainingOpening.group_id))
        .outerjoin(_KEEPER, col(_KEEPER.id) == col(Group.department_id))
        .outerjoin(Department, col(Department.id) == col(TrainingOpening.department_id))
        .where(is_for(user_id, path, type_))
        .order_by(col(Row.code_key), col(TrainingOpening.id)),
    )


def count_openings_of(work: Work, column: Any, ids: Sequence[int]) -> int:
    """Return how many openings have one of `ids` in `column`.

    It is one of TrainingOpening's: `department_id` or `group_id`.
    """
    is_named = among(column, ids)
    return int(work.value(select(func.count()).select_from(TrainingOpening).where(is_named)))
