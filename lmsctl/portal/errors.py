"""Every way the portal room can say no."""

from lmsctl.kit.errors import Misconfigured, Rejected, SchemaMismatch, Usage


class SchemaOutdated(SchemaMismatch):
    """The database is older than the program."""

    code = "schema_outdated"
    message = "The database has schema {found}; this program needs {wanted}."
    hint = "Back it up ('lmsctl db backup FILE'), then run 'lmsctl db upgrade'."


class SchemaNewer(SchemaMismatch):
    """The database is newer than the program."""

    code = "schema_newer"
    message = (
        "The database has schema {found}, which is newer than this program (it knows {wanted})."
    )
    hint = "Upgrade lmsctl, or use the database it was made for."


class ClockFrozen(Misconfigured):
    """The clock is set by LMSCTL_NOW in a portal that is no sandbox."""

    code = "clock_frozen"
    message = "LMSCTL_NOW is set, and this portal is not a sandbox."
    hint = "Unset LMSCTL_NOW, or make a test portal with 'lmsctl init --sandbox'."


class SettingUnknown(Usage):
    """No setting has that name."""

    code = "setting_unknown"
    message = "There is no setting '{name}'."
    hint = "{advice}'lmsctl settings show' lists them all."


class SettingNotAssigned(Usage):
    """An argument of `settings set` without its `=`."""

    code = "setting_not_assigned"
    message = "'{given}' gives no value."
    hint = "Write NAME=VALUE, for example plan.max-active-users=250."


class SettingMalformed(Usage):
    """A value on the command line that is no number, or none of the words that there are."""

    code = "setting_malformed"
    message = "The setting '{name}' cannot be '{value}': it takes {expected}."
    hint = "Write it like {example}."


class SettingValueWrong(Rejected):
    """A value that a setting does not take."""

    code = "setting_value_wrong"
    message = "The setting '{name}' cannot be '{value}': it takes {expected}."
    hint = "Write it like {example}."


class PlanBelowTaken(Rejected):
    """The plan is to have fewer seats than are taken."""

    code = "plan_below_taken"
    message = "{taken} seats are taken, so the plan cannot be {limit}."
    hint = "Deactivate people first, or choose at least {taken}."


class PlanFull(Rejected):
    """Every seat of the plan is taken."""

    code = "plan_full"
    message = "The plan is full."
    hint = "An administrator can deactivate somebody, or raise plan.max-active-users."
    retryable = True


class RegistrationOff(Rejected):
    """Self-registration is switched off."""

    code = "registration_off"
    message = "Self-registration is switched off."
    hint = "An administrator switches it on: lmsctl registration enable."


class NotConfirmedYet(Rejected):
    """Something is to be done with a person who has not confirmed their address."""

    code = "not_confirmed_yet"
    message = (
        "'{login}' has not confirmed their address and cannot be {done}; "
        "their registration ends at {ends_at}."
    )
    hint = (
        "Vouch for them (lmsctl registration confirm {named}), "
        "or end the registration (lmsctl registration release {named})."
    )
