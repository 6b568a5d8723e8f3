"""The statements on grants: to whom items are open."""

from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select

from lmsctl.content.model import ContentGrant, ContentItem
from lmsctl.content.results import ContentGrantRow
from lmsctl.content.rules import GrantTarget
from lmsctl.department.model import Department
from lmsctl.group.model import Group
from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Visibility
from lmsctl.rights.store import is_person_visible, is_target_visible
from lmsctl.user.model import User


def grants(work: Work, item_id: int, sight: Visibility) -> list[ContentGrantRow]:
    """Return the grants on an item, without those to whom or what is out of sight."""
    of_user, of_group = aliased(Department), aliased(Department)
    name = func.coalesce(col(User.login), col(Group.name), col(Department.full_name))
    return work.all(
        ContentGrantRow,
        select(*columns_of(ContentGrantRow, ContentGrant, content=col(ContentItem.code), name=name))
        .select_from(ContentGrant)
        .join(ContentItem, col(ContentItem.id) == col(ContentGrant.item_id))
        .outerjoin(User, col(User.id) == col(ContentGrant.user_id))
        .outerjoin(of_user, col(of_user.id) == col(User.department_id))
        .outerjoin(Group, col(Group.id) == col(ContentGrant.group_id))
        .outerjoin(of_group, col(of_group.id) == col(Group.department_id))
        .outerjoin(Department, col(Department.id) == col(ContentGrant.department_id))
        .where(
            col(ContentGrant.item_id) == item_id,
            or_(
                col(ContentGrant.user_id).is_(None),
                is_person_visible(sight, of_user.path, User.id),
            ),
            is_target_visible(sight, group=of_group.path, department=Department.path),
        )
        .order_by(col(ContentGrant.id)),
    )


def add_grant(work: Work, item_id: int, target: GrantTarget) -> bool:
    """Open an item to somebody and say whether that is new."""
    return work.insert_once(ContentGrant, _grant_values(item_id, target)) == 1


def remove_grant(work: Work, item_id: int, target: GrantTarget) -> bool:
    """Take a grant away and say whether there was one."""
    return work.delete_equal(ContentGrant, _grant_values(item_id, target)) > 0


def _grant_values(item_id: int, target: GrantTarget) -> dict[str, Any]:
    """Return the columns that say what is granted to whom."""
    return {
        "item_id": item_id,
        "audience": target.audience,
        "user_id": target.user_id,
        "group_id": target.group_id,
        "department_id": target.department_id,
    }
