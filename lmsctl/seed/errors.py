"""Every way the seed room can say no."""

from lmsctl.kit.errors import Conflict, Rejected


class SeedNeedsSandbox(Rejected):
    """The portal is not there for tests."""

    code = "seed_needs_sandbox"
    message = "This portal is not a sandbox, and only a sandbox can be filled with made-up people."
    hint = "Make a test portal with 'lmsctl init --sandbox'."


class SeedNeedsEmptyPortal(Conflict):
    """Something is in the portal already."""

    code = "seed_needs_empty_portal"
    message = "This portal is not empty: {found}."
    hint = "Make a new test portal with 'lmsctl init --sandbox' and another database."


class SeedSizeWrong(Rejected):
    """A number of things that no plan can be made for."""

    code = "seed_size_wrong"
    message = "{option} must be a whole number from {least} to {most}."
    hint = "Write it like {option} {example}."
