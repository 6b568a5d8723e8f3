"""The statements of the init room: what tells whether there is a portal already."""

from sqlmodel import col, select

from lmsctl.kit.work import Work
from lmsctl.portal.model import VERSIONS, Portal
from lmsctl.portal.store import ONLY


def name_of_portal(work: Work) -> str | None:
    """Return how the portal in this database is called, whatever its version; None without one."""
    name = select(Portal.name).where(col(Portal.id) == ONLY).scalar_subquery()
    # That there is no version is noticed before anything else that is missing.
    found: str | None = work.value(select(name).select_from(VERSIONS))
    return found
