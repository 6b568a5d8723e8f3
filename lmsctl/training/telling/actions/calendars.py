"""Entries for the calendars of people who take part in trainings."""

from collections.abc import Collection

from lmsctl.kit import icalendar
from lmsctl.kit.icalendar import CalendarEvent, Method
from lmsctl.kit.work import Work
from lmsctl.notification.store.audiences import NUMBER_MARK, count_mark
from lmsctl.portal import actions as portal
from lmsctl.training.rules import SessionWithDays, TrainingRecord


def name_of_entry(title: str, session_title: str | None) -> str:
    """Return what a session of a training is called in calendars."""
    return f"{title}: {session_title}" if session_title else title


def uid_of(day_uid: str, enrollment: int | str) -> str:
    """Return what names the calendar entry of one person's day for good."""
    return f"{day_uid}-{enrollment}@lmsctl.invalid"


def calendar_entries(  # noqa: PLR0913 - whose entries, and what they ask
    work: Work,
    training: TrainingRecord,
    at: SessionWithDays | None,
    method: Method,
    later: int = 0,
    *,
    also: Collection[int] = (),
) -> str | None:
    """Return calendar entries for the days still to come, with marks for each person's own.

    The days with the ids `also` are told of in any case.
    """
    days = [day for day in (at.days if at else ()) if day.ends_at > work.now or day.id in also]
    if at is None or not days:
        return None
    events = [
        CalendarEvent(
            uid=uid_of(day.uid, NUMBER_MARK),
            sequence=count_mark(day.revision + later),
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            summary=name_of_entry(training.title, at.session.title),
            description=training.description,
            location=day.place,
            url=day.url,
        )
        for day in days
    ]
    return icalendar.messages(events, work.now, method, portal.settings(work).name)
