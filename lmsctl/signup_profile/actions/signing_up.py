"""Signing up through a profile, why it would be refused, and who has come in."""

from collections.abc import Iterator
from datetime import datetime

from lmsctl.audit import actions as audit
from lmsctl.kit import timewords
from lmsctl.kit.address import parse_email
from lmsctl.kit.answer import Gate, Listing
from lmsctl.kit.errors import Refusal
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal.admitting.actions import lock_for_newcomer
from lmsctl.portal.errors import PlanFull
from lmsctl.portal.rules import Settings
from lmsctl.registration import actions as registration
from lmsctl.registration import rules as registration_rules
from lmsctl.registration.actions import EntryPoint
from lmsctl.registration.errors import AddressTaken, DomainNotAllowed
from lmsctl.registration.results import RegisteredUser
from lmsctl.registration.rules import Newcomer
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE, WHY_PEOPLE_HIDDEN
from lmsctl.signup_profile import rules
from lmsctl.signup_profile.actions.profiles import to_result
from lmsctl.signup_profile.errors import (
    ProfileMomentMissing,
    ProfileNotOpenYet,
    ProfileUnknown,
    ProfileUsedUp,
)
from lmsctl.signup_profile.results import ProfileActivation, SignupExplanation
from lmsctl.signup_profile.rules import ProfileRow
from lmsctl.signup_profile.store import activations as activation_store
from lmsctl.signup_profile.store import profiles as store
from lmsctl.user import store as users
from lmsctl.user.fields import store as field_store
from lmsctl.user.results import UserOrigin


def sign_up(work: Work, given: str, newcomer: Newcomer) -> RegisteredUser:
    """Let a newcomer in through a profile, named by its link, or by its code with `profile.view`.

    One activation, one seat, one account. Raises ProfileUnknown, RegistrationOff,
    ProfileNotOpenYet, ProfileEnded, ProfileUsedUp, PlanFull, and what `registration.register`
    raises; nothing is used up then.
    """
    rights.actor(work)
    work.about = registration_rules.audit_subject("sign-up", newcomer)
    settings = lock_for_newcomer(work)
    # Who changes or deletes profiles locks the portal too.
    row = _find_profile(work, given)
    for refusal in rules.closed_gates(row, settings, settings.seats_taken, work.now):
        if isinstance(refusal, ProfileUsedUp | PlanFull):
            # What is taken may be their own hold.
            registration.check_newcomer_not_pending(work, newcomer)
        raise refusal
    entry = EntryPoint(
        source=f"profile {row.code}",
        origin=UserOrigin.PROFILE,
        origin_detail=row.code,
        department_id=row.department_id,
        department=row.department,
        domains=row.domains_json,
        claim_place=lambda work: _claim_activation(work, row),
    )
    entered = registration.register(work, settings, entry, newcomer)
    activation_store.record_use(work, row.id, entered.registration_id)
    login = entered.result.login
    audit.record(work, "profile.activated", f"profile {row.code}", login=login)
    return entered.result


def _find_profile(work: Work, given: str) -> ProfileRow:
    """Return the profile of a link, or of a code for who may see it; raises ProfileUnknown."""
    found = store.find_by_link(work, given)
    if found is not None:
        return found

    def get() -> ProfileRow:
        found = store.find(work, given, rights.actor(work).scope("profile.view"))
        if found is None:
            raise ProfileUnknown
        return found

    return rights.get_for_update(work, get, store.lock)


def _claim_activation(work: Work, row: ProfileRow) -> None:
    """Take an activation of a profile; raises ProfileUsedUp, and ProfileUnknown if it has gone."""
    if not activation_store.claim(work, row.id):
        store.get_by_id(work, row.id)  # it may have gone with its department
        raise ProfileUsedUp(profile=row.name, limit=row.activation_limit)


# History -----------------------------------------------------------------------------------------


