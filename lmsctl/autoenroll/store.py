"""The statements of the autoenroll room: rules, and whom they are about.

Rows are read as dataclasses, of whose fields `columns_of` makes what is selected, and never as
objects of the table classes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text
from sqlalchemy.orm import aliased
from sqlmodel import (
    and_,
    col,
    exists,
    func,
    or_,
    select,
    type_coerce,
)
from sqlmodel import delete as delete_from

from lmsctl.autoenroll.errors import AutoenrollUnknown
from lmsctl.autoenroll.model import AutoenrollRule, AutoenrollWaiting
from lmsctl.autoenroll.results import Target
from lmsctl.autoenroll.rules import PersonOfRule, Rule
from lmsctl.content.model import ContentItem
from lmsctl.department.model import Department
from lmsctl.enrollment.model import Enrollment, EnrollmentReason
from lmsctl.enrollment.results import Phase, Reason
from lmsctl.group.model import Group, GroupMember
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import find_named
from lmsctl.kit.statements import NOW, among, columns_of, value_for
from lmsctl.kit.work import Work
from lmsctl.portal.rules import AutoenrollState
from lmsctl.rights.rules import ANYWHERE, Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.model import User, is_alive, status_at
from lmsctl.user.results import UserStatus, UserType

# The department that a rule names, and the department of the group that it names. A rule by type
# has neither, so in outer joins both are NULL there.
_NAMED = aliased(Department)
_OF_GROUP = aliased(Department)


def _is_under(place: Any, top: Any) -> ColumnElement[bool]:
    """Return the condition that the department `place` is the department `top`, or below it."""
    is_under: ColumnElement[bool] = col(place.path).like(col(top.path) + "%")
    return is_under


# Whether a rule is about a `User`: by their department, by a group they are in, by their type. The
# first needs `Department` joined to the user and `_NAMED` to the rule.
_IN_DEPARTMENT = or_(
    col(AutoenrollRule.department_id) == col(User.department_id),
    and_(col(AutoenrollRule.is_deep), _is_under(Department, _NAMED)),
)
_IN_GROUP = (
    exists()
    .where(
        col(GroupMember.group_id) == col(AutoenrollRule.group_id),
        col(GroupMember.user_id) == col(User.id),
    )
    .correlate(AutoenrollRule, User)
)
_OF_TYPE = col(AutoenrollRule.type) == col(User.type)
_FITS = or_(_OF_TYPE, _IN_DEPARTMENT, _IN_GROUP)

# Rules -------------------------------------------------------------------------------------------


def _lies_in(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a rule is in `scope`, which needs `_NAMED` and `_OF_GROUP` joined.

    Rules name a department or a group, and are in scope where that department (or the group's) is.
    A rule by type has neither: both paths are NULL, so only a scope that is everywhere includes it.
    """
    return or_(in_scope(scope, _NAMED.path), in_scope(scope, _OF_GROUP.path))


def _select_rules(scope: Scope) -> Select[Any]:
    """Return the SELECT of the rules in `scope`, which has the parameter NOW."""
    waiting = (
        select(func.count())
        .select_from(AutoenrollWaiting)
        .join(User, col(User.id) == col(AutoenrollWaiting.user_id))
        .join(Department, col(Department.id) == col(User.department_id))
        .where(
            col(AutoenrollWaiting.rule_id) == col(AutoenrollRule.id),
            is_alive(NOW),
            _FITS,
            in_scope(scope, Department.path),
        )
        .correlate(AutoenrollRule, _NAMED)
        .scalar_subquery()
    )
    name = func.coalesce(
        type_coerce(col(AutoenrollRule.type), Text), col(Group.name), col(_NAMED.full_name)
    )
    rules: Select[Any] = (
        select(
            *columns_of(
                Rule,
                AutoenrollRule,
                content=col(ContentItem.code),
                title=col(ContentItem.title),
                content_status=col(ContentItem.status),
                name=name,
                waiting=waiting,
            )
        )
        .select_from(AutoenrollRule)
        .join(ContentItem, col(ContentItem.id) == col(AutoenrollRule.item_id))
        .outerjoin(_NAMED, col(_NAMED.id) == col(AutoenrollRule.department_id))
        .outerjoin(Group, col(Group.id) == col(AutoenrollRule.group_id))
        .outerjoin(_OF_GROUP, col(_OF_GROUP.id) == col(Group.department_id))
        .where(_lies_in(scope))
    )
    return rules


def find(work: Work, given: str, scope: Scope) -> Rule | None:
    """Return the rule with that code or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` is the code of one and the number of another.
    """
    return find_named(
        work,
        Rule,
        _select_rules(scope),
        given,
        col(AutoenrollRule.code_key) == canonical.key(given),
        id_column=AutoenrollRule.id,
        what="auto-enrollment rule",
        now=work.now,
    )


