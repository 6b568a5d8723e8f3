"""Every way the user room can say no."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage
from lmsctl.portal.errors import NotConfirmedYet

__all__ = ["NotConfirmedYet"]


class UserUnknown(NotFound):
    """Nobody of that login, address or number, or not in scope."""

    code = "user_unknown"
    message = "There is nobody called '{given}'."
    hint = "'lmsctl user list' shows the people you may see."


class LoginTaken(Conflict):
    """Somebody has that login."""

    code = "login_taken"
    message = "The login '{login}' is taken."
    hint = "Choose another login, or give --if-exists skip or update."


class EmailTaken(Conflict):
    """Somebody has that address."""

    code = "email_taken"
    message = "The address '{email}' belongs to somebody already."
    hint = "Use another address, or change the person who has it ('lmsctl user show {email}')."


class LoginMissing(Rejected):
    """Neither a login nor an address to make one from."""

    code = "login_missing"
    message = "A person needs a login or an address."
    hint = "Give --login or --email."


class LoginInvalid(Rejected):
    """A login nobody could type."""

    code = "login_invalid"
    message = "'{login}' cannot be a login: {reason}."
    hint = "Use visible characters without blanks; the first is no hyphen."


class FieldMissing(Rejected):
    """A required custom field without a value."""

    code = "field_missing"
    message = "The field '{name}' is required."
    hint = "Give it a value: --field '{name}=…'."


class FieldsWrong(Rejected):
    """Several custom fields are missing or wrong."""

    code = "fields_wrong"
    message = "{count} custom fields are missing or wrong."
    hint = "Correct each of them; 'lmsctl field list' shows the fields there are."


class GroupUnknown(NotFound):
    """No group of that name or number, or not in scope."""

    code = "group_unknown"
    message = "There is no group '{given}'."
    hint = "'lmsctl group list' shows the groups you may see."


class FieldUnknown(NotFound):
    """No custom field of that name."""

    code = "field_unknown"
    message = "There is no custom field '{name}'."
    hint = "{advice}'lmsctl field list' shows them."


class FieldNotAssigned(Usage):
    """An argument of --field without its `=`."""

    code = "field_not_assigned"
    message = "'{given}' gives no value to a field."
    hint = "Write --field NAME=VALUE."


class FieldValueWrong(Rejected):
    """A value that the field's kind does not take."""

    code = "field_value_wrong"
    message = "The field '{name}' cannot be '{value}': it takes {expected}."
    hint = "Correct the value."


class FieldValueTaken(Rejected):
    """A value of a unique field that somebody has."""

    code = "field_value_taken"
    message = "The field '{name}' is unique, and somebody has '{value}' already."
    hint = "Check the value; two people cannot share it."


class FieldExists(Conflict):
    """A custom field of that name exists."""

    code = "field_exists"
    message = "The field '{name}' exists already."
    hint = "Choose another name, or change it with 'lmsctl field edit'."


class FieldChoicesWrong(Rejected):
    """Choices where none belong, or none where some are needed."""

    code = "field_choices_wrong"
    message = "A field of kind {kind} {needs}."
    hint = "Give --choice once for each choice, and only for kind list."


class FieldChoicesInUse(Rejected):
    """Choices that would leave somebody with a value that is none of them."""

    code = "field_choices_in_use"
    message = "People have values in '{name}' that are not among these choices: {values}."
    hint = "Keep these choices, or change the people first."


class FieldNameTaken(Rejected):
    """A name that means something else in a file of people."""

    code = "field_name_reserved"
    message = "'{name}' means something else in a file of people."
    hint = "Choose another name."


class OwnerProtected(Rejected):
    """The owner stays."""

    code = "owner_protected"
    message = "'{login}' is an owner and cannot be {done}."
    hint = "Revoke the role first; only an owner may, and one owner always remains."


class StatusWrong(Rejected):
    """A change of status that makes no sense from here."""

    code = "status_wrong"
    message = "'{login}' is {status} and cannot be {done}."
    hint = "Activate the person first ('lmsctl user activate {login}')."


class EndNever(Usage):
    """An end that never comes is no end."""

    code = "end_never"
    message = "--on needs a moment, and 'never' is none."
    hint = "Leave --on out to end at once; 'lmsctl user activate' takes a scheduled end back."


class VersionStale(Conflict):
    """Somebody else changed it meanwhile."""

    code = "version_stale"
    message = "'{what}' has version {found}, not {wanted}: somebody changed it meanwhile."
    hint = "Look at it again, then repeat with --if-version {found}."


class SupervisorIsSelf(Rejected):
    """Nobody supervises themselves."""

    code = "supervisor_is_self"
    message = "'{login}' cannot be their own supervisor."
    hint = "Name somebody else, 'inherited' or 'none'."
