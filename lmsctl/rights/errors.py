"""Every way the rights room can say no."""

from lmsctl.kit.errors import Forbidden, NotFound


class ActorUnknown(NotFound):
    """Nobody has the login after --as."""

    code = "actor_unknown"
    message = "No account '{login}'."
    hint = "Check the login after --as."


class ActorNotActive(Forbidden):
    """The person after --as is not active."""

    code = "actor_not_active"
    message = "'{login}' is {status} and can do nothing."
    hint = "Activate the person first ('lmsctl user activate {login}')."


class PermissionMissing(Forbidden):
    """The actor does not hold the permission, or not everywhere or not there where it is needed."""

    code = "permission_missing"
    message = "'{actor}' lacks the permission {meaning}{where}."
    hint = "Ask an administrator; 'lmsctl can-i {permission}' tells where you hold it."


class PermissionBeyondOwn(Forbidden):
    """The actor would give, take or change rights that they do not hold there themselves."""

    code = "permission_beyond_own"
    message = "'{actor}' does not hold {lacking} there, so may not give, take or touch it."
    hint = "Ask somebody who holds these permissions in that department."
