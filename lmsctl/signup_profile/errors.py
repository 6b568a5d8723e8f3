"""Every way the sign-up profile room can say no."""

from lmsctl.kit import time_errors
from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class ProfileUnknown(NotFound):
    """No profile of that code or link, a deleted one, or one out of scope: one answer for all."""

    code = "profile_unknown"
    message = "There is no such sign-up profile."
    hint = "Check the code or the link; 'lmsctl signup-profile list' shows those you may see."


class ProfileExists(Conflict):
    """A profile of that code exists."""

    code = "profile_exists"
    message = "The sign-up profile '{profile}' exists already."
    hint = "Choose another code, or give --if-exists skip or update."


class ProfileNotOpenYet(Rejected):
    """The link's window has not begun."""

    code = "profile_not_open_yet"
    message = "The sign-up profile '{profile}' opens at {opens_at}."
    hint = "Wait until then, or move its start."


class ProfileEnded(Rejected):
    """The link's window is over."""

    code = "profile_ended"
    message = "The sign-up profile '{profile}' ended at {ended_at}."
    hint = "Move its end, or use another profile."


class ProfileUsedUp(Rejected):
    """Every activation is used or held."""

    code = "profile_used_up"
    message = "All {limit} activations of the sign-up profile '{profile}' are used."
    hint = "Raise its limit."


class ActivationsWrong(Rejected):
    """The number of activations is below 0 or too great."""

    code = "activations_wrong"
    message = "'{given}' is not a valid number of activations."
    hint = "Give a whole number from 1 to {most}, or the word 'unlimited'."


class ActivationsZero(Rejected):
    """A profile is to have no activation."""

    code = "activations_zero"
    message = "A sign-up profile needs at least one activation."
    hint = "To stop a profile, let it end: --ends now."


class ActivationsBelowUsed(Rejected):
    """A profile is to have fewer activations than are used."""

    code = "activations_below_used"
    message = "{used} activations are used, so there cannot be only {limit}."
    hint = "Give at least {used}, or let the profile end."


class WindowEmpty(Rejected):
    """The end of the window is not after its start."""

    code = "window_empty"
    message = "The end ({ends_at}) is not after the start ({starts_at})."
    hint = "Choose a later end, or 'never'."


class StartMissing(Usage):
    """The start of the window is a time that never comes."""

    code = "start_missing"
    message = "A sign-up profile has to start at some time."
    hint = "Give --starts a moment, for example now or 2026-03-01."


class ProfileMomentMissing(time_errors.AskedMomentMissing):
    """The time that is asked about never comes."""

    code = "moment_missing"
