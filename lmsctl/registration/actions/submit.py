"""Registering for an item that is shared by an open link."""

from lmsctl.audit import actions as audit
from lmsctl.content import rules as content_rules
from lmsctl.content.actions import sharing
from lmsctl.content.errors import OpenLinkUnknown
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content_store
from lmsctl.department.rules import ROOT
from lmsctl.kit.work import Work
from lmsctl.portal.admitting import actions as portal
from lmsctl.portal.errors import PlanFull
from lmsctl.registration import rules
from lmsctl.registration.actions.pending import check_newcomer_not_pending
from lmsctl.registration.actions.register import EntryPoint, register
from lmsctl.registration.errors import ContentNotShared
from lmsctl.registration.results import RegisteredUser
from lmsctl.registration.rules import Newcomer
from lmsctl.rights import actions as rights
from lmsctl.user.results import UserOrigin


def submit(work: Work, given: str, newcomer: Newcomer) -> RegisteredUser:
    """Let a newcomer in by an item's open link, or by its code with `content.view`.

    They land in the root department and may open the item: with everything that inherits in its
    folder when it inherits itself, alone when it does not. Nobody is enrolled in it. While they
    have not confirmed their address they can open nothing, and when they never do the grant goes
    with the account. Raises OpenLinkUnknown, ContentIsFolder, ContentNotShared, RegistrationOff,
    ContentArchived, PlanFull, and what `register` raises; nothing remains then.
    """
    rights.actor(work)
    work.about = rules.audit_subject("submit", newcomer)
    settings = portal.lock_for_newcomer(work)
    item = _get_shared_item(work, given)
    if item.link is None:
        raise ContentNotShared(given=item.code)
    for refusal in content_rules.closed_gates_of_link(item, settings, settings.seats_taken):
        if isinstance(refusal, PlanFull):
            # The last seat may be their own.
            check_newcomer_not_pending(work, newcomer)
        raise refusal
    entry = EntryPoint(
        source=f"open link {item.code}",
        origin=UserOrigin.OPEN_LINK,
        origin_detail=item.code,
        department_id=settings.root_id,
        department=ROOT,
    )
    entered = register(work, settings, entry, newcomer)
    login = entered.result.login
    sharing.grant_for_link(work, item, entered.user_id, login)
    audit.record(work, "registration.submitted", f"content {item.code}", login=login)
    return entered.result


def _get_shared_item(work: Work, given: str) -> Item:
    """Return the item of a link, or of a code, which nobody changes until we are done.

    Who may not see content knows nothing but links.
    """
    try:
        return sharing.get_by_link_for_share(work, given)
    except OpenLinkUnknown as unknown:
        named = unknown

    def get() -> Item:
        may_see = rights.actor(work).scope("content.view").paths
        found = content_store.find(work, given) if may_see else None
        if found is None:
            raise named
        return found

    item = rights.get_for_update(work, get, content_store.share)
    content_rules.check_no_folder(item, "registered for")
    return item
