"""The SQL of the init room."""

from lmsctl.kit.work import Work


def name_of_portal(work: Work) -> str | None:
    """Return how the portal in this database is called, whatever its version; None without one."""
    found: str | None = work.value("SELECT name FROM portals WHERE id = 1")
    return found
