"""What must hold for the tree of departments."""

from sqlalchemy import Text
from sqlalchemy.orm import aliased
from sqlmodel import case, cast, col, func, select

from lmsctl.department.model import Department
from lmsctl.department.rules import ROOT
from lmsctl.kit.check import Check
from lmsctl.kit.statements import example

_PARENT = aliased(Department)
_BELOW = aliased(Department)

_ROOTS = (
    select(func.count().label("count"))
    .select_from(Department)
    .where(col(Department.parent_id).is_(None))
    .subquery("roots")
)
_TOP = (
    select(Department.id).where(col(Department.parent_id).is_(None)).cte("hanging", recursive=True)
)
_HANGING = _TOP.union_all(select(_BELOW.id).join(_TOP, col(_BELOW.parent_id) == _TOP.c.id))

CHECKS = (
    Check(
        "one_root",
        "The tree has exactly one root.",
        select(example(_ROOTS.c.count, " roots")).where(_ROOTS.c.count != 1),
    ),
    Check(
        "no_circle_of_departments",
        "Every department hangs below the root.",
        select(example(Department.full_name)).where(
            col(Department.id).not_in(select(_HANGING.c.id))
        ),
    ),
    Check(
        "department_paths_agree",
        "The path of a department is its parent's and its own id.",
        select(example(Department.full_name))
        .select_from(Department)
        .outerjoin(_PARENT, col(_PARENT.id) == col(Department.parent_id))
        .where(
            col(Department.path)
            != func.coalesce(col(_PARENT.path), "/") + cast(col(Department.id), Text) + "/"
        ),
    ),
    Check(
        "department_names_agree",
        "The full name of a department is its parent's and its own name.",
        select(example(Department.full_name))
        .select_from(Department)
        .outerjoin(_PARENT, col(_PARENT.id) == col(Department.parent_id))
        .where(
            col(Department.full_name)
            != case(
                (col(_PARENT.id).is_(None), ROOT),
                (col(_PARENT.parent_id).is_(None), col(Department.name)),
                else_=col(_PARENT.full_name) + "/" + col(Department.name),
            )
        ),
    ),
)
