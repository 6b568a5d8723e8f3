"""Every way to say no to a custom field, or to what one holds."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class FieldMissing(Rejected):
    """A required custom field without a value."""

    code = "field_missing"
    message = "The field '{name}' is required."
    hint = "Give it a value: --field '{name}=…'."
    cell_hint = "Fill in the column {name}; every new person needs it."


class FieldsWrong(Rejected):
    """Several custom fields are missing or wrong."""

    code = "fields_wrong"
    message = "{count} custom fields are missing or wrong."
    hint = "Correct each of them; 'lmsctl field list' shows the fields there are."


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
