"""The SQL of the init room."""

from lmsctl.kit.work import Work


def name_of_portal(work: Work) -> str | None:
    """Return how the portal in this database is called, whatever its version; None without one."""
    # That there is no version is noticed before anything else that is missing.
    named = "SELECT (SELECT name FROM portals WHERE id = 1) AS name FROM alembic_version"
    found: str | None = work.value(named)
    return found
