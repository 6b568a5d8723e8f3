"""The statements of the portal room: its one row, and the seats of its plan."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import col, exists, func, or_, select, union_all, update

from lmsctl.kit import database
from lmsctl.kit.statements import NOW, columns_of
from lmsctl.kit.work import Work
from lmsctl.portal.model import VERSIONS, Portal
from lmsctl.portal.rules import PortalState, Settings
from lmsctl.user.model import User
from lmsctl.user.results import UserStatus

# The id of the portal's one row.
ONLY = 1

# Both have had these columns from the beginning: of an older schema this must not fail.
_IS_DUE = or_(
    exists().where(col(User.expires_at) <= NOW),
    exists().where(col(User.due_at) <= NOW),
)
_SELECT_PORTAL_STATE = (
    select(
        *columns_of(
            PortalState,
            Portal,
            schema=VERSIONS.c.version_num,
            is_limited=col(Portal.seat_limit).is_not(None),
            is_due=_IS_DUE,
        )
    )
    .select_from(VERSIONS)
    .outerjoin(Portal, col(Portal.id) == ONLY)
)
_SELECT_SETTINGS = select(*columns_of(Settings, Portal)).where(col(Portal.id) == ONLY)
TAKE_SEATS = (
    update(Portal)
    .where(
        col(Portal.id) == ONLY,
        col(Portal.seats_taken) + bindparam("count") <= col(Portal.seat_limit),
    )
    .values(seats_taken=col(Portal.seats_taken) + bindparam("count"))
)
_RELEASE_SEATS = (
    update(Portal)
    .where(col(Portal.id) == ONLY, col(Portal.seat_limit).is_not(None))
    .values(seats_taken=col(Portal.seats_taken) - bindparam("count"))
)
_IS_SEATED = col(User.status).in_([UserStatus.ACTIVE, UserStatus.PENDING])


def find_portal_state(work: Work) -> PortalState | None:
    """Return the schema's version and the portal's zone; None when there is no version at all."""
    return work.one(PortalState, _SELECT_PORTAL_STATE, now=work.now)


def has_people(work: Work) -> bool:
    """Say whether there are accounts, as there are none before `init`."""
    return work.value(select(User.id).limit(1)) is not None


def find_settings(work: Work) -> Settings | None:
    """Return the portal's row, or None before `init`."""
    return work.one(Settings, _SELECT_SETTINGS)


def find_for_update(work: Work) -> Settings | None:
    """Return the portal's row and keep everybody else from taking or giving back seats."""
    database.lock_table(work.connection, "portals")
    return work.one(Settings, _SELECT_SETTINGS.with_for_update())


def add(work: Work, **values: Any) -> None:
    """Insert the portal's row."""
    work.insert(Portal, id=ONLY, **values)


def change(work: Work, **values: Any) -> None:
    """Change columns of the portal's row."""
    work.update(Portal, ONLY, **values)


def take_seats(work: Work, count: int) -> bool:
    """Take `count` seats of a limited plan at once, or none: the condition carries the limit."""
    return work.run(TAKE_SEATS, count=count) == 1


def release_seats(work: Work, count: int) -> None:
    """Give back `count` seats, which nobody counts where the plan has no limit."""
    work.run(_RELEASE_SEATS, count=count)


def count_seats(work: Work) -> int:
    """Return how many people are active or keep a seat by a hold, whether the plan is limited."""
    return int(work.value(select(func.count()).select_from(User).where(_IS_SEATED)))


# What time alone gives back, whether or not a writer has come by since to put it into the row.


def count_seats_freed_by(work: Work, at: datetime) -> int:
    """Return how many of the seats taken will be free at `at` because of time alone."""
    expired = _count_users(col(User.expires_at) <= at)
    due = _count_users(col(User.due_at) <= at, col(User.status) == UserStatus.ACTIVE)
    return int(work.value(select(expired + due)))


def _count_users(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """Return an expression for how many people fit all of `conditions`."""
    return select(func.count()).select_from(User).where(*conditions).scalar_subquery()


def next_seat_at(work: Work, after: datetime) -> datetime | None:
    """Return when, after a moment, time alone will free a seat next."""
    freed = union_all(
        select(col(User.expires_at).label("freed_at")).where(col(User.expires_at) > after),
        select(col(User.due_at)).where(
            col(User.due_at) > after, col(User.status) == UserStatus.ACTIVE
        ),
    ).subquery()
    found: datetime | None = work.value(select(func.min(freed.c.freed_at)))
    return found
