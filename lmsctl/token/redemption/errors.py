"""Every way redeeming a token can say no to a person, beyond what its gates say."""

from lmsctl.kit import time_errors
from lmsctl.kit.errors import Rejected


class RedeemerNotActive(Rejected):
    """Somebody whose account is closed; a token does not open it again."""

    code = "redeemer_not_active"
    message = "The account of '{email}' is {status}, and no token changes that."
    hint = "An administrator can activate the person: lmsctl user activate {email}."


class RedeemerLoginTaken(Rejected):
    """The address serves somebody else as login."""

    code = "redeemer_login_taken"
    message = "Somebody else signs in with '{email}' as their login."
    hint = "Use another address, or change that person's login (lmsctl user edit)."


class TokenMomentMissing(time_errors.AskedMomentMissing):
    """A question about a moment that never comes."""

    code = "instant_missing"
