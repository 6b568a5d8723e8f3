"""Making, showing, changing and deleting trainings."""

from collections.abc import Callable, Iterator
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.department import actions as departments
from lmsctl.department import store as department_store
from lmsctl.kit import canonical, zones
from lmsctl.kit.plurals import counted
from lmsctl.kit.versions import check_version
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import rules as portal_rules
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE, Visibility
from lmsctl.training import rules, store
from lmsctl.training.access.actions import check_may_restrict, get_for_update, visible_scope
from lmsctl.training.errors import OrganizerUnfit, TrainingExists
from lmsctl.training.participants.store import showing as showing_store
from lmsctl.training.results import TrainingDetail, TrainingKind, TrainingRow
from lmsctl.training.sessions import store as session_store
from lmsctl.training.sessions.actions.showing import to_row
from lmsctl.training.sessions.actions.zones import (
    describe_new_readings,
    keep_clock,
    sessions_to_come,
)
from lmsctl.training.store import TrainingFilter
from lmsctl.training.telling import actions as telling
from lmsctl.training.telling.store import audiences as telling_store
from lmsctl.user import store as users
from lmsctl.user.actions import finding
from lmsctl.user.results import UserStatus
from lmsctl.user.store import Person

_NOBODY = ""


def create(  # noqa: PLR0913 - one keyword for each thing a training has
    work: Work,
    title: str,
    *,
    code: str,
    department: str | None = None,
    type_: TrainingKind = TrainingKind.MEETING,
    time_zone: str | None = None,
    organizer: str | None = None,
    description: str = "",
    notifies_supervisors: bool = False,
    is_locked: bool = False,
) -> TrainingDetail:
    """Make a training of `department` (the root when None); needs `training.manage` there.

    Its zone is the portal's and its organizer the actor unless they are given. Raises
    DepartmentUnknown, TrainingExists, ZoneUnknown, UserUnknown, OrganizerUnfit and what the checks
    of the texts raise.
    """
    rights.require(work, "training.manage")
    rights.lock_actor_for_share(work)
    text = canonical.check_code(code, "code")
    work.about = f"training {text}"
    place = departments.get_for_share(work, department, "training.manage")
    if is_locked:
        check_may_restrict(work, place.path, text)
    if store.find_by_code(work, canonical.key(text)):
        raise TrainingExists(given=text, field="--code")
    number = store.add(
        work,
        code=text,
        code_key=canonical.key(text),
        title=rules.check_title(title),
        type=type_,
        description=rules.check_description(description),
        department_id=place.id,
        organizer_id=_organizer_id(work, organizer),
        time_zone=_zone_name(work, time_zone),
        is_locked=is_locked,
        is_telling_supervisors=notifies_supervisors,
        created_at=work.now,
    )
    audit.record(work, "training.created", f"training {text}", department=place.full_name)
    row = store.by_id(work, number)
    _tell_appointed(work, row)
    return to_result(work, row)


def _tell_appointed(work: Work, row: rules.TrainingRecord) -> None:
    """Tell who organizes a training from now on that they do."""
    telling.tell_organizer(work, row, f"You organize the training '{row.title}'")


def _zone_name(work: Work, given: str | None) -> str:
    """Return the name of a zone as it is stored, the portal's when None; raises ZoneUnknown."""
    if given is None:
        return portal.settings(work).time_zone
    return zones.by_name(canonical.trim(given)).key


def _organizer_id(work: Work, given: str | None) -> int | None:
    """Return whom `given` names: the actor when None, nobody when empty."""
    if given is None:
        return rights.actor(work).user_id
    if canonical.trim(given) == _NOBODY:
        return None
    name = given

    def get() -> Person:
        return finding.get_where_allowed(work, name, "training.manage")

    person = rights.get_for_update(work, get, users.lock_for_share)
    portal_rules.check_confirmed(person, "named as an organizer")
    if person.status != UserStatus.ACTIVE:
        reason = f"the account is {person.status}"
        raise OrganizerUnfit(login=person.login, reason=reason, field="--organizer")
    if not telling.may_organize(work, person.id):
        reason = "no role lets them see trainings"
        raise OrganizerUnfit(login=person.login, reason=reason, field="--organizer")
    return person.id


def find_conflicting(work: Work, code: str) -> TrainingDetail | None:
    """Return the training that `create` would collide with, or None; needs `training.manage`.

    Raises TrainingExists when it is out of the actor's scope.
    """
    scope = rights.require(work, "training.manage")
    found = store.find_by_code(work, canonical.key(code))
    if found is None:
        return None
    if not scope.covers(found.path):
        raise TrainingExists(given=found.code, field="--code")
    return to_result(work, found)


def show(work: Work, given: str) -> TrainingDetail:
    """Return one training the actor sees; raises TrainingUnknown."""
    return to_result(work, store.get(work, given, visible_scope(work)))


def list_trainings(
    work: Work,
    *,
    department: str | None = None,
    type_: TrainingKind | None = None,
    search: str | None = None,
) -> Iterator[TrainingRow]:
    """Return the trainings the actor sees that fit every filter, by code.

    A department stands for everything under it. Raises DepartmentUnknown.
    """
    scope = visible_scope(work)
    under = None
    if department is not None:
        under = department_store.get(work, department, rights.visibility(work).departments).path
    return store.listed(
        work, scope, TrainingFilter(under=under, type=type_, search=search), rights.visibility(work)
    )


