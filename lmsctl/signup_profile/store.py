"""The statements of the sign-up profile room: profiles, and who came in by them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam
from sqlmodel import and_, case, col, false, func, literal, not_, or_, select, update
from sqlmodel import delete as delete_from

from lmsctl.department.model import Department
from lmsctl.kit import canonical, columns, locks
from lmsctl.kit.named import check_no_title, find_named
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import AT, NOW, among, columns_of
from lmsctl.kit.suggesting import find_similar
from lmsctl.kit.work import Work
from lmsctl.registration.model import Registration
from lmsctl.registration.results import RegistrationState
from lmsctl.registration.rules import secret_part
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.signup_profile.errors import ProfileUnknown
from lmsctl.signup_profile.model import Activation, SignupProfile
from lmsctl.signup_profile.results import ProfileActivation
from lmsctl.signup_profile.rules import ProfileRow
from lmsctl.user.model import User, is_alive


def _has_run_out(at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a registration has not been confirmed in time, as seen at `at`."""
    return and_(
        col(Registration.state) == RegistrationState.PENDING, col(Registration.expires_at) <= at
    )


# A hold is the activation of somebody who has not confirmed their address. One that has run out no
# longer counts, even before a unit of work that writes has given it back.
_COUNT_EXPIRED = (
    select(func.count())
    .select_from(Activation)
    .join(Registration, col(Registration.id) == col(Activation.registration_id))
    .where(col(Activation.profile_id) == col(SignupProfile.id), _has_run_out(AT))
    .scalar_subquery()
)
_SELECT_ROW = select(
    *columns_of(
        ProfileRow,
        SignupProfile,
        path=col(Department.path),
        department=col(Department.full_name),
        used=col(SignupProfile.activations_used) - _COUNT_EXPIRED,
    )
).join(Department, col(Department.id) == col(SignupProfile.department_id))
_SELECT_BY_ID = _SELECT_ROW.where(col(SignupProfile.id) == bindparam("id_"))
_SELECT_BY_CODE = _SELECT_ROW.where(col(SignupProfile.code_key) == bindparam("code"))
_SELECT_BY_LINK = _SELECT_ROW.where(col(SignupProfile.link) == bindparam("given"))


def find(work: Work, given: str, scope: Scope, *, at: datetime | None = None) -> ProfileRow | None:
    """Return the profile with that code or number, or None when absent or out of `scope`.

    `used` is counted as at `at`, now when None. Raises Ambiguous when `given` fits two in scope.
    """
    return find_named(
        work,
        ProfileRow,
        _SELECT_ROW.where(in_scope(scope, Department.path)),
        given,
        col(SignupProfile.code_key) == canonical.key(given),
        id_column=SignupProfile.id,
        what="sign-up profile",
        at=at or work.now,
    )


def get(work: Work, given: str, scope: Scope, *, at: datetime | None = None) -> ProfileRow:
    """Return what `find` finds, for who keeps profiles; raises ProfileUnknown and TitleGiven."""
    found = find(work, given, scope, at=at)
    if found is None:
        visible = _SELECT_ROW.where(in_scope(scope, Department.path))
        code, title = SignupProfile.code, SignupProfile.name
        check_no_title(work, visible, given, code=code, title=title, what="sign-up profile")
        nearest = find_similar(work, visible, given, name=code, key=SignupProfile.code_key)
        raise ProfileUnknown(nearest=nearest)
    return found


def find_by_code(work: Work, code: str) -> ProfileRow | None:
    """Return the profile with that code, wherever it is."""
    return work.one(ProfileRow, _SELECT_BY_CODE, code=canonical.key(code), at=work.now)


def find_by_link(work: Work, given: str) -> ProfileRow | None:
    """Return the profile with that link."""
    return work.one(ProfileRow, _SELECT_BY_LINK, given=secret_part(given), at=work.now)


def get_by_id(work: Work, id_: int) -> ProfileRow:
    """Return the profile with that id; raises ProfileUnknown when it has just been deleted."""
    found = work.one(ProfileRow, _SELECT_BY_ID, id_=id_, at=work.now)
    if found is None:
        raise ProfileUnknown
    return found


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from claiming or changing this profile until we are done.

    Call it after `portal.actions.lock` or `portal.admitting.actions.lock_for_newcomer`: the portal
    always comes first, so that nobody deadlocks.
    """
    locks.lock_rows(work, SignupProfile, [id_])


def list_codes_starting(work: Work, start: str, scope: Scope) -> list[str]:
    """Return the codes of profiles in scope that begin with `start`, as `list_starting` does."""
    statement = (
        select(SignupProfile.code)
        .join(Department, col(Department.id) == col(SignupProfile.department_id))
        .where(in_scope(scope, Department.path))
    )
    return list_starting(work, statement, col(SignupProfile.code_key), canonical.key(start))


def list_profiles(work: Work, scope: Scope, under: str | None) -> Iterator[ProfileRow]:
    """Yield the profiles in scope by code, of the department at path `under` and those below it."""
    statement = _SELECT_ROW.where(in_scope(scope, Department.path)).order_by(
        col(SignupProfile.code_key)
    )
    if under is not None:
        statement = statement.where(in_scope(Scope((under,)), Department.path))
    return work.each(ProfileRow, statement, at=work.now)


def list_all(work: Work) -> list[ProfileRow]:
    """Return every profile, by code."""
    return work.all(ProfileRow, _SELECT_ROW.order_by(col(SignupProfile.code_key)), at=work.now)


def list_in_departments(work: Work, ids: Sequence[int]) -> list[ProfileRow]:
    """Return the profiles of these departments, by code."""
    return work.all(
        ProfileRow,
        _SELECT_ROW.where(among(SignupProfile.department_id, ids)).order_by(
            col(SignupProfile.code_key)
        ),
        at=work.now,
    )


def add(work: Work, **values: Any) -> int:
    """Insert a profile and return its id."""
    return work.insert(SignupProfile, **values)


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one profile and count up its version."""
    work.update(SignupProfile, id_, **values)


def delete(work: Work, ids: Sequence[int]) -> None:
    """Delete profiles; their activations go by ON DELETE CASCADE, the people stay."""
    work.run(delete_from(SignupProfile).where(among(SignupProfile.id, ids)))


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
            state=case((_has_run_out(NOW), expired), else_=col(Registration.state)),
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
