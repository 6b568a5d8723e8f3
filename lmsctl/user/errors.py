"""Every way the user room can say no."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage
from lmsctl.portal.errors import NotConfirmedYet

__all__ = ["NotConfirmedYet"]


class UserUnknown(NotFound):
    """Nobody of that login, address or number, or not in scope."""

    code = "user_unknown"
    message = "There is no user '{given}'."
    hint = "'lmsctl user list' shows the users you may see."
    learner_hint = "Check the login."


class LoginTaken(Conflict):
    """Somebody has that login."""

    code = "login_taken"
    message = "The login '{login}' is taken."
    hint = "Choose another login, or give --if-exists skip or update."
    cell_hint = "Write another login, or the login of the person who has this address."


class EmailTaken(Conflict):
    """Somebody has that address."""

    code = "email_taken"
    message = "The address '{email}' belongs to somebody already."
    hint = "Use another address, or change the person who has it ('lmsctl user show {email}')."
    cell_hint = (
        "Write another address; if that person is meant, write their login into the column Login."
    )


class LoginMissing(Usage):
    """Neither a login nor an address to make one from."""

    code = "login_missing"
    message = "A person needs a login or an address."
    hint = "Give --login or --email."
    cell_message = "The row names nobody."
    cell_hint = "Fill in the column Login or Email."


class LoginInvalid(Rejected):
    """The login has blanks, invisible characters, or a hyphen at its beginning."""

    code = "login_invalid"
    message = "'{login}' cannot be a login: {reason}."
    hint = "Use visible characters without blanks, and no hyphen in front."


class GroupUnknown(NotFound):
    """No group of that name or number, or not in scope."""

    code = "group_unknown"
    message = "There is no group '{given}'."
    hint = "'lmsctl group list' shows the groups you may see."


class FilterWrong(Usage):
    """Raised when a filter is not KEY=VALUE, or its key never has such a value."""

    code = "filter_wrong"
    message = "'{given}' is not a valid filter: {reason}."
    hint = "Write {known} or the name of a custom field, as in type=staff."


class OwnerProtected(Rejected):
    """An owner is to be deactivated, ended or deleted."""

    code = "owner_protected"
    message = "'{login}' is an owner and cannot be {done}."
    hint = "Revoke the role first; only an owner may, and one owner always remains."


class StatusWrong(Rejected):
    """The status cannot be changed like this from what it is."""

    code = "status_wrong"
    message = "'{login}' is {status} and cannot be {done}."
    hint = "Activate the person first ('lmsctl user activate {login}')."
    cell_hint = "Write active or {status} into the cell, or leave it blank."


class EndNever(Usage):
    """An account is to end at a time that never comes."""

    code = "end_never"
    message = "--on needs a moment, not 'never'."
    hint = "Leave --on out to end at once; 'lmsctl user activate' takes a scheduled end back."


class SupervisorIsSelf(Rejected):
    """A person is named as their own supervisor."""

    code = "supervisor_is_self"
    message = "'{login}' cannot be their own supervisor."
    hint = "Name somebody else, 'inherited' or 'none'."
