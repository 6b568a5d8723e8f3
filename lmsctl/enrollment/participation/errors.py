"""Every way the enrollment room can say no about trainings."""

from lmsctl.kit import timewords
from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class SessionMisplaced(Usage):
    """A session behind the training, where an option of its own names it or none is meant."""

    code = "session_misplaced"
    message = "'{given}' names a session too, which this command does not take here."
    hint = "Write the code of the training alone; where a session is meant, --session names it."


class TargetTwice(Rejected):
    """One training with two sessions, or with one and without, in one command."""

    code = "target_twice"
    message = "'{training}' is named twice: as {first} and as {second}."
    hint = "Name one of them: a person has one session of a training."


class OverCapacityUnreasoned(Usage):
    """Going over capacity without a reason, or a reason for nothing."""

    code = "over_capacity_unreasoned"
    message = "--over-capacity and --reason only go together."
    hint = "Give both to put people into a full session, or neither."


class AccessMissing(Rejected):
    """An access that never begins."""

    code = "access_missing"
    message = "'{given}' is no moment from which somebody can have access."
    hint = "Name a moment, for example 2026-03-01T09:00, or leave it out for now."


class SessionSecond(Conflict):
    """Somebody who has another session of the training."""

    code = "session_second"
    message = "'{login}' is in the session '{session}' of '{training}' already."
    hint = (
        "Change it instead: lmsctl enrollment edit --user {login} --training {training} "
        "--session CODE."
    )


class SessionFull(Rejected):
    """No place is left."""

    code = "session_full"
    message = (
        "There is no place for {who} in '{training}:{session}': every place is taken"
        " (capacity {capacity})."
    )
    hint = "Choose another session; an administrator can enroll with --over-capacity and --reason."


class ResultRecorded(Rejected):
    """Somebody whose result belongs to the session they are in."""

    code = "result_recorded"
    message = "'{login}' has a result recorded in '{training}' and gets no other session."
    hint = "Take the result away first: lmsctl enrollment result --clear."


class AccessToCome(Rejected):
    """A participant who does not see the training yet."""

    code = "access_to_come"
    message = "'{login}' has access to '{training}' from {access_at} on."
    hint = "Wait until then, or ask an administrator: lmsctl enrollment edit --access-at."


class ParticipationUnknown(NotFound):
    """That person is not in that training."""

    code = "participation_unknown"
    message = "'{login}' is not enrolled in '{training}'."
    hint = "'lmsctl training participants {training}' shows who is."


class EditMissing(Usage):
    """Nothing to change."""

    code = "enrollment_edit_missing"
    message = "Nothing is given to change."
    hint = "Give --session, --access-at or both."


class ResultMissing(Usage):
    """No result, or one that is given and taken away at once."""

    code = "result_missing"
    message = "Exactly what to record is not clear."
    hint = "Give --points, --certificate or both, or --clear alone."


class PointsWrong(Rejected):
    """Points that are none."""

    code = "points_wrong"
    message = "{given} is no number of points."
    hint = "Give a whole number from 0 to {most}."


class LearnerUnnamed(Usage):
    """A learner's act without a learner."""

    code = "learner_unnamed"
    message = "Nobody is named."
    hint = "Give --user, or act as a person with --as."


class GatesClosed(Rejected):
    """Several things keep a learner from it, in a fixed order."""

    code = "gates_closed"
    message = "{count} things stand in the way."
    hint = "'lmsctl enrollment explain' shows who could change which."


class SessionPreselected(Rejected):
    """A session that an administrator chose."""

    code = "session_preselected"
    message = "The session {session} was chosen for '{login}', who cannot give it up."
    hint = (
        "An administrator can change it: lmsctl enrollment edit --user {login}"
        " --training {training}."
    )


class SessionBegun(Rejected):
    """A session that is not to come any more."""

    code = "session_begun"
    message = "The session {session} started at {starts_at}."
    hint = "Nobody opens it again; an administrator can still enroll people and cancel."


class AttendanceRecorded(Rejected):
    """Somebody whose attendance is known."""

    code = "attendance_recorded"
    message = "The attendance of '{login}' in {session} is recorded already."
    hint = "An administrator can still cancel the enrollment: lmsctl enrollment cancel."


class ListLocked(Rejected):
    """A training whose participants stay."""

    code = "participants_locked"
    message = "The participants of '{training}' are locked: nobody leaves or switches."
    hint = "An administrator of the training can unlock them: lmsctl training unlock {training}."


class CancellationsStopped(Rejected):
    """Too late to go."""

    code = "cancellations_stopped"
    message = "Cancellations for {session} stopped at {stops_at}."
    hint = (
        "An administrator can extend that for one person: lmsctl enrollment extend --user {login}"
        " --training {training} --deadline cancellation."
    )


class RegistrationStopped(Rejected):
    """Too late to come."""

    code = "registration_stopped"
    message = "Registration for {session} stopped at {stops_at}."
    hint = (
        "An administrator can extend that for one person: lmsctl enrollment extend --user {login}"
        " --training {training} --deadline registration."
    )


class NoSessionOpen(Rejected):
    """Nothing to come to, or to go from, any more."""

    code = "no_session_open"
    message = "No session of '{training}' is open any more."
    hint = "An administrator can make another one: lmsctl session create {training}."


class NoSessionOffered(Rejected):
    """No other session to switch to."""

    code = "no_session_offered"
    message = "'{training}' has no other session that is open and has a place left."
    hint = "Stay, leave, or ask an administrator for another session."


class TrainingNotOffered(Rejected):
    """A training that is not in somebody's catalog."""

    code = "training_not_offered"
    message = "The catalog does not open '{training}' to '{login}'."
    hint = (
        "An administrator can open it (lmsctl catalog open {training} --training) or enroll the"
        " person."
    )


class TakesPartAlready(Conflict):
    """Joining with a session what somebody takes part in already."""

    code = "takes_part_already"
    message = "'{login}' takes part in '{training}' already."
    hint = "Choose another session instead: lmsctl enrollment switch --training {training}."


class ExtensionMissing(Rejected):
    """An extension that is no moment."""

    code = "extension_missing"
    message = "'{given}' is no moment until which a deadline can hold off."
    hint = "Give --until a moment, for example 2026-03-01T09:00; a date means its whole day."


class TrainingMomentMissing(timewords.AskedMomentMissing):
    """A question about a moment that never comes."""

    code = "asked_moment_missing"
