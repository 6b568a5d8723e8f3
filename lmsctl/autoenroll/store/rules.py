"""The statements on rules themselves."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text
from sqlmodel import col, func, or_, select, type_coerce
from sqlmodel import delete as delete_from

from lmsctl.autoenroll.errors import AutoenrollUnknown
from lmsctl.autoenroll.model import AutoenrollRule, AutoenrollWaiting
from lmsctl.autoenroll.rules import RuleRecord
from lmsctl.autoenroll.store.matching import GROUP_DEPARTMENT, IS_ABOUT_USER, NAMED_DEPARTMENT
from lmsctl.content.model import ContentItem
from lmsctl.department.model import Department
from lmsctl.group.model import Group
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import find_named
from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.portal.rules import AutoenrollState
from lmsctl.rights.rules import ANYWHERE, Scope
from lmsctl.rights.store import in_scope
from lmsctl.user.model import User, is_alive
from lmsctl.user.results import UserType

# Rules -------------------------------------------------------------------------------------------


def _is_rule_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a rule is in `scope`.

    It needs `NAMED_DEPARTMENT` and `GROUP_DEPARTMENT` joined.

    Rules name a department or a group, and are in scope where that department (or the group's) is.
    A rule by type has neither: both paths are NULL, so only a scope that is everywhere includes it.
    """
    return or_(in_scope(scope, NAMED_DEPARTMENT.path), in_scope(scope, GROUP_DEPARTMENT.path))


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
            IS_ABOUT_USER,
            in_scope(scope, Department.path),
        )
        .correlate(AutoenrollRule, NAMED_DEPARTMENT)
        .scalar_subquery()
    )
    name = func.coalesce(
        type_coerce(col(AutoenrollRule.type), Text),
        col(Group.name),
        col(NAMED_DEPARTMENT.full_name),
    )
    rules: Select[Any] = (
        select(
            *columns_of(
                RuleRecord,
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
        .outerjoin(NAMED_DEPARTMENT, col(NAMED_DEPARTMENT.id) == col(AutoenrollRule.department_id))
        .outerjoin(Group, col(Group.id) == col(AutoenrollRule.group_id))
        .outerjoin(GROUP_DEPARTMENT, col(GROUP_DEPARTMENT.id) == col(Group.department_id))
        .where(_is_rule_in_scope(scope))
    )
    return rules


def find(work: Work, given: str, scope: Scope) -> RuleRecord | None:
    """Return the rule with that code or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` is the code of one and the number of another.
    """
    return find_named(
        work,
        RuleRecord,
        _select_rules(scope),
        given,
        col(AutoenrollRule.code_key) == canonical.key(given),
        id_column=AutoenrollRule.id,
        what="auto-enrollment rule",
        now=work.now,
    )


def get(work: Work, given: str, scope: Scope) -> RuleRecord:
    """Return what `find` finds; raises AutoenrollUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise AutoenrollUnknown(given=canonical.excerpt(given))
    return found


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from changing this rule until we are done."""
    locks.lock_rows(work, AutoenrollRule, [id_])


def by_id(work: Work, id_: int) -> RuleRecord:
    """Return the rule with that id; raises AutoenrollUnknown when it has just gone."""
    found = work.one(
        RuleRecord, _select_rules(ANYWHERE).where(col(AutoenrollRule.id) == id_), now=work.now
    )
    if found is None:
        raise AutoenrollUnknown(given=id_)
    return found


def find_by_code(work: Work, code: str) -> RuleRecord | None:
    """Return the rule with that code, wherever it lies; numbers do not count."""
    return work.one(
        RuleRecord,
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
) -> RuleRecord | None:
    """Return the rule on that item for that department, group or type, of which one is given."""
    if department_id is not None:
        is_same = col(AutoenrollRule.department_id) == department_id
    elif group_id is not None:
        is_same = col(AutoenrollRule.group_id) == group_id
    else:
        is_same = col(AutoenrollRule.type) == type_
    return work.one(
        RuleRecord,
        _select_rules(ANYWHERE).where(col(AutoenrollRule.item_id) == item_id, is_same),
        now=work.now,
    )


def listed(
    work: Work, scope: Scope, *, item_id: int | None, under: str | None
) -> Iterator[RuleRecord]:
    """Yield the rules in scope by code; only those on one item, or under a department, if given.

    `under` is the path of a department. Rules by group and by type are left out then.
    """
    statement = _select_rules(scope).order_by(col(AutoenrollRule.code_key))
    if item_id is not None:
        statement = statement.where(col(AutoenrollRule.item_id) == item_id)
    if under is not None:
        statement = statement.where(in_scope(Scope((under,)), NAMED_DEPARTMENT.path))
    return work.each(RuleRecord, statement, now=work.now)


def codes_in_scope(work: Work, scope: Scope) -> frozenset[str]:
    """Return the codes of the rules in scope."""
    return frozenset(
        work.values(
            select(AutoenrollRule.code)
            .outerjoin(
                NAMED_DEPARTMENT, col(NAMED_DEPARTMENT.id) == col(AutoenrollRule.department_id)
            )
            .outerjoin(Group, col(Group.id) == col(AutoenrollRule.group_id))
            .outerjoin(GROUP_DEPARTMENT, col(GROUP_DEPARTMENT.id) == col(Group.department_id))
            .where(_is_rule_in_scope(scope))
        )
    )


def rules_naming(work: Work, column: Any, ids: Sequence[int]) -> list[RuleRecord]:
    """Return the rules that have one of `ids` in `column`, by code.

    It is one of AutoenrollRule's: `department_id`, `group_id` or `item_id`.
    """
    return work.all(
        RuleRecord,
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
