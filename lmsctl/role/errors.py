"""Every way the role room can say no."""

from lmsctl.kit.errors import Conflict, Forbidden, NotFound, Rejected, Usage


class RoleUnknown(NotFound):
    """No role of that name or number."""

    code = "role_unknown"
    message = "There is no role '{given}'."
    hint = "{advice}'lmsctl role list' shows the roles."


class RoleExists(Conflict):
    """A role of that name exists."""

    code = "role_exists"
    message = "The role '{name}' exists already."
    hint = "Choose another name, or give --if-exists skip or update."


class PermissionReserved(Rejected):
    """A custom role is to hold a permission that only the owner and administrators hold."""

    code = "permission_reserved"
    message = "No custom role can hold {meaning}; that belongs to the owner and administrators."
    hint = "Grant the role administrator, or leave this permission out."


class PermissionUnknown(Usage):
    """A custom role is to hold a permission that does not exist."""

    code = "permission_unknown"
    message = "There is no permission '{given}'."
    hint = "{advice}'lmsctl role permissions' explains every one."


class PermissionNotAsked(Usage):
    """Somebody asks about a permission that does not exist."""

    code = "permission_not_a_choice"
    message = "There is no permission '{given}' to ask for."
    hint = "{advice}'lmsctl role permissions' explains every one."


class RoleEmpty(Rejected):
    """A custom role would hold no permission."""

    code = "role_empty"
    message = "The role '{name}' would hold no permission."
    hint = "Leave it at least one, or delete it ('lmsctl role delete')."


class RoleBuiltIn(Rejected):
    """A built-in role is to be changed or deleted."""

    code = "role_built_in"
    message = "The role '{name}' is built in and cannot be {done}."
    hint = "Make a role of your own with 'lmsctl role create'."


class RoleInUse(Rejected):
    """Somebody holds a role that is to be deleted."""

    code = "role_in_use"
    message = "The role '{name}' cannot be deleted: it is held by {holders}."
    hint = "Revoke it from each of them first ('lmsctl role revoke')."


class RoleNeedsDepartment(Rejected):
    """No department is given for a role that is bound to departments."""

    code = "role_needs_department"
    message = "The role '{role}' holds in departments, and none is given."
    hint = "Name at least one: --department PATH; / is the whole tree."


class RoleTakesNoDepartment(Rejected):
    """A department is given for a role that holds in the whole portal."""

    code = "role_takes_no_department"
    message = "The role '{role}' belongs to the whole portal and takes no department."
    hint = "Leave --department out, or choose a role that is bound to departments."


class RoleIsEverybodys(Rejected):
    """A role that everybody holds is to be revoked."""

    code = "role_is_everybodys"
    message = "Everybody is a {role}; that cannot be revoked."
    hint = "To keep somebody out, deactivate them ('lmsctl user deactivate')."


class OwnerMustStay(Rejected):
    """A person who is not active, or will not stay so, is to become an owner."""

    code = "owner_must_stay"
    message = "'{login}' cannot be an owner: an owner is active, with no end scheduled."
    hint = "Activate the person first ('lmsctl user activate {login}')."


class OwnerLast(Rejected):
    """The only owner would lose that role."""

    code = "owner_last"
    message = "'{login}' is the only owner, and a portal always has one."
    hint = "Make somebody else an owner first ('lmsctl role grant LOGIN owner')."


class OwnerNotDemoted(Forbidden):
    """Somebody takes the ownership from somebody else."""

    code = "owner_not_demoted"
    message = "'{actor}' cannot take the ownership from '{login}'."
    hint = "Only '{login}', or whoever can open the database without --as, lays it down."
