"""Finding out what became of a COMMIT whose answer was lost."""

import time
from contextlib import suppress
from enum import Enum, auto

from lmsctl.kit import database, secret
from lmsctl.kit.database_errors import RetryTransaction
from lmsctl.kit.driver import Connection
from lmsctl.kit.errors import Refusal, Unavailable

_LONGEST_PAUSE = 0.3


class OutcomeUnknown(Unavailable):
    """Nobody can say whether a change was made."""

    code = "outcome_unknown"
    message = (
        "The answer of the database was lost ({reason}),"
        " and whether the change was made is not known."
    )
    hint = (
        "Look before you repeat it: 'lmsctl {where}' shows it if it was made;"
        " wait until the server has ended the lost connection."
    )
    retryable = False


class ChangeLost(Unavailable):
    """The connection broke, and the change is known not to have been made."""

    code = "change_lost"
    message = "The change was not made: the answer of the database was lost ({reason})."
    hint = "Try again."


class CommitOutcome(Enum):
    """What a database says about a transaction that was to be committed."""

    DONE = auto()
    UNDONE = auto()
    UNDECIDED = auto()


def find_commit_outcome(
    connection: Connection, number: str | None, mark: str, *, is_mark_used: bool
) -> CommitOutcome:
    """Return what became of a transaction; ask on new connections for as long as locks wait.

    `number` is what the server calls it, and `mark` what it has left in its audit rows, if it
    `is_mark_used`.
    """
    failures: tuple[type[Exception], ...] = (Refusal, RetryTransaction, *connection.failures)
    if number is None:
        with suppress(*failures):
            connection.reopen()
        return CommitOutcome.DONE  # There was nothing to commit.
    deadline = time.monotonic() + connection.patience
    while True:
        try:
            connection.reopen()
            outcome = _ask_database(connection, number, mark, is_mark_used=is_mark_used)
        except failures:
            outcome = CommitOutcome.UNDECIDED
        if outcome is not CommitOutcome.UNDECIDED or time.monotonic() >= deadline:
            return outcome
        time.sleep(secret.pause(_LONGEST_PAUSE))


def _ask_database(
    connection: Connection, number: str | None, mark: str, *, is_mark_used: bool
) -> CommitOutcome:
    """Return what the server, or the mark in the audit log, says about a transaction."""
    status = None
    if connection.dialect == "postgresql":
        # A transaction that is over for the server before we look has left its mark, or never will.
        status = database.transaction_status(connection, number)
        if status == "in progress":
            return CommitOutcome.UNDECIDED
        if status == "committed" and not is_mark_used:
            return CommitOutcome.DONE
    elif not database.has_log(connection):
        # Whoever may write has first taken back what was written by half.
        connection.begin_writing()
        status = "aborted" if is_mark_used else None
    try:
        if database.has_mark(connection, mark):
            return CommitOutcome.DONE
    finally:
        connection.rollback()
    return CommitOutcome.UNDONE if status == "aborted" else CommitOutcome.UNDECIDED
