"""Creating people, however they are added."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from lmsctl.audit import actions as audit
from lmsctl.department import actions as departments
from lmsctl.kit.address import Email, login_key, parse_email
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal.errors import PlanFull
from lmsctl.rights import actions as rights
from lmsctl.user import hookpoints, rules, store
from lmsctl.user.actions.show import get_detail
from lmsctl.user.errors import EmailTaken, LoginTaken
from lmsctl.user.fields import actions as field_actions
from lmsctl.user.fields import rules as field_rules
from lmsctl.user.fields import store as field_store
from lmsctl.user.results import (
    SupervisorMode,
    UserDetail,
    UserOrigin,
    UserStatus,
    UserType,
)
from lmsctl.user.rules import UserDraft


def create(  # noqa: PLR0913 - one keyword for each thing a person has
    work: Work,
    *,
    first_name: str,
    last_name: str,
    login: str | None = None,
    email: str | None = None,
    department: str | None = None,
    type_: UserType = UserType.STAFF,
    fields: Sequence[str] = (),
) -> tuple[UserDetail, bool]:
    """Make a person, in the root department unless told otherwise; needs `user.manage` there.

    Returns the person, and whether they are active: past the plan's limit they are made inactive.
    Raises DepartmentUnknown, LoginTaken, EmailTaken, and what the checks of the parts raise.
    """
    rights.require(work, "user.manage")
    work.about = f"user {login or email or ''}"
    place = departments.get_where_allowed(work, department or None, "user.manage")
    entries = field_rules.check_fields(
        field_store.list_fields_for_share(work),
        field_rules.parse_assignments(fields),
        wants_required=True,
    )
    draft = UserDraft(
        login=rules.check_login(login) if login is not None else None,
        email=parse_email(email, sandbox=work.is_sandbox) if email else None,
        first_name=rules.check_person_name(first_name, "first name"),
        last_name=rules.check_person_name(last_name, "last name"),
        type=type_,
        department_id=place.id,
        origin=UserOrigin.ADMINISTRATOR,
        entries=entries,
    )
    portal.lock(work)
    draft = replace(
        draft, department_id=departments.get_for_share(work, department or None, "user.manage").id
    )
    try:
        portal.take_seat(work)
        is_active = True
    except PlanFull:
        is_active = False
    made = add(work, draft, UserStatus.ACTIVE if is_active else UserStatus.INACTIVE)
    return get_detail(work, made.id), is_active


def find_conflicting(work: Work, login: str | None, email: str | None) -> UserDetail | None:
    """Return the person in scope whom a person made like this would be, or None.

    That is who has the login, or when none is given the address.
    """
    scope = rights.require(work, "user.manage")
    given = login or email
    found = store.find(work, given, scope) if given else None
    return get_detail(work, found.id) if found else None


@dataclass(frozen=True, slots=True)
class CreatedUser:
    """Somebody who was just made: what identifies them, and what they are called."""

    id: int
    login: str


def add(
    work: Work, draft: UserDraft, status: UserStatus, taken: Collection[str] | None = None
) -> CreatedUser:
    """Insert the person `draft` describes; seats are the caller's business.

    `taken` is which of `rules.wanted_name_keys` are taken, for whoever has looked already. Raises
    LoginTaken, EmailTaken and FieldValueTaken.
    """
    if taken is None:
        wanted = rules.wanted_name_keys(draft.login, draft.email)
        taken = store.find_taken_names(work, wanted)
    login = _free_login(work, draft.login, draft.email, taken)
    if draft.email and draft.email.key in taken:
        raise EmailTaken(email=draft.email.address, field="email")
    number = store.add(
        work,
        login=login,
        login_key=login_key(login),
        email=draft.email.address if draft.email else None,
        email_key=draft.email.key if draft.email else None,
        first_name=draft.first_name,
        last_name=draft.last_name,
        type=draft.type,
        status=status,
        department_id=draft.department_id,
        supervisor_mode=SupervisorMode.INHERITED,
        origin=draft.origin,
        origin_detail=draft.origin_detail,
        created_at=work.now,
        policy_accepted_at=draft.policy_accepted_at,
        expires_at=draft.expires_at,
    )
    field_actions.set_values(work, number, {}, draft.entries)
    audit.record(work, "user.created", f"user {login}", origin=draft.origin, status=status)
    hookpoints.after_join_of_department(work, {number: None})
    hookpoints.after_change_of_type(work, [number])
    return CreatedUser(number, login)


def _free_login(work: Work, login: str | None, email: Email | None, taken: Collection[str]) -> str:
    """Return what somebody is called who is made; `taken` is about the first name to try."""
    base, may_grow = rules.login_base(login, email)
    for number, batch in enumerate(rules.login_candidates(base)):
        if number:
            taken = store.find_taken_names(work, [login_key(text) for text in batch])
        free = [text for text in batch if login_key(text) not in taken]
        if free:
            return free[0]
        if not may_grow:
            break
    raise LoginTaken(login=base, field="login")
