"""Entries for the calendars of people who take part in trainings."""

from collections.abc import Collection

from lmsctl.kit.work import Work
from lmsctl.notification.calendar.rules.entry import Entry, EntryDay, common_text
from lmsctl.notification.store.audiences import SharedEntry
from lmsctl.portal import actions as portal
from lmsctl.training.rules import SessionWithDays, TrainingRecord


def name_of_entry(title: str, session_title: str | None) -> str:
    """Return what a session of a training is called in calendars."""
    return f"{title}: {session_title}" if session_title else title


def entry_of(
    work: Work, training: TrainingRecord, at: SessionWithDays, *, is_canceled: bool = False
) -> Entry:
    """Return what calendars get of a session: all its days in one entry, or that it is out."""
    return Entry(
        stamped_at=work.now,
        summary=name_of_entry(training.title, at.session.title),
        days=[EntryDay(day.starts_at, day.ends_at, day.place, day.url) for day in at.days],
        zone=at.session.time_zone,
        description=training.description,
        host=portal.settings(work).name,
        is_canceled=is_canceled,
    )


def shared_entry(  # noqa: PLR0913 - whose entry, and what it says
    work: Work,
    training: TrainingRecord,
    at: SessionWithDays | None,
    *,
    is_canceled: bool = False,
    later: int = 0,
    also: Collection[int] = (),
) -> SharedEntry | None:
    """Return the entry for everybody in a session, unless all its days are over.

    The days with the ids `also` count as to come in any case. `later` is by how many changes the
    entries will be about another time or place.
    """
    if at is None or not _is_to_come(work, at, also):
        return None
    text = common_text(entry_of(work, training, at, is_canceled=is_canceled))
    return SharedEntry(text, work.mail.organizer_address, later)


def _is_to_come(work: Work, at: SessionWithDays, also: Collection[int]) -> bool:
    return any(day.ends_at > work.now or day.id in also for day in at.days)
