"""The races of `tests.racers` for what people are called: looked for, thought about, then taken."""

import json
import sys
import time
from typing import Any

from lmsctl.kit.work import Work
from lmsctl.user import file_store, store
from tests import racers

_take = store.take_names


def _think_then_take(work: Work, condition: str, **values: Any) -> None:
    time.sleep(racers.THINKING_SECONDS)
    _take(work, condition, **values)


def _only_think(_work: Work, _condition: str, **_values: Any) -> None:
    time.sleep(racers.THINKING_SECONDS)


def _let(take: Any) -> None:
    store.take_names = file_store.take_names = take  # type: ignore[attr-defined]


def drop_the_guard() -> None:
    """Leave names to whoever looked and found them free."""
    _let(_only_think)


if __name__ == "__main__":
    _let(_think_then_take)
    racers._drop_the_guard = drop_the_guard
    sys.stdout.write(json.dumps(racers._run(json.load(sys.stdin))))
