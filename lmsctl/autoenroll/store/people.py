"""The statements on whom rules are about, and who waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, exists, or_, select
from sqlmodel import delete as delete_from

from lmsctl.autoenroll.model import AutoenrollRule, AutoenrollWaiting
from lmsctl.autoenroll.results import AutoenrollTarget
from lmsctl.autoenroll.rules import PersonOfRule, RuleRecord
from lmsctl.autoenroll.store.matching import (
    IS_ABOUT_USER,
    IS_IN_DEPARTMENT,
    IS_OF_TYPE,
    NAMED_DEPARTMENT,
    is_under,
)
from lmsctl.department.model import Department
from lmsctl.enrollment.model import Enrollment, EnrollmentReason
from lmsctl.enrollment.results import Phase, Reason
from lmsctl.group.model import GroupMember
from lmsctl.kit.statements import NOW, among, columns_of, value_for
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.model import User, is_alive, status_at
from lmsctl.user.results import UserStatus


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A person whom a rule is about, and that rule; `group_id` is the group that it names."""

    rule_id: int
    code: str
    item_id: int
    group_id: int | None
    user_id: int
    login: str
    status: UserStatus


# What is joined to this goes from the few people who have just joined something to the rules about
# them. Rule by rule, and each rule's people by their ids, is how they are enrolled.
_SELECT_MATCHES = (
    select(
        *columns_of(
            RuleMatch,
            AutoenrollRule,
            rule_id=col(AutoenrollRule.id),
            user_id=col(User.id),
            login=col(User.login),
            status=status_at(NOW),
        )
    )
    .select_from(User)
    .order_by(col(AutoenrollRule.id), col(User.id))
)


def matches_by_department(work: Work, user_ids: Sequence[int]) -> list[RuleMatch]:
    """Return which rules are about the departments that these people are in."""
    return work.all(
        RuleMatch,
        _SELECT_MATCHES.join(Department, col(Department.id) == col(User.department_id))
        # A join wants a condition: which rules are about whom is compared by `IS_IN_DEPARTMENT`.
        .join(AutoenrollRule, col(AutoenrollRule.target) == AutoenrollTarget.DEPARTMENT)
        .join(NAMED_DEPARTMENT, col(NAMED_DEPARTMENT.id) == col(AutoenrollRule.department_id))
        .where(among(User.id, user_ids), IS_IN_DEPARTMENT),
        now=work.now,
    )


def matches_by_group(
    work: Work, user_ids: Sequence[int], group_ids: Sequence[int]
) -> list[RuleMatch]:
    """Return which rules are about those of the groups that these people are in."""
    return work.all(
        RuleMatch,
        _SELECT_MATCHES.join(GroupMember, col(GroupMember.user_id) == col(User.id))
        .join(AutoenrollRule, col(AutoenrollRule.group_id) == col(GroupMember.group_id))
        .where(among(User.id, user_ids), among(GroupMember.group_id, group_ids)),
        now=work.now,
    )


def matches_by_type(work: Work, user_ids: Sequence[int]) -> list[RuleMatch]:
    """Return which rules are about the types of these people."""
    return work.all(
        RuleMatch,
        _SELECT_MATCHES.join(AutoenrollRule, IS_OF_TYPE).where(among(User.id, user_ids)),
        now=work.now,
    )


def matches_of_waiting(work: Work, user_ids: Sequence[int]) -> list[RuleMatch]:
    """Return the rules that these people wait for and that are still about them."""
    return work.all(
        RuleMatch,
        _SELECT_MATCHES.join(AutoenrollWaiting, col(AutoenrollWaiting.user_id) == col(User.id))
        .join(AutoenrollRule, col(AutoenrollRule.id) == col(AutoenrollWaiting.rule_id))
        .join(Department, col(Department.id) == col(User.department_id))
        .outerjoin(NAMED_DEPARTMENT, col(NAMED_DEPARTMENT.id) == col(AutoenrollRule.department_id))
        .where(among(User.id, user_ids), IS_ABOUT_USER),
        now=work.now,
    )


@dataclass(frozen=True, slots=True)
class RuleOfDepartment:
    """A rule that is about whoever is in a department, and that department."""

    rule_id: int
    department_id: int


