"""Activating, deactivating, ending and deleting people, and what time alone decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lmsctl.audit import actions as audit
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.rights.rules import OWNER
from lmsctl.user import hookpoints, rules, store
from lmsctl.user.actions.edit import get_for_update
from lmsctl.user.actions.finding import get_where_allowed
from lmsctl.user.actions.show import get_detail
from lmsctl.user.errors import OwnerProtected
from lmsctl.user.results import DeletedUser, UserDetail, UserStatus
from lmsctl.user.store import Person


def activate(work: Work, given: str) -> tuple[UserDetail, bool]:
    """Make a person active, taking a seat, and forget a scheduled end; returns whether it changed.

    A person who waits for confirmation is confirmed by it. Raises PlanFull and UserUnknown.
    """
    get_where_allowed(work, given, "user.manage")
    portal.lock(work)
    person = get_for_update(work, given)
    if person.status == UserStatus.ACTIVE and person.due_status is None:
        return get_detail(work, person.id), False
    if person.status in {UserStatus.INACTIVE, UserStatus.ENDED}:
        portal.take_seat(work)
    set_active(work, person)
    audit.record(work, "user.activated", f"user {person.login}", was=person.status)
    return get_detail(work, person.id), True


def confirm_pending(work: Work, given: str) -> bool:
    """Vouch for a person who waits for confirmation, who is active then; say whether they did wait.

    They keep the seat that their hold has taken. Needs what `activate` needs, and raises
    UserUnknown.
    """
    get_where_allowed(work, given, "user.manage")
    portal.lock(work)
    person = get_for_update(work, given)
    if person.status != UserStatus.PENDING:
        return False
    set_active(work, person)
    audit.record(work, "registration.confirmed", f"user {person.login}", by="an administrator")
    return True


def set_active(work: Work, person: Person) -> None:
    """Give a person the status active; the seat is the caller's business."""
    if person.status == UserStatus.PENDING:
        hookpoints.with_confirmation_of_users(work, [person.id])
    store.change(
        work, person.id, status=UserStatus.ACTIVE, expires_at=None, due_status=None, due_at=None
    )
    if person.status != UserStatus.ACTIVE:
        hookpoints.after_becoming_active(work, [person.id])
        hookpoints.after_return_of_users(work, [person.id])


@dataclass(frozen=True, slots=True)
class AccountEnd:
    """Somebody whose account ends, or will, and whether that changed anything.

    `kept` are the places in sessions after that which they keep, `freed` those they gave up now.
    """

    user: UserDetail
    is_changed: bool
    kept: Sequence[str]
    freed: Sequence[str]


def end_account(
    work: Work,
    given: str,
    target: UserStatus,
    on: datetime | None,
    *,
    cancels_trainings: bool = False,
) -> AccountEnd:
    """Make a person inactive or ended, now or at `on` (UTC).

    The seat is free at once; places in sessions to come stay theirs unless `cancels_trainings`,
    which needs `training.enroll` over them. Raises OwnerProtected, NotConfirmedYet, StatusWrong and
    UserUnknown.
    """
    get_where_allowed(work, given, "user.manage")
    portal.lock(work)
    person = get_for_update(work, given)
    rules.check_may_end(person, person.status, target)
    done = "deactivated" if target is UserStatus.INACTIVE else "ended"
    _check_no_owner(work, person, done)
    is_later = on is not None and on > work.now
    if on is not None and is_later:
        is_changed = _schedule(work, person, target, on)
    else:
        is_changed = _end_now(work, person, target, done)
    at = on if on is not None and is_later else work.now
    announce = hookpoints.with_end_of_trainings if cancels_trainings else hookpoints.places_of_user
    places = [name for names in announce(work, person.id, at) for name in names]
    return AccountEnd(
        get_detail(work, person.id),
        is_changed or (cancels_trainings and bool(places)),
        kept=() if cancels_trainings else places,
        freed=places if cancels_trainings else (),
    )


def _end_now(work: Work, person: Person, target: UserStatus, done: str) -> bool:
    """Give a person the status `target` and their seat back; say whether anything changed."""
    if person.status == target and person.due_status is None:
        return False
    away = {"away_at": work.now} if person.status == UserStatus.ACTIVE else {}
    store.change(work, person.id, status=target, due_status=None, due_at=None, **away)
    if person.status == UserStatus.ACTIVE:
        portal.release_seats(work, 1)
    audit.record(work, f"user.{done}", f"user {person.login}")
    return True


def _schedule(work: Work, person: Person, target: UserStatus, on: datetime) -> bool:
    """Let a person get the status `target` at a later moment; say whether that is new."""
    if (person.due_status, person.due_at) == (target, on):
        return False
    store.change(work, person.id, due_status=target, due_at=on)
    audit.record(work, "user.scheduled", f"user {person.login}", status=target)
    return True


def _check_no_owner(work: Work, person: Person, done: str) -> None:
    """Raise OwnerProtected when somebody who is to be `done` (such as `ended`) is an owner."""
    if OWNER in store.list_role_names(work, person.id):
        raise OwnerProtected(login=person.login, done=done)


def delete(work: Work, given: str) -> DeletedUser:
    """Delete a person with their records, after a confirmation that offers deactivation instead.

    Raises OwnerProtected and UserUnknown.
    """
    get_where_allowed(work, given, "user.manage")
    portal.lock(work)
    person = get_for_update(work, given, lambda number: store.supervised_ids(work, number))
    _check_no_owner(work, person, "deleted")
    removed = store.count_records(work, person.id)
    for more in hookpoints.records_of_user(work, person.id):
        removed.update(more)
    listed = ", ".join(
        counted(count, name.replace("_", " ").removesuffix("s"))
        for name, count in removed.items()
        if count
    )
    work.confirm(
        f"Delete '{person.login}' for good?",
        [
            f"Goes too: {listed}." if listed else "Nothing else goes.",
            f"To keep the records instead: lmsctl user deactivate {person.login}",
        ],
    )
    hookpoints.with_delete_of_user(work, person.id)
    if person.status == UserStatus.PENDING:
        delete_unconfirmed(work, [person.id])
    else:
        store.delete(work, [person.id])
        portal.release_seats(work, 1 if person.status == UserStatus.ACTIVE else 0)
    audit.record(work, "user.deleted", f"user {person.login}", **removed)
    return DeletedUser(person.login, dict(removed))


def apply_due_changes(work: Work) -> None:
    """Put into the rows what time alone has decided: scheduled ends, registrations that expired.

    Every unit of work that writes begins with this, so that no place waits for a clean-up.
    """
    if not portal.portal_state(work).is_due:
        return
    portal.lock(work)
    count, freed = store.apply_due(work)
    if count:
        portal.release_seats(work, freed)
        audit.record(work, "users.ended_as_scheduled", "portal", count=count)
    ids = store.expired_ids(work)
    if ids:
        delete_unconfirmed(work, ids)
        audit.record(work, "registrations.expired", "portal", count=len(ids))


def delete_unconfirmed(work: Work, ids: Sequence[int]) -> None:
    """Remove people who never confirmed; their holds go back. The portal must be locked."""
    hookpoints.with_expiry_of_users(work, list(ids))
    store.delete(work, ids)
    portal.release_seats(work, len(ids))
