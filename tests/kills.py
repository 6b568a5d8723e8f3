"""Ending a run of the program before it is done, at any instant that a test names."""

import os
import signal
from typing import Any

import pytest

from lmsctl.cli import main
from lmsctl.kit import driver
from lmsctl.kit.work import Work
from tests.conftest import Portal

_STEPS = ("execute", "load", "commit")


def break_off(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let the run end by Ctrl-C when it has made a part durable for the time number `after`."""
    commit = Work.commit
    calls = [0]

    def ending(self: Work, *standing: str) -> None:
        commit(self, *standing)
        calls[0] += 1
        if calls[0] == after:
            raise KeyboardInterrupt

    monkeypatch.setattr(Work, "commit", ending)


def killed(portal: Portal, argv: list[str], at: int) -> bool:
    """Run a command in a child that is killed at its database call number `at`; say if it was."""
    child = os.fork()
    if not child:
        kind = driver.Sqlite if portal.is_sqlite else driver.Postgresql
        calls = [0]
        for step in _STEPS:
            _wrap(kind, step, calls, at)
        os.environ.update(portal.environment())
        os.chdir(portal.folder)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os._exit(main(argv))
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _wrap(kind: Any, step: str, calls: list[int], at: int) -> None:
    plain = getattr(kind, step)

    def step_or_die(self: Any, *given: Any) -> Any:
        calls[0] += 1
        if calls[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(self, *given)

    setattr(kind, step, step_or_die)
