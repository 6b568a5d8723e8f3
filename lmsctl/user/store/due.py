"""The statements that put into the rows what time alone has decided."""

from sqlmodel import case, col, func, select, update

from lmsctl.kit.statements import NOW
from lmsctl.kit.work import Work
from lmsctl.user.model import User
from lmsctl.user.results import UserStatus

# What has a moment for its end has ended when that comes, in the very second.
_IS_DUE = col(User.due_at) <= NOW
_HAS_EXPIRED = col(User.expires_at) <= NOW

# Of those who are due only the active keep a seat, and what is scheduled for them takes it away.
_COUNT_SEATS_OF_DUE = (
    select(func.count()).select_from(User).where(_IS_DUE, col(User.status) == UserStatus.ACTIVE)
)

_APPLY_DUE = (
    update(User)
    .where(_IS_DUE)
    .values(
        status=col(User.due_status),
        due_status=None,
        due_at=None,
        away_at=case(
            (col(User.status) == UserStatus.ACTIVE, col(User.due_at)), else_=col(User.away_at)
        ),
        version=col(User.version) + 1,
    )
)

_SELECT_EXPIRED_IDS = select(User.id).where(_HAS_EXPIRED)


def apply_due(work: Work) -> tuple[int, int]:
    """Give people the status that was scheduled; return how many, and how many seats that frees.

    Call it under `portal.lock`, because those seats are given back next.
    """
    # Counted first: afterwards no row tells what it was.
    freed = int(work.value(_COUNT_SEATS_OF_DUE, now=work.now))
    return work.run(_APPLY_DUE, now=work.now), freed


def expired_ids(work: Work) -> list[int]:
    """Return the ids of people whose registration has expired, in order."""
    # Not ORDER BY id: the planner would then scan the primary key instead of the index
    # users_expiring.
    return sorted(work.values(_SELECT_EXPIRED_IDS, now=work.now))
