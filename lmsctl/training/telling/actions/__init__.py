"""Telling participants, organizers and supervisors what happens to trainings."""

from lmsctl.training.telling.actions.calendars import name_of_entry
from lmsctl.training.telling.actions.hosts import HostNews, tell_hosts
from lmsctl.training.telling.actions.organizers import (
    may_organize,
    tell_organizer,
    tell_organizer_of_people,
)
from lmsctl.training.telling.actions.participants import (
    CatchUp,
    RemovalCause,
    catch_up,
    catch_up_on_removal,
    describe_change,
    first_before,
    invite,
    renew_invitations,
    tell_canceled,
    tell_changed,
    tell_moved,
    tell_removed,
)
from lmsctl.training.telling.actions.supervisors import tell_supervisors

__all__ = [
    "CatchUp",
    "HostNews",
    "RemovalCause",
    "catch_up",
    "catch_up_on_removal",
    "describe_change",
    "first_before",
    "invite",
    "may_organize",
    "name_of_entry",
    "renew_invitations",
    "tell_canceled",
    "tell_changed",
    "tell_hosts",
    "tell_moved",
    "tell_organizer",
    "tell_organizer_of_people",
    "tell_removed",
    "tell_supervisors",
]
