"""Registrations that wait for their confirmation: confirming, listing, releasing."""

from collections.abc import Iterator

from lmsctl.audit import actions as audit
from lmsctl.kit import secret
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.portal import actions as portal
from lmsctl.registration import rules, store
from lmsctl.registration.actions.entering import confirmation_words, new_code
from lmsctl.registration.errors import ConfirmationUnknown, PendingUnknown
from lmsctl.registration.results import Confirmed, Pending, State
from lmsctl.rights import actions as rights
from lmsctl.user import actions as user
from lmsctl.user import store as users


def confirm(work: Work, code: str) -> tuple[Confirmed, bool]:
    """Confirm the address a code was mailed to; doing it twice is a success that changes nothing.

    It works after the door has closed too, and needs no right but the code, or the link that ends
    in it. Returns the person and whether it was the first time. Raises ConfirmationUnknown.
    """
    rights.actor(work)
    portal.lock(work)
    found = store.by_code(work, secret.fingerprint(rules.secret_part(code).upper()))
    if found is None or found.user_id is None or found.state == State.EXPIRED:
        raise ConfirmationUnknown
    person = users.by_id(work, found.user_id)
    is_first = found.state == State.PENDING
    if is_first:
        user.awake(work, person)
        audit.record(work, "registration.confirmed", f"user {person.login}")
    status = users.by_id(work, person.id).status
    return Confirmed(person.login, person.email, status, found.confirmed_at or work.now), is_first


def ask_anew(work: Work, user_id: int) -> None:
    """Mail a new code to the address that somebody who waits has now; the old one is void.

    Nothing happens to who does not wait, or has no address to write to.
    """
    waiting = store.pending_of(work, user_id)
    if waiting is None or waiting.email is None:
        return
    code = new_code()
    store.change_code(work, waiting.id, secret.fingerprint(code))
    name = users.by_id(work, user_id).first_name
    words = confirmation_words(portal.settings(work), name, code, waiting.expires_at, work)
    notification.mail(work, user_id, waiting.email, words)


def list_pending(work: Work) -> Iterator[Pending]:
    """Return the registrations in scope that wait; needs `registration.manage`."""
    return store.pending(work, rights.require(work, "registration.manage"))


def release(work: Work, given: str) -> Pending:
    """End a registration that waits, as if its time had run out: account, place and seat go back.

    Needs `registration.manage` in the person's department. Raises PendingUnknown.
    """
    scope = rights.require(work, "registration.manage")
    work.about = f"user {given}"
    portal.lock(work)
    person = users.find(work, given, scope)
    waiting = store.pending_of(work, person.id) if person else None
    if person is None or waiting is None:
        raise PendingUnknown(given=given)
    user.gone(work, [person.id])
    audit.record(work, "registration.released", f"user {person.login}")
    return waiting
