"""How self-registration is set: on or off, confirmation, domains."""

from collections.abc import Sequence

from lmsctl.audit import actions as audit
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import store as portal_store
from lmsctl.registration import rules
from lmsctl.registration.results import RegistrationSwitches
from lmsctl.rights import actions as rights


def show(work: Work) -> RegistrationSwitches:
    """Return how self-registration is set; needs `portal.settings` everywhere."""
    rights.require_everywhere(work, "portal.settings")
    row = portal.settings(work)
    return RegistrationSwitches(
        row.is_registration_on,
        row.is_confirmation_on,
        row.domains_json if row.is_domain_limited else None,
        row.hold_hours,
        portal.count_seats(work),
        row.seat_limit,
    )


def set_switches(
    work: Work,
    *,
    is_on: bool | None = None,
    confirms_email: bool | None = None,
    domains: Sequence[str] = (),
    is_any_domain: bool = False,
) -> tuple[RegistrationSwitches, bool]:
    """Change what is given and leave the rest; needs `portal.settings` everywhere.

    `domains` replaces the list and limits addresses to it; `is_any_domain` lifts the limit and
    keeps the list. Returns the switches, and whether anything changed. Raises DomainsMissing and
    DomainsContradict.
    """
    rights.require_everywhere(work, "portal.settings")
    wanted: dict[str, object] = {}
    if is_on is not None:
        wanted["is_registration_on"] = is_on
    if confirms_email is not None:
        wanted["is_confirmation_on"] = confirms_email
    listed = rules.parse_domains(domains, is_any=is_any_domain)
    if is_any_domain:
        wanted["is_domain_limited"] = False
    elif listed is not None:
        wanted.update(is_domain_limited=True, domains_json=listed)
    before = portal.lock(work)
    rights.require_everywhere(work, "portal.settings")
    changes = {name: value for name, value in wanted.items() if getattr(before, name) != value}
    if changes:
        portal_store.change(work, **changes)
        audit.record(work, "registration.set", "portal", **changes)
    portal.lock(work)
    return show(work), bool(changes)
