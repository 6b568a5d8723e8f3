"""Telling again what runs did."""

from collections.abc import Iterator

from lmsctl.bulk.errors import RunUnknown
from lmsctl.bulk.results import KeptFault, RunSummary
from lmsctl.bulk.rules import PERMISSIONS_OF_KINDS
from lmsctl.bulk.store import history
from lmsctl.bulk.store.history import RunScope
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights

_HIGHEST_NUMBER = 2**63 - 1


def list_runs(work: Work) -> Iterator[RunSummary]:
    """Return the runs that the actor may see; raises PermissionMissing when there can be none."""
    return history.list_runs(work, _scope(work))


def show_run(work: Work, number: int) -> tuple[RunSummary, Iterator[KeptFault]]:
    """Return one run and what was wrong with the rows that it left out.

    Raises RunUnknown, for a run that the actor may not see too, and PermissionMissing.
    """
    scope = _scope(work)
    found = history.find_run(work, number, scope) if 0 < number <= _HIGHEST_NUMBER else None
    if found is None:
        raise RunUnknown(given=number)
    return found, history.list_kept_faults(work, number)


def _scope(work: Work) -> RunScope:
    """Return which runs the actor may see.

    These are all of the kinds that they may run in the whole portal, and what they have run
    themselves where they may run a kind in some place; all with `audit.view`.
    """
    actor = rights.actor(work)
    kinds, own = set(), set()
    for kind, permissions in PERMISSIONS_OF_KINDS.items():
        if any(actor.may(permission) for permission in permissions):
            kinds.add(kind)
        elif any(actor.scope(permission).paths for permission in permissions):
            own.add(kind)
    if not kinds and not own:
        rights.require_everywhere(work, "audit.view")
    actors = {name for name in (work.as_login, actor.login) if name}
    may_see_all = actor.may("audit.view")
    return RunScope(may_see_all, frozenset(kinds), frozenset(own), frozenset(actors))
