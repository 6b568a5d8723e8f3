"""The races of `tests.racers` for what people are called: looked for, thought about, then taken."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from lmsctl.user.importing.store import writing as file_write_store
from lmsctl.user.store import people as people_store
from tests import racers

_TAKING = ((people_store, "take_names_of"), (file_write_store, "take_names"))


def _think_then(take: Callable[..., None] | None) -> Callable[..., None]:
    def think(*given: Any, **values: Any) -> None:
        time.sleep(racers.THINKING_SECONDS)
        if take:
            take(*given, **values)

    return think


def _let_think() -> None:
    for module, name in _TAKING:
        setattr(module, name, _think_then(getattr(module, name)))


def remove_guard() -> None:
    """Leave names to whoever looked and found them free."""
    for module, name in _TAKING:
        setattr(module, name, _think_then(None))


if __name__ == "__main__":
    _let_think()
    racers._remove_guard = remove_guard
    sys.stdout.write(json.dumps(racers._run(json.load(sys.stdin))))
