"""Signing up through a profile, why it would be refused, and who has come in."""

from collections.abc import Iterator
from datetime import datetime

from lmsctl.audit import actions as audit
from lmsctl.kit.address import Email, parse_email
from lmsctl.kit.answer import Listing
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal.errors import PlanFull
from lmsctl.registration import actions as registration
from lmsctl.registration import rules as registration_rules
from lmsctl.registration.actions import Door
from lmsctl.registration.errors import AddressTaken, DomainNotAllowed
from lmsctl.registration.results import Registered
from lmsctl.registration.rules import Newcomer
from lmsctl.rights import actions as rights
from lmsctl.signup_profile import rules, store
from lmsctl.signup_profile.errors import ProfileNotOpenYet, ProfileUnknown, ProfileUsedUp
from lmsctl.signup_profile.results import Activated, Explanation, Gate
from lmsctl.signup_profile.rules import Row
from lmsctl.user import store as users
from lmsctl.user.results import Origin


def sign_up(work: Work, given: str, newcomer: Newcomer) -> Registered:
    """Let a newcomer in through a profile, named by its link, or by its code with `profile.view`.

    One activation, one seat, one account. Raises ProfileUnknown, RegistrationOff,
    ProfileNotOpenYet, ProfileEnded, ProfileUsedUp, PlanFull, and what `registration.enter` raises;
    nothing is used up then.
    """
    work.about = f"sign-up {newcomer.email or ''}".strip()
    found = _named(work, given)
    settings = portal.lock(work)
    row = store.lock(work, found.id)
    for refusal in rules.closed_gates(row, settings, settings.seats_taken, work.now):
        raise refusal
    door = Door(
        source=f"profile {row.code}",
        origin=Origin.PROFILE,
        origin_detail=row.code,
        department_id=row.department_id,
        domains=row.domains_json,
        claim_place=lambda work: _claim(work, row),
    )
    registered, number = registration.enter(work, door, newcomer)
    store.note(work, row.id, number)
    audit.record(work, "profile.activated", f"profile {row.code}", login=registered.login)
    return registered


def _named(work: Work, given: str) -> Row:
    found = store.find_by_link(work, given)
    if found is not None:
        return found
    scope = rights.actor(work).scope("profile.view")
    if not scope.paths:
        raise ProfileUnknown
    return store.get(work, given, scope)


def _claim(work: Work, row: Row) -> None:
    if not store.claim(work, row.id):
        raise ProfileUsedUp(profile=row.name, limit=row.activation_limit)


# History -----------------------------------------------------------------------------------------


def history(work: Work, given: str) -> Listing[Activated]:
    """Return who came in by a profile, as far as the actor may see them, and how many are hidden.

    Needs `profile.view` for the profile; people are seen by `user.view` in their current
    department, people who are gone by the department they registered into. Raises ProfileUnknown.
    """
    row = store.get(work, given, rights.require(work, "profile.view"))
    scope = rights.actor(work).scope("user.view")
    hidden = store.hidden(work, row.id, scope)
    return Listing(Activated, store.history(work, row.id, scope), hidden=hidden)


# Why ---------------------------------------------------------------------------------------------


def explain(
    work: Work, given: str, *, email: str | None, at: datetime | None
) -> tuple[Explanation, list[Gate]]:
    """Return every gate that is closed at `at` (now when None), for whoever has the address `email`.

    Nothing changes by asking. Needs `profile.view` there. Raises ProfileUnknown.
    """
    moment = at or work.now
    row = store.get(work, given, rights.require(work, "profile.view"), at=moment)
    gates = [_gate(work, row, refusal, moment) for refusal in _closed(work, row, email, moment)]
    asks_for = ["email", "first name", "last name"]
    asks_for += [f"field {rule.name}" for rule in users.fields(work) if rule.is_required]
    asks_for += ["privacy policy"] if portal.settings(work).is_policy_on else []
    return Explanation(row.code, moment, email, not gates, asks_for), gates


def _closed(work: Work, row: Row, email: str | None, at: datetime) -> Iterator[Refusal]:
    settings = portal.settings(work)
    taken = settings.seats_taken - store.seats_run_out(work, at)
    yield from rules.closed_gates(row, settings, taken, at)
    if email is None:
        return
    try:
        checked = parse_email(email, sandbox=work.is_sandbox)
    except Refusal as refusal:
        yield refusal
        return
    limit = settings.domains_json if settings.is_domain_limited else None
    if not registration_rules.is_admitted(checked, limit, row.domains_json):
        yield DomainNotAllowed(domain=checked.domain)
    if _is_taken(work, checked, at):
        yield AddressTaken(email=checked.address)


def _is_taken(work: Work, email: Email, at: datetime) -> bool:
    return users.holder_of_email_at(work, email.key, at) is not None


def _gate(work: Work, row: Row, refusal: Refusal, at: datetime) -> Gate:
    opens_at: datetime | None = None
    if isinstance(refusal, ProfileNotOpenYet):
        opens_at = row.starts_at
    elif isinstance(refusal, ProfileUsedUp):
        opens_at = store.next_expiry(work, row.id, at)
    elif isinstance(refusal, PlanFull):
        opens_at = store.next_expiry(work, None, at)
    return Gate(refusal.code, refusal.message(work.zone), opens_at, refusal.advice(work.zone))
