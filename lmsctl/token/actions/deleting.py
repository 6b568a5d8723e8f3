"""Destroying tokens, so that no file of the database has their codes any more."""

from collections.abc import Sequence
from functools import partial

from lmsctl.audit import actions as audit
from lmsctl.kit.driver import Connection
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.rights import actions as rights
from lmsctl.token import store
from lmsctl.token.actions.tokens import get_manageable

_LOG_STILL_READ = (
    "Somebody is still reading from the write-ahead log, which keeps the deleted code for now;"
    " run 'lmsctl db vacuum' when they are done."
)


def delete(work: Work, given: Sequence[str]) -> list[int]:
    """Destroy tokens after one confirmation; people and enrollments stay. Returns their numbers.

    Raises TokenUnknown when one of them does not exist, and destroys none then.
    """
    rights.require_everywhere(work, "token.manage")
    portal.lock(work)
    found = {row.id: name for name in given for row in [get_manageable(work, name)]}
    rows = {
        number: rights.get_for_update(
            work, partial(get_manageable, work, found[number]), store.lock
        )
        for number in sorted(found)
    }
    work.about = f"token {', '.join(map(str, rows))}"
    names = ", ".join(row.name for row in rows.values())
    uses = sum(row.uses for row in rows.values())
    work.confirm(
        f"Destroy {counted(len(rows), 'token')} for good?",
        [
            f"Goes: {names}. No command brings a code back.",
            f"Stays: the people, their enrollments, and the ledger of uses ({uses}).",
            "To stop a token and keep it: lmsctl token deactivate.",
        ],
    )
    store.destroy(work, list(rows))
    for number in rows:
        audit.record(work, "token.deleted", f"token {number}")
    return list(rows)


def finish_deletion(connection: Connection) -> list[str]:
    """Wipe deleted codes out of a write-ahead log, after the commit.

    Returns what the caller should know: nothing, or that somebody still reads from that log.
    """
    if store.truncate_log(connection):
        return []
    return [_LOG_STILL_READ]


def finish_vacuum(connection: Connection) -> list[str]:
    """Wipe deleted codes out of the files of either database, outside of any transaction.

    Returns what `finish_deletion` returns.
    """
    store.vacuum_full(connection)
    return finish_deletion(connection)
