"""What the role room answers with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoleDetail:
    """One role; `holders` counts the people in the reader's scope who hold it."""

    KEY = "name"
    TABLE = ("name", "is_builtin", "holders")

    id: int
    name: str
    is_builtin: bool
    holders: int
    permissions: list[str]


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """One person's role, and the departments in which it holds; none where it needs none."""

    KEY = "login"
    LEAST_IMPORTANT = ("departments",)

    login: str
    role: str
    departments: list[str]


@dataclass(frozen=True, slots=True)
class PermissionDetail:
    """One permission, what it is for, and the built-in roles that hold it."""

    KEY = "permission"
    WRAPS = True
    LEAST_IMPORTANT = ("roles",)

    permission: str
    meaning: str
    roles: list[str]


@dataclass(frozen=True, slots=True)
class PermissionAnswer:
    """Whether somebody may do something in `department`, or anywhere when None; and where."""

    KEY = "permission"

    permission: str
    department: str | None
    allowed: bool
    where: list[str]
