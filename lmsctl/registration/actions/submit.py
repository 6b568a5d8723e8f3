"""Registering for an item that is shared by an open link."""

from lmsctl.audit import actions as audit
from lmsctl.content import rules as content_rules
from lmsctl.content.actions import sharing
from lmsctl.content.errors import OpenLinkUnknown
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content_store
from lmsctl.department.rules import ROOT
from lmsctl.kit.address import parse_email
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText
from lmsctl.notification.results import MessageKind
from lmsctl.portal import actions as portal_actions
from lmsctl.portal.actions import release_unused_seats
from lmsctl.portal.admitting import actions as portal
from lmsctl.portal.errors import PlanFull
from lmsctl.registration import rules
from lmsctl.registration.actions.pending import check_newcomer_not_pending
from lmsctl.registration.actions.register import EntryPoint, register
from lmsctl.registration.errors import ContentNotShared
from lmsctl.registration.results import RegisteredUser
from lmsctl.registration.rules import Newcomer
from lmsctl.rights import actions as rights
from lmsctl.user import store as users
from lmsctl.user.results import UserOrigin, UserStatus
from lmsctl.user.store import UserByName


def submit(work: Work, given: str, newcomer: Newcomer) -> tuple[RegisteredUser, bool]:
    """Let a newcomer in by an item's open link, or by its code with `content.view`.

    They land in the root department and may open the item: with everything that inherits in its
    folder when it inherits itself, alone when it does not. Nobody is enrolled in it. While they
    have not confirmed their address they can open nothing, and when they never do the grant goes
    with the account. Somebody known and active may open the same from now on, takes no seat, and is
    told so. Returns who it was, and whether that changed anything. Raises OpenLinkUnknown,
    ContentIsFolder, ContentNotShared, RegistrationOff, ContentArchived, PlanFull, and what
    `register` raises; nothing remains then.
    """
    rights.actor(work)
    work.about = rules.audit_subject("submit", newcomer)
    settings = portal.lock_for_newcomer(work)
    item = _get_shared_item(work, given)
    if item.link is None:
        raise ContentNotShared(given=item.code)
    known = _find_known_for_share(work, newcomer)
    for refusal in content_rules.closed_gates_of_link(item, settings, settings.seats_taken):
        if isinstance(refusal, PlanFull):
            if known is not None:
                continue
            # The last seat may be their own.
            check_newcomer_not_pending(work, newcomer)
        raise refusal
    if known is not None:
        return _open_to_known(work, item, known)
    entry = EntryPoint(
        source=_source(item),
        origin=UserOrigin.OPEN_LINK,
        origin_detail=item.code,
        department_id=settings.root_id,
        department=ROOT,
    )
    entered = register(work, settings, entry, newcomer)
    login = entered.result.login
    sharing.grant_for_link(work, item, entered.user_id, login)
    audit.record(work, "registration.submitted", f"content {item.code}", login=login)
    return entered.result, True


def _find_known_for_share(work: Work, newcomer: Newcomer) -> UserByName | None:
    """Return the active person who has the address, whom nobody changes until we are done."""
    try:
        email = parse_email(newcomer.email or "", sandbox=work.is_sandbox)
    except Refusal:
        return None

    def find() -> UserByName | None:
        people = users.find_by_names(work, [email.key])
        return next((one for one in people if one.email_key == email.key), None)

    found = find()
    if found is None or found.status != UserStatus.ACTIVE:
        return None
    users.lock_for_share(work, found.id)
    found = find()
    return found if found is not None and found.status == UserStatus.ACTIVE else None


def _open_to_known(work: Work, item: Item, person: UserByName) -> tuple[RegisteredUser, bool]:
    """Let somebody known open an item, as a newcomer could; they are told when that is new."""
    release_unused_seats(work)
    is_new = sharing.grant_for_link(work, item, person.id, person.login)
    if is_new:
        audit.record(work, "registration.submitted", f"content {item.code}", login=person.login)
        notification.tell(work, person.id, person.email, _opened_message(work, item))
    result = RegisteredUser(
        person.login,
        person.email or "",
        person.status,
        None,
        work.now,
        _source(item),
        is_new_person=False,
    )
    return result, is_new


def _opened_message(work: Work, item: Item) -> MessageText:
    """Return the message to somebody known who may open an item from now on."""
    settings = portal_actions.settings(work)
    link = f"\n{settings.public_url}\n" if settings.public_url else ""
    return MessageText(
        kind=MessageKind.OPENED,
        reason="they followed the open link of an item",
        subject=f"You may open {item.title}",
        body=f"You may open '{item.title}' of {settings.name}.\n{link}",
    )


def _source(item: Item) -> str:
    """Return how an item's open link is called where people came in by it."""
    return f"open link {item.code}"


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
