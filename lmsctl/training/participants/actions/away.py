"""What becomes of the trainings of people whose account ends, and what they hear on return."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import groupby

from lmsctl.audit import actions as audit
from lmsctl.kit import wall_clock
from lmsctl.kit.database_errors import RetryTransaction
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import PersonalMessage
from lmsctl.notification.calendar.rules import entry as entry_rules
from lmsctl.notification.calendar.rules.entry import OwnEntry
from lmsctl.rights import actions as rights
from lmsctl.training import store
from lmsctl.training.errors import TrainingUnknown
from lmsctl.training.participants.store import away as away_store
from lmsctl.training.participants.store import people as people_store
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.participants.store.away import MissedMessage, UpcomingPlace
from lmsctl.training.sessions import store as session_store
from lmsctl.training.telling import actions as telling
from lmsctl.training.telling.actions import CatchUp
from lmsctl.training.telling.store import audiences as telling_store
from lmsctl.user import store as users


def places_of(work: Work, user_id: int, at: datetime) -> list[str]:
    """Return the names of the sessions beginning after `at` in which a person has a place."""
    found = away_store.places(work, user_id, at)
    return [_describe(work, place) for place in found if place.session is not None]


def _describe(work: Work, place: UpcomingPlace) -> str:
    """Return the name of a training and session, with when it starts and whether it is full."""
    name = f"{place.training}:{place.session}" if place.session else place.training
    if place.starts_at is None:
        return name
    full = ", full" if place.is_full else ""
    return f"{name} ({wall_clock.show(place.starts_at, work.zone)}{full})"


def cancel_all_of(work: Work, user_id: int, at: datetime) -> list[str]:
    """Take a person out of the trainings that would go on after `at`; returns their names.

    Needs `training.enroll` over the person.
    """
    person = users.get_by_id(work, user_id)
    if not rights.require(work, "training.enroll").covers(person.path):
        rights.require_everywhere(work, "training.enroll")
    found = away_store.places(work, user_id, at)
    for place in found:
        try:
            training = store.get_for_share(work, place.training_id)
        except TrainingUnknown as gone:
            # Deleted since the places were found: there is one fewer now.
            raise RetryTransaction from gone
        (participant,) = people_store.participants_for_update(work, training.id, [user_id])
        place_store.lock_sessions(work, [participant.session_id] if participant.session_id else [])
        old = session_store.find_with_days(work, participant.session_id)
        telling.tell_removed(work, training, old, telling_store.audience(training.id, [user_id]))
        place_store.release(work, [participant.id])
        people_store.cancel(work, [participant.id])
        name = f"{training.code}:{place.session}" if place.session else training.code
        audit.record(
            work, "training.participation_canceled", f"training {name}", people=[person.login]
        )
        telling.tell_organizer_of_people(
            work, training, 1, "taken out of", session=place.session, logins=[person.login]
        )
    return [_describe(work, place) for place in found]


def send_missed(work: Work, user_ids: Sequence[int]) -> int:
    """Send people who are active again one message about each training they missed news of.

    Each gets one message for each of these, with what is in their calendar no more taken out of it
    and what is in it now put there; nothing of what is over. Returns how many messages there are.
    """
    found = away_store.missed(work, user_ids)
    away_store.withdraw(work, user_ids)

    @cache
    def catch_up_on(training_id: int, session_id: int | None, is_live: bool) -> CatchUp | None:  # noqa: FBT001 - a key
        training = store.by_id(work, training_id)
        if not is_live:
            return telling.catch_up_on_removal(work, training)
        return telling.catch_up(work, training, session_store.find_with_days(work, session_id))

    messages = []
    for _, group in groupby(found, key=lambda one: (one.user_id, one.training_id)):
        missed = list(group)
        now = missed[-1]
        catch_up = catch_up_on(
            now.training_id, now.session_id if now.is_live else None, now.is_live
        )
        if catch_up is not None:
            messages.append(_to_message(missed, catch_up))
    return notification.tell_each(work, messages)


def _to_message(missed: Sequence[MissedMessage], catch_up: CatchUp) -> PersonalMessage:
    """Return the one message that somebody gets about a training of which they missed some."""
    last = missed[-1]
    if catch_up.entry is not None:
        organizer = last.organizer_address or catch_up.entry.organizer
        own = OwnEntry(last.calendar_uid, last.moves, last.reply, organizer)
        calendar: str | None = entry_rules.own_text(own) + catch_up.entry.text
    else:
        kept = [one.calendar for one in missed if one.calendar]
        calendar = kept[-1] if kept and entry_rules.cancels(kept[-1]) else None
    return PersonalMessage(
        last.user_id,
        last.email,
        catch_up.words,
        telling_store.about(last.enrollment_id),
        calendar,
    )


def count_places_of(work: Work, user_ids: Sequence[int]) -> int:
    """Return how many places in sessions to come these people have."""
    return away_store.count_places(work, user_ids)
