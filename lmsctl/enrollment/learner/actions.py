"""Through the eyes of a learner: trainings in the catalog, the calendar, and what they are told."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from lmsctl.content.results import Status
from lmsctl.enrollment.actions import looking
from lmsctl.enrollment.participation.rules import gates as rules
from lmsctl.enrollment.participation.rules.gates import Case
from lmsctl.enrollment.results import Access, Appointment, Course, Offer, Phase
from lmsctl.kit.icalendar import Event
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.results import Notice
from lmsctl.training import store
from lmsctl.training.actions import telling
from lmsctl.training.deadlines import store as extension_store
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store.people import CalendarRow
from lmsctl.training.rules import Session, Standing
from lmsctl.user.store import Person

_KIND = "training"


def offers_of_trainings(work: Work, given: str) -> Iterator[Offer]:
    """Yield the trainings that the catalog offers to a person and by which rules, by code.

    One is offered while a session of it takes people in, whether or not it has a place left. How
    many statements it takes does not depend on how many there are. Raises what `learner` raises.
    """
    person = looking.learner(work, given)
    found = store.offered(
        work,
        user_id=person.id,
        path=person.path,
        type_=person.type,
        sight=looking.sight_over(work, person),
    )
    because = {
        number: looking.because(
            (looking.rule(row.opening, row.name), looking.is_told(row.opening, row.name))
            for row in rows
        )
        for number, rows in groupby(found, key=lambda row: row.training_id)
    }
    taking_part = people_store.trainings_of_user(work, person.id)
    for case in _cases(work, person, list(because), {}):
        number, until = case.training.id, rules.join_until(case)
        if until is not None:
            yield Offer(
                code=case.training.code,
                kind=_KIND,
                title=case.training.title,
                is_enrolled=number in taking_part,
                because=because[number],
                sessions=[
                    session.code
                    for session in case.sessions
                    if case.is_registering(session) and session.free != 0
                ],
                join_until=until,
            )


def trainings(work: Work, given: str) -> Iterator[Course]:
    """Yield the trainings that a person takes part in and has access to by now, by code.

    With what they may do next, and before which instant. How many statements it takes does not
    depend on how many there are. Raises what `learner` raises.
    """
    person = looking.learner(work, given)
    standings = people_store.standings_of_user(work, person.id)
    for case in _cases(work, person, list(standings), standings):
        standing = standings[case.training.id]
        yield Course(
            code=case.training.code,
            kind=_KIND,
            title=case.training.title,
            status=Status.ACTIVE,
            access=Access.ENROLLED,
            phase=Phase.COMPLETED if standing.has_result else Phase.ENROLLED,
            enrolled_at=standing.enrolled_at,
            due_at=None,
            completed_at=None,
            because=[standing.side],
            session=standing.session,
            answer=standing.answer,
            leave_until=rules.leave_until(case),
            switch_until=rules.switch_until(case),
        )


def _cases(
    work: Work, person: Person, ids: Sequence[int], standings: Mapping[int, Standing]
) -> Iterator[Case]:
    """Yield what decides on a person's acts in trainings, by code."""
    sessions: dict[int, list[Session]] = {}
    for session in store.sessions_of(work, ids):
        sessions.setdefault(session.training_id, []).append(session)
    extensions = extension_store.of_user(work, person.id)
    for training in store.by_ids(work, ids):
        yield Case(
            login=person.login,
            training=training,
            sessions=sessions.get(training.id, []),
            standing=standings.get(training.id),
            extensions=extensions.get(training.id, {}),
            is_offered=True,
            now=work.now,
        )


def calendar(work: Work, given: str) -> tuple[list[Appointment], list[Event]]:
    """Return the days of the sessions that a person is in, as they start, also for calendars.

    Only what they have access to by now. Raises what `learner` raises.
    """
    person = looking.learner(work, given)
    rows = people_store.calendar(work, person.id)
    until = {course.code: course.leave_until for course in trainings(work, given)}
    return [_appointment(row, until.get(row.training)) for row in rows], [
        _event(row) for row in rows
    ]


def notifications(work: Work, given: str) -> Iterator[Notice]:
    """Return what has appeared in a person's account, the latest first.

    Raises what `learner` raises.
    """
    return notification.notices(work, looking.learner(work, given).id)


def _appointment(row: CalendarRow, leave_until: datetime | None) -> Appointment:
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


def _event(row: CalendarRow) -> Event:
    return Event(
        uid=telling.uid_of(row.uid, row.enrollment_id),
        sequence=row.sequence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        summary=telling.name_of_entry(row.title, row.session_title),
        description=row.description,
        location=row.place,
        url=row.url,
    )
