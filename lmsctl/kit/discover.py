"""Finding, by folder, what upper rooms have to say about what happens in lower ones."""

import functools
import importlib
import importlib.util
import pkgutil
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import lmsctl


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something below cannot go, said by a room above."""

    sentence: str


@functools.cache
def rooms() -> tuple[str, ...]:
    """Return the names of the rooms, in alphabetical order."""
    found = pkgutil.iter_modules(lmsctl.__path__)
    return tuple(sorted(item.name for item in found if item.ispkg and item.name != "kit"))


@functools.cache
def modules(file: str) -> tuple[ModuleType, ...]:
    """Return the module `file` of every room that has one."""
    names = (f"lmsctl.{room}.{file}" for room in rooms())
    return tuple(importlib.import_module(name) for name in names if importlib.util.find_spec(name))


def announce(event: str, *args: Any) -> list[Any]:
    """Call `event` of every room whose `dependants.py` has it, and return what each answers.

    `event` is a function's name, such as `before_delete_of_department`; all get the same `args`.
    """
    functions = (getattr(module, event, None) for module in modules("dependants"))
    return [function(*args) for function in functions if function is not None]
