"""The statements on activations: taking one, giving it back, and who came in by a profile."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam
from sqlmodel import and_, case, col, false, func, literal, not_, or_, select, update

from lmsctl.department.model import Department
from lmsctl.kit import columns, statements
from lmsctl.kit.daily import CountOfDay
from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.registration.model import Registration
from lmsctl.registration.results import RegistrationState
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.signup_profile.model import Activation, SignupProfile
from lmsctl.signup_profile.results import ProfileActivation
from lmsctl.user.model import User, is_alive


def has_run_out(at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a registration has not been confirmed in time, as seen at `at`."""
    return and_(
        col(Registration.state) == RegistrationState.PENDING, col(Registration.expires_at) <= at
    )


_CLAIM = (
    update(SignupProfile)
    .where(
        col(SignupProfile.id) == bindparam("id_"),
        or_(
            col(SignupProfile.activation_limit).is_(None),
            col(SignupProfile.activations_used) < col(SignupProfile.activation_limit),
        ),
    )
    .values(activations_used=col(SignupProfile.activations_used) + 1)
)


def claim(work: Work, id_: int) -> bool:
    """Take one activation of a profile and return True; False when none is left, or it has gone.

    The profile need not be locked: the UPDATE carries the limit, and whoever waited for another
    one's activation is measured against what that one left. Holds that have run out were given back
    when this unit of work began, so that `activations_used` counts no more than `used` does. The
    version stays: it is for who changes the profile, and not to refuse them because somebody signed
    up.
    """
    return work.run(_CLAIM, id_=id_) == 1


def record_use(work: Work, profile_id: int, registration_id: int) -> None:
    """Remember by which profile a registration came."""
    # The table has no id of its own that `insert` could return.
    work.insert_many(Activation, [{"registration_id": registration_id, "profile_id": profile_id}])


def release_activations(work: Work, registration_ids: Sequence[int]) -> None:
    """Give back the activations of registrations that came to nothing just now.

    Each may be given back once only: in the unit of work that sets it to expired, after the portal
    was locked. The rows stay as history.
    """
    came_to_nothing = among(Activation.registration_id, registration_ids)
    count = (
        select(func.count())
        .select_from(Activation)
        .where(col(Activation.profile_id) == col(SignupProfile.id), came_to_nothing)
        .scalar_subquery()
    )
    work.run(
        update(SignupProfile)
        .where(col(SignupProfile.id).in_(select(Activation.profile_id).where(came_to_nothing)))
        .values(activations_used=col(SignupProfile.activations_used) - count)
    )


def next_expiry(work: Work, profile_id: int, after: datetime) -> datetime | None:
    """Return when, after a moment, the next hold of a profile runs out."""
    found: datetime | None = work.value(
        select(func.min(Registration.expires_at))
        .join(Activation, col(Activation.registration_id) == col(Registration.id))
        .where(
            col(Registration.state) == RegistrationState.PENDING,
            col(Registration.expires_at) > after,
            col(Activation.profile_id) == profile_id,
        )
    )
    return found


# History -----------------------------------------------------------------------------------------


def list_history(work: Work, profile_id: int, scope: Scope) -> Iterator[ProfileActivation]:
    """Yield the activations whose person is in scope, oldest first.

    Who is gone counts by the department that they registered into.
    """
    expired = literal(RegistrationState.EXPIRED, columns.Choice(RegistrationState))
    found = select(
        *columns_of(
            ProfileActivation,
            User,
            department=col(Department.full_name),
            registered_at=col(Registration.registered_at),
            state=case((has_run_out(NOW), expired), else_=col(Registration.state)),
        )
    ).select_from(Activation)
    ordered = _activations(found, profile_id, _is_visible(scope)).order_by(
        col(Registration.registered_at), col(Registration.id)
    )
    return work.each(ProfileActivation, ordered, now=work.now)


def count_hidden(work: Work, profile_id: int, scope: Scope) -> int:
    """Return how many activations are withheld from somebody with this scope."""
    counted = select(func.count()).select_from(Activation)
    statement = _activations(counted, profile_id, not_(_is_visible(scope)))
    return int(work.value(statement, now=work.now))


def count_by_day(
    work: Work, profile_id: int, scope: Scope, begins: Sequence[datetime]
) -> list[CountOfDay]:
    """Count the activations of each day that have not come to nothing; see `counts_by_day`."""
    moment = col(Registration.registered_at)
    counts = statements.counts_by_day(moment, begins, _is_visible(scope)).select_from(Activation)
    came_to_nothing = or_(col(Registration.state) == RegistrationState.EXPIRED, has_run_out(NOW))
    statement = _activations(counts, profile_id, not_(came_to_nothing))
    return work.all(CountOfDay, statement, now=work.now)


def has_visible(work: Work, profile_id: int, scope: Scope) -> bool:
    """Say whether somebody with this scope sees anybody who came in by a profile."""
    somebody = _activations(
        select(Activation.registration_id), profile_id, _is_visible(scope)
    ).limit(1)
    return work.value(somebody, now=work.now) is not None


def _activations(
    selected: Select[Any], profile_id: int, condition: ColumnElement[bool]
) -> Select[Any]:
    """Return what is selected of the activations of a profile that fit `condition`.

    A person is seen by their current department; one who is gone, by the one they registered into.
    """
    department = func.coalesce(col(User.department_id), col(Registration.department_id))
    return (
        selected.join(Registration, col(Registration.id) == col(Activation.registration_id))
        .outerjoin(User, and_(col(User.id) == col(Registration.user_id), is_alive(NOW)))
        .outerjoin(Department, col(Department.id) == department)
        .where(col(Activation.profile_id) == profile_id, condition)
    )


def _is_visible(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that whoever has this scope sees an activation, of `_activations`."""
    # Where a person and the department they registered into are gone, there is no path: NULL.
    return func.coalesce(in_scope(scope, Department.path), false())