def history(work: Work, given: str) -> Listing[ProfileActivation]:
    """Return who came in by a profile, as far as the actor may see them, and how many are hidden.

    Needs `profile.view` for the profile, or somewhere if the actor sees somebody who came in by it;
    the profile itself is not shown then. People are seen by `user.view` in their current
    department, people who are gone by the department they registered into. Raises ProfileUnknown.
    """
    profiles = rights.require(work, "profile.view")
    scope = rights.actor(work).scope("user.view")
    shown = store.find(work, given, profiles)
    found = shown or store.find(work, given, ANYWHERE)
    if found is None or not (shown or activation_store.has_visible(work, found.id, scope)):
        found = store.get(work, given, profiles)
    return Listing(
        ProfileActivation,
        activation_store.list_history(work, found.id, scope),
        hidden=activation_store.count_hidden(work, found.id, scope),
        why_hidden=WHY_PEOPLE_HIDDEN,
        head=to_result(work, shown) if shown else None,
        when_empty="Nobody has signed up by this profile yet.",
    )


# Why ---------------------------------------------------------------------------------------------


def explain(
    work: Work, given: str, *, email: str | None, at: TimeWord | None
) -> tuple[SignupExplanation, list[Gate]]:
    """Return every gate that is closed at `at` (now when None), for who has the address `email`.

    Switches, limits and accounts count as they are now; only time is imagined to pass. Nothing
    changes by asking. Needs `profile.view` there. Raises MomentMissing and ProfileUnknown.
    """
    moment = timewords.moment_or_now(at, work.now, work.zone, ProfileMomentMissing, "--at")
    row = store.get(work, given, rights.require(work, "profile.view"), at=moment)
    gates = [
        Gate.of(refusal, opens_at, work.zone)
        for refusal, opens_at in _closed_gates(work, row, email, moment)
    ]
    asks_for = ["email", "first name", "last name"]
    asks_for += [f"field {rule.name}" for rule in field_store.list_fields(work) if rule.is_required]
    asks_for += ["privacy policy"] if portal.settings(work).is_policy_on else []
    return SignupExplanation(row.code, moment, email, not gates, asks_for), gates


def _closed_gates(
    work: Work, row: ProfileRow, email: str | None, at: datetime
) -> Iterator[tuple[Refusal, datetime | None]]:
    """Yield every refusal, and when time alone would lift it."""
    settings = portal.settings(work)
    for refusal in rules.closed_gates(row, settings, portal.seats_taken(work, at), at):
        yield refusal, _opens_at(work, row, refusal, at)
    if email is not None:
        yield from _closed_gates_for(work, row, settings, email, at)


def _opens_at(work: Work, row: ProfileRow, refusal: Refusal, at: datetime) -> datetime | None:
    """Return when time alone would lift a refusal, None for never."""
    if isinstance(refusal, ProfileNotOpenYet):
        return row.starts_at
    if isinstance(refusal, ProfileUsedUp):
        return activation_store.next_expiry(work, row.id, at)
    return portal.next_seat_at(work, at) if isinstance(refusal, PlanFull) else None


def _closed_gates_for(
    work: Work, row: ProfileRow, settings: Settings, given: str, at: datetime
) -> Iterator[tuple[Refusal, datetime | None]]:
    """Yield what keeps out whoever has the address `given`, and until when."""
    try:
        email = parse_email(given, sandbox=work.is_sandbox)
    except Refusal as refusal:
        yield refusal, None
        return
    if not registration_rules.is_admitted(email, settings, row.domains_json):
        yield DomainNotAllowed(domain=email.domain), None
    holder = users.find_addressed_at(work, email.key, at)
    waiting = users.find_waiting_at(work, email.key, at)
    if waiting is not None and waiting.expires_at is not None:
        again = registration.pending_refusal(email, waiting.id, waiting.expires_at)
        yield again, waiting.expires_at
    elif holder is not None:
        yield AddressTaken(email=email.address), holder.expires_at
