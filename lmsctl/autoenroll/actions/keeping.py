"""Making, showing and deleting rules."""

from collections.abc import Iterator
from dataclasses import dataclass

from lmsctl.audit import actions as audit
from lmsctl.autoenroll import rules
from lmsctl.autoenroll.errors import AutoenrollExists, AutoenrollRepeated
from lmsctl.autoenroll.results import AutoenrollRuleRow, AutoenrollTarget
from lmsctl.autoenroll.rules import RuleRecord, RuleRequest
from lmsctl.autoenroll.store import rules as store
from lmsctl.content import rules as content_rules
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content
from lmsctl.department import actions as departments
from lmsctl.department import store as department_store
from lmsctl.group import actions as groups
from lmsctl.kit import canonical
from lmsctl.kit.work import Work
from lmsctl.portal.rules import AutoenrollState
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import Scope
from lmsctl.user.results import UserType


@dataclass(frozen=True, slots=True)
class _RuleTarget:
    """Whom a rule names: the kind, what it is called, and its id, or the type itself."""

    target: AutoenrollTarget
    name: str
    department_id: int | None = None
    group_id: int | None = None
    type: UserType | None = None


def _resolve_target(work: Work, wanted: RuleRequest) -> _RuleTarget:
    """Return whom a rule is to name; needs `enrollment.manage` over them."""
    if wanted.department is not None:
        place = departments.get_for_share(work, wanted.department, "enrollment.manage")
        return _RuleTarget(AutoenrollTarget.DEPARTMENT, place.full_name, department_id=place.id)
    if wanted.group is not None:
        group = groups.get_for_share(work, wanted.group, "enrollment.manage")
        return _RuleTarget(AutoenrollTarget.GROUP, group.name, group_id=group.id)
    rights.require_everywhere(work, "enrollment.manage")
    assert wanted.type is not None
    return _RuleTarget(AutoenrollTarget.TYPE, wanted.type.value, type=wanted.type)


def _find_same(work: Work, item_id: int, named: _RuleTarget) -> RuleRecord | None:
    """Return the rule on an item that names the same target, or None."""
    return store.find_same(
        work,
        item_id,
        department_id=named.department_id,
        group_id=named.group_id,
        type_=named.type,
    )


def create(
    work: Work, given: str, wanted: RuleRequest, *, code: str | None = None
) -> AutoenrollRuleRow:
    """Make a rule that enrolls whoever joins in the item `given`; without `code` one is made up.

    Needs `enrollment.manage` over the department, or the group's department, and everywhere for a
    type. Nobody who is there already is enrolled. Raises AudienceUnclear, DepthWithoutDepartment,
    ContentUnknown, DepartmentUnknown, GroupUnknown, ContentIsFolder, ContentArchived,
    AutoenrollExists, AutoenrollRepeated and what the check of the code raises.
    """
    rules.check_request(wanted)

    def get() -> Item:
        rights.require(work, "enrollment.manage")
        return content.get(work, given)

    item = rights.get_for_update(work, get, content.share)
    named = _resolve_target(work, wanted)
    content_rules.check_enrollable(item)
    text = _free_code(work, item.code, named.name) if code is None else _checked_code(work, code)
    work.about = f"autoenroll {text}"
    same = _find_same(work, item.id, named)
    if same is not None:
        raise AutoenrollRepeated(rule=same.code)
    number = store.add(
        work,
        code=text,
        code_key=canonical.key(text),
        item_id=item.id,
        target=named.target,
        is_deep=named.target is AutoenrollTarget.DEPARTMENT and wanted.is_deep is not False,
        department_id=named.department_id,
        group_id=named.group_id,
        type=named.type,
        created_at=work.now,
    )
    work.drop_cached(AutoenrollState)
    audit.record(
        work,
        "autoenroll.created",
        f"autoenroll {text}",
        content=item.code,
        to=named.target,
        name=named.name,
    )
    return to_result(store.by_id(work, number))


def _checked_code(work: Work, given: str) -> str:
    """Return a code fit for a new rule; raises AutoenrollExists."""
    text = canonical.check_code(given, "code")
    if store.find_by_code(work, text):
        raise AutoenrollExists(rule=text, field="--code")
    return text


def _free_code(work: Work, content_code: str, name: str) -> str:
    """Return the first of the possible codes that no rule has."""
    return next(
        canonical.check_code(text, "code")
        for text in rules.possible_codes(content_code, name)
        if store.find_by_code(work, text) is None
    )


