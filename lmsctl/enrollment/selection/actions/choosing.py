"""Choosing people by name, department, group and filters, within what the actor may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lmsctl.department import store as departments
from lmsctl.department.errors import DepartmentUnknown
from lmsctl.enrollment.rules import Candidate, Selection
from lmsctl.enrollment.selection import rules, store
from lmsctl.group import store as groups
from lmsctl.kit import canonical
from lmsctl.kit.address import login_key
from lmsctl.kit.errors import Ambiguous, Refusal
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE, Scope
from lmsctl.user import store as users
from lmsctl.user.actions import filtering
from lmsctl.user.errors import UserUnknown


@dataclass(frozen=True, slots=True)
class ChosenPeople:
    """The people who were chosen, each once.

    `named` are the ids of those named one by one; `unknown` says why other names mean nobody.
    """

    people: Sequence[Candidate]
    named: frozenset[int]
    unknown: Mapping[str, Refusal]


def choose(work: Work, permission: str, selection: Selection) -> ChosenPeople:
    """Return whom a selection means, of the people over whom the actor holds `permission`.

    A department means all under it.

    How many statements it takes does not depend on how many people there are. Raises
    SelectionMissing, FilterOnNames, DepartmentUnknown, GroupUnknown and what `read_filters` raises.
    """
    scope = rights.require(work, permission)
    rules.check_selection(selection)
    paths = [_get_path(work, given, scope) for given in selection.departments]
    group_ids = [groups.get(work, given, scope).id for given in selection.groups]
    people_filter = filtering.read_filters(work, selection.filters, scope)
    found, unknown = _find_named(work, scope, selection.logins)
    unknown = {**unknown, **_refuse_seen(work, permission, unknown)}
    people = dict(found)
    if not selection.is_by_names_alone:
        for person in store.list_chosen(
            work, scope, paths=paths, group_ids=group_ids, people_filter=people_filter
        ):
            people.setdefault(person.id, person)
    return ChosenPeople(list(people.values()), frozenset(found), unknown)


def lock_people(work: Work, permission: str, selection: Selection) -> frozenset[int]:
    """Lock the people whom a selection means, and return their ids; they are then chosen again.

    The actor must hold `permission` over them. Raises what `choose` raises.
    """
    found = choose(work, permission, selection)
    ids = frozenset(person.id for person in found.people)
    users.lock_all_for_share(work, sorted(ids))
    return ids


def choose_locked(
    work: Work, permission: str, selection: Selection, ids: frozenset[int]
) -> ChosenPeople:
    """Return whom a selection means now, of the locked people `ids`.

    Whoever comes in only now is left for the next time, as if they had come later. Raises what
    `choose` raises.
    """
    rights.refresh(work)
    chosen = choose(work, permission, selection)
    people = [person for person in chosen.people if person.id in ids]
    scope = rights.require(work, permission)
    return ChosenPeople(people, chosen.named, _with_suggestions(work, scope, chosen.unknown))


def _with_suggestions(
    work: Work, scope: Scope, unknown: Mapping[str, Refusal]
) -> Mapping[str, Refusal]:
    """Return the refusals, with the nearest login in those of people who are unknown."""
    return {
        given: UserUnknown(given=given, nearest=users.find_nearest(work, given, scope))
        if isinstance(refusal, UserUnknown)
        else refusal
        for given, refusal in unknown.items()
    }


def _get_path(work: Work, given: str, scope: Scope) -> str:
    """Return the path of a department in the scope or above it; raises DepartmentUnknown."""
    try:
        return departments.get(work, given, scope).path
    except DepartmentUnknown:
        above = departments.find(work, given, ANYWHERE)
        if above is None or not any(path.startswith(above.path) for path in scope.paths):
            raise
        return above.path


def _refuse_seen(
    work: Work, permission: str, unknown: Mapping[str, Refusal]
) -> Mapping[str, Refusal]:
    """Return the refusals of those people whom the actor only sees, by what they were called."""
    seen = rights.actor(work).scope("user.view")
    names = [given for given, refusal in unknown.items() if isinstance(refusal, UserUnknown)]
    if not names or not seen.paths:
        return {}
    _, unseen = _find_named(work, seen, names)
    return {
        given: rights.permission_missing(work, permission, given)
        for given in names
        if not isinstance(unseen.get(given), UserUnknown)
    }


def _find_named(
    work: Work, scope: Scope, logins: Sequence[str]
) -> tuple[dict[int, Candidate], dict[str, Refusal]]:
    """Return the people whom logins, addresses or ids mean, by id, and why others mean nobody."""
    if not logins:
        return {}, {}
    keys = {given: login_key(given) for given in logins}
    numbers = {given: canonical.number_in(given) for given in logins}
    candidates = store.find_named(
        work,
        scope,
        keys=list(keys.values()),
        ids=[number for number in numbers.values() if number is not None],
    )
    by_login = {person.login_key: person for person in candidates}
    by_email = {person.email_key: person for person in candidates if person.email_key}
    by_number: dict[int | None, Candidate] = {person.id: person for person in candidates}
    found: dict[int, Candidate] = {}
    unknown: dict[str, Refusal] = {}
    for given in logins:
        fits = {
            person.id: person
            for person in (
                by_login.get(keys[given]),
                by_email.get(keys[given]),
                by_number.get(numbers[given]),
            )
            if person is not None
        }
        if len(fits) == 1:
            found.update(fits)
        elif fits:
            unknown[given] = Ambiguous(given=given, what="person")
        else:
            unknown[given] = UserUnknown(given=given)
    return found, unknown
