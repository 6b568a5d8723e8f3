"""Registering somebody by whatever entry point: one place, one seat, one account, one mail."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from lmsctl.kit import secret, wall_clock
from lmsctl.kit.address import login_key
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText
from lmsctl.notification.results import MessageKind
from lmsctl.portal import actions as portal
from lmsctl.portal.rules import Settings
from lmsctl.registration import rules, store
from lmsctl.registration.actions.pending import check_not_pending
from lmsctl.registration.errors import AddressTaken, PolicyNotAccepted, SignupLoginTaken
from lmsctl.registration.results import RegisteredUser, RegistrationState
from lmsctl.registration.rules import CheckedNewcomer, Newcomer
from lmsctl.user import actions as user
from lmsctl.user import rules as user_rules
from lmsctl.user import store as users
from lmsctl.user.actions import CreatedUser
from lmsctl.user.errors import EmailTaken, LoginTaken
from lmsctl.user.fields import store as field_store
from lmsctl.user.results import UserOrigin, UserStatus, UserType
from lmsctl.user.rules import UserDraft

# 25 characters of 5 bits: more than the 112 bits under which a code that lives two days could be
# searched for, and still readable over the telephone.
_CODE_LENGTH = 25


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """Where somebody comes in: what to call it, where they land, which addresses it admits.

    `department` is the full name of the one they land in. `domains` is None for the portal's list,
    or a list of its own, empty for any. `claim_place` takes its own limited place, if any; it is
    called last, so that others wait as shortly as can be for what it locks.
    """

    source: str
    origin: UserOrigin
    origin_detail: str
    department_id: int
    department: str
    domains: Collection[str] | None = None
    claim_place: Callable[[Work], None] | None = None


@dataclass(frozen=True, slots=True)
class RegistrationOutcome:
    """Somebody who has registered: what they are shown, and the ids of account and registration."""

    result: RegisteredUser
    user_id: int
    registration_id: int


def register(
    work: Work, row: Settings, entry: EntryPoint, newcomer: Newcomer
) -> RegistrationOutcome:
    """Let somebody in by `entry`: one place, one seat, one account, and one mail or none.

    `row` is the portal's, which must be locked and open. With confirmation on they wait, and keep
    place and seat, until the mailed code comes back or the hold expires. Raises DetailMissing and
    what the details' checks raise, PolicyNotAccepted, DomainNotAllowed, ConfirmationPending,
    AddressTaken, SignupLoginTaken, PlanFull, and what `claim_place` raises; nothing remains then.
    """
    details = rules.check_newcomer(
        newcomer, field_store.list_fields_for_share(work), is_sandbox=work.is_sandbox
    )
    if row.is_policy_on and not newcomer.accepts_policy:
        raise PolicyNotAccepted(field="--accept-policy")
    rules.check_admitted(details.email, row, entry.domains)
    taken = _check_free(work, details)
    portal.take_seat(work)
    expires_at = work.now + timedelta(hours=row.hold_hours) if row.is_confirmation_on else None
    draft = UserDraft(
        login=details.login,
        email=details.email,
        first_name=details.first_name,
        last_name=details.last_name,
        type=UserType.STAFF,
        department_id=entry.department_id,
        origin=entry.origin,
        origin_detail=entry.origin_detail,
        entries=details.entries,
        policy_accepted_at=work.now if row.is_policy_on else None,
        expires_at=expires_at,
    )
    status = UserStatus.PENDING if expires_at else UserStatus.ACTIVE
    made = _create_user(work, draft, status, taken)
    registration = _record(work, row, entry, made.id, draft)
    if entry.claim_place:
        entry.claim_place(work)
    result = RegisteredUser(
        made.login,
        details.email.address,
        status,
        entry.department,
        work.now,
        entry.source,
        ends_at=expires_at,
    )
    return RegistrationOutcome(result, made.id, registration)


def _check_free(work: Work, details: CheckedNewcomer) -> set[str]:
    """Return which of the names wanted are taken, by a login that can still become another one."""
    wanted = user_rules.wanted_name_keys(details.login, details.email)
    people = users.find_by_names(work, wanted)
    check_not_pending(people, details.email)
    taken = {person.key for person in people}
    if details.email.key in taken:
        raise AddressTaken(email=details.email.address, field="email")
    if details.login and login_key(details.login) in taken:
        raise SignupLoginTaken(login=details.login, field="login")
    return taken


def _create_user(work: Work, draft: UserDraft, status: UserStatus, taken: set[str]) -> CreatedUser:
    """Create the account; raises SignupLoginTaken and AddressTaken."""
    try:
        return user.add(work, draft, status, taken)
    except LoginTaken as refusal:
        raise SignupLoginTaken(login=draft.login, field="login") from refusal
    except EmailTaken as refusal:
        raise AddressTaken(email=refusal.values["email"], field="email") from refusal


def _record(work: Work, row: Settings, entry: EntryPoint, user_id: int, draft: UserDraft) -> int:
    """Insert the registration, queue its mail, and return its id."""
    code = secret.readable(_CODE_LENGTH) if draft.expires_at else None
    number = store.add(
        work,
        user_id=user_id,
        department_id=entry.department_id,
        source=entry.source,
        state=RegistrationState.PENDING if code else RegistrationState.CONFIRMED,
        code_digest=secret.fingerprint(code) if code else None,
        registered_at=work.now,
        expires_at=draft.expires_at,
        confirmed_at=None if code else work.now,
    )
    assert draft.email is not None
    if code and draft.expires_at:
        words = _confirmation_words(row, draft.first_name, code, draft.expires_at, work)
    else:
        words = _welcome_words(row, draft.first_name)
    notification.mail(work, user_id, draft.email.address, words)
    return number


def _confirmation_words(
    row: Settings, name: str, code: str, expires_at: datetime, work: Work
) -> MessageText:
    """Return the mail that asks for a confirmation by `code`."""
    link = f"{row.public_url}/confirm/{code}\n" if row.public_url else ""
    until = wall_clock.show(expires_at, work.zone)
    return MessageText(
        kind=MessageKind.CONFIRMATION,
        reason="they registered and have not confirmed their address yet",
        subject=f"Confirm your address for {row.name}",
        body=(
            f"Hello {name},\n\nplease confirm your address before {until}.\n\n"
            f"Code: {code}\n{link}\nIf you did not register, ignore this mail.\n"
        ),
    )


def _welcome_words(row: Settings, name: str) -> MessageText:
    """Return the mail to somebody whose account is ready at once."""
    link = f"\n{row.public_url}\n" if row.public_url else ""
    return MessageText(
        kind=MessageKind.INVITATION,
        reason="they registered",
        subject=f"Welcome to {row.name}",
        body=f"Hello {name},\n\nyour account is ready.\n{link}",
    )
