"""Deciding whose rights reach beyond the actor's, for the people of a file."""

from collections.abc import Iterable
from dataclasses import dataclass

from lmsctl.rights.rules import BUILT_IN, EVERYWHERE, PORTAL_WIDE, Actor


@dataclass(frozen=True, slots=True)
class StagedRole:
    """A role that somebody who would be changed holds, and where."""

    role_id: int
    role: str
    is_builtin: bool
    department_id: int | None
    path: str | None


@dataclass(frozen=True, slots=True)
class CustomPermission:
    """One permission of a custom role."""

    role_id: int
    permission: str


def roles_beyond(
    actor: Actor, roles: Iterable[StagedRole], custom: Iterable[CustomPermission]
) -> list[StagedRole]:
    """Return those of `roles` that allow more than the actor may do where they hold.

    `custom` has what each custom role allows.
    """
    allowed: dict[int, set[str]] = {}
    for row in custom:
        allowed.setdefault(row.role_id, set()).add(row.permission)
    return [
        role
        for role in roles
        if actor.lacks(
            BUILT_IN[role.role] if role.is_builtin else allowed.get(role.role_id, set()),
            [EVERYWHERE] if role.role in PORTAL_WIDE else [role.path] if role.path else [],
        )
    ]
