"""What the portal room announces to the rooms above it."""

from zoneinfo import ZoneInfo

from lmsctl.kit.hooks import Hook
from lmsctl.kit.work import Work


@Hook
def after_change_of_zone(work: Work, old: ZoneInfo, new: ZoneInfo) -> list[str]:
    """Return a sentence for each moment whose local date reads differently in the zone `new`."""
    raise NotImplementedError