def get(work: Work, given: str, scope: Scope) -> Rule:
    """Return what `find` finds; raises AutoenrollUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise AutoenrollUnknown(given=canonical.excerpt(given))
    return found


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from changing this rule until we are done."""
    locks.lock_rows(work, AutoenrollRule, [id_])


def by_id(work: Work, id_: int) -> Rule:
    """Return the rule with that id; raises AutoenrollUnknown when it has just gone."""
    found = work.one(
        Rule, _select_rules(ANYWHERE).where(col(AutoenrollRule.id) == id_), now=work.now
    )
    if found is None:
        raise AutoenrollUnknown(given=id_)
    return found


def find_by_code(work: Work, code: str) -> Rule | None:
    """Return the rule with that code, wherever it lies; numbers do not count."""
    return work.one(
        Rule,
        _select_rules(ANYWHERE).where(col(AutoenrollRule.code_key) == canonical.key(code)),
        now=work.now,
    )


def find_same(
    work: Work,
    item_id: int,
    *,
    department_id: int | None = None,
    group_id: int | None = None,
    type_: UserType | None = None,
) -> Rule | None:
    """Return the rule on that item for that department, group or type, of which one is given."""
    if department_id is not None:
        is_same = col(AutoenrollRule.department_id) == department_id
    elif group_id is not None:
        is_same = col(AutoenrollRule.group_id) == group_id
    else:
        is_same = col(AutoenrollRule.type) == type_
    return work.one(
        Rule,
        _select_rules(ANYWHERE).where(col(AutoenrollRule.item_id) == item_id, is_same),
        now=work.now,
    )


def listed(work: Work, scope: Scope, *, item_id: int | None, under: str | None) -> Iterator[Rule]:
    """Yield the rules in scope by code; only those on one item, or under a department, if given.

    `under` is the path of a department. Rules by group and by type are left out then.
    """
    statement = _select_rules(scope).order_by(col(AutoenrollRule.code_key))
    if item_id is not None:
        statement = statement.where(col(AutoenrollRule.item_id) == item_id)
    if under is not None:
        statement = statement.where(in_scope(Scope((under,)), _NAMED.path))
    return work.each(Rule, statement, now=work.now)


def codes(work: Work, scope: Scope) -> frozenset[str]:
    """Return the codes of the rules in scope."""
    return frozenset(
        work.values(
            select(AutoenrollRule.code)
            .outerjoin(_NAMED, col(_NAMED.id) == col(AutoenrollRule.department_id))
            .outerjoin(Group, col(Group.id) == col(AutoenrollRule.group_id))
            .outerjoin(_OF_GROUP, col(_OF_GROUP.id) == col(Group.department_id))
            .where(_lies_in(scope))
        )
    )


def naming(work: Work, column: Any, ids: Sequence[int]) -> list[Rule]:
    """Return the rules that have one of `ids` in `column`, by code.

    It is one of AutoenrollRule's: `department_id`, `group_id` or `item_id`.
    """
    return work.all(
        Rule,
        _select_rules(ANYWHERE).where(among(column, ids)).order_by(col(AutoenrollRule.code_key)),
        now=work.now,
    )


def add(work: Work, **values: Any) -> int:
    """Insert a rule and return its id."""
    return work.insert(AutoenrollRule, **values)


def set_depth(work: Work, id_: int, *, is_deep: bool) -> None:
    """Let a rule's department stand for everything under it, or for itself alone."""
    work.update(AutoenrollRule, id_, is_deep=is_deep)


def delete(work: Work, ids: Sequence[int]) -> None:
    """Delete rules; whom they have enrolled stays enrolled, and nobody waits for them any more."""
    work.run(delete_from(AutoenrollRule).where(among(AutoenrollRule.id, ids)))


_SELECT_ANY_ID = select(AutoenrollRule.id).limit(1)


def has_rules(work: Work) -> bool:
    """Say whether there is any rule: all that joining costs while there is none.

    Asked once in each unit of work, until it `forget`s HasRules.
    """
    return work.cached(
        AutoenrollState, lambda: AutoenrollState(work.value(_SELECT_ANY_ID) is not None)
    ).is_any


# Whom rules reach --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reached:
    """A person whom a rule reaches, and that rule; `group_id` is the group that the rule names."""

    rule_id: int
    code: str
    item_id: int
    group_id: int | None
    user_id: int
    login: str
    status: UserStatus


