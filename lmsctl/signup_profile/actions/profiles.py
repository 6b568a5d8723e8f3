"""Making, showing, changing and deleting sign-up profiles."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.department import actions as departments
from lmsctl.department import store as department_store
from lmsctl.kit import canonical, secret
from lmsctl.kit.answer import with_more
from lmsctl.kit.daily import DailyCounts, latest_days
from lmsctl.kit.plurals import counted
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.versions import check_version
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.rules import Settings
from lmsctl.registration.rules import DOMAINS_UNCHANGED, DomainChoice
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import Scope
from lmsctl.signup_profile import rules
from lmsctl.signup_profile.errors import ProfileExists, ProfileNotOpenYet
from lmsctl.signup_profile.results import Profile, ProfileDetail, ProfileLink
from lmsctl.signup_profile.rules import ProfileRow
from lmsctl.signup_profile.store import activations as activation_store
from lmsctl.signup_profile.store import profiles as store

_CODE_LENGTH = 8


def create(  # noqa: PLR0913 - one keyword for each thing a profile has
    work: Work,
    name: str,
    *,
    department: str,
    starts: TimeWord,
    ends: TimeWord,
    activations: str,
    code: str | None = None,
    domains: DomainChoice = DOMAINS_UNCHANGED,
) -> tuple[Profile, list[str]]:
    """Make a profile with a new link; needs `profile.manage` in its department.

    Returns it, and what whoever made it should know: why nobody can come in by it yet.
    Raises DepartmentUnknown, ProfileExists, StartMissing, WindowEmpty, NumberMalformed,
    ActivationsWrong, ActivationsZero, and what the checks of name, code and domains raise.
    """
    place = departments.get_for_share(work, department, "profile.manage")
    ends_at = ends.end(work.now, work.zone)
    starts_at = rules.check_window(starts.start(work.now, work.zone), ends_at)
    text = secret.readable(_CODE_LENGTH) if code is None else canonical.check_code(code, "code")
    work.about = f"profile {text}"
    if store.find_by_code(work, text):
        raise ProfileExists(profile=text, field="--code")
    number = store.add(
        work,
        name=canonical.check_text(name, field="name"),
        code=text,
        code_key=canonical.key(text),
        department_id=place.id,
        starts_at=starts_at,
        ends_at=ends_at,
        activation_limit=rules.parse_activations(activations),
        activations_used=0,
        link=_make_link(),
        domains_json=domains.resolve(None),
        created_at=work.now,
    )
    audit.record(work, "profile.created", f"profile {text}", department=place.full_name)
    row = store.get_by_id(work, number)
    made, settings = to_result(work, row), portal.settings(work)
    gates = [
        gate
        for gate in rules.closed_gates(row, settings, portal.seats_taken(work, work.now), work.now)
        if not isinstance(gate, ProfileNotOpenYet)
    ]
    base = settings.public_url
    return made, portal_rules.warnings(gates, work.zone, public_url=base)


def _make_link() -> str:
    """Return the secret end of a new link."""
    link = secret.link()
    # A command line would take it for an option.
    while link.startswith("-"):
        link = secret.link()
    return link


def find_conflicting(work: Work, code: str | None) -> Profile | None:
    """Return the profile in scope that `create` would collide with, or None."""
    scope = rights.require(work, "profile.manage")
    found = store.find_by_code(work, code) if code else None
    return to_result(work, found) if found and scope.covers(found.path) else None


def show(work: Work, given: str) -> ProfileDetail:
    """Return one profile, and how many signed up on each of the latest days.

    Needs `profile.view` there; people count as `user.view` shows them. Raises ProfileUnknown.
    """
    row = _get_visible(work, given)
    days, begins = latest_days(work.now, work.zone)
    counts = activation_store.count_by_day(
        work, row.id, rights.actor(work).scope("user.view"), begins
    )
    return with_more(ProfileDetail, to_result(work, row), per_day=DailyCounts.of(days, counts))


def exists(work: Work, given: str) -> bool:
    """Say whether the actor sees a profile of that name; needs `profile.view`."""
    return store.find(work, given, rights.require(work, "profile.view")) is not None


def _get_visible(work: Work, given: str) -> ProfileRow:
    """Return a profile the actor may see; needs `profile.view`. Raises ProfileUnknown."""
    return store.get(work, given, rights.require(work, "profile.view"))


def list_profiles(work: Work, under: str | None = None) -> Iterator[Profile]:
    """Return the profiles in scope, below the department `under` if given; needs `profile.view`."""
    scope = rights.require(work, "profile.view")
    path = department_store.get(work, under, scope).path if under else None
    rows = store.list_profiles(work, scope, path)
    settings, seats_taken = portal.settings(work), portal.seats_taken(work, work.now)
    return (_to_result(work, row, settings, seats_taken) for row in rows)


def to_result(work: Work, row: ProfileRow) -> Profile:
    """Return a profile as it is shown."""
    return _to_result(work, row, portal.settings(work), portal.seats_taken(work, work.now))


def _to_result(work: Work, row: ProfileRow, settings: Settings, seats_taken: int) -> Profile:
    """Return a profile as it is shown; `settings` are the portal's."""
    base, gates = settings.public_url, rules.closed_gates(row, settings, seats_taken, work.now)
    return Profile(
        id=row.id,
        code=row.code,
        name=row.name,
        department=row.department,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        limit=row.activation_limit,
        used=row.used,
        state=rules.state(row, work.now),
        blocked_by=[gate.code for gate in gates],
        domains=row.domains_json,
        link=f"{base}/join/{row.link}" if base else row.link,
        version=row.version,
    )


