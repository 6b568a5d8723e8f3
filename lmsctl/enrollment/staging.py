"""The statements that files of enrollments and of progress share: pairs of people and items."""

from sqlalchemy import ColumnElement, Table
from sqlmodel import and_, col, or_, select, update

from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store.faults import allow_damaged, note_fault
from lmsctl.bulk.store.tables import lock_referenced
from lmsctl.content.errors import ContentIsFolder
from lmsctl.content.model import ContentItem
from lmsctl.content.results import ContentKind
from lmsctl.department.model import Department
from lmsctl.enrollment.model import Enrollment
from lmsctl.kit.statements import NOW
from lmsctl.kit.work import Work
from lmsctl.user.model import User, is_alive


def resolve_pairs(
    work: Work, staged: Table, rows: RowRange, is_within: ColumnElement[bool]
) -> None:
    """Give each row of `staged` its person and its item, and take its `id` away.

    The person is who has the login `login_key`; if nobody has, who has the address `email_key`.
    `is_within` is a condition on a row and on the person's department: outside of it nobody is
    found.
    """
    row = staged.c
    in_range = rows.holds(row.row_no)
    found = or_(row.user_id.is_not(None), row.item_id.is_not(None), row.id.is_not(None))
    work.run(update(staged).where(in_range, found).values(user_id=None, item_id=None, id=None))
    for column, key in ((User.login_key, row.login_key), (User.email_key, row.email_key)):
        work.run(
            update(staged)
            .where(
                in_range,
                row.user_id.is_(None),
                col(column) == key,
                col(Department.id) == col(User.department_id),
                is_alive(NOW),
                is_within,
            )
            .values(user_id=User.id),
            now=work.now,
        )
    is_named = col(ContentItem.code_key) == row.code_key
    work.run(update(staged).where(in_range, is_named).values(item_id=ContentItem.id))


def allow_known_names(work: Work, staged: Table, rows: RowRange) -> None:
    """Take back that names look damaged of people and items who are called so."""
    row = staged.c
    allow_damaged(work, rows, staged, ["Login", "Email"], row.user_id.is_not(None))
    allow_damaged(work, rows, staged, ["Content"], row.item_id.is_not(None))


def lock_pairs_for_share(work: Work, staged: Table, rows: RowRange) -> None:
    """Let nobody change the people and the items of `rows`; then they are to be found again."""
    lock_referenced(work, rows, User, staged.c.user_id)
    lock_referenced(work, rows, ContentItem, staged.c.item_id)


def is_about(staged: Table, enrollment: type[Enrollment]) -> ColumnElement[bool]:
    """Return the condition that a row of `staged` is about an enrollment."""
    row = staged.c
    return and_(col(enrollment.user_id) == row.user_id, col(enrollment.item_id) == row.item_id)


def note_folders(work: Work, staged: Table, rows: RowRange, done: str) -> None:
    """Note rows about folders; `done` is what cannot be done with one."""
    row = staged.c
    found = (
        select(row.row_no)
        .join(ContentItem, col(ContentItem.id) == row.item_id)
        .where(col(ContentItem.kind) == ContentKind.FOLDER)
    )
    note_fault(work, rows, ContentIsFolder, found, "Content", given=row.content, done=done)
