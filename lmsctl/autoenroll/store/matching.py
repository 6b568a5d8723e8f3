"""The conditions that a rule is about a person, for any statement about rules and people."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, exists, or_

from lmsctl.autoenroll.model import AutoenrollRule
from lmsctl.department.model import Department
from lmsctl.group.model import GroupMember
from lmsctl.user.model import User

# The department that a rule names, and the department of the group that it names. A rule by type
# has neither, so in outer joins both are NULL there.
NAMED_DEPARTMENT = aliased(Department)
GROUP_DEPARTMENT = aliased(Department)


def is_under(place: Any, top: Any) -> ColumnElement[bool]:
    """Return the condition that the department `place` is the department `top`, or below it."""
    condition: ColumnElement[bool] = col(place.path).like(col(top.path) + "%")
    return condition


# Whether a rule is about a `User`: by their department, by a group they are in, by their type. The
# first needs `Department` joined to the user and `NAMED_DEPARTMENT` to the rule.
IS_IN_DEPARTMENT = or_(
    col(AutoenrollRule.department_id) == col(User.department_id),
    and_(col(AutoenrollRule.is_deep), is_under(Department, NAMED_DEPARTMENT)),
)
IS_IN_GROUP = (
    exists()
    .where(
        col(GroupMember.group_id) == col(AutoenrollRule.group_id),
        col(GroupMember.user_id) == col(User.id),
    )
    .correlate(AutoenrollRule, User)
)
IS_OF_TYPE = col(AutoenrollRule.type) == col(User.type)
IS_ABOUT_USER = or_(IS_OF_TYPE, IS_IN_DEPARTMENT, IS_IN_GROUP)
