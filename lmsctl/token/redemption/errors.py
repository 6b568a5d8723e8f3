"""The refusals that are about who redeems a token."""

from lmsctl.kit import time_errors
from lmsctl.kit.errors import Rejected


class RedeemerNotActive(Rejected):
    """Raised when an account is closed, which a token does not open again."""

    code = "redeemer_not_active"
    message = "The account of '{email}' is {status}, and no token changes that."
    hint = "An administrator can activate the person: lmsctl user activate {email}."


class RedeemerLoginTaken(Rejected):
    """Raised when the address is the login of somebody else."""

    code = "redeemer_login_taken"
    message = "Somebody else signs in with '{email}' as their login."
    hint = "Use another address, or change that person's login (lmsctl user edit)."


class TokenMomentMissing(time_errors.AskedMomentMissing):
    """Raised when somebody asks about a moment that never comes."""

    code = "instant_missing"
