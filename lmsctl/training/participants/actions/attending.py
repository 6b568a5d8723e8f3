"""Who takes part in a training, and who was there."""

from collections.abc import Iterable, Iterator, Sequence

from lmsctl.audit import actions as audit
from lmsctl.kit.address import login_key
from lmsctl.kit.answer import ItemOutcome, Outcome
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.training import rules, store
from lmsctl.training.access.actions import (
    get_for_update,
    get_managed,
    scope_of_participants,
    visible_scope,
)
from lmsctl.training.participants import rules as participant_rules
from lmsctl.training.participants.errors import ParticipantsUnknown, ParticipantUnknown
from lmsctl.training.participants.results import AttendanceRow, Participant
from lmsctl.training.participants.store import attendance as attendance_store
from lmsctl.training.participants.store import showing as showing_store
from lmsctl.training.participants.store.attendance import ParticipantOnDay
from lmsctl.training.sessions import rules as session_rules
from lmsctl.training.sessions import store as session_store
from lmsctl.training.sessions.actions.planning import audit_name
from lmsctl.training.telling import actions as telling


def list_participants(
    work: Work, given: str, given_session: str | None = None
) -> Iterable[Participant]:
    """Return who takes part in a training, or in one of its sessions, by session and login.

    Of those whom the actor sees there. Raises TrainingUnknown and SessionUnknown.
    """
    training = store.get(work, given, visible_scope(work))
    session_id = None
    if given_session is not None:
        session_id = session_store.get(work, training, given_session).id
    scope = scope_of_participants(work, training)
    return showing_store.participants(work, scope, training.id, session_id, rights.visibility(work))


def list_attendance(work: Work, given: str, given_session: str) -> Iterator[AttendanceRow]:
    """Return who was there on which day of a session; needs `training.manage` over the training.

    Raises what `get_managed` raises, and SessionUnknown.
    """
    training = get_managed(work, given)
    return attendance_store.of_session(work, session_store.get(work, training, given_session).id)


def record_attendance(  # noqa: PLR0913 - one keyword for each thing there is to record
    work: Work,
    given: str,
    given_session: str,
    *,
    logins: Sequence[str],
    day: int = 1,
    is_present: bool = True,
    minutes: int | None = None,
) -> list[ItemOutcome]:
    """Record whether participants were there on a day; without `logins` it holds for everybody.

    What was recorded before is replaced. Needs `training.manage` over the training. Raises
    TrainingUnknown, SessionUnknown, SessionCanceled, SessionDayUnknown, AttendanceTooEarly,
    AttendanceMinutesWrong, and ParticipantUnknown, or ParticipantsUnknown when it is several.
    """
    training = get_for_update(work, given)
    session = session_store.get_for_update(
        work, session_store.get(work, training, given_session).id
    )
    work.about = audit_name(training, session.code)
    session_rules.check_not_canceled(session)
    on = session_rules.get_day(session, session_store.days(work, session.id), day)
    participant_rules.check_attendance(on, minutes, work.now, is_present=is_present)
    seats = attendance_store.participants_on_day(work, session.id, on.id)
    wanted = _find_participants(session, seats, logins) if logins else seats
    changed = [seat for seat in wanted if (seat.is_present, seat.minutes) != (is_present, minutes)]
    if changed:
        ids = [seat.enrollment_id for seat in changed]
        attendance_store.record(work, ids, on.id, is_present=is_present, minutes=minutes)
        detail = {"day": day, "people": len(ids), "is_present": is_present}
        audit.record(work, "session.attendance_recorded", work.about, **detail)
        name = f"{session.code}, day {day}" if day > 1 else session.code
        was = "was present at" if is_present else "was absent from"
        told = {seat.user_id: was for seat in changed}
        telling.tell_supervisors(work, training, told, session=name)
    numbers = {seat.enrollment_id for seat in changed}
    return [
        ItemOutcome(seat.login, _outcome(seat, seat.enrollment_id in numbers)) for seat in wanted
    ]


def _outcome(seat: ParticipantOnDay, is_changed: bool) -> Outcome:  # noqa: FBT001 - the one thing it depends on
    """Return what recording attendance did for one participant."""
    if not is_changed:
        return Outcome.UNCHANGED
    return Outcome.CREATED if seat.is_present is None else Outcome.UPDATED


def _find_participants(
    session: rules.SessionRecord, seats: Sequence[ParticipantOnDay], logins: Sequence[str]
) -> list[ParticipantOnDay]:
    """Return whom these logins, addresses or numbers mean among the participants, each once."""
    by_number = {str(seat.user_id): seat for seat in seats}
    by_login = {seat.login_key: seat for seat in seats}
    by_email = {seat.email_key: seat for seat in seats if seat.email_key}
    found: dict[int, ParticipantOnDay] = {}
    unknown: list[ParticipantUnknown] = []
    for given in logins:
        key = login_key(given)
        seat = by_login.get(key) or by_email.get(key) or by_number.get(key)
        if seat is None:
            unknown.append(ParticipantUnknown(login=given, session=session.code))
        else:
            found[seat.enrollment_id] = seat
    if len(unknown) > 1:
        raise ParticipantsUnknown(count=len(unknown), session=session.code, details=unknown)
    for refusal in unknown:
        raise refusal
    return list(found.values())