def to_result(work: Work, row: rules.TrainingRecord) -> TrainingDetail:
    """Return a training as it is shown; who or what is out of sight is not named."""
    eyes = rights.visibility(work)
    sessions = session_store.listed(work, ANYWHERE, row.id)
    return TrainingDetail(
        id=row.id,
        code=row.code,
        title=row.title,
        type=TrainingKind(row.type),
        description=row.description,
        department=row.department if eyes.departments.covers_or_is_below(row.path) else None,
        organizer=_organizer(work, row, eyes),
        time_zone=row.time_zone,
        stop_registration=str(row.registration) if row.registration else None,
        stop_cancellations=str(row.cancellation) if row.cancellation else None,
        locked=row.is_locked,
        notifies_supervisors=row.is_telling_supervisors,
        sessions=[to_row(work, session) for session in sessions],
        created_at=row.created_at,
        version=row.version,
    )


def _organizer(work: Work, row: rules.TrainingRecord, eyes: Visibility) -> str | None:
    """Return the login of who organizes a training, None for nobody or out of sight."""
    if row.organizer_id is None:
        return None
    person = users.get_by_id(work, row.organizer_id)
    return person.login if eyes.shows_person(person.path, person.id) else None


def edit(  # noqa: PLR0913 - one keyword for each thing that can change
    work: Work,
    given: str,
    *,
    title: str | None = None,
    department: str | None = None,
    type_: TrainingKind | None = None,
    time_zone: str | None = None,
    organizer: str | None = None,
    description: str | None = None,
    notifies_supervisors: bool | None = None,
    keeps_clock: bool = False,
    if_version: int | None = None,
) -> tuple[TrainingDetail, bool, list[str]]:
    """Change a training; returns it, whether it changed, and what became of its sessions.

    An empty `organizer` is nobody. Another department needs `training.manage` there too. Another
    zone moves no session, or with `keeps_clock` lets those to come start at the same time on its
    clocks; what is said is which starts read differently now, or have moved. Raises
    TrainingUnknown, VersionStale, DepartmentUnknown, ZoneUnknown, UserUnknown, OrganizerUnfit and
    what the checks of the texts raise.
    """
    row = get_for_update(work, given)
    check_version(row.code, row.version, if_version)
    given_values: dict[str, tuple[Any, Callable[[Any], Any]]] = {
        "title": (title, rules.check_title),
        "type": (type_, TrainingKind),
        "description": (description, rules.check_description),
        "is_telling_supervisors": (notifies_supervisors, bool),
        "time_zone": (time_zone, lambda name: _zone_name(work, name)),
        "department_id": (
            department,
            lambda path: departments.get_for_share(work, path, "training.manage").id,
        ),
        "organizer_id": (organizer, lambda login: _organizer_id(work, login)),
    }
    wanted = {
        name: check(value) for name, (value, check) in given_values.items() if value is not None
    }
    changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    coming = sessions_to_come(work, row) if "time_zone" in changes else []
    notes: list[str] = []
    if changes:
        store.change(work, row.id, **changes)
        audit.record(work, "training.changed", f"training {row.code}", changed=sorted(changes))
        new = store.by_id(work, row.id)
        turn = keep_clock if keeps_clock else describe_new_readings
        notes = turn(work, coming, row, new)
        _renew_invitations(work, new)
    if "organizer_id" in changes:
        appointed = store.by_id(work, row.id)
        _tell_appointed(work, appointed)
        telling.tell_hosts(work, appointed, sessions_to_come(work, appointed))
    return to_result(work, store.by_id(work, row.id)), bool(changes), notes


def _renew_invitations(work: Work, row: rules.TrainingRecord) -> None:
    """Let invitations that are still to come say what the training is called by now."""
    for session_id in _sessions_with_people(work, row):
        at = session_store.find_with_days(work, session_id)
        audience = telling_store.audience_of_session(row.id, session_id)
        telling.renew_invitations(work, row, at, audience)


def _sessions_with_people(work: Work, row: rules.TrainingRecord) -> list[int | None]:
    """Return the sessions that somebody is in, and None for those without one."""
    sessions = session_store.listed(work, ANYWHERE, row.id)
    return [None, *(session.id for session in sessions if session.taken)]


def delete(work: Work, given: str) -> rules.TrainingRecord:
    """Delete a training with its sessions, enrollments and attendance, after a confirmation.

    Raises TrainingUnknown.
    """
    row = get_for_update(work, given)
    sessions = list(session_store.listed(work, ANYWHERE, row.id))
    people = showing_store.people_in(work, row.id)
    lines = []
    if sessions:
        lines.append(f"Goes too: {counted(len(sessions), 'session')}.")
    if people:
        what = counted(people, "enrollment")
        lines.append(f"Goes too: {what}, with attendance and results.")
    work.confirm(f"Delete the training '{row.code}' for good?", lines)
    for session_id in _sessions_with_people(work, row):
        audience = telling_store.audience_of_session(row.id, session_id)
        at = session_store.find_with_days(work, session_id)
        telling.tell_removed(work, row, at, audience, telling.RemovalCause.DELETED)
    said = f"The training '{row.title}' was deleted"
    held = sessions_to_come(work, row)
    news = {
        one.session.id: telling.HostNews(
            f"Canceled: session {one.session.code} of '{row.title}'", f"{said}.\n", is_noted=False
        )
        for one in held
    }
    telling.tell_hosts(work, row, held, news, are_gone=True)
    store.delete(work, row.id)
    telling.tell_organizer(work, row, said)
    detail = {"sessions": len(sessions), "people": people}
    audit.record(work, "training.deleted", f"training {row.code}", **detail)
    return row
