"""The refusals that are about participants and their attendance."""

from lmsctl.kit.errors import NotFound, Rejected, Usage


class AttendanceOfNobody(Usage):
    """Raised when it is unclear whose attendance is recorded: nobody is named, or all and some."""

    code = "attendance_of_nobody"
    message = "Whose attendance is meant is not clear."
    hint = "Give --user, or --everybody; with neither, and nothing to record, it is listed."


class AttendanceTooEarly(Rejected):
    """Raised when attendance is recorded for a day that has not begun."""

    code = "attendance_too_early"
    message = "That day starts at {starts_at}; nobody can have been there yet."
    hint = "Record it when the day has begun."


class AttendanceMinutesWrong(Rejected):
    """Raised when nobody can have been there for so many minutes."""

    code = "attendance_minutes_wrong"
    message = "{given} is not a valid number of minutes."
    hint = "Give --minutes a number from 0 to {most}, and not with --absent."


class ParticipantUnknown(NotFound):
    """Raised when somebody is not in the session."""

    code = "participant_unknown"
    message = "'{login}' is not in the session '{session}'."
    hint = "'lmsctl training participants' shows who is."


class ParticipantsUnknown(NotFound):
    """Raised when several people are not in the session."""

    code = "participants_unknown"
    message = "{count} of these people are not in the session '{session}'; nothing was recorded."
    hint = "Correct the names; 'lmsctl training participants' shows who is in it."
