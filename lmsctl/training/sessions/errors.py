"""The refusals that are about sessions."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class SessionUnknown(NotFound):
    """Raised when the training has no session of that code or number."""

    code = "session_unknown"
    message = "The training '{training}' has no session '{given}'."
    hint = "'lmsctl session list {training}' shows its sessions."


class SessionExists(Conflict):
    """Raised when the training has a session of that code already."""

    code = "session_exists"
    message = "The training '{training}' has a session '{given}' already."
    hint = "Choose another code, or give --if-exists skip or update."


class SessionCanceled(Rejected):
    """Raised when a session was canceled, so that nothing about it changes any more."""

    code = "session_canceled"
    message = "The session '{session}' of '{training}' was canceled."
    hint = "Make another session: lmsctl session create {training}."
    learner_hint = "Choose another session."


class SessionOver(Rejected):
    """Raised when a session is over and can no longer be canceled."""

    code = "session_over"
    message = "The session '{session}' of '{training}' is over since {ends_at}."
    hint = "What has taken place stays; move its days first if it has not."


class SessionStartMissing(Usage):
    """Raised when the start of a day is no moment, such as `never`."""

    code = "session_start_missing"
    message = "'{given}' is not a valid start of a session."
    hint = "Give --starts a moment, for example 2026-03-31T09:00."


class SessionDayTooLong(Rejected):
    """Raised when a day of a session lasts longer than 24 hours."""

    code = "session_day_too_long"
    message = "{given} is longer than the 24 hours of a day."
    hint = "Give each day its own duration: lmsctl session add-day."


class SessionDayUnknown(NotFound):
    """Raised when a session has no day of that number."""

    code = "session_day_unknown"
    message = "The session '{session}' has no day {given}."
    hint = "Its days count from 1 to {last}; 'lmsctl session show' lists them."


class SessionDaysOverlap(Rejected):
    """Raised when two days of one session would be at the same time."""

    code = "session_days_overlap"
    message = "A day from {starts_at} to {ends_at} overlaps day {day} of the session."
    hint = "Choose another time, or change that day: lmsctl session edit --day {day}."


class CapacityWrong(Rejected):
    """Raised when a number of places is below 0 or beyond the most there may be."""

    code = "capacity_wrong"
    message = "'{given}' is not a valid number of places."
    hint = "Give a whole number from 1 to {most}, or the word 'unlimited'."


class CapacityZero(Rejected):
    """Raised when a session would have no place at all."""

    code = "capacity_zero"
    message = "A session needs at least one place."
    hint = "To let nobody in, stop registration or cancel the session."


class CapacityBelowTaken(Rejected):
    """Raised when a session would have fewer places than people are in it."""

    code = "capacity_below_taken"
    message = "{taken} places are taken, so the capacity cannot be {capacity}."
    hint = "Give at least {least}, or cancel enrollments first."


class UrlWrong(Rejected):
    """Raised when a text is no address of a web page."""

    code = "url_wrong"
    message = "'{given}' is not a valid web address."
    hint = "Write it like https://meet.example.com/room, without blanks."
