"""Time zones by their IANA names."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from lmsctl.kit.canonical import excerpt, nearest
from lmsctl.kit.time_errors import (
    ZoneMissing,
    ZoneUnknown,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


# Files that zone databases hold and that name no place or offset.
_NOT_ZONES = frozenset({"Factory", "localtime", "posixrules"})


def by_name(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name such as Europe/Berlin, spelled exactly.

    Raises ZoneUnknown with the nearest name; paths and the machine's own `localtime` are unknown.
    """
    # only commands that handle times should pay for loading the zone machinery
    from zoneinfo import ZoneInfo

    known = names()
    if name not in known:
        near = nearest(name, known)
        meant = (
            f"Did you mean {near}?" if near else "Use an IANA name such as Europe/Berlin or UTC."
        )
        raise ZoneUnknown(field="time_zone", given=excerpt(name), advice=meant)
    return ZoneInfo(name)


def from_database(name: str) -> ZoneInfo:
    """Return the time zone that a row of the database names.

    It was known where it was written, and need not be here. Raises ZoneMissing.
    """
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ZoneMissing(given=excerpt(name)) from error


@cache
def names() -> frozenset[str]:
    """Return the names of all time zones."""
    # the list that tzdata brings: zoneinfo makes one by opening every file of the database
    listing = Path(import_module("tzdata").__path__[0], "zones").read_text(encoding="ascii")
    return frozenset(listing.split()) - _NOT_ZONES