def edit(  # noqa: PLR0913 - one keyword for each thing that can change
    work: Work,
    given: str,
    *,
    name: str | None = None,
    department: str | None = None,
    starts: TimeWord | None = None,
    ends: TimeWord | None = None,
    activations: str | None = None,
    domains: DomainChoice = DOMAINS_UNCHANGED,
    if_version: int | None = None,
) -> tuple[Profile, bool]:
    """Change a profile; its link and its people stay. Returns it and whether anything changed.

    Needs `profile.manage` in the old and in the new department. Raises ProfileUnknown,
    DepartmentUnknown, VersionStale, WindowEmpty, ActivationsBelowUsed and what the checks raise.
    """
    row = get_for_update(work, given)
    check_version(row.code, row.version, if_version)
    wanted: dict[str, Any] = {"domains_json": domains.resolve(row.domains_json)}
    if name is not None:
        wanted["name"] = canonical.check_text(name, field="name")
    if department is not None:
        wanted["department_id"] = departments.get_for_share(work, department, "profile.manage").id
    if starts is not None or ends is not None:
        wanted.update(_parse_window(work, row, starts, ends))
    if activations is not None:
        limit = rules.parse_activations(activations)
        rules.check_limit(limit, row.used)
        wanted["activation_limit"] = limit
    changes = {key: value for key, value in wanted.items() if getattr(row, key) != value}
    if changes:
        store.change(work, row.id, **changes)
        audit.record(work, "profile.changed", f"profile {row.code}", changed=sorted(changes))
    return to_result(work, store.get_by_id(work, row.id)), bool(changes)


def _parse_window(
    work: Work, row: ProfileRow, starts: TimeWord | None, ends: TimeWord | None
) -> dict[str, Any]:
    """Return the columns of a new window; raises StartMissing and WindowEmpty."""
    starts_at = starts.start(work.now, work.zone) if starts else row.starts_at
    ends_at = ends.end(work.now, work.zone) if ends else row.ends_at
    return {"starts_at": rules.check_window(starts_at, ends_at), "ends_at": ends_at}


def get_for_update(work: Work, given: str) -> ProfileRow:
    """Return a profile the actor may change, locked after the portal; raises ProfileUnknown."""
    found = _get(work, given)
    # Only now: what names no profile may be a secret link.
    work.about = f"profile {found.code}"
    portal.lock(work)
    return rights.get_for_update(work, lambda: _get(work, given), store.lock)


def _get(work: Work, given: str) -> ProfileRow:
    """Return a profile the actor may change.

    Raises ProfileUnknown, and PermissionMissing for one that they only see.
    """

    def get(scope: Scope) -> ProfileRow:
        return store.get(work, given, scope)

    seen = rights.actor(work).scope("profile.view")
    return rights.get_where_allowed(work, "profile.manage", get, seen=seen, given=given)


def link(work: Work, given: str) -> ProfileLink:
    """Return a profile's link; needs `profile.view` there. Raises ProfileUnknown."""
    profile = to_result(work, _get_visible(work, given))
    return ProfileLink(profile.code, profile.link)


def rotate(work: Work, given: str) -> ProfileLink:
    """Replace a profile's link by a new one; the old one is refused from then on."""
    row = get_for_update(work, given)
    store.change(work, row.id, link=_make_link())
    audit.record(work, "profile.rotated", f"profile {row.code}")
    return link(work, row.code)


def delete(work: Work, given: Sequence[str]) -> list[str]:
    """Delete profiles after one confirmation; their people stay. Returns their codes.

    Raises ProfileUnknown when one of them does not exist, and deletes none then.
    """
    rights.require(work, "profile.manage")
    portal.lock(work)
    found = {row.id: name for name in given for row in [_get(work, name)]}
    rows = {
        number: rights.get_for_update(work, partial(_get, work, found[number]), store.lock)
        for number in sorted(found)
    }
    codes = [row.code for row in rows.values()]
    work.confirm(
        f"Delete {counted(len(codes), 'sign-up profile')} with their history?",
        [f"Goes: {', '.join(codes)}. The people stay; the links are refused from then on."],
    )
    store.delete(work, list(rows))
    for code in codes:
        audit.record(work, "profile.deleted", f"profile {code}")
    return codes