def find_conflicting(
    work: Work, given: str, wanted: RuleRequest, code: str | None
) -> AutoenrollRuleRow | None:
    """Return the rule that `create` would collide with and that says the same, or None.

    Whether it includes sub-departments does not count. Raises AutoenrollExists when a rule of that
    code says something else, and what naming raises.
    """
    rights.require(work, "enrollment.manage")
    rules.check_request(wanted)
    item = content.get(work, given)
    same = _find_same(work, item.id, _resolve_target(work, wanted))
    taken = store.find_by_code(work, code) if code is not None else None
    if taken is not None and (same is None or same.id != taken.id):
        raise AutoenrollExists(rule=canonical.trim(code or ""), field="--code")
    return to_result(same) if same else None


def set_depth(work: Work, given: str, *, is_deep: bool) -> tuple[AutoenrollRuleRow, bool]:
    """Let a rule's department stand for everything under it or not, for who joins from now on.

    Needs `enrollment.manage` there. Returns the rule and whether it changed. Raises
    AutoenrollUnknown.
    """
    rule = get_for_update(work, given)
    is_changed = rule.target == AutoenrollTarget.DEPARTMENT and rule.is_deep != is_deep
    if is_changed:
        store.set_depth(work, rule.id, is_deep=is_deep)
        audit.record(work, "autoenroll.changed", f"autoenroll {rule.code}", is_deep=is_deep)
    return to_result(store.by_id(work, rule.id)), is_changed


def show(work: Work, given: str) -> AutoenrollRuleRow:
    """Return one rule; needs `enrollment.view` there. Raises AutoenrollUnknown."""
    return to_result(store.get(work, given, rights.require(work, "enrollment.view")))


def list_rules(
    work: Work, given_content: str | None = None, department: str | None = None
) -> Iterator[AutoenrollRuleRow]:
    """Return the rules in scope by code; needs `enrollment.view`.

    Only those on one item, and those naming a department or one under it, when given. Raises
    ContentUnknown and DepartmentUnknown.
    """
    scope = rights.require(work, "enrollment.view")
    item_id = content.get(work, given_content).id if given_content is not None else None
    under = department_store.get(work, department, scope).path if department is not None else None
    return map(to_result, store.listed(work, scope, item_id=item_id, under=under))


def to_result(rule: RuleRecord) -> AutoenrollRuleRow:
    """Return a rule as it is shown."""
    return AutoenrollRuleRow(
        id=rule.id,
        code=rule.code,
        content=rule.content,
        title=rule.title,
        content_status=rule.content_status,
        target=rule.target,
        name=rule.name,
        subdepartments=rule.is_deep if rule.target is AutoenrollTarget.DEPARTMENT else None,
        waiting=rule.waiting,
        created_at=rule.created_at,
    )


def get_managed(work: Work, given: str) -> RuleRecord:
    """Return a rule over which the actor holds `enrollment.manage`, without locking it.

    Raises AutoenrollUnknown, and PermissionMissing for one that they only see.
    """

    def get(scope: Scope) -> RuleRecord:
        return store.get(work, given, scope)

    seen = rights.actor(work).scope("enrollment.view")
    return rights.get_where_allowed(work, "enrollment.manage", get, seen=seen, given=given)


def get_for_update(work: Work, given: str) -> RuleRecord:
    """Return a rule, locked; needs `enrollment.manage` there. Raises AutoenrollUnknown."""

    def get() -> RuleRecord:
        found = get_managed(work, given)
        work.about = f"autoenroll {found.code}"
        return found

    return rights.get_for_update(work, get, store.lock)


def delete(work: Work, given: str) -> AutoenrollRuleRow:
    """Delete a rule after a confirmation; its enrollments stay and keep it as their reason.

    The reason is history: it says why the person was enrolled, whether or not the rule is still
    there. Needs `enrollment.manage` there. Raises AutoenrollUnknown.
    """
    rule = get_for_update(work, given)
    lines = ["Its enrollments stay, and keep it as their reason."]
    if rule.waiting:
        lines.append(f"Who waits for it is not enrolled when they become active ({rule.waiting}).")
    work.confirm(f"Delete the auto-enrollment rule '{rule.code}'?", lines)
    discard(work, [rule])
    return to_result(rule)


def discard(work: Work, gone: list[RuleRecord], **why: str) -> None:
    """Delete rules and write it down, rights aside; `why` goes into the log."""
    store.delete(work, [rule.id for rule in gone])
    work.drop_cached(AutoenrollState)
    for rule in gone:
        audit.record(
            work, "autoenroll.deleted", f"autoenroll {rule.code}", content=rule.content, **why
        )
