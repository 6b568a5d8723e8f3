"""Every way the enrollment room can say no about trainings."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class TargetUnclear(Usage):
    """A training and a session that cannot be told apart."""

    code = "target_unclear"
    says = "'{given}' names no training."
    hint = "Write the code of a training, or of a training and its session as in first-aid:spring."


class TargetTwice(Rejected):
    """One training with two sessions, or with one and without, in one command."""

    code = "target_twice"
    says = "'{training}' is named twice: as {first} and as {second}."
    hint = "Name one of them: a person has one session of a training."


class OverCapacityUnreasoned(Usage):
    """Going over capacity without a reason, or a reason for nothing."""

    code = "over_capacity_unreasoned"
    says = "--over-capacity and --reason only go together."
    hint = "Give both to put people into a full session, or neither."


class AccessMissing(Rejected):
    """An access that never begins."""

    code = "access_missing"
    says = "'{given}' is no moment from which somebody can have access."
    hint = "Give --access-at a moment, for example 2026-03-01T09:00, or leave it out for now."


class SessionSecond(Conflict):
    """Somebody who has another session of the training."""

    code = "session_second"
    says = "'{login}' is in the session '{session}' of '{training}' already."
    hint = (
        "Change the session instead: lmsctl enrollment edit --user {login} --training {training}."
    )


class SessionFull(Rejected):
    """No place is left."""

    code = "session_full"
    says = "There is no place for {who} in '{training}:{session}': all {capacity} are taken."
    hint = "Choose another session, or ask an administrator for another place."


class ResultRecorded(Rejected):
    """Somebody whose result belongs to the session they are in."""

    code = "result_recorded"
    says = "'{login}' has a result recorded in '{training}' and keeps their session."
    hint = "Take the result away first: lmsctl enrollment result --clear."


class ParticipationUnknown(NotFound):
    """That person is not in that training."""

    code = "participation_unknown"
    says = "'{login}' is not enrolled in '{training}'."
    hint = "'lmsctl training participants {training}' shows who is."


class EditMissing(Usage):
    """Nothing to change."""

    code = "enrollment_edit_missing"
    says = "Nothing is given to change."
    hint = "Give --session, --access-at or both."


class ResultMissing(Usage):
    """No result, or one that is given and taken away at once."""

    code = "result_missing"
    says = "Exactly what to record is not clear."
    hint = "Give --points, --certificate or both, or --clear alone."


class PointsWrong(Rejected):
    """Points that are none."""

    code = "points_wrong"
    says = "{given} is no number of points."
    hint = "Give a whole number from 0 to {most}."


class LearnerUnnamed(Usage):
    """A learner's act without a learner."""

    code = "learner_unnamed"
    says = "Nobody is named."
    hint = "Give --user, or act as a person with --as."
