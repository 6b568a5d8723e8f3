"""Every way the init room can say no."""

from lmsctl.kit.errors import Conflict


class PortalExists(Conflict):
    """The database holds a portal already."""

    code = "portal_exists"
    message = "The database at {database} holds the portal '{name}' already."
    hint = "Use it as it is, or name another database with --database-url."
