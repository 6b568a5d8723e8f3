"""The verbs of the portal room: loading it, its settings, and the ledger of seats."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lmsctl.audit import actions as audit
from lmsctl.kit import schema, zones
from lmsctl.kit.database_errors import DatabaseIncomplete, SchemaAbsent
from lmsctl.kit.time_errors import ZoneMissing
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText
from lmsctl.notification.results import MessageKind
from lmsctl.portal import hookpoints, rules, store
from lmsctl.portal.errors import ClockFrozen, PlanBelowTaken, PlanFull, SchemaNewer, SchemaOutdated
from lmsctl.portal.results import PortalSetting
from lmsctl.portal.rules import SETTINGS, PortalState, Settings, UnusedSeats
from lmsctl.rights import actions as rights
from lmsctl.rights import rules as rights_rules
from lmsctl.rights import store as rights_store

_LIMIT = "plan.max-active-users"


def load_portal(work: Work) -> None:
    """Look at the portal before anything else: its schema, its zone, whether the clock may stand.

    Raises SchemaAbsent, DatabaseIncomplete, SchemaOutdated, SchemaNewer, ZoneMissing and
    ClockFrozen.
    """
    found = portal_state(work)
    if found.time_zone is None:
        raise (
            DatabaseIncomplete(reason="the portal itself is missing")
            if store.has_people(work)
            else SchemaAbsent
        )
    if found.schema != schema.VERSION:
        refusal = SchemaOutdated if found.schema < schema.VERSION else SchemaNewer
        raise refusal(found=found.schema, wanted=schema.VERSION)
    work.zone = work.asked_zone or zones.from_database(found.time_zone)
    work.is_sandbox = bool(found.is_sandbox)
    if work.is_frozen and not work.is_sandbox:
        raise ClockFrozen


def portal_state(work: Work) -> PortalState:
    """Return what this unit of work has first seen; raises DatabaseIncomplete."""
    return work.cached(PortalState, lambda: _check_complete(store.find_portal_state(work)))


def _check_complete(found: PortalState | None) -> PortalState:
    """Return what was found; raises DatabaseIncomplete when it is nothing."""
    if found is None:
        raise DatabaseIncomplete(reason="the version of the schema is missing")
    return found


def settings(work: Work) -> Settings:
    """Return the portal's row as this unit of work first saw it, or changed it."""
    return work.cached(Settings, lambda: _check_existing(store.find_settings(work)))


def zone(work: Work) -> ZoneInfo:
    """Return the portal's zone: whole days are its days, wherever the reader sits."""
    return zones.from_database(settings(work).time_zone)


def lock(work: Work) -> Settings:
    """Return the portal's row as it is now, and let nobody else change it until we are done.

    Whoever takes a limited thing calls this first, so that locks are always taken in one order.
    Whoever waited for it asks for the rights again, which may have gone meanwhile.
    """
    work.drop_cached(Settings)
    rights.refresh(work)
    return work.cached(Settings, lambda: _check_existing(store.find_for_update(work)))


def _check_existing(found: Settings | None) -> Settings:
    """Return the portal's row; raises SchemaAbsent when there is none."""
    if found is None:
        raise SchemaAbsent
    return found


# Settings ----------------------------------------------------------------------------------------


def list_settings(work: Work) -> Iterator[PortalSetting]:
    """Return every setting; needs `portal.settings` everywhere."""
    rights.require_everywhere(work, "portal.settings")
    return _list_values(settings(work), count_seats(work))


def _list_values(row: Settings, taken: int) -> Iterator[PortalSetting]:
    """Yield every setting, with the seats that are taken."""
    for name, kind in SETTINGS.items():
        value = getattr(row, kind.column)
        yield PortalSetting(name, _to_text(value, kind), kind.meaning)
    yield PortalSetting("plan.seats-taken", taken, "active people and live holds now")
    yield PortalSetting("sandbox", row.is_sandbox, "whether this portal is for tests")


def _to_text(value: Any, kind: rules.SettingKind) -> Any:
    """Return the value of a setting as `settings set` takes it."""
    if kind.column == "seat_limit" and value is None:
        return "unlimited"
    return ("on" if value else "off") if isinstance(value, bool) else value


