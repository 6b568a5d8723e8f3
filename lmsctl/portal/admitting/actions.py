"""Locking the portal for somebody new, as little as the plan allows."""

from dataclasses import replace

from lmsctl.kit.database_errors import SchemaAbsent
from lmsctl.kit.work import Work
from lmsctl.portal import actions
from lmsctl.portal.admitting import store
from lmsctl.portal.rules import AdmissionSettings, AutoenrollState, Settings, UnusedSeats
from lmsctl.rights import actions as rights


def lock_for_newcomer(work: Work) -> AdmissionSettings:
    """Return the portal's row as it is now, locked for whoever lets one person in.

    Without a limit of the plan others may let people in at the same time, and nobody but them may
    do what `lock` is for. With one, a seat is taken at once if any is left, because the row is ours
    alone from then on in any case: `take_seat` uses it first, and `release_unused_seats` gives it
    back where it was not needed. `seats_taken` is without it.
    """
    rights.refresh(work)
    row = _lock_unlimited(work) or _lock_with_seat(work) or store.find_for_update(work)
    if row is None:
        raise SchemaAbsent
    work.set_cached(AutoenrollState, AutoenrollState(row.has_rules))
    work.set_cached(Settings, row)
    return row


def _lock_unlimited(work: Work) -> AdmissionSettings | None:
    """Return the row of a plan that has no limit, unless it had one when this unit began."""
    return None if actions.portal_state(work).is_limited else store.find_unlimited_for_share(work)


def _lock_with_seat(work: Work) -> AdmissionSettings | None:
    """Return the portal's row with a seat taken, None when there is none to take."""
    row = store.take_seat(work)
    if row is None:
        return None
    work.set_cached(UnusedSeats, UnusedSeats(1))
    return replace(row, seats_taken=row.seats_taken - 1)
