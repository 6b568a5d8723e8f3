"""Every way the enrollment room can say no about trainings."""

from lmsctl.kit import time_errors
from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class SessionMisplaced(Usage):
    """A session is named where only a training can be."""

    code = "session_misplaced"
    message = "'{given}' names a session too, which this command does not take here."
    hint = "Write the code of the training alone; where a session is meant, --session names it."


class TargetTwice(Rejected):
    """One training is named twice, with different sessions or once without."""

    code = "target_twice"
    message = "'{training}' is named twice: as {first} and as {second}."
    hint = "Name one of them: a person has one session of a training."


class OverCapacityUnreasoned(Usage):
    """Going over capacity lacks its reason, or a reason was given for nothing."""

    code = "over_capacity_unreasoned"
    message = "--over-limit and --reason only go together."
    hint = "Give both to put people into a full session, or neither."


class AccessMissing(Usage):
    """The moment from which people have access never comes."""

    code = "access_missing"
    message = "'{given}' is not a valid start of access."
    hint = "Name a moment, for example 2026-03-01T09:00, or leave it out for now."
    cell_hint = "Write a moment into the cell, such as 2026-03-01T09:00, or leave it blank for now."


class SessionSecond(Conflict):
    """The person has another session of the training already."""

    code = "session_second"
    message = "'{login}' is in the session '{session}' of '{training}' already."
    hint = (
        "Change it instead: lmsctl enrollment edit --user {login} --training {training} "
        "--session CODE."
    )
    cell_hint = (
        "Write that session, or take the row out; 'lmsctl enrollment edit' changes sessions."
    )


class SessionFull(Rejected):
    """No place is left in the session."""

    code = "session_full"
    message = (
        "There is no place for {who} in '{training}:{session}': every place is taken"
        " (capacity {capacity})."
    )
    hint = "Choose another session; an administrator can enroll with --over-limit and --reason."
    learner_hint = "Choose another session."
    cell_hint = "Write the code of another session, or make room in this one first."


class ResultRecorded(Rejected):
    """The person has a result, which belongs to the session they are in."""

    code = "result_recorded"
    message = "'{login}' has a result recorded in '{training}' and gets no other session."
    hint = "Take the result away first: lmsctl enrollment result --clear."
    cell_hint = "Take the row out, or take the result away first ('lmsctl enrollment result')."


class AccessToCome(Rejected):
    """The participant has no access to the training yet."""

    code = "access_to_come"
    message = "'{login}' has access to '{training}' from {access_at} on."
    hint = "Wait until then, or ask an administrator: lmsctl enrollment edit --access-at."
    learner_hint = "Wait until then."


class ParticipationUnknown(NotFound):
    """The person does not take part in the training."""

    code = "participation_unknown"
    message = "'{login}' is not enrolled in '{training}'."
    hint = "'lmsctl training participants {training}' shows who is."
    learner_hint = "'lmsctl learner calendar {login}' shows in which trainings you take part."


class EditMissing(Usage):
    """An edit changes nothing."""

    code = "enrollment_edit_missing"
    message = "Nothing is given to change."
    hint = "Give --session, --access-at or both."


class ResultMissing(Usage):
    """No result is given, or one is given and cleared at once."""

    code = "result_missing"
    message = "Exactly what to record is not clear."
    hint = "Give --points, --certificate or both, or --clear alone."


class PointsWrong(Rejected):
    """A number of points is out of bounds."""

    code = "points_wrong"
    message = "{given} is not a valid number of points."
    hint = "Give a whole number from 0 to {most}."


class GatesClosed(Rejected):
    """Several things keep a learner from an act; they come in a fixed order."""

    code = "gates_closed"
    message = "{count} things stand in the way."
    hint = "'lmsctl enrollment explain' shows who could change which."


class SessionPreselected(Rejected):
    """An administrator chose the session for the person."""

    code = "session_preselected"
    message = "The session {session} was chosen for '{login}', who cannot give it up."
    hint = (
        "An administrator can change it: lmsctl enrollment edit --user {login}"
        " --training {training}."
    )
    learner_hint = "Ask an administrator to change it."


class SessionBegun(Rejected):
    """The session has started already."""

    code = "session_begun"
    message = "The session {session} started at {starts_at}."
    hint = "Nobody opens it again; an administrator can still enroll people and cancel."
    learner_hint = "Nobody opens it again; choose another session, or ask an administrator."


class AttendanceRecorded(Rejected):
    """The person's attendance in the session is recorded."""

    code = "attendance_recorded"
    message = "The attendance of '{login}' in {session} is recorded already."
    hint = "An administrator can still cancel the enrollment: lmsctl enrollment cancel."
    learner_hint = "Ask an administrator to cancel the enrollment."


class ListLocked(Rejected):
    """The participants of the training are locked."""

    code = "participants_locked"
    message = "The participants of '{training}' are locked: nobody leaves or switches."
    hint = "An administrator of the training can unlock them: lmsctl training unlock {training}."
    learner_hint = "Ask an administrator of the training to unlock them."


class CancellationsStopped(Rejected):
    """The deadline for cancellations is over."""

    code = "cancellations_stopped"
    message = "Cancellations for {session} stopped at {stops_at}."
    hint = (
        "An administrator can extend that for one person: lmsctl enrollment extend --user {login}"
        " --training {training} --deadline cancellation."
    )
    learner_hint = "Ask an administrator to extend that for you."


class RegistrationStopped(Rejected):
    """The deadline for registration is over."""

    code = "registration_stopped"
    message = "Registration for {session} stopped at {stops_at}."
    hint = (
        "An administrator can extend that for one person: lmsctl enrollment extend --user {login}"
        " --training {training} --deadline registration."
    )
    learner_hint = "Ask an administrator to extend that for you."


class NoSessionOpen(Rejected):
    """No session of the training is to come."""

    code = "no_session_open"
    message = "No session of '{training}' is open any more."
    hint = "An administrator can make another one: lmsctl session create {training}."
    learner_hint = "Ask an administrator for another session."


class NoSessionOffered(Rejected):
    """No other session is open and has a place left."""

    code = "no_session_offered"
    message = "'{training}' has no other session that is open and has a place left."
    hint = "Stay, leave, or ask an administrator for another session."


class TrainingNotOffered(Rejected):
    """The catalog does not open the training to the person."""

    code = "training_not_offered"
    message = "The catalog does not open '{training}' to '{login}'."
    hint = (
        "An administrator can open it (lmsctl catalog open {training} --training) or enroll the"
        " person."
    )
    learner_hint = "Ask an administrator to open it, or to enroll you."


class TakesPartAlready(Conflict):
    """The person takes part already, and not in the session that is named."""

    code = "takes_part_already"
    message = "'{login}' takes part in '{training}' already."
    hint = "Choose another session instead: lmsctl enrollment switch --training {training}."


class ExtensionMissing(Usage):
    """The moment until which a deadline is extended never comes."""

    code = "extension_missing"
    message = "'{given}' is not a valid end of an extension."
    hint = "Give --until a moment, for example 2026-03-01T09:00; a date means its whole day."


class TrainingMomentMissing(time_errors.AskedMomentMissing):
    """The moment that somebody asks about never comes."""

    code = "asked_moment_missing"
