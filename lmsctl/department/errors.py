"""Every way the department room can say no."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected


class DepartmentUnknown(NotFound):
    """No department of that path, code or number, or not in scope."""

    code = "department_unknown"
    message = "There is no department '{given}'."
    hint = "'lmsctl department list' shows the paths, written like Sales/EMEA."


class DepartmentExists(Conflict):
    """A department of that name stands there already."""

    code = "department_exists"
    message = "The department '{path}' exists already."
    hint = "Choose another name, or give --if-exists skip."


class DepartmentCodeTaken(Conflict):
    """Another department has that code."""

    code = "department_code_taken"
    message = "The code '{code}' belongs to the department '{path}'."
    hint = "Choose another code."


class DepartmentNameInvalid(Rejected):
    """A name that could not be written in a path."""

    code = "department_name_invalid"
    message = "'{name}' cannot be the name of a department: it holds a slash."
    hint = "Slashes separate departments; give the parent with --parent."


class DepartmentIsRoot(Rejected):
    """The root is neither moved nor deleted."""

    code = "department_is_root"
    message = "The root of the tree cannot be {done}."
    hint = "Name a department below it."


class DepartmentPathTooLong(Rejected):
    """A path that could not be looked up quickly in every database."""

    code = "department_path_too_long"
    message = "The path '{path}' has {bytes} bytes in UTF-8, more than {most}."
    hint = "Choose shorter names, or a place further up in the tree."


class DepartmentUnderItself(Rejected):
    """A department moved under its own descendant would leave the tree."""

    code = "department_under_itself"
    message = "'{path}' cannot move under '{target}', which lies within it."
    hint = "Choose a parent outside of it."


class DepartmentInUse(Rejected):
    """Somebody is in it, or manages it."""

    code = "department_in_use"
    message = "'{path}' cannot be deleted: {obstacles}."
    hint = "Move these people and revoke these roles first."


class DepartmentTooDeep(Rejected):
    """A tree deeper than anybody can read."""

    code = "department_too_deep"
    message = "'{path}' would lie more than {limit} levels deep."
    hint = "Flatten the tree."


class SupervisorUnknown(NotFound):
    """Nobody is called like the supervisor named."""

    code = "supervisor_unknown"
    message = "Nobody is called '{login}'."
    hint = "Give the login or the address of a person, or 'none'."
