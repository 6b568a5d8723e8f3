"""What the department room answers with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DepartmentDetail:
    """One department; `path` is how it is written, `/` for the root."""

    KEY = "path"
    TABLE = ("path", "code", "supervisor", "users")
    LEAST_IMPORTANT = ("code", "supervisor")

    id: int
    path: str
    name: str
    code: str | None
    supervisor: str | None
    users: int
