"""What can be wrong with a row of a file of people, beyond what can be wrong with a person."""

from lmsctl.kit.errors import Rejected


class WordUnknown(Rejected):
    """A cell that takes one of a few words holds another."""

    code = "cell_word_unknown"
    message = "'{given}' is none of: {known}."
    hint = "Write one of these words, or leave the cell blank."


class MembershipUnknown(Rejected):
    """A cell names a group that is not there, or not in scope."""

    code = "row_group_unknown"
    message = "There is no group '{given}'."
    hint = "'lmsctl group list' shows the groups; several in one cell are separated by |."


class NameMissing(Rejected):
    """A new person has no first or last name."""

    code = "row_name_missing"
    message = "A new person needs a {what}."
    hint = "Fill the cell, or correct the login or address if the person exists already."


class DepartmentNeeded(Rejected):
    """A new person would belong to the root department, which the actor does not manage."""

    code = "row_department_missing"
    message = "A new person without a department would belong to the root, which you do not manage."
    hint = "Name one of the departments that you manage."


class PendingNotGiven(Rejected):
    """A row is to make somebody wait for a confirmation."""

    code = "row_status_pending"
    message = "'{name}' cannot become pending: only registering oneself does that."
    hint = "Use active, inactive or ended, or leave the cell blank."


class SupervisorRowFailed(Rejected):
    """The supervisor is to come from another row of the same file, which cannot be taken.

    `cause` is the row at whose fault that lies: the other one, or one on which that depends.
    """

    code = "row_supervisor_failed"
    message = "The supervisor '{given}' is to come from row {other}, which cannot be taken itself."
    hint = "Fix row {cause}; nothing else is wrong with this one."


class TouchesMoreRights(Rejected):
    """The person holds rights that the actor does not hold there, so is out of reach."""

    code = "row_beyond_own_rights"
    message = "'{name}' holds rights that you do not hold there, so you may not change them."
    hint = "Ask somebody who holds these rights, or take the row out."
