"""The verb that imports people from a file."""

from lmsctl.user.importing.actions.importing import import_people

__all__ = ["import_people"]
