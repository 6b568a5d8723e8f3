"""Every way the group room can say no."""

from lmsctl.kit.errors import Conflict, NotFound
from lmsctl.user.errors import GroupUnknown

__all__ = ["GroupExists", "GroupPeopleUnknown", "GroupUnknown"]


class GroupExists(Conflict):
    """A group of that name exists, perhaps where the actor sees nothing."""

    code = "group_exists"
    message = "A group called '{name}' exists already."
    hint = "Choose another name; names of groups are unique in the whole portal."


class GroupPeopleUnknown(NotFound):
    """Several of the people named are nobody, or not in scope."""

    code = "group_people_unknown"
    message = "{count} of these {total} people are unknown; nobody was {done}."
    hint = "Correct their logins, or leave them out."
