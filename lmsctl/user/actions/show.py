"""Showing one person, and listing people."""

from collections.abc import Iterable
from dataclasses import replace

from lmsctl.department import store as departments
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE, Visibility
from lmsctl.user import store
from lmsctl.user.actions.filtering import read_filters
from lmsctl.user.fields import store as field_store
from lmsctl.user.results import (
    SupervisorMode,
    UserDetail,
    UserOrigin,
    UserRow,
    UserStatus,
    UserType,
)
from lmsctl.user.rules import UserFilter
from lmsctl.user.store import Person


def show(work: Work, given: str) -> UserDetail:
    """Return one person; needs `user.view` there. Raises UserUnknown."""
    scope = rights.require(work, "user.view")
    return get_detail(work, store.get(work, given, scope).id)


def get_detail(work: Work, number: int) -> UserDetail:
    """Return the person with that id as shown; only what they are linked to is a matter of rights.

    Groups and a supervisor out of the actor's sight are left out.
    """
    person = store.get_by_id(work, number)
    mode = SupervisorMode(person.supervisor_mode)
    visible = rights.visibility(work)
    return UserDetail(
        id=person.id,
        login=person.login,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        type=UserType(person.type),
        status=UserStatus(person.status),
        department=person.department,
        supervisor=_find_supervisor_login(work, person, mode, visible),
        supervisor_mode=mode,
        roles=store.list_role_names(work, number) or ["learner"],
        groups=store.list_group_names(work, number, visible.groups),
        fields={item.name: item.value for item in field_store.list_values(work, number)},
        origin=UserOrigin(person.origin),
        origin_detail=person.origin_detail,
        created_at=person.created_at,
        scheduled_status=UserStatus(person.due_status) if person.due_status else None,
        scheduled_at=person.due_at,
        policy_accepted_at=person.policy_accepted_at,
        version=person.version,
    )


def _find_supervisor_login(
    work: Work, person: Person, mode: SupervisorMode, visible: Visibility
) -> str | None:
    """Return the login of a person's supervisor, if the actor may be told it."""
    if mode is SupervisorMode.INHERITED:
        login = store.find_inherited_supervisor(work, person.id, person.path)
        boss = store.find(work, login, ANYWHERE) if login else None
    else:
        boss = store.get_by_id(work, person.supervisor_id) if person.supervisor_id else None
    return boss.login if boss and visible.shows_person(boss.path, boss.id) else None


def list_users(work: Work, wanted: UserFilter) -> Iterable[UserRow]:
    """Return the people in scope that fit `wanted`, by login; needs `user.view`.

    `wanted.under` is a department as people write it, and so are its `filters`. Raises
    DepartmentUnknown, GroupUnknown and what `read_filters` raises.
    """
    scope = rights.require(work, "user.view")
    if wanted.under is not None:
        wanted = replace(wanted, under=departments.get(work, wanted.under, scope).path)
    if wanted.group is not None:
        store.get_group_id(work, wanted.group, rights.actor(work).scope("group.view"))
    wanted = replace(wanted, people=read_filters(work, wanted.filters, scope))
    return store.list_users(work, scope, wanted)
