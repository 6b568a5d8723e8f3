"""What must hold between people and the ledger of seats."""

from sqlmodel import and_, case, col, func, or_, select, true, union

from lmsctl.kit.check import Check
from lmsctl.kit.statements import example
from lmsctl.portal.model import Portal
from lmsctl.user.model import User, UserName
from lmsctl.user.results import UserStatus

_CALLED = union(
    select(col(User.login_key).label("key"), col(User.id)),
    select(User.email_key, User.id).where(col(User.email_key).is_not(None)),
).subquery("called")
_SEATED = (
    select(func.count().label("count"))
    .select_from(User)
    .where(col(User.status).in_([UserStatus.ACTIVE, UserStatus.PENDING]))
    .subquery("seated")
)
_SEATED_IF_LIMITED = case((col(Portal.seat_limit).is_(None), 0), else_=_SEATED.c.count)

CHECKS = (
    Check(
        "names_kept",
        "What people are called, login or address, stands in one place, and everything but once.",
        select(example(func.coalesce(col(UserName.key), _CALLED.c.key)))
        .select_from(_CALLED)
        .join(
            UserName,
            and_(col(UserName.key) == _CALLED.c.key, col(UserName.user_id) == _CALLED.c.id),
            full=True,
        )
        .where(or_(col(UserName.key).is_(None), _CALLED.c.key.is_(None))),
    ),
    Check(
        "seats_counted",
        "The seats taken are the people who are active or waiting for confirmation; without a limit"
        " nobody counts them.",
        select(example("ledger ", Portal.seats_taken, ", people ", _SEATED.c.count))
        .select_from(Portal)
        .join(_SEATED, true())
        .where(col(Portal.seats_taken) != _SEATED_IF_LIMITED),
    ),
)
