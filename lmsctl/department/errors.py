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
    """The name holds a slash, which separates departments in a path."""

    code = "department_name_invalid"
    message = "'{name}' cannot be the name of a department: it holds a slash."
    hint = "Slashes separate departments; give the parent with --parent."


class DepartmentIsRoot(Rejected):
    """The root is to be moved or deleted."""

    code = "department_is_root"
    message = "The root of the tree cannot be {done}."
    hint = "Name a department below it."


class DepartmentPathTooLong(Rejected):
    """The path has more bytes than an index of every database takes."""

    code = "department_path_too_long"
    message = "The path '{path}' has {bytes} bytes in UTF-8, more than {most}."
    hint = "Choose shorter names, or a place further up in the tree."


class DepartmentUnderItself(Rejected):
    """A department is to be moved under itself or one of its subdepartments."""

    code = "department_under_itself"
    message = "'{path}' cannot move under '{target}', which lies within it."
    hint = "Choose a parent outside of it."


class DepartmentInUse(Rejected):
    """Somebody is in a department that is to be deleted, or manages it."""

    code = "department_in_use"
    message = "'{path}' cannot be deleted: {obstacles}."
    hint = "Move these people and revoke these roles first."


class DepartmentTooDeep(Rejected):
    """A department would lie deeper in the tree than the limit allows."""

    code = "department_too_deep"
    message = "'{path}' would lie more than {limit} levels deep."
    hint = "Flatten the tree."


class SupervisorUnknown(NotFound):
    """Nobody has the login or address of the supervisor that is named."""

    code = "supervisor_unknown"
    message = "There is no user '{login}'."
    hint = "Give the login or the address of a user, or 'none'."
