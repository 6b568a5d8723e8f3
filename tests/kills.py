"""Ending a run of the program before it is done, at any instant that a test names."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event

from lmsctl.cli import main
from lmsctl.kit import database, postgresql_connection, sqlite_connection
from lmsctl.kit.work import Work
from tests.conftest import Portal

# How a child ends that could not do what it was to do.
_BROKEN = 99


def interrupt_after(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let the run end by Ctrl-C when it has made a part durable for the time number `after`."""
    commit = Work.commit
    calls = [0]

    def ending(self: Work, *standing: str) -> None:
        commit(self, *standing)
        calls[0] += 1
        if calls[0] == after:
            raise KeyboardInterrupt

    monkeypatch.setattr(Work, "commit", ending)


def run_killed(portal: Portal, argv: list[str], at: int) -> bool:
    """Run a command in a child that is killed at its database call number `at`; say if it was."""
    child = os.fork()
    if not child:
        # Whatever goes wrong here must not go on as a second run of the tests.
        try:
            os._exit(_run_until(portal, argv, at))
        finally:
            os._exit(_BROKEN)
    _, status = os.waitpid(child, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) != _BROKEN
    return os.WIFSIGNALED(status)


def _run_until(portal: Portal, argv: list[str], at: int) -> int:
    """Run a command, and be killed at the database call number `at`."""
    kind = sqlite_connection.Sqlite if portal.is_sqlite else postgresql_connection.Postgresql
    calls = [0]

    def call_or_die(*_: Any) -> None:
        calls[0] += 1
        if calls[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)

    _wrap(kind, "commit", call_or_die)
    _wrap(database, "load", call_or_die)
    event.listen(Engine, "before_cursor_execute", call_or_die)
    os.environ.update(portal.environment())
    os.chdir(portal.folder)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return main(argv)


def _wrap(home: Any, name: str, before: Callable[[], None]) -> None:
    plain = getattr(home, name)

    def with_that_before(*given: Any) -> Any:
        before()
        return plain(*given)

    setattr(home, name, with_that_before)