def rules_on_departments(work: Work, department_ids: Sequence[int]) -> list[RuleOfDepartment]:
    """Return which rules are about whoever is in one of these departments."""
    is_covered = and_(col(AutoenrollRule.is_deep), is_under(Department, NAMED_DEPARTMENT))
    return work.all(
        RuleOfDepartment,
        select(
            *columns_of(
                RuleOfDepartment,
                AutoenrollRule,
                rule_id=col(AutoenrollRule.id),
                department_id=col(Department.id),
            )
        )
        .select_from(AutoenrollRule)
        .join(NAMED_DEPARTMENT, col(NAMED_DEPARTMENT.id) == col(AutoenrollRule.department_id))
        .join(Department, or_(col(Department.id) == col(NAMED_DEPARTMENT.id), is_covered))
        .where(among(Department.id, department_ids)),
    )


def add_waiting(work: Work, rule_id: int, user_ids: Sequence[int]) -> None:
    """Let people wait for a rule that is about them and cannot enroll them yet.

    Whoever waits for it already keeps the moment since when they do.
    """
    people: Select[*tuple[Any, ...]] = select(
        value_for(col(AutoenrollWaiting.rule_id), rule_id).label("rule_id"),
        col(User.id).label("user_id"),
        value_for(col(AutoenrollWaiting.since_at), work.now).label("since_at"),
    ).where(among(User.id, user_ids))
    work.insert_once(AutoenrollWaiting, people)


def remove_waiting_for_rule(work: Work, rule_id: int, user_ids: Sequence[int]) -> None:
    """Let people wait for a rule no longer."""
    work.run(
        delete_from(AutoenrollWaiting).where(
            col(AutoenrollWaiting.rule_id) == rule_id, among(AutoenrollWaiting.user_id, user_ids)
        )
    )


def remove_waiting_for_item(work: Work, item_id: int, user_ids: Sequence[int]) -> None:
    """Let people wait no longer for any rule on an item."""
    on_item = select(AutoenrollRule.id).where(col(AutoenrollRule.item_id) == item_id)
    work.run(
        delete_from(AutoenrollWaiting).where(
            among(AutoenrollWaiting.user_id, user_ids), col(AutoenrollWaiting.rule_id).in_(on_item)
        )
    )


def people_about(work: Work, rule: RuleRecord, scope: Scope) -> list[PersonOfRule]:
    """Return the people in `scope` whom a rule is about, by login."""
    # Without a row the phase is NULL, and so would be what it is compared to: asked for first, it
    # makes the answer false.
    is_there = and_(col(Enrollment.id).is_not(None), col(Enrollment.phase) != Phase.PRE_ENROLLED)
    return work.all(
        PersonOfRule,
        select(
            *columns_of(
                PersonOfRule,
                User,
                department=col(Department.full_name),
                status=status_at(NOW),
                is_waiting=col(AutoenrollWaiting.user_id).is_not(None),
                is_enrolled=and_(is_there, col(Enrollment.canceled_at).is_(None)),
                has_rule_reason=and_(
                    col(Enrollment.canceled_at).is_(None),
                    exists().where(
                        col(EnrollmentReason.enrollment_id) == col(Enrollment.id),
                        col(EnrollmentReason.reason) == Reason.RULE,
                        col(EnrollmentReason.reference) == rule.code,
                    ),
                ),
                is_removed=and_(
                    col(AutoenrollWaiting.user_id).is_(None),
                    is_there,
                    col(Enrollment.canceled_at).is_not(None),
                ),
            )
        )
        .select_from(User)
        .join(Department, col(Department.id) == col(User.department_id))
        .outerjoin(
            AutoenrollWaiting,
            and_(
                col(AutoenrollWaiting.rule_id) == rule.id,
                col(AutoenrollWaiting.user_id) == col(User.id),
            ),
        )
        # Somebody has one row for an item, be it canceled or not.
        .outerjoin(
            Enrollment,
            and_(col(Enrollment.item_id) == rule.item_id, col(Enrollment.user_id) == col(User.id)),
        )
        .where(_is_about(rule), is_alive(NOW), in_scope(scope, Department.path))
        .order_by(col(User.login_key)),
        now=work.now,
    )


def _is_about(rule: RuleRecord) -> ColumnElement[bool]:
    """Return the condition that this rule is about `User`.

    `IS_ABOUT_USER` says the same of any rule, and would compare everybody with it; of a rule that
    is known, an index of what it names finds the people.
    """
    if rule.group_id is not None:
        members = select(GroupMember.user_id).where(col(GroupMember.group_id) == rule.group_id)
        return col(User.id).in_(members)
    if rule.department_id is None:
        return col(User.type) == rule.type
    if not rule.is_deep:
        return col(User.department_id) == rule.department_id
    below = aliased(Department)
    return col(User.department_id).in_(
        select(below.id)
        .select_from(NAMED_DEPARTMENT)
        .join(below, is_under(below, NAMED_DEPARTMENT))
        .where(col(NAMED_DEPARTMENT.id) == rule.department_id)
    )
