"""What rooms offer while a word is typed, and how they look for what begins like it.

Whoever types may mean one of a million: only so many are read, from an index.
"""

from dataclasses import dataclass
from typing import Any

from lmsctl.kit.work import Work

MOST = 50
# It sorts behind every other character, on both databases.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Typed:
    """What is typed of a word so far, and of what its meaning depends: a session's training."""

    start: str
    within: str = ""


def list_starting(work: Work, statement: Any, key: Any, start: str, **values: Any) -> list[str]:
    """Return the texts that `statement` selects and whose `key` begins with `start`, by key.

    Of more than MOST the first ones are returned and the very last one, so that what all of them
    have in common is also what those have in common that are returned.
    """
    found = statement if not start else statement.where(key >= start, key < start + _LAST)
    first = work.values(found.order_by(key).limit(MOST + 1), **values)
    if len(first) > MOST:
        first[MOST:] = work.values(found.order_by(key.desc()).limit(1), **values)
    return first