# What is joined to this goes from the few people who have just joined something to the rules about
# them. Rule by rule, and each rule's people by their ids, is how they are enrolled.
_SELECT_REACHED = (
    select(
        *columns_of(
            Reached,
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


def reached_by_department(work: Work, user_ids: Sequence[int]) -> list[Reached]:
    """Return which rules are about the departments that these people are in."""
    return work.all(
        Reached,
        _SELECT_REACHED.join(Department, col(Department.id) == col(User.department_id))
        # A join wants a condition: which rules are about whom is compared by `_IN_DEPARTMENT`.
        .join(AutoenrollRule, col(AutoenrollRule.target) == Target.DEPARTMENT)
        .join(_NAMED, col(_NAMED.id) == col(AutoenrollRule.department_id))
        .where(among(User.id, user_ids), _IN_DEPARTMENT),
        now=work.now,
    )


def reached_by_group(
    work: Work, user_ids: Sequence[int], group_ids: Sequence[int]
) -> list[Reached]:
    """Return which rules are about those of the groups that these people are in."""
    return work.all(
        Reached,
        _SELECT_REACHED.join(GroupMember, col(GroupMember.user_id) == col(User.id))
        .join(AutoenrollRule, col(AutoenrollRule.group_id) == col(GroupMember.group_id))
        .where(among(User.id, user_ids), among(GroupMember.group_id, group_ids)),
        now=work.now,
    )


def reached_by_type(work: Work, user_ids: Sequence[int]) -> list[Reached]:
    """Return which rules are about the types of these people."""
    return work.all(
        Reached,
        _SELECT_REACHED.join(AutoenrollRule, _OF_TYPE).where(among(User.id, user_ids)),
        now=work.now,
    )


def waited_for(work: Work, user_ids: Sequence[int]) -> list[Reached]:
    """Return the rules that these people wait for and that are still about them."""
    return work.all(
        Reached,
        _SELECT_REACHED.join(AutoenrollWaiting, col(AutoenrollWaiting.user_id) == col(User.id))
        .join(AutoenrollRule, col(AutoenrollRule.id) == col(AutoenrollWaiting.rule_id))
        .join(Department, col(Department.id) == col(User.department_id))
        .outerjoin(_NAMED, col(_NAMED.id) == col(AutoenrollRule.department_id))
        .where(among(User.id, user_ids), _FITS),
        now=work.now,
    )


@dataclass(frozen=True, slots=True)
class Covered:
    """A rule that is about whoever is in a department, and that department."""

    rule_id: int
    department_id: int


def covering(work: Work, department_ids: Sequence[int]) -> list[Covered]:
    """Return which rules are about whoever is in one of these departments."""
    is_covered = and_(col(AutoenrollRule.is_deep), _is_under(Department, _NAMED))
    return work.all(
        Covered,
        select(
            *columns_of(
                Covered,
                AutoenrollRule,
                rule_id=col(AutoenrollRule.id),
                department_id=col(Department.id),
            )
        )
        .select_from(AutoenrollRule)
        .join(_NAMED, col(_NAMED.id) == col(AutoenrollRule.department_id))
        .join(Department, or_(col(Department.id) == col(_NAMED.id), is_covered))
        .where(among(Department.id, department_ids)),
    )


def let_wait(work: Work, rule_id: int, user_ids: Sequence[int]) -> None:
    """Note that people wait for a rule: it has reached them, and cannot enroll them yet.

    Whoever waits for it already keeps the moment since when they do.
    """
    people: Select[*tuple[Any, ...]] = select(
        value_for(col(AutoenrollWaiting.rule_id), rule_id).label("rule_id"),
        col(User.id).label("user_id"),
        value_for(col(AutoenrollWaiting.since_at), work.now).label("since_at"),
    ).where(among(User.id, user_ids))
    work.insert_once(AutoenrollWaiting, people)


def end_waiting_for_rule(work: Work, rule_id: int, user_ids: Sequence[int]) -> None:
    """Note that people wait for a rule no longer."""
    work.run(
        delete_from(AutoenrollWaiting).where(
            col(AutoenrollWaiting.rule_id) == rule_id, among(AutoenrollWaiting.user_id, user_ids)
        )
    )


def end_waiting_for_item(work: Work, item_id: int, user_ids: Sequence[int]) -> None:
    """Note that people wait no longer for any rule on an item."""
    on_item = select(AutoenrollRule.id).where(col(AutoenrollRule.item_id) == item_id)
    work.run(
        delete_from(AutoenrollWaiting).where(
            among(AutoenrollWaiting.user_id, user_ids), col(AutoenrollWaiting.rule_id).in_(on_item)
        )
    )


def people_of(work: Work, rule: Rule, scope: Scope) -> list[PersonOfRule]:
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


def _is_about(rule: Rule) -> ColumnElement[bool]:
    """Return the condition that this rule is about `User`.

    `_FITS` says the same of any rule, and would compare everybody with it; of a rule that is known,
    an index of what it names finds the people.
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
        .select_from(_NAMED)
        .join(below, _is_under(below, _NAMED))
        .where(col(_NAMED.id) == rule.department_id)
    )
