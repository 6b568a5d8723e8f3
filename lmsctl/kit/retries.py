"""How often a transaction starts again after a conflict with others, and when that ends."""

from __future__ import annotations

import time
from collections import Counter

from lmsctl.kit import secret
from lmsctl.kit.database_errors import ConstraintClash, RetryTransaction
from lmsctl.kit.errors import Unavailable

_REPEATS = 40
_FREE_REPEATS = 2

# Who looks again sees what another has put in, so the same clash over and over is nobody's doing.
_SAME_CLASHES = 5
_LONGEST_PAUSE = 0.05


class MeanwhileChanged(Unavailable):
    """Others came between our transaction again and again."""

    code = "meanwhile_changed"
    message = "Other writers came between this change {times} times in a row."
    hint = "Try again."


class ConstraintViolated(Exception):  # noqa: N818 - a bug of ours, which is told by this name
    """What is written excludes what is there, or refers to nothing, however often it is tried."""


class Retries:
    """The conflicts that one change has met so far."""

    def __init__(self) -> None:
        self._times = 0
        self._clashes: Counter[str] = Counter()

    @property
    def should_wait_in_line(self) -> bool:
        """Whether the change must now wait its turn, so that a crowd gets through one by one."""
        return self._times >= _FREE_REPEATS

    def note(self, conflict: RetryTransaction) -> None:
        """Count a conflict and wait a little.

        Raises ConstraintViolated or MeanwhileChanged when to start again is no use.
        """
        self._times += 1
        if isinstance(conflict, ConstraintClash):
            words = str(conflict)
            self._clashes[words] += 1
            if self._clashes[words] >= _SAME_CLASHES or self._times >= _REPEATS:
                raise ConstraintViolated(words) from conflict.error
        if self._times >= _REPEATS:
            raise MeanwhileChanged(times=self._times) from conflict
        time.sleep(secret.pause(_LONGEST_PAUSE * min(1, self._times / 5 - 0.1)))
