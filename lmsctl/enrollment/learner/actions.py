"""What one person sees: courses, offers of the catalog, trainings, the calendar and notices."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from lmsctl.content.results import CatalogAudience, ContentStatus
from lmsctl.enrollment.items.actions import reasons
from lmsctl.enrollment.items.actions.reasons import (
    VisibleRules,
    describe_reason,
    list_visible_rules,
    visible_reasons,
)
from lmsctl.enrollment.learner import store as learner_store
from lmsctl.enrollment.learner.results import Appointment, Course, CourseAccess, Offer
from lmsctl.enrollment.learner.store import CourseReason, OfferReason
from lmsctl.enrollment.participation.rules import until as until_rules
from lmsctl.enrollment.participation.rules.situation import Situation
from lmsctl.enrollment.results import Phase
from lmsctl.enrollment.selection.actions import learners
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.calendar.rules.entry import Entry, EntryDay, OwnEntry
from lmsctl.notification.results import Notice
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ALL_VISIBLE, Visibility
from lmsctl.training import store
from lmsctl.training.catalog import store as catalog_store
from lmsctl.training.deadlines import store as extension_store
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store import showing as showing_store
from lmsctl.training.participants.store.showing import CalendarRow
from lmsctl.training.rules import SessionRecord
from lmsctl.training.sessions import store as session_store
from lmsctl.training.sessions.actions import showing as session_showing
from lmsctl.training.sessions.results import SessionChoice
from lmsctl.training.telling import actions as telling
from lmsctl.user.store import Person

_KIND = "training"


def get_learner(work: Work, given: str) -> Person:
    """Return the person whose view is asked for: the actor, or somebody they may look after.

    Others need `enrollment.view` over the person. Raises PermissionMissing and UserUnknown.
    """
    return learners.get_learner(work, given, "enrollment.view")


def visibility_over(work: Work, person: Person) -> Visibility:
    """Return which groups and departments the actor may be told the names of, for a person.

    They themselves know which groups and departments they are in.
    """
    actor = rights.actor(work)
    return ALL_VISIBLE if actor.user_id == person.id else actor.visibility


def list_courses(work: Work, given: str) -> Iterator[Course]:
    """Return what a person is enrolled in and what they may open, saying which and why, by code.

    What they are enrolled in stays when it is archived, and is there while it is a draft; what is
    merely open to them is active. Raises what `get_learner` raises.
    """
    person = get_learner(work, given)
    seen = learner_store.list_course_reasons(
        work, person.id, person.path, visibility_over(work, person)
    )
    named = None if rights.actor(work).user_id == person.id else list_visible_rules(work)
    return (_to_course(list(group), named) for _, group in groupby(seen, key=lambda row: row.code))


def _to_course(rows: list[CourseReason], named: VisibleRules) -> Course:
    """Return one item with all its reasons, of which the actor may be told."""
    first = rows[0]
    return Course(
        code=first.code,
        kind=first.kind,
        title=first.title,
        status=first.status,
        access=CourseAccess.ENROLLED if first.phase else CourseAccess.OPEN,
        phase=Phase(first.phase) if first.phase else None,
        enrolled_at=first.enrolled_at,
        due_at=first.due_at,
        completed_at=first.completed_at,
        because=visible_reasons(_describe_course_reason(row, named) for row in rows),
    )


def _describe_course_reason(row: CourseReason, named: VisibleRules) -> tuple[str, bool]:
    """Return a reason in words, and whether nothing of it is left out."""
    if row.reason is not None:
        return describe_reason(row.reason, row.reference, named)
    to = {"user": "to the person", "organization": "to everybody"}.get(
        row.audience or "", f"to {describe_rule(row.audience or '', row.reference)}"
    )
    where = f" with folder {row.grant_code}" if row.grant_code != row.code else ""
    return f"granted {to}{where}", is_name_visible(row.audience, row.reference)


def list_offers(work: Work, given: str) -> Iterator[Offer]:
    """Return what the catalog offers to a person and by which rules, by code; only active items.

    Raises what `get_learner` raises.
    """
    person = get_learner(work, given)
    visibility = visibility_over(work, person)
    offered = learner_store.list_offer_reasons(
        work, person.id, person.path, person.type, visibility
    )
    return (_to_offer(list(group)) for _, group in groupby(offered, key=lambda row: row.code))


def _to_offer(rows: list[OfferReason]) -> Offer:
    """Return one item of the catalog with all rules that offer it."""
    first = rows[0]
    return Offer(
        code=first.code,
        kind=first.kind,
        title=first.title,
        is_enrolled=first.is_enrolled,
        because=visible_reasons(
            (describe_rule(row.opening, row.name), is_name_visible(row.opening, row.name))
            for row in rows
        ),
    )


def is_name_visible(sort: str | None, name: str | None) -> bool:
    """Say whether a reason names all it is about: groups and departments may be out of sight."""
    return name is not None or sort not in {CatalogAudience.GROUP, CatalogAudience.DEPARTMENT}


def describe_rule(opening: str, name: str | None) -> str:
    """Return how a rule of the catalog is called: `group Pilots`, `everybody`."""
    return f"{opening} {name}" if name else opening


def list_training_offers(work: Work, given: str) -> Iterator[Offer]:
    """Yield the trainings that the catalog offers to a person and by which rules, by code.

    One is offered while a session of it takes people in, whether or not it has a place left. How
    many statements it takes does not depend on how many there are. Raises what `get_learner`
    raises.
    """
    person = get_learner(work, given)
    found = catalog_store.offers_to(
        work,
        user_id=person.id,
        path=person.path,
        type_=person.type,
        sight=visibility_over(work, person),
    )
    because = {
        number: reasons.visible_reasons(
            (describe_rule(row.opening, row.name), is_name_visible(row.opening, row.name))
            for row in rows
        )
        for number, rows in groupby(found, key=lambda row: row.training_id)
    }
    taking_part = showing_store.trainings_of_user(work, person.id)
    situations = list(_list_situations(work, person, list(because), {}))
    choices = _list_choices(work, situations)
    for situation in situations:
        number, until = situation.training.id, until_rules.join_until(situation)
        if until is not None:
            yield Offer(
                code=situation.training.code,
                kind=_KIND,
                title=situation.training.title,
                is_enrolled=number in taking_part,
                because=because[number],
                sessions=[choice.code for choice in choices[number]],
                join_until=until,
                choices=choices[number],
            )


def _list_choices(work: Work, situations: Sequence[Situation]) -> dict[int, list[SessionChoice]]:
    """Return the sessions of each training that take people in and have a place left."""
    joinable = [
        session
        for situation in situations
        for session in situation.sessions
        if situation.is_registration_open(session) and session.free != 0
    ]
    found: dict[int, list[SessionChoice]] = {one.training.id: [] for one in situations}
    choices = session_showing.choices(work, joinable)
    for session, choice in zip(joinable, choices, strict=True):
        found[session.training_id].append(choice)
    return found


def list_trainings(work: Work, given: str) -> Iterator[Course]:
    """Yield the trainings that a person takes part in and has access to by now, by code.

    With what they may do next, and before which instant. How many statements it takes does not
    depend on how many there are. Raises what `get_learner` raises.
    """
    person = get_learner(work, given)
    participations = people_store.participations_of_user(work, person.id)
    for situation in _list_situations(work, person, list(participations), participations):
        participation = participations[situation.training.id]
        yield Course(
            code=situation.training.code,
            kind=_KIND,
            title=situation.training.title,
            status=ContentStatus.ACTIVE,
            access=CourseAccess.ENROLLED,
            phase=Phase.COMPLETED if participation.has_result else Phase.ENROLLED,
            enrolled_at=participation.enrolled_at,
            due_at=None,
            completed_at=None,
            because=[participation.side],
            session=participation.session,
            answer=participation.answer,
            leave_until=until_rules.leave_until(situation),
            switch_until=until_rules.switch_until(situation),
        )


def _list_situations(
    work: Work, person: Person, ids: Sequence[int], participations: Mapping[int, ParticipantRecord]
) -> Iterator[Situation]:
    """Yield what decides on a person's acts in trainings, by code."""
    sessions: dict[int, list[SessionRecord]] = {}
    for session in session_store.of_trainings(work, ids):
        sessions.setdefault(session.training_id, []).append(session)
    extensions = extension_store.of_user(work, person.id)
    for training in store.by_ids(work, ids):
        yield Situation(
            login=person.login,
            training=training,
            sessions=sessions.get(training.id, []),
            participation=participations.get(training.id),
            extensions=extensions.get(training.id, {}),
            is_offered=True,
            now=work.now,
        )


