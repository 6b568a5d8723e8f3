"""What the autoenroll room does when something happens in a lower room."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lmsctl.autoenroll.actions import joining, keeping
from lmsctl.autoenroll.model import AutoenrollRule
from lmsctl.autoenroll.store import people as people_store
from lmsctl.autoenroll.store import rules as store
from lmsctl.content import hookpoints as content_hookpoints
from lmsctl.department import hookpoints as department_hookpoints
from lmsctl.enrollment import hookpoints as enrollment_hookpoints
from lmsctl.group import hookpoints as group_hookpoints
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.user import hookpoints as user_hookpoints

# Who joins ---------------------------------------------------------------------------------------


@user_hookpoints.wants_who_joins.implement
def wants_who_joins(work: Work) -> bool:
    """Say whether anybody needs to know who joins what: whether there is any rule."""
    return store.has_rules(work)


@user_hookpoints.after_join_of_department.implement
def after_join_of_department(work: Work, came_from: Mapping[int, int | None]) -> None:
    """Enroll who joined a department, by the rules that reach them only now."""
    if store.has_rules(work):
        joining.enroll_who_joined_department(work, came_from)


@user_hookpoints.after_join_of_group.implement
def after_join_of_group(work: Work, added: Sequence[tuple[int, int]]) -> None:
    """Enroll who joined a group."""
    if store.has_rules(work):
        joining.enroll_who_joined_groups(work, added)


@user_hookpoints.after_change_of_type.implement
def after_change_of_type(work: Work, ids: Sequence[int]) -> None:
    """Enroll who got a type."""
    if store.has_rules(work):
        joining.enroll_who_got_type(work, ids)


@user_hookpoints.after_becoming_active.implement
def after_becoming_active(work: Work, ids: Sequence[int]) -> None:
    """Enroll who waited for that."""
    if store.has_rules(work):
        joining.enroll_who_became_active(work, ids)


@enrollment_hookpoints.after_cancel_by_hand.implement
def after_cancel_by_hand(work: Work, item_id: int, user_ids: Sequence[int]) -> None:
    """Let nobody wait for a rule on an item that somebody has just taken them out of."""
    if store.has_rules(work):
        people_store.remove_waiting_for_item(work, item_id, user_ids)


@enrollment_hookpoints.rules_in_scope.implement
def rules_in_scope(work: Work, scope: Scope) -> frozenset[str]:
    """Return the codes of the rules that somebody with this scope may be told of."""
    return store.codes_in_scope(work, scope)


# What goes ---------------------------------------------------------------------------------------


@department_hookpoints.before_delete_of_department.implement
def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield the rules that go with their department."""
    yield from _lines(work, AutoenrollRule.department_id, ids)


@department_hookpoints.with_delete_of_department.implement
def with_delete_of_department(work: Work, ids: Sequence[int]) -> None:
    """Delete the rules of departments that go; whom they enrolled stays enrolled."""
    keeping.discard(
        work,
        store.rules_naming(work, AutoenrollRule.department_id, ids),
        because="department deleted",
    )


@group_hookpoints.before_delete_of_group.implement
def before_delete_of_group(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield the rules that go with their group."""
    yield from _lines(work, AutoenrollRule.group_id, ids)


@group_hookpoints.with_delete_of_group.implement
def with_delete_of_group(work: Work, ids: Sequence[int]) -> None:
    """Delete the rules of groups that go; whom they enrolled stays enrolled."""
    keeping.discard(
        work, store.rules_naming(work, AutoenrollRule.group_id, ids), because="group deleted"
    )


@content_hookpoints.before_delete_of_content.implement
def before_delete_of_content(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield the rules that go with their item."""
    for rule in store.rules_naming(work, AutoenrollRule.item_id, ids):
        yield f"Goes too: auto-enrollment rule {rule.code}."


@content_hookpoints.with_delete_of_content.implement
def with_delete_of_content(work: Work, ids: Sequence[int]) -> None:
    """Delete the rules on items that go."""
    keeping.discard(
        work, store.rules_naming(work, AutoenrollRule.item_id, ids), because="content deleted"
    )


def _lines(work: Work, column: Any, ids: Sequence[int]) -> Iterator[str]:
    """Yield a line for each rule that names one of `ids` in `column`."""
    for rule in store.rules_naming(work, column, ids):
        yield f"Goes too: auto-enrollment rule {rule.code}; its enrollments stay."
