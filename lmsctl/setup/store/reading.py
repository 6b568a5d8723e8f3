"""What a portal holds of each kind, in the order of the names; of children, all of a kind at once.

Only people and tokens are many: they are read as a stream, and everything else of a kind at once.
"""

from collections.abc import Callable, Iterator, Mapping

from sqlmodel import col, select

from lmsctl.autoenroll.model import AutoenrollRule
from lmsctl.content.model import ContentItem
from lmsctl.department.model import Department, DepartmentSupervisor
from lmsctl.department.rules import ROOT
from lmsctl.group.model import Group
from lmsctl.kit.work import Work
from lmsctl.portal.model import Portal
from lmsctl.rights.model import Role, RolePermission
from lmsctl.setup.rules.kinds import KINDS
from lmsctl.setup.rules.things import SetupThing
from lmsctl.setup.store import learning, people
from lmsctl.setup.store.parts import audience, parts, rows
from lmsctl.signup_profile.model import SignupProfile
from lmsctl.token.model import Token
from lmsctl.user.model import CustomField, User


def list_things(work: Work, kind: str, *, with_people: bool) -> Iterator[SetupThing]:
    """Yield what the portal holds of a kind, people and what names them only if asked for."""
    for thing in _READERS[kind](work, with_people=with_people):
        if not with_people:
            fields = KINDS[kind].fields
            known = {n: v for n, v in thing.values.items() if not fields[n].names_people}
            yield SetupThing(kind, thing.name, known, thing.above)
        else:
            yield thing


def _settings(work: Work, *, with_people: bool) -> Iterator[SetupThing]:  # noqa: ARG001 - as all have it
    for row in work.tuples(
        rows(
            Portal.name,
            Portal.time_zone,
            Portal.seat_limit,
            Portal.is_policy_on,
            Portal.hold_hours,
            Portal.public_url,
            Portal.is_registration_on,
            Portal.is_confirmation_on,
            Portal.is_domain_limited,
            Portal.domains_json,
        )
    ):
        name, zone, seats, policy, hours, url, is_on, confirms, is_limited, domains = row
        yield SetupThing(
            "settings",
            "",
            {
                "name": name,
                "time-zone": str(zone),
                "max-active-users": seats,
                "privacy-policy": policy,
                "hold-hours": hours,
                "public-url": url or None,
                "registration": is_on,
                "confirm-email": confirms,
                "domains": tuple(domains) if is_limited else (),
            },
        )


def _fields(work: Work, *, with_people: bool) -> Iterator[SetupThing]:  # noqa: ARG001 - as all have it
    for name, kind, is_required, choices in work.tuples(
        select(
            CustomField.name, CustomField.kind, CustomField.is_required, CustomField.choices_json
        ).order_by(col(CustomField.name_key))
    ):
        values = {"kind": kind, "required": is_required}
        yield SetupThing("field", name, values | ({"choices": tuple(choices)} if choices else {}))


def _departments(work: Work, *, with_people: bool) -> Iterator[SetupThing]:
    for path, code, supervisor in work.tuples(
        select(Department.full_name, Department.code, User.login)
        .outerjoin(
            DepartmentSupervisor, col(DepartmentSupervisor.department_id) == col(Department.id)
        )
        .outerjoin(User, col(User.id) == col(DepartmentSupervisor.user_id))
        .order_by(col(Department.full_key))
    ):
        if path != ROOT or code or (with_people and supervisor):
            yield SetupThing("department", path, {"code": code, "supervisor": supervisor})


def _groups(work: Work, *, with_people: bool) -> Iterator[SetupThing]:
    members = people.members(work) if with_people else {}
    sort = KINDS["group"].fields["members"].value
    for id_, name, department in work.tuples(
        select(Group.id, Group.name, Department.full_name)
        .join(Department, col(Department.id) == col(Group.department_id))
        .order_by(col(Group.name_key))
    ):
        logins = sort.sort(members.get(id_, ()))  # type: ignore[attr-defined]
        yield SetupThing("group", name, {"department": department, "members": logins})


def _roles(work: Work, *, with_people: bool) -> Iterator[SetupThing]:  # noqa: ARG001 - as all have it
    permissions = parts(work, select(RolePermission.role_id, RolePermission.permission))
    for id_, name in work.tuples(
        select(Role.id, Role.name).where(~col(Role.is_builtin)).order_by(col(Role.name_key))
    ):
        yield SetupThing("role", name, {"permissions": tuple(sorted(permissions[id_]))})


def _autoenroll(work: Work, *, with_people: bool) -> Iterator[SetupThing]:  # noqa: ARG001 - as all have it
    for code, content, type_, group, department, is_deep in work.tuples(
        rows(
            AutoenrollRule.code,
            ContentItem.code,
            AutoenrollRule.type,
            Group.name,
            Department.full_name,
            AutoenrollRule.is_deep,
        )
        .join(ContentItem, col(ContentItem.id) == col(AutoenrollRule.item_id))
        .outerjoin(Group, col(Group.id) == col(AutoenrollRule.group_id))
        .outerjoin(Department, col(Department.id) == col(AutoenrollRule.department_id))
        .order_by(col(AutoenrollRule.code_key))
    ):
        who = audience("", type_, group, department, None)
        values = {"content": content, "who": who}
        yield SetupThing(
            "autoenroll", code, values | ({"subdepartments": is_deep} if department else {})
        )


def _profiles(work: Work, *, with_people: bool) -> Iterator[SetupThing]:  # noqa: ARG001 - as all have it
    for code, name, department, starts, ends, limit, domains in work.tuples(
        rows(
            SignupProfile.code,
            SignupProfile.name,
            Department.full_name,
            SignupProfile.starts_at,
            SignupProfile.ends_at,
            SignupProfile.activation_limit,
            SignupProfile.domains_json,
        )
        .join(Department, col(Department.id) == col(SignupProfile.department_id))
        .order_by(col(SignupProfile.code_key))
    ):
        yield SetupThing(
            "signup-profile",
            code,
            {
                "name": name,
                "department": department,
                "starts": starts,
                "ends": ends,
                "activations": limit,
                "domains": None if domains is None else tuple(domains),
            },
        )


def _tokens(work: Work, *, with_people: bool) -> Iterator[SetupThing]:  # noqa: ARG001 - as all have it
    for code, content, nickname, creates, limit, expires, is_active, domains in work.tuples(
        rows(
            Token.code,
            ContentItem.code,
            Token.nickname,
            Token.creates,
            Token.use_limit,
            Token.expires_at,
            Token.is_active,
            Token.domains_json,
        )
        .join(ContentItem, col(ContentItem.id) == col(Token.content_id))
        # Codes of tokens stand in no index; their numbers are the order in which they were made.
        .order_by(col(ContentItem.code_key), col(Token.code))
    ):
        yield SetupThing(
            "token",
            code,
            {
                "content": content,
                "nickname": nickname,
                "creates": creates,
                "limit": limit,
                "expires": expires,
                "active": is_active,
                "domains": None if domains is None else tuple(domains),
            },
        )


_READERS: Mapping[str, Callable[..., Iterator[SetupThing]]] = {
    "settings": _settings,
    "field": _fields,
    "department": _departments,
    "group": _groups,
    "role": _roles,
    "user": people.list_people,
    "content": learning.list_content,
    "autoenroll": _autoenroll,
    "signup-profile": _profiles,
    "token": _tokens,
    "training": learning.list_trainings,
    "session": learning.list_sessions,
}
