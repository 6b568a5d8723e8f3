"""What administrators do with people in trainings: written down, told to organizers, noted."""

import shlex
from collections.abc import Iterator, Sequence

from lmsctl.enrollment.participation.rules import placing
from lmsctl.enrollment.participation.rules.placing import TrainingTarget
from lmsctl.enrollment.selection.actions.pairs import NAMES_LIMIT, record_people
from lmsctl.kit.work import Work
from lmsctl.notification.store.audiences import Audience
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training.participants.rules import ParticipantRecord
from lmsctl.training.rules import SessionWithDays
from lmsctl.training.sessions import store as session_store
from lmsctl.training.telling import actions as telling
from lmsctl.training.telling.store import audiences as telling_store


def record(
    work: Work,
    event: str,
    target: TrainingTarget,
    logins: Sequence[str],
    over_reason: str | None = None,
) -> None:
    """Write into the audit log what was done with people in a training, and why over capacity."""
    detail = {} if over_reason is None else {"over_capacity": over_reason}
    record_people(work, event, f"training {target.name}", logins, **detail)


def tell_organizer(work: Work, target: TrainingTarget, logins: Sequence[str], done: str) -> None:
    """Tell who organizes a training what was done with people, and who they are if they are few."""
    session = target.session.code if target.session else None
    names = logins if len(logins) <= NAMES_LIMIT else ()
    telling.tell_organizer_of_people(
        work, target.training, len(logins), done, session=session, logins=names
    )


def registration_notes(work: Work, target: TrainingTarget) -> Iterator[str]:
    """Yield that people came into a session after its registration deadline, if they did."""
    if target.session is not None:
        yield from placing.registration_notes(target.session, work.now)


def cancellation_notes(
    work: Work, target: TrainingTarget, gone: Sequence[ParticipantRecord]
) -> Iterator[str]:
    """Yield a sentence for each session that people left after its cancellation deadline."""
    left = {participation.session_id for participation in gone}
    for session in session_store.listed(work, ANYWHERE, target.training.id):
        if session.id in left:
            yield from placing.cancellation_notes(session, work.now)


def note_on_kept_access(target: TrainingTarget, logins: Sequence[str]) -> str:
    """Return what to know of people who were enrolled again with another instant of access."""
    code = target.training.code
    who = f"'{logins[0]}' is" if len(logins) == 1 else f"{len(logins)} people are"
    people = f"--user {shlex.quote(logins[0])}" if len(logins) == 1 else "--user LOGIN..."
    return (
        f"{who} enrolled in {code} already, and the access instant stays; to change it:"
        f" lmsctl enrollment edit {people} --training {shlex.quote(code)} --access-at TIME"
    )


def by_session(
    work: Work, target: TrainingTarget, people: Sequence[ParticipantRecord]
) -> Iterator[tuple[SessionWithDays | None, Audience]]:
    """Yield the sessions of these people, None for none, and who is in each."""
    groups: dict[int | None, list[int]] = {}
    for participation in people:
        groups.setdefault(participation.session_id, []).append(participation.user_id)
    for session_id, user_ids in groups.items():
        audience = telling_store.audience(target.training.id, user_ids)
        yield session_store.find_with_days(work, session_id), audience
