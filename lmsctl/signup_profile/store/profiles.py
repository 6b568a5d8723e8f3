"""The statements on sign-up profiles themselves."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, func, select
from sqlmodel import delete as delete_from

from lmsctl.department.model import Department
from lmsctl.kit import canonical, locks
from lmsctl.kit.named import check_no_title, find_named
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import AT, among, columns_of
from lmsctl.kit.suggesting import find_similar
from lmsctl.kit.work import Work
from lmsctl.registration.model import Registration
from lmsctl.registration.rules import secret_part
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.signup_profile.errors import ProfileUnknown
from lmsctl.signup_profile.model import Activation, SignupProfile
from lmsctl.signup_profile.rules import ProfileRow
from lmsctl.signup_profile.store.activations import has_run_out

# A hold is the activation of somebody who has not confirmed their address. One that has run out no
# longer counts, even before a unit of work that writes has given it back.
_COUNT_EXPIRED = (
    select(func.count())
    .select_from(Activation)
    .join(Registration, col(Registration.id) == col(Activation.registration_id))
    .where(col(Activation.profile_id) == col(SignupProfile.id), has_run_out(AT))
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
