"""Open links and grants: who may open an item."""

from dataclasses import dataclass

from lmsctl.audit import actions as audit
from lmsctl.content import rules
from lmsctl.content.actions.items import closed_gates_of_link, get_for_update
from lmsctl.content.errors import AudienceUnclear, OpenLinkUnknown
from lmsctl.content.results import ContentGrantRow, GrantAudience, OpenLink
from lmsctl.content.rules import GrantTarget, Item
from lmsctl.content.store import grants as grant_store
from lmsctl.content.store import items as store
from lmsctl.department import actions as departments
from lmsctl.group import actions as groups
from lmsctl.kit import secret
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import rules as portal_rules
from lmsctl.rights import actions as rights
from lmsctl.user import store as users
from lmsctl.user.store import Person

# Links -------------------------------------------------------------------------------------------


def open_link(work: Work, given: str) -> tuple[OpenLink, bool, list[str]]:
    """Return an item's open link, made when first asked for, whether it is new, and warnings.

    Needs the right to change the item. Raises ContentUnknown, ContentIsFolder and ContentArchived.
    """
    item = get_for_update(work, given)
    rules.check_no_folder(item, "shared by a link")
    if item.link is not None:
        return _to_result(work, item, item.link, is_new=False)
    rules.check_enrollable(item)
    new = _new_link()
    store.change(work, item.id, link=new)
    audit.record(work, "content.shared", f"content {item.code}")
    return _to_result(work, item, new, is_new=True)


def _new_link() -> str:
    """Return the secret of a new link."""
    link = secret.link()
    # A command line would take it for an option.
    while link.startswith("-"):
        link = secret.link()
    return link


def _to_result(
    work: Work, item: Item, text: str, *, is_new: bool
) -> tuple[OpenLink, bool, list[str]]:
    """Return a link as it is shown, whether it is new, and what people should know of it."""
    base, gates = portal.settings(work).public_url, closed_gates_of_link(work, item)
    found = OpenLink(
        item.code, f"{base}/open/{text}" if base else text, [gate.code for gate in gates]
    )
    return found, is_new, portal_rules.warnings(gates, work.zone, public_url=base)


def revoke_link(work: Work, given: str) -> tuple[Item, bool]:
    """End an item's open link; a later one will be another. Returns it and whether there was one.

    Raises ContentUnknown.
    """
    item = get_for_update(work, given)
    if item.link is None:
        return item, False
    store.change(work, item.id, link=None)
    audit.record(work, "content.unshared", f"content {item.code}")
    return item, True


def get_by_link_for_share(work: Work, link: str) -> Item:
    """Return the item an open link, or the secret at its end, leads to.

    Nobody changes it until we are done, while others may share it. Raises OpenLinkUnknown.
    """
    found = store.find_by_link_for_share(work, rules.parse_link(link))
    if found is None:
        raise OpenLinkUnknown
    return found


# Grants ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """To whom an item is to be granted, as asked for: exactly one is given."""

    user: str | None = None
    group: str | None = None
    department: str | None = None
    is_organization: bool = False


def _resolve_target(work: Work, wanted: GrantRequest, *, is_giving: bool) -> GrantTarget:
    """Return whom `wanted` names; needs the right to see them, and raises what looking raises."""
    named = [wanted.user, wanted.group, wanted.department]
    if sum(name is not None for name in named) + wanted.is_organization != 1:
        raise AudienceUnclear(options="--user, --group, --department and --organization")
    if wanted.user is not None:
        name = wanted.user

        def get() -> Person:
            return users.get(work, name, rights.require(work, "user.view"))

        person = rights.get_for_update(work, get, users.lock_for_share)
        if is_giving:
            portal_rules.check_confirmed(person, "given access")
        return GrantTarget(GrantAudience.USER, person.login, user_id=person.id)
    if wanted.group is not None:
        group = groups.get_for_share(work, wanted.group, "group.view")
        return GrantTarget(GrantAudience.GROUP, group.name, group_id=group.id)
    if wanted.department is not None:
        department = departments.get_for_share(work, wanted.department, "department.view")
        return GrantTarget(
            GrantAudience.DEPARTMENT, department.full_name, department_id=department.id
        )
    return GrantTarget(GrantAudience.ORGANIZATION, None)


def grant(work: Work, given: str, wanted: GrantRequest) -> tuple[ContentGrantRow, bool]:
    """Let somebody open an item, or what inherits in a folder; returns whether that is new.

    Needs the right to change the item, and to see whom it is given to. A department stands for
    everything under it. Raises AudienceUnclear, ContentUnknown, UserUnknown, NotConfirmedYet,
    GroupUnknown and DepartmentUnknown.
    """
    item = get_for_update(work, given)
    target = _resolve_target(work, wanted, is_giving=True)
    is_new = grant_store.add_grant(work, item.id, target)
    granted = ContentGrantRow(item.code, target.audience, target.name)
    if is_new:
        _record(work, "content.granted", granted)
    return granted, is_new


def revoke(work: Work, given: str, wanted: GrantRequest) -> tuple[ContentGrantRow, bool]:
    """Take a grant away; enrollments stay. The mirror of `grant`, with the same refusals."""
    item = get_for_update(work, given)
    target = _resolve_target(work, wanted, is_giving=False)
    is_gone = grant_store.remove_grant(work, item.id, target)
    granted = ContentGrantRow(item.code, target.audience, target.name)
    if is_gone:
        _record(work, "content.revoked", granted)
    return granted, is_gone


def _record(work: Work, code: str, granted: ContentGrantRow) -> None:
    """Write into the audit log that a grant was made or taken away."""
    audit.record(work, code, f"content {granted.content}", to=granted.audience, name=granted.name)


def grant_for_link(work: Work, item: Item, user_id: int, login: str) -> bool:
    """Let a person who came by an item's open link open it, rights aside; says whether that is new.

    The item is theirs whatever is edited later; one that inherits opens its folder to them as well.
    Doing it again changes nothing.
    """
    opened = [item]
    if item.is_inheriting and item.parent_id is not None:
        opened.append(store.by_id(work, item.parent_id))
    to = GrantTarget(GrantAudience.USER, login, user_id=user_id)
    new = [one for one in opened if grant_store.add_grant(work, one.id, to)]
    for one in new:
        _record(work, "content.granted", ContentGrantRow(one.code, to.audience, login))
    return bool(new)
