"""The statement that marks rows of any file about people who wait for confirmation."""

from typing import Any

from sqlalchemy import Select
from sqlmodel import col, func

from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store.faults import SqlText, note_fault
from lmsctl.kit.statements import moment_text
from lmsctl.kit.work import Work
from lmsctl.user.errors import NotConfirmedYet
from lmsctl.user.model import User
from lmsctl.user.results import UserStatus


def fail_not_confirmed(
    work: Work, rows: RowRange, found: Select[Any], heading: SqlText, done: SqlText
) -> None:
    """Note rows about people who wait for confirmation, of those that `found` finds.

    `found` selects the numbers of rows and joins `User`; `done` is what cannot be done with them.
    """
    waiting = found.where(col(User.status) == UserStatus.PENDING)
    note_fault(
        work,
        rows,
        NotConfirmedYet,
        waiting,
        heading,
        login=col(User.login),
        named=func.coalesce(col(User.email), col(User.login)),
        done=done,
        ends_at=moment_text(col(User.expires_at)),
    )
