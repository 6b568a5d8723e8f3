"""Finding, by folder, what upper rooms have to say about what happens in lower ones."""

import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
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


def announce(event: str, *args: Any) -> Iterator[Any]:
    """Yield what each room's `dependants.py` returns for `event`, a function such as
    `before_delete_of_department`, called with `args`; rooms without that function are passed over.
    """  # noqa: D205 - one thought
    for module in modules("dependants"):
        function = getattr(module, event, None)
        if function is not None:
            yield function(*args)
