"""Every way the configuration room can say no."""

from lmsctl.kit.errors import Rejected, Usage


class KeyUnknown(Usage):
    """No key has that name."""

    code = "key_unknown"
    message = "There is no configuration key '{key}'."
    hint = "{advice}"


class KeyValueWrong(Usage):
    """A value that a key does not take."""

    code = "key_value_wrong"
    message = "'{key}' cannot be '{value}': it takes {expected}."
    hint = "'lmsctl help config' describes every key."


class KeyValueRefused(Rejected):
    """A number that a key does not take."""

    code = "key_value_refused"
    message = "'{key}' cannot be {value}: it takes {expected}."
    hint = "'lmsctl help config' describes every key."


class PasswordInArgument(Usage):
    """A password in argv is visible to everybody in the process list."""

    code = "password_in_argument"
    message = "A password on the command line can be read by everybody on this machine."
    hint = "Write the address into a file that only you may read, and name that with {instead}."


class AddressNeeded(Usage):
    """A connection with no address, or with two."""

    code = "address_needed"
    message = "A context has exactly one address."
    hint = "Give either --url or --url-file."


class ContextNameWrong(Rejected):
    """A name that could not be written on the command line or in a key."""

    code = "context_name_wrong"
    message = "'{name}' cannot name a context."
    hint = "Use letters, digits, hyphens and underscores, such as test or customer-2."
