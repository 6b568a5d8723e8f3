"""Telling those who organize and instruct sessions, and keeping their calendars as sessions are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lmsctl.kit import secret
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText, PersonalMessage
from lmsctl.notification.calendar.rules.entry import OwnEntry, Reply, common_text, own_text
from lmsctl.notification.results import MessageKind
from lmsctl.rights import actions as rights
from lmsctl.training.rules import SessionWithDays, TrainingRecord
from lmsctl.training.telling.actions.calendars import entry_of
from lmsctl.training.telling.actions.organizers import may_organize
from lmsctl.training.telling.actions.participants import describe_place
from lmsctl.training.telling.store import hosts as store
from lmsctl.training.telling.store.hosts import Host, HostEntryRecord

_ORGANIZE, _INSTRUCT = "organize", "instruct"


@dataclass(frozen=True, slots=True)
class HostNews:
    """What is told of a session to who organizes or instructs it: a sentence, and the rest.

    What is not `is_noted` only mails tell, and only those that change a calendar.
    """

    subject: str
    body: str = ""
    is_noted: bool = True


def tell_hosts(
    work: Work,
    training: TrainingRecord,
    sessions: Sequence[SessionWithDays],
    news: Mapping[int, HostNews] | None = None,
    *,
    are_gone: bool = False,
) -> None:
    """Let the calendars of who organizes and instructs sessions have them as they are now.

    `news` is what happened to a session, by its id. Who has just come to hold one gets it, who no
    longer does gets it taken out, and of sessions that `are_gone` everybody does. In a calendar
    things stand right whoever did them; all else nobody hears who did it. Nothing is sent to
    somebody who is not active, and of a session that is over only its news.
    """
    if work.is_silent:
        return
    told = news or {}
    wanted = [
        one
        for one in sessions
        if one.session.id in told or any(day.ends_at > work.now for day in one.days)
    ]
    roles = _roles(work, training, wanted)
    found = store.entries(work, [one.session.id for one in wanted])
    entries = {(one.session_id, one.user_id): one for one in found}
    people = store.active_people(work, {user_id for _, user_id in {*roles, *entries}})
    added: list[HostEntryRecord] = []
    changed: list[int] = []
    removed: list[int] = []
    messages: list[PersonalMessage] = []
    for at in wanted:
        for key in sorted(key for key in {*roles, *entries} if key[0] == at.session.id):
            person, known, role = people.get(key[1]), entries.get(key), roles.get(key)
            what, is_held = told.get(at.session.id), role is not None and not are_gone
            if person is None:
                continue
            entry = known
            if is_held and known is None and person.address:
                entry = _new_entry(work, key)
                added.append(entry)
            elif known is not None and (what or not is_held):
                entry = _next_entry(work, known)
                (changed if is_held else removed).append(known.id)
            elif what is None:
                continue
            host = _Host(training, at, person, role, is_held=is_held)
            messages += _messages(work, host, entry, what)
    store.add(work, added)
    store.count_changes(work, changed, work.mail.organizer_address)
    store.remove(work, removed)
    notification.tell_each(work, messages)


@dataclass(frozen=True, slots=True)
class _Host:
    """Somebody and a session that they hold, or held until now; `role` says which way."""

    training: TrainingRecord
    at: SessionWithDays
    person: Host
    role: str | None
    is_held: bool

    @property
    def kind(self) -> MessageKind:
        if self.role == _INSTRUCT:
            return MessageKind.TRAINING_INSTRUCTOR
        return MessageKind.TRAINING_ORGANIZER


def _roles(
    work: Work, training: TrainingRecord, sessions: Sequence[SessionWithDays]
) -> dict[tuple[int, int], str]:
    """Return who organizes or instructs which session, by the ids of both.

    Who instructs is known where what is written there is somebody's login or address.
    """
    names = {one.session.instructor for one in sessions if one.session.instructor}
    called = store.people_called(work, names) if names else {}
    roles = {
        (one.session.id, called[one.session.instructor]): _INSTRUCT
        for one in sessions
        if one.session.instructor in called
    }
    number = training.organizer_id
    if number is not None and may_organize(work, number):
        roles |= {(one.session.id, number): _ORGANIZE for one in sessions}
    return roles


def _new_entry(work: Work, key: tuple[int, int]) -> HostEntryRecord:
    uid = f"{secret.identifier()}@lmsctl.invalid"
    return HostEntryRecord(0, *key, uid, 0, work.mail.organizer_address)


def _next_entry(work: Work, known: HostEntryRecord) -> HostEntryRecord:
    address = known.organizer_address or work.mail.organizer_address
    return replace(known, changes=known.changes + 1, organizer_address=address)


def _messages(
    work: Work, host: _Host, entry: HostEntryRecord | None, what: HostNews | None
) -> Iterator[PersonalMessage]:
    """Yield what somebody gets, if it is anything to them."""
    training, at = host.training, host.at
    is_told = what is not None and what.is_noted and host.person.id != rights.actor(work).user_id
    if entry is None and not is_told:
        return
    calendar = None
    if entry is not None:
        # They are not asked: it is theirs.
        own = OwnEntry(entry.uid, entry.changes, Reply.YES, entry.organizer_address)
        calendar = own_text(own) + common_text(
            entry_of(work, training, at, is_canceled=not host.is_held)
        )
    name = f"the session {at.session.code} of '{training.title}'"
    if what is None and host.is_held:
        what = HostNews(f"You {host.role} {name}", describe_place(at))
    elif what is None:
        what = HostNews(f"You no longer hold {name}", describe_place(at))
    words = MessageText(
        kind=host.kind,
        reason=f"they {host.role or 'held'} {training.code}:{at.session.code}",
        subject=what.subject,
        body=f"{what.subject}.\n{what.body}",
    )
    yield PersonalMessage(
        host.person.id,
        host.person.address,
        words,
        about=None,
        calendar=calendar,
        topic=f"hosting {at.session.id}",
        has_notice=is_told,
    )
