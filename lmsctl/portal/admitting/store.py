"""The statements by which the portal's row is locked for somebody new."""

from sqlmodel import col, select

from lmsctl.autoenroll.model import AutoenrollRule
from lmsctl.department.model import Department
from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work
from lmsctl.portal.model import Portal
from lmsctl.portal.rules import AdmissionSettings
from lmsctl.portal.store import ONLY, TAKE_SEATS

_COLUMNS = columns_of(
    AdmissionSettings,
    Portal,
    root_id=select(Department.id).where(col(Department.parent_id).is_(None)).scalar_subquery(),
    has_rules=select(AutoenrollRule.id).exists(),
)
_SELECT_ROW = select(*_COLUMNS).where(col(Portal.id) == ONLY)
_SELECT_FOR_UPDATE = _SELECT_ROW.with_for_update(of=Portal)
_SELECT_UNLIMITED = _SELECT_ROW.where(col(Portal.seat_limit).is_(None)).with_for_update(
    read=True, of=Portal
)
_WITH_SEAT = TAKE_SEATS.returning(*_COLUMNS)


def find_unlimited_for_share(work: Work) -> AdmissionSettings | None:
    """Return the portal's row, which nobody changes until we are done, while others may share it.

    None where the plan has a limit.
    """
    return work.one(AdmissionSettings, _SELECT_UNLIMITED)


def take_seat(work: Work) -> AdmissionSettings | None:
    """Take one seat of a plan with a limit and return the portal's row, which is ours then.

    None where the plan has no limit, or no seat is left.
    """
    return work.one(AdmissionSettings, _WITH_SEAT, count=1)


def find_for_update(work: Work) -> AdmissionSettings | None:
    """Return the portal's row and keep everybody else from taking or giving back seats."""
    return work.one(AdmissionSettings, _SELECT_FOR_UPDATE)
