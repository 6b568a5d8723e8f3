"""Connections to PostgreSQL that are kept, for tests that run thousands of command lines.

A new one costs the server more than most commands do. It is given back as a pooler before the
server would do it: without a transaction, settings or temporary tables of whoever had it.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import psycopg


class _Kept(psycopg.Connection[Any]):
    """A connection that goes back to where it came from when it is closed."""

    home: "list[_Kept] | None" = None

    def close(self) -> None:
        """Let others have it, if it is of any use to them."""
        home, self.home = self.home, None
        if home is None or self.closed or not self._is_clean():
            super().close()
        else:
            home.append(self)

    def _is_clean(self) -> bool:
        try:
            self.rollback()
            self.execute("DISCARD ALL")
        except psycopg.Error:
            return False
        return True


@contextmanager
def keep_connections() -> Iterator[Callable[[], None]]:
    """Keep what the program connects to in this process, as long as the block lasts.

    Yield what closes those that nobody has just now.
    """
    free: defaultdict[str, list[_Kept]] = defaultdict(list)
    connect_anew, here = psycopg.connect, os.getpid()

    def connect(address: str, **how: Any) -> psycopg.Connection[Any]:
        if os.getpid() != here:  # What a forked process has of these belongs to us.
            return connect_anew(address, **how)
        home = free[f"{address} {sorted(how.items())}"]
        connection = home.pop() if home else _Kept.connect(address, **how)
        connection.home = home
        return connection

    def let_go() -> None:
        for home in free.values():
            while home:
                home.pop().close()

    try:
        with mock.patch.object(psycopg, "connect", connect):
            yield let_go
    finally:
        let_go()