def set_settings(work: Work, assignments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Change settings from `NAME=VALUE` texts; needs `portal.settings` everywhere.

    Returns the names that changed, and sentences on windows whose local date now reads differently.
    Raises what `rules.parse_assignment` raises, and PlanBelowTaken.
    """
    rights.require_everywhere(work, "portal.settings")
    wanted = dict(rules.parse_assignment(given) for given in assignments)
    before = lock(work)
    rights.require_everywhere(work, "portal.settings")
    changes = {
        name: value
        for name, value in wanted.items()
        if getattr(before, SETTINGS[name].column) != value
    }
    if not changes:
        return [], []
    values = {SETTINGS[name].column: value for name, value in changes.items()}
    if _LIMIT in changes:
        values |= {"seats_taken": _count_seats(work, changes[_LIMIT]), "told_percent": 0}
    store.change(work, **values)
    if _LIMIT in changes:
        notify_threshold(work)
    work.drop_cached(Settings)
    audit.record(work, "settings.changed", "portal", **changes)
    notes = _list_shifted_windows(work, before.time_zone, changes.get("time-zone"))
    return list(changes), notes


def _list_shifted_windows(work: Work, old: str, new: str | None) -> list[str]:
    """Return a sentence for each window whose local date reads differently in a new zone."""
    if new is None:
        return []
    work.zone = zones.by_name(new)
    try:
        before = zones.from_database(old)
    except ZoneMissing:  # this change repairs that, and nothing could be read in the old zone
        return []
    found = hookpoints.after_change_of_zone(work, before, work.zone)
    return [sentence for sentences in found for sentence in sentences]


# Seats -------------------------------------------------------------------------------------------


def _count_seats(work: Work, limit: int | None) -> int:
    """Return how many seats are taken, 0 where nobody counts any more; raises PlanBelowTaken."""
    if limit is None:
        return 0
    taken = store.count_seats(work)
    if limit < taken:
        raise PlanBelowTaken(limit=limit, taken=taken, field=_LIMIT)
    return taken


def count_seats(work: Work) -> int:
    """Return how many active people and live holds there are now, with or without a limit."""
    return store.count_seats(work) - store.count_seats_freed_by(work, work.now)


def seats_taken(work: Work, at: datetime) -> int:
    """Return how many seats are taken at `at` if nothing but time passes until then.

    Without a limit of the plan nobody counts, and it is 0.
    """
    row = settings(work)
    return 0 if row.seat_limit is None else row.seats_taken - store.count_seats_freed_by(work, at)


def next_seat_at(work: Work, after: datetime) -> datetime | None:
    """Return when, after a moment, time alone frees a seat next."""
    return store.next_seat_at(work, after)


def take_seat(work: Work) -> None:
    """Take one seat of the plan, the portal being locked; raises PlanFull."""
    row = settings(work)
    if row.seat_limit is None:
        return
    if work.cached(UnusedSeats, lambda: UnusedSeats(0)).seats:
        work.set_cached(UnusedSeats, UnusedSeats(0))
    elif not store.take_seats(work, 1):
        raise PlanFull
    if rules.reached_threshold(row.seats_taken + 1, row.seat_limit) > row.told_percent:
        notify_threshold(work)
    else:
        work.set_cached(Settings, replace(row, seats_taken=row.seats_taken + 1))


def release_unused_seats(work: Work) -> None:
    """Give back the seat that `lock_for_newcomer` has taken, if nobody has got it."""
    seats = work.cached(UnusedSeats, lambda: UnusedSeats(0)).seats
    work.set_cached(UnusedSeats, UnusedSeats(0))
    release_seats(work, seats)


def take_seats_up_to(work: Work, count: int) -> int:
    """Take as many of `count` seats as are left, and return how many that were.

    Telling of a threshold is left to the caller, or to the next seat that is taken by itself.
    """
    row = lock(work)
    free = count if row.seat_limit is None else max(0, row.seat_limit - row.seats_taken)
    granted = min(count, free)
    if granted and row.seat_limit is not None and not store.take_seats(work, granted):
        raise PlanFull
    work.drop_cached(Settings)
    return granted


def release_seats(work: Work, count: int) -> None:
    """Give `count` seats back to the plan."""
    if count:
        store.release_seats(work, count)
        work.drop_cached(Settings)


def notify_threshold(work: Work) -> int:
    """Tell owners and administrators, once each time, that a threshold has been reached.

    Returns how many notices that queued.
    """
    work.drop_cached(Settings)
    row = settings(work)
    percent = rules.reached_threshold(row.seats_taken, row.seat_limit)
    if percent <= row.told_percent:
        return 0
    store.change(work, told_percent=percent)
    work.drop_cached(Settings)
    people = rights_store.active_holder_ids(work, [rights_rules.OWNER, rights_rules.ADMINISTRATOR])
    words = MessageText(
        kind=MessageKind.PLAN_THRESHOLD,
        reason=f"the plan reached {percent} percent",
        subject=f"{percent} percent of the plan are taken",
        body=(
            f"{row.seats_taken} of {row.seat_limit} seats are taken.\n"
            "Who was turned away: lmsctl audit list --code plan_full\n"
        ),
    )
    notification.notice(work, people, words)
    return len(people)
