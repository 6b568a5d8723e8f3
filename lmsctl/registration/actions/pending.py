"""Registrations that wait for their confirmation: confirming, listing, releasing."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from lmsctl.audit import actions as audit
from lmsctl.kit import secret
from lmsctl.kit.address import Email, parse_email
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.results import MessageKind
from lmsctl.portal import actions as portal
from lmsctl.registration import rules, store
from lmsctl.registration.errors import (
    ConfirmationPending,
    ConfirmationUnknown,
    PendingUnknown,
)
from lmsctl.registration.results import (
    ConfirmedRegistration,
    PendingRegistration,
    RegistrationState,
)
from lmsctl.registration.rules import Newcomer
from lmsctl.rights import actions as rights
from lmsctl.user import actions as user
from lmsctl.user import store as users
from lmsctl.user.store import Person, UserByName

_BETWEEN_MAILS = timedelta(minutes=10)


def confirm(work: Work, code: str) -> tuple[ConfirmedRegistration, bool]:
    """Confirm the address a code was mailed to; doing it twice is a success that changes nothing.

    It works after the entry point has closed too, and needs no right but the code, or the link that
    ends in it. An address instead means that the actor vouches for the person, with
    `registration.manage` in their department. Returns the person and whether it was the first time.
    Raises ConfirmationUnknown and PendingUnknown.
    """
    rights.actor(work)
    if "@" in code:
        return _confirm_for(work, code)
    portal.lock(work)
    rights.actor(work)
    found = store.find_for_update(work, secret.fingerprint(rules.secret_part(code).upper()))
    if found is None or found.user_id is None or found.state == RegistrationState.EXPIRED:
        raise ConfirmationUnknown
    return _confirm_person(work, users.get_by_id(work, found.user_id), found.confirmed_at)


def _confirm_for(work: Work, given: str) -> tuple[ConfirmedRegistration, bool]:
    """Confirm the registration of somebody called `given` in their place."""
    person = _get_for_update(work, given)
    found = store.find_latest_for_update(work, person.id)
    if found is None:
        raise PendingUnknown(given=given)
    return _confirm_person(work, person, found.confirmed_at, by="an administrator")


def _get_for_update(work: Work, given: str) -> Person:
    """Return somebody in scope, locked after the portal; raises PendingUnknown."""
    rights.require(work, "registration.manage")
    work.about = f"user {given}"
    portal.lock(work)

    def get() -> Person:
        found = users.find(work, given, rights.require(work, "registration.manage"))
        if found is None:
            raise PendingUnknown(given=given)
        return found

    return rights.get_for_update(work, get, users.lock)


def _confirm_person(
    work: Work, person: Person, confirmed_at: datetime | None, **detail: str
) -> tuple[ConfirmedRegistration, bool]:
    """Return somebody who is confirmed, at the latest now, and whether it is now."""
    if confirmed_at is None:
        user.set_active(work, person)
        audit.record(work, "registration.confirmed", f"user {person.login}", **detail)
    status = users.get_by_id(work, person.id).status
    told = ConfirmedRegistration(person.login, person.email, status, confirmed_at or work.now)
    return told, confirmed_at is None


# Asking again ------------------------------------------------------------------------------------


def resend(work: Work, given: str) -> tuple[PendingRegistration, datetime | None]:
    """Mail the confirmation to somebody who waits once more, unless it was a few minutes ago.

    Returns their registration, and when the last mail was if it is too soon for another one. Needs
    `registration.manage` in the person's department. Raises PendingUnknown.
    """
    waiting, person = _get_pending(work, given)
    last = resend_confirmation(work, person.id)
    if last is None:
        audit.record(work, "registration.asked_again", f"user {person.login}")
    return waiting, last


def resend_confirmation(work: Work, user_id: int) -> datetime | None:
    """Mail somebody who waits the same confirmation once more.

    They get at most one mail in ten minutes: returns None, or when the last was if it is too soon.
    """
    portal.lock(work)
    if store.find_pending(work, user_id) is None:
        return None
    return notification.mail_again(
        work, user_id, MessageKind.CONFIRMATION, not_since=work.now - _BETWEEN_MAILS
    )


def check_not_pending(people: Iterable[UserByName], email: Email) -> None:
    """Raise ConfirmationPending when one of `people` waits at this address, and mail it again.

    The mail is queued when the refusal is written down.
    """
    for person in people:
        if person.email_key == email.key and person.expires_at is not None:
            raise pending_refusal(email, person.id, person.expires_at)


def check_newcomer_not_pending(work: Work, newcomer: Newcomer) -> None:
    """Raise what `check_not_pending` raises, if what somebody gives is an address at all."""
    try:
        email = parse_email(newcomer.email or "", sandbox=work.is_sandbox)
    except Refusal:
        return
    check_not_pending(users.find_by_names(work, [email.key]), email)


def pending_refusal(email: Email, user_id: int, ends_at: datetime) -> ConfirmationPending:
    """Return what whoever comes with the address of somebody who waits until `ends_at` is told."""

    def besides(work: Work) -> None:
        resend_confirmation(work, user_id)

    return ConfirmationPending(email=email.address, ends_at=ends_at, field="email", besides=besides)


# Looking and ending ------------------------------------------------------------------------------


def list_pending(work: Work) -> Iterator[PendingRegistration]:
    """Return the registrations in scope that wait; needs `registration.manage`."""
    return store.list_pending(work, rights.require(work, "registration.manage"))


def release(work: Work, given: str) -> PendingRegistration:
    """End a registration that waits, as if its time had run out: account, place and seat go back.

    Needs `registration.manage` in the person's department. Raises PendingUnknown.
    """
    waiting, person = _get_pending(work, given)
    user.delete_unconfirmed(work, [person.id])
    audit.record(work, "registration.released", f"user {person.login}")
    return waiting


def _get_pending(work: Work, given: str) -> tuple[PendingRegistration, Person]:
    """Return somebody in scope who waits, the portal locked; raises PendingUnknown."""
    person = _get_for_update(work, given)
    waiting = store.find_pending(work, person.id)
    if waiting is None:
        raise PendingUnknown(given=given)
    return waiting, person
