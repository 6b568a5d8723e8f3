"""When what was written into the log is sealed: not in the way of the others who write.

A seal is made from a row and the seal before it, so only one can seal at a time. Done within every
unit of work it would put all of them in a line, however unrelated they are. So it follows the
commit: at the end of a run, in a long one now and then, for all rows that there are by then, and
only if nobody else is at it. What is left over is sealed by whoever comes next.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # --help loads no database code.
    from lmsctl.kit.driver import Connection

# How long one run seals what others have left, in seconds.
_AT_MOST = 2.0


@dataclass(slots=True)
class Sealing:
    """What one run has still to seal, and when it last did.

    `seal_some` seals a part of what is not sealed yet, in a transaction of its own that waits for
    nobody, and says whether there may be more. `is_pending` is set by who commits rows of the log.
    `pause` is how many seconds a run goes on writing before it seals.
    """

    seal_some: "Callable[[Connection], bool]"
    is_pending: bool = False
    pause: float = 1
    _latest: float = field(default_factory=time.monotonic)

    def seal_if_due(self, connection: "Connection") -> None:
        """Seal in the middle of a run, if the last time was long ago; as `seal` does."""
        if time.monotonic() - self._latest >= self.pause:
            self.seal(connection)

    def seal(self, connection: "Connection") -> None:
        """Seal what this run and others have left, unless somebody else does; raises nothing.

        No transaction is open on `connection`. The change itself was made, whatever becomes of its
        seal; what is wrong with sealing is told by `audit verify`, which seals the rest.
        """
        if not self.is_pending:
            return
        self.is_pending = False
        until = time.monotonic() + _AT_MOST
        with suppress(Exception):
            while self.seal_some(connection) and time.monotonic() < until:
                pass
        self._latest = time.monotonic()