def get_calendar(work: Work, given: str) -> tuple[list[Appointment], list[tuple[Entry, OwnEntry]]]:
    """Return the days of the sessions that a person is in, as they start, and the entries of them.

    A session is one entry. Only what they have access to by now. Raises what `get_learner` raises.
    """
    person = get_learner(work, given)
    rows = showing_store.calendar(work, person.id)
    until = {course.code: course.leave_until for course in list_trainings(work, given)}
    own: dict[str, list[CalendarRow]] = {}
    for row in rows:
        own.setdefault(row.uid, []).append(row)
    return [_to_appointment(row, until.get(row.training)) for row in rows], [
        _to_entry(work, days) for days in own.values()
    ]


def list_notices(work: Work, given: str) -> Iterator[Notice]:
    """Return the notices in a person's account, the latest first.

    Raises what `get_learner` raises.
    """
    return notification.notices(work, get_learner(work, given).id)


def _to_appointment(row: CalendarRow, leave_until: datetime | None) -> Appointment:
    """Return a day of a session as it is listed."""
    return Appointment(
        training=row.training,
        title=row.title,
        session=row.session,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        url=row.url,
        leave_until=leave_until,
    )


def _to_entry(work: Work, days: Sequence[CalendarRow]) -> tuple[Entry, OwnEntry]:
    """Return the days of a session as calendar programs take them."""
    row = days[0]
    entry = Entry(
        stamped_at=work.now,
        summary=telling.name_of_entry(row.title, row.session_title),
        days=[EntryDay(day.starts_at, day.ends_at, day.place, day.url) for day in days],
        zone=row.time_zone,
        description=row.description,
    )
    return entry, OwnEntry(row.uid, row.sequence)
