"""The statements that choose people by name, department, group and filters."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import (
    col,
    or_,
    select,
    union,
)

from lmsctl.enrollment.rules import Candidate
from lmsctl.enrollment.store import people_in_scope
from lmsctl.group.model import GroupMember
from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.user import store as users
from lmsctl.user.model import User, is_alive, status_at
from lmsctl.user.rules import PeopleFilter

_SELECT_CANDIDATE = select(*columns_of(Candidate, User, status=status_at(NOW))).where(is_alive(NOW))


def find_named(
    work: Work,
    scope: Scope,
    *,
    keys: Sequence[str],
    ids: Sequence[int],
) -> list[Candidate]:
    """Return the people in scope who have one of these logins, addresses or ids."""
    is_named = or_(
        among(User.login_key, keys),
        among(User.email_key, keys),
        among(User.id, ids),
    )
    statement = _SELECT_CANDIDATE.where(is_named, *people_in_scope(scope))
    return work.all(Candidate, statement, now=work.now)


def list_chosen(
    work: Work,
    scope: Scope,
    *,
    paths: Sequence[str],
    group_ids: Sequence[int],
    people_filter: PeopleFilter,
) -> list[Candidate]:
    """Return the people in scope who are below one of `paths` or in one of the groups, by login.

    Without paths and groups everybody in scope is meant; `people_filter` holds in every case.
    """
    statement = _SELECT_CANDIDATE.where(
        *people_in_scope(scope), *users.people_conditions(people_filter)
    )
    if paths or group_ids:
        statement = statement.where(col(User.id).in_(_below_or_in(paths, group_ids)))
    return work.all(Candidate, statement.order_by(col(User.login_key)), now=work.now)


def _below_or_in(paths: Sequence[str], group_ids: Sequence[int]) -> Any:
    """Return the ids of the people below one of `paths` or in one of the groups."""
    somebody = aliased(User)
    below = select(somebody.id).where(*people_in_scope(Scope(tuple(paths)), somebody))
    members = select(GroupMember.user_id).where(col(GroupMember.group_id).in_(group_ids))
    return union(*([below] if paths else []), *([members] if group_ids else []))
