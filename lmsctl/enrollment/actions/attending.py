"""Through the eyes of a learner: trainings in the catalog, the calendar, and what they are told."""

from collections.abc import Iterator
from itertools import groupby

from lmsctl.enrollment.actions import looking
from lmsctl.enrollment.participation_rules import Case
from lmsctl.enrollment.results import Appointment, Offer
from lmsctl.kit.icalendar import Event
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.results import Notice
from lmsctl.training import people_store, store
from lmsctl.training.actions import telling
from lmsctl.training.people_store import CalendarRow

_KIND = "training"


def offers_of_trainings(work: Work, given: str) -> Iterator[Offer]:
    """Yield the trainings that the catalog offers to a person and by which rules, by code.

    One is offered while a session of it takes people in, whether or not it has a place left. How
    many statements it takes does not depend on how many there are. Raises what `learner` raises.
    """
    person = looking.learner(work, given)
    found = store.offered(work, user_id=person.id, path=person.path, type_=person.type)
    because = {
        number: [looking.rule(row.opening, row.name) for row in rows]
        for number, rows in groupby(found, key=lambda row: row.training_id)
    }
    sessions = store.sessions_of(work, list(because))
    taking_part = people_store.trainings_of_user(work, person.id)
    extensions = people_store.extensions_of_user(work, person.id)
    for training in store.by_ids(work, list(because)):
        case = Case(
            login=person.login,
            training=training,
            sessions=[session for session in sessions if session.training_id == training.id],
            standing=None,
            extensions=extensions.get(training.id, {}),
            is_offered=True,
            now=work.now,
        )
        joinable = [session for session in case.sessions if case.is_registering(session)]
        if joinable:
            yield Offer(
                code=training.code,
                kind=_KIND,
                title=training.title,
                is_enrolled=training.id in taking_part,
                because=because[training.id],
                sessions=[session.code for session in joinable if session.free != 0],
            )


def calendar(work: Work, given: str) -> tuple[list[Appointment], list[Event]]:
    """Return the days of the sessions that a person is in, as they start, also for calendars.

    Only what they have access to by now. Raises what `learner` raises.
    """
    person = looking.learner(work, given)
    rows = people_store.calendar(work, person.id)
    return [_appointment(row) for row in rows], [_event(row) for row in rows]


def notifications(work: Work, given: str) -> Iterator[Notice]:
    """Return what has appeared in a person's account, the latest first.

    Raises what `learner` raises.
    """
    return notification.notices(work, looking.learner(work, given).id)


def _appointment(row: CalendarRow) -> Appointment:
    return Appointment(
        training=row.training,
        title=row.title,
        session=row.session,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        url=row.url,
    )


def _event(row: CalendarRow) -> Event:
    name = f"{row.title}: {row.session_title}" if row.session_title else row.title
    return Event(
        uid=telling.uid_of(row.uid, row.enrollment_id),
        sequence=row.sequence,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        summary=name,
        description=row.description,
        location=row.place,
        url=row.url,
    )
