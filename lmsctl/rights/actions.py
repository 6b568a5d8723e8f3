"""Asking for rights: who acts, what they may, and where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lmsctl.kit import canonical, locks
from lmsctl.kit.address import login_key
from lmsctl.kit.errors import NotFound
from lmsctl.kit.locks import R
from lmsctl.kit.work import Work
from lmsctl.rights import rules, store
from lmsctl.rights.errors import (
    ActorNotActive,
    ActorUnknown,
    PermissionBeyondOwn,
    PermissionMissing,
)
from lmsctl.rights.rules import EVERYWHERE, OPERATOR, Actor, HeldRole, Scope, Visibility


@dataclass(frozen=True, slots=True)
class _ActorId:
    """Who was meant by --as, who may change their own login meanwhile."""

    id: int


def actor(work: Work) -> Actor:
    """Return whose rights this unit of work uses.

    Raises ActorUnknown and ActorNotActive when --as names nobody, or somebody who cannot sign in.
    """
    return work.cached(Actor, lambda: _find_actor(work))


def _find_actor(work: Work) -> Actor:
    """Return who acts, with what they hold; raises ActorUnknown and ActorNotActive."""
    if work.as_login is None:
        return OPERATOR
    number = work.cached(_ActorId, lambda: _find_actor_id(work)).id
    person = store.find_actor(work, number)
    if person is None:
        raise ActorUnknown(login=work.as_login)
    if person.status != "active":
        raise ActorNotActive(login=person.login, status=person.status)
    work.as_login = person.login  # the log names the person, however they were written
    held = held_roles(work, person.id)
    work.is_for_learner = work.is_for_learner or not any(one.permissions for one in held)
    return Actor(person.login, person.id, held)


def _find_actor_id(work: Work) -> _ActorId:
    """Return the id of whom --as names; raises ActorUnknown."""
    number = store.find_id_by_name(work, login_key(work.as_login or ""))
    if number is None:
        raise ActorUnknown(login=work.as_login)
    return _ActorId(number)


def refresh(work: Work) -> None:
    """Let the actor's rights be read anew, because we may have waited for others since."""
    work.drop_cached(Actor)


def lock_actor_for_share(work: Work) -> None:
    """Let nobody change the actor until we are done, because a new row will refer to them."""
    number = actor(work).user_id
    if number is not None:
        store.lock_person_for_share(work, number)
        refresh(work)


def get_for_update(work: Work, get: Callable[[], R], lock: Callable[[Work, int], Any]) -> R:
    """Return a row as `locks.get_for_update` does; the rights too are those after the lock."""

    def look_and_get() -> R:
        refresh(work)
        return get()

    return locks.get_for_update(work, look_and_get, lock)


def held_roles(work: Work, user_id: int) -> tuple[HeldRole, ...]:
    """Return what the person with `user_id` holds, one HeldRole for each grant."""
    custom: dict[str, set[str]] = {}
    for row in store.list_custom_permissions(work, user_id):
        custom.setdefault(row.role, set()).add(row.permission)
    paths: dict[int, tuple[str, bool, list[str]]] = {}
    for grant in store.list_grants(work, user_id):
        places = paths.setdefault(grant.grant_id, (grant.role, grant.is_builtin, []))[2]
        if grant.path is not None:
            places.append(rules.subtree_prefix(grant.path))
    return tuple(
        HeldRole(
            role,
            rules.BUILT_IN[role] if is_builtin else frozenset(custom.get(role, set())),
            (EVERYWHERE,) if is_builtin and role in rules.PORTAL_WIDE else tuple(places),
        )
        for role, is_builtin, places in paths.values()
    )


def visibility(work: Work) -> Visibility:
    """Return what the actor may be told the names of."""
    return actor(work).visibility


def actor_name(work: Work) -> str:
    """Return how the actor is called in sentences."""
    return actor(work).login or work.operator


def require(work: Work, permission: str) -> Scope:
    """Return where the actor holds `permission`; raises PermissionMissing when it is nowhere."""
    scope = actor(work).scope(permission)
    if not scope.paths:
        raise permission_missing(work, permission)
    return scope


def require_everywhere(work: Work, permission: str) -> None:
    """Raise PermissionMissing unless the actor holds `permission` in the whole portal."""
    if not actor(work).may(permission):
        raise permission_missing(work, permission)


def permission_missing(work: Work, permission: str, given: str | None = None) -> PermissionMissing:
    """Return the refusal of somebody who does not hold `permission`, or not for what is `given`."""
    return PermissionMissing(
        actor=actor_name(work),
        permission=permission,
        meaning=rules.explain([permission]),
        where=f" for '{canonical.excerpt(given)}'" if given is not None else "",
    )


def get_where_allowed(
    work: Work, permission: str, get: Callable[[Scope], R], *, seen: Scope, given: str
) -> R:
    """Return what `get` finds under the name `given` where the actor holds `permission`.

    Raises PermissionMissing for what they only see, because it is in the scope `seen`, and what
    `get` raises for anything else.
    """
    scope = require(work, permission)
    try:
        return get(scope)
    except NotFound:
        get(Scope((*scope.paths, *seen.paths)))
    raise permission_missing(work, permission, given)


def check_allowed_at(work: Work, permission: str, path: str, given: str) -> None:
    """Raise PermissionMissing unless the actor holds `permission` over `given`, which is at `path`.

    They see it in any case.
    """
    if not actor(work).may(permission, path):
        raise permission_missing(work, permission, given)


def check_not_beyond_own(work: Work, held: tuple[HeldRole, ...]) -> None:
    """Raise PermissionBeyondOwn when something in `held` is more than the actor holds there."""
    for holding in held:
        lacking = actor(work).lacks(holding.permissions, holding.paths)
        if lacking:
            raise PermissionBeyondOwn(actor=actor_name(work), lacking=rules.explain(lacking))


def create_builtin_roles(work: Work) -> None:
    """Make the built-in roles of a new portal."""
    for name in rules.BUILT_IN:
        store.add_role(work, name, canonical.key(name), is_builtin=True)


def make_owner(work: Work, user_id: int) -> None:
    """Make the first person of a new portal its owner; nobody is there yet to be asked."""
    store.add_grant(work, user_id, store.get_role_id(work, rules.OWNER))
