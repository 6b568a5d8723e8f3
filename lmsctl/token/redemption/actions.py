"""Redeeming a token, why that would be refused, and who has done it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from lmsctl.audit import actions as audit
from lmsctl.content.store import items as content
from lmsctl.enrollment.items.actions import enrolling as enrollment
from lmsctl.enrollment.results import Reason
from lmsctl.kit import canonical, timewords
from lmsctl.kit.address import Email, parse_email
from lmsctl.kit.answer import Gate, Listing, with_more
from lmsctl.kit.daily import DailyCounts, latest_days
from lmsctl.kit.errors import Refusal
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText
from lmsctl.notification.results import MessageKind
from lmsctl.portal import actions as portal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.admitting.actions import lock_for_newcomer
from lmsctl.portal.errors import PlanFull
from lmsctl.portal.rules import AdmissionSettings, Settings
from lmsctl.registration import actions as registration
from lmsctl.registration import rules as registration_rules
from lmsctl.registration.errors import ConfirmationPending, DomainNotAllowed
from lmsctl.registration.rules import CheckedNewcomer, Newcomer
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import WHY_PEOPLE_HIDDEN
from lmsctl.token import rules, store
from lmsctl.token.actions.tokens import get_visible, to_result
from lmsctl.token.errors import TokenUsedUp
from lmsctl.token.redemption import rules as redemption_rules
from lmsctl.token.redemption import store as redemption_store
from lmsctl.token.redemption.errors import RedeemerLoginTaken, TokenMomentMissing
from lmsctl.token.redemption.results import Redeemed, RedeemerKind, RedemptionRow, TokenExplanation
from lmsctl.token.redemption.store import NamedRedeemer
from lmsctl.token.results import TokenWithUses
from lmsctl.token.rules import TokenRecord
from lmsctl.user import actions as user
from lmsctl.user import rules as user_rules
from lmsctl.user import store as users
from lmsctl.user.actions import CreatedUser
from lmsctl.user.errors import EmailTaken
from lmsctl.user.results import UserOrigin, UserStatus
from lmsctl.user.rules import UserDraft


def redeem(work: Work, given: str | None, newcomer: Newcomer) -> Redeemed:
    """Let somebody in by the code or link of a token, which is all the right it takes.

    An unknown address gets an account, one invitation and the enrollment; a known active person
    only the enrollment. Both are one use; who is enrolled already uses nothing, whatever the limit.
    Addresses are not confirmed and no custom field is asked for: the token vouches for the person.
    Raises DetailMissing and what the details' checks raise, TokenUnknown, RegistrationOff,
    TokenDisabled, TokenExpired, ContentArchived, TokenUsedUp, RedeemerNotActive,
    ConfirmationPending, RedeemerLoginTaken, DomainNotAllowed and PlanFull; nothing remains then.
    """
    rights.actor(work)
    work.about = registration_rules.audit_subject("redeem", newcomer)
    if not canonical.trim(given or ""):
        redemption_rules.check_details(given, newcomer, is_sandbox=work.is_sandbox)
    settings = lock_for_newcomer(work)
    rights.actor(work)
    row, item = store.get_with_item_for_share(
        work, rules.parse_code(given or "", settings.public_url)
    )
    for refusal in rules.closed_gates(row, item.status, settings, work.now):
        raise refusal
    details = redemption_rules.check_details(given, newcomer, is_sandbox=work.is_sandbox)
    person, taken = _find_redeemer_for_update(work, row, details.email)
    if person is not None:
        portal.release_unused_seats(work)
        for refusal in _closed_to_known(details.email, person):
            raise refusal
    if person is None or not person.is_enrolled:
        for refusal in rules.closed_by_use(row):
            raise refusal
        made = _create_person(work, row, settings, details, taken) if person is None else person
        is_sure = person is None and not settings.has_rules
        enrollment.enroll_one(work, made.id, item, Reason.TOKEN, str(row.id), was_never_in=is_sure)
        # Last, so that others wait as shortly as can be.
        if not redemption_store.claim(work, row.id):
            raise TokenUsedUp(limit=row.use_limit)
        redemption_store.record_use(work, row, made.id, is_new_person=person is None)
        audit.record(work, "token.redeemed", f"token {row.id}", login=made.login)
    else:
        made = person
    return Redeemed(
        login=made.login,
        email=details.email.address,
        content=row.content,
        is_new_person=person is None,
        is_new_enrollment=person is None or not person.is_enrolled,
        redeemed_at=work.now,
    )


def _find_redeemer_for_update(
    work: Work, row: TokenRecord, email: Email
) -> tuple[NamedRedeemer | None, set[str]]:
    """Return who has the address, and which of the names that somebody new would have are taken.

    Who is not enrolled yet is locked: two tokens at once would both be used for one enrollment.
    """
    wanted = user_rules.wanted_name_keys(None, email)
    person, taken = _find_redeemer(work, row, email, wanted)
    if person is not None and not person.is_enrolled:
        users.lock(work, person.id)
        return _find_redeemer(work, row, email, wanted)
    return person, taken


def _find_redeemer(
    work: Work, row: TokenRecord, email: Email, wanted: Sequence[str]
) -> tuple[NamedRedeemer | None, set[str]]:
    """Return who has the address, if anybody, and which of the names are taken."""
    people = redemption_store.redeemers_named(work, wanted, row.content_id, work.now)
    person = next((person for person in people if person.email_key == email.key), None)
    return person, {person.key for person in people}


def _closed_to_known(email: Email, person: NamedRedeemer) -> Iterator[Refusal]:
    """Yield what is closed to somebody who has an account."""
    if person.expires_at is not None:
        yield registration.pending_refusal(email, person.id, person.expires_at)
    yield from redemption_rules.closed_to_person(email.address, person.status)


def _create_person(
    work: Work,
    row: TokenRecord,
    settings: AdmissionSettings,
    details: CheckedNewcomer,
    taken: set[str],
) -> CreatedUser:
    """Make the account of a person nobody knows yet, and invite them."""
    registration_rules.check_admitted(details.email, settings, row.domains_json)
    portal.take_seat(work)
    draft = UserDraft(
        login=None,
        email=details.email,
        first_name=details.first_name,
        last_name=details.last_name,
        type=row.creates,
        department_id=settings.root_id,
        origin=UserOrigin.TOKEN,
        origin_detail=row.name,
    )
    try:
        made = user.add(work, draft, UserStatus.ACTIVE, taken)
    except EmailTaken as refusal:
        raise RedeemerLoginTaken(email=details.email.address, field="--email") from refusal
    words = _invitation(settings, details.first_name, made.login, row.title)
    notification.mail(work, made.id, details.email.address, words)
    return made


def _invitation(settings: Settings, first_name: str, login: str, title: str) -> MessageText:
    """Return the text of the mail that invites a new person."""
    link = f"\n{settings.public_url}\n" if settings.public_url else ""
    return MessageText(
        kind=MessageKind.INVITATION,
        reason="they redeemed a token",
        subject=f"Welcome to {settings.name}",
        body=(
            f"Hello {first_name},\n\nyou are enrolled in '{title}'."
            f"\nYou sign in as {login}.\n{link}"
        ),
    )


# History -----------------------------------------------------------------------------------------


def history(work: Work, given: str | None = None) -> Listing[RedemptionRow]:
    """Return the ledger of uses, of one token or of all, those of deleted tokens too.

    Needs `token.view`; people are seen by `user.view` in their current department, and it says how
    many are hidden. Raises TokenUnknown.
    """
    rights.require_everywhere(work, "token.view")
    token = get_visible(work, given) if given is not None else None
    number = token.id if token else None
    scope = rights.actor(work).scope("user.view")
    hidden = redemption_store.count_hidden(work, number, scope)
    return Listing(
        RedemptionRow,
        redemption_store.history(work, number, scope),
        hidden=hidden,
        why_hidden=WHY_PEOPLE_HIDDEN,
        head=None if token is None else to_result(work, token),
        when_empty="Nobody has redeemed this token yet." if token else "No token was redeemed yet.",
    )


def show(work: Work, given: str) -> TokenWithUses:
    """Return one token, and how often it was redeemed on each of the latest days.

    Needs `token.view`; people count as `user.view` shows them. Raises TokenUnknown.
    """
    row = get_visible(work, given)
    days, begins = latest_days(work.now, work.zone)
    scope = rights.actor(work).scope("user.view")
    counts = redemption_store.count_by_day(work, row.id, scope, begins)
    return with_more(TokenWithUses, to_result(work, row), per_day=DailyCounts.of(days, counts))


# Why ---------------------------------------------------------------------------------------------


def explain(
    work: Work, given: str, *, email: str | None, at: TimeWord | None
) -> tuple[TokenExplanation, list[Gate]]:
    """Return every gate that is closed at `at` (now when None), for who has the address `email`.

    Without an address it is somebody new. Switches, limits and accounts count as they are now; only
    time is imagined to pass. Nothing changes by asking. Needs `token.view`. Raises TokenUnknown
    and TokenMomentMissing.
    """
    row = get_visible(work, given)
    moment = timewords.moment_or_now(at, work.now, work.zone, TokenMomentMissing, "--at")
    address, wrong = _read_email(email, is_sandbox=work.is_sandbox)
    holder = _find_redeemer_at(work, row, address, moment) if address else None
    closed = [
        *wrong,
        *_closed_to_everybody(work, row, moment),
        *_closed_to_whom(work, row, address, holder, moment),
    ]
    gates = [Gate.of(refusal, opens_at, work.zone) for refusal, opens_at in closed]
    kind = _redeemer_kind(holder) if address else None
    return TokenExplanation(row.id, row.nickname, moment, email, kind, not gates), gates


ClosedGate = tuple[Refusal, datetime | None]


def _read_email(given: str | None, *, is_sandbox: bool) -> tuple[Email | None, list[ClosedGate]]:
    """Return the address, or what is wrong with it."""
    if given is None:
        return None, []
    try:
        return parse_email(given, sandbox=is_sandbox), []
    except Refusal as refusal:
        return None, [(refusal, None)]


def _find_redeemer_at(
    work: Work, row: TokenRecord, email: Email, at: datetime
) -> NamedRedeemer | None:
    """Return who will have the address at `at`, None for nobody."""
    people = redemption_store.redeemers_named(work, [email.key], row.content_id, at)
    return next((person for person in people if person.email_key == email.key), None)


def _redeemer_kind(holder: NamedRedeemer | None) -> RedeemerKind:
    """Return what the person who was found, or nobody, is to the token."""
    if holder is None:
        return RedeemerKind.NEW
    return RedeemerKind.ENROLLED if holder.is_enrolled else RedeemerKind.KNOWN


def _closed_to_everybody(work: Work, row: TokenRecord, at: datetime) -> Iterator[ClosedGate]:
    """Yield what is closed to everybody at `at`."""
    item = content.by_id(work, row.content_id)
    for refusal in rules.closed_gates(row, item.status, portal.settings(work), at):
        yield refusal, None


def _closed_to_whom(
    work: Work, row: TokenRecord, address: Email | None, holder: NamedRedeemer | None, at: datetime
) -> Iterator[ClosedGate]:
    """Yield what is closed to this person, or to somebody new, and when time would open it."""
    if holder is None or not holder.is_enrolled:
        for refusal in rules.closed_by_use(row):
            yield refusal, None
    if holder is None:
        yield from _closed_to_newcomer(work, row, address, at)
        return
    for refusal in _closed_to_known(address, holder) if address else ():
        yield refusal, holder.expires_at if isinstance(refusal, ConfirmationPending) else None


def _closed_to_newcomer(
    work: Work, row: TokenRecord, address: Email | None, at: datetime
) -> Iterator[ClosedGate]:
    """Yield what is closed to somebody new, and when time would open it."""
    settings = portal.settings(work)
    if address and not registration_rules.is_admitted(address, settings, row.domains_json):
        yield DomainNotAllowed(domain=address.domain), None
    if address and users.find_id_by_login(work, address.key) is not None:
        yield RedeemerLoginTaken(email=address.address), None
    if portal_rules.is_full(portal.seats_taken(work, at), settings.seat_limit):
        yield PlanFull(), portal.next_seat_at(work, at)
