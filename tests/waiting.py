"""Changes that are under way while the program is run: it has to wait for them."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lmsctl.kit import driver
from tests.conftest import CommandResult, Portal
from tests.statements import execute_text

_PATIENCE = 20
_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def run_during(
    portal: Portal, argv: tuple[str, ...], *statements: str, **values: Any
) -> CommandResult:
    """Run a command line while a change is under way, which is committed when it waits for that.

    On SQLite, whose writers are alone, there is nothing to see of the waiting.
    """
    with _changing(portal, statements, **values) as connection:
        process = portal.start(*argv)
        wait_until_blocked(portal, process)
        connection.commit()
    out, err = process.communicate(timeout=60)
    return CommandResult(process.returncode, out, err)


@contextmanager
def _changing(
    portal: Portal, statements: Sequence[str], **values: Any
) -> Iterator[driver.Connection]:
    connection = driver.open_database(portal.url, patience=10)
    try:
        connection.begin_writing()
        for statement in statements:
            execute_text(connection, statement, **values)
        yield connection
    finally:
        connection.close()


def wait_until_blocked(portal: Portal, process: subprocess.Popen[str]) -> None:
    """Return once a process waits for a lock; it must not end before."""
    if portal.is_sqlite:
        time.sleep(1)
        return
    deadline = time.monotonic() + _PATIENCE
    while not portal.value(_WAITING):
        assert process.poll() is None, f"it did not wait: {process.communicate()}"
        assert time.monotonic() < deadline, "it does not wait"
        time.sleep(0.05)
