"""Every way the registration room can say no."""

from lmsctl.kit.errors import NotFound, Rejected, Usage


class DomainNotAllowed(Rejected):
    """The address belongs to a domain that is not on the list."""

    code = "domain_not_allowed"
    message = "Addresses at '{domain}' are not admitted here."
    hint = "Use an address of an admitted domain, or ask an administrator to admit this one."


class DomainsMissing(Rejected):
    """Domains are limited, and none is given."""

    code = "domains_missing"
    message = "A domain limit needs at least one domain."
    hint = "Give --domain once for each, or lift the limit with --any-domain."


class DomainsContradict(Usage):
    """Two of the options on domains exclude each other."""

    code = "domains_contradict"
    message = "{options} exclude each other."
    hint = "Give one of them."


class AddressTaken(Rejected):
    """Somebody has that address."""

    code = "address_taken"
    message = "There is an account with the address '{email}' already."
    hint = "Sign in with it, or use another address."


class ConfirmationPending(Rejected):
    """The address has registered already and is to be confirmed first."""

    code = "confirmation_pending"
    message = "'{email}' has registered already, and waits for its confirmation until {ends_at}."
    hint = (
        "Follow the link in the mail. It is sent again, at most once in ten minutes; "
        "an administrator may confirm instead: lmsctl registration confirm {email}."
    )


class SignupLoginTaken(Rejected):
    """Somebody has that login."""

    code = "signup_login_taken"
    message = "The login '{login}' is taken."
    hint = "Choose another login, or leave it out to get one made."


class ContentNotShared(Rejected):
    """The item has no open link."""

    code = "content_not_shared"
    message = "'{given}' has no open link, so nobody registers for it."
    hint = "Share it first: lmsctl content link {given}."


class DetailMissing(Rejected):
    """Something is missing that everybody who registers must give."""

    code = "detail_missing"
    message = "The {name} is missing."
    hint = "Give {option}."


class DetailsWrong(Rejected):
    """Several things are missing or wrong at once."""

    code = "details_wrong"
    message = "{count} problems with this registration."
    hint = "Fix each of them, then try again."


class PolicyNotAccepted(Rejected):
    """The privacy policy is switched on and was not accepted."""

    code = "policy_not_accepted"
    message = "The privacy policy has to be accepted."
    hint = "Give --accept-policy, if the person accepts it."


class ConfirmationUnknown(NotFound):
    """No registration waits for that code."""

    code = "confirmation_unknown"
    message = "There is no registration for that code, or its time has run out."
    hint = "Register again; the code is in the newest mail."


class PendingUnknown(NotFound):
    """No registration of that person waits."""

    code = "pending_unknown"
    message = "No registration of '{given}' waits for its confirmation."
    hint = "'lmsctl registration pending' lists those that wait."
