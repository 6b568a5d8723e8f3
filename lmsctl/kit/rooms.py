"""The rooms of the house, and the files of one name in all of them, found by folder."""

import functools
import importlib
import importlib.util
import pkgutil
from types import ModuleType

import lmsctl


@functools.cache
def room_names() -> tuple[str, ...]:
    """Return the names of the rooms, in alphabetical order."""
    found = pkgutil.iter_modules(lmsctl.__path__)
    return tuple(sorted(item.name for item in found if item.ispkg and item.name != "kit"))


@functools.cache
def modules(file: str) -> tuple[ModuleType, ...]:
    """Return the module `file` of every room that has one, in the order of the rooms."""
    names = (f"lmsctl.{room}.{file}" for room in room_names())
    return tuple(importlib.import_module(name) for name in names if importlib.util.find_spec(name))
