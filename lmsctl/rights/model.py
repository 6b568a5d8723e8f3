"""The tables of the rights room."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from lmsctl.kit import canonical, columns


class Role(SQLModel, table=True):
    """A named set of permissions; what the built-in ones may do is in the program, not here."""

    __tablename__ = "roles"
    __table_args__ = (columns.STRICT,)

    id: int = Field(default=None, sa_column=columns.key())
    name: str = Field(sa_column=columns.text())
    name_key: str = Field(sa_column=columns.derived("name", canonical.key, unique=True))
    is_builtin: bool = Field(sa_column=columns.truth())


class RolePermission(SQLModel, table=True):
    """One permission of a custom role."""

    __tablename__ = "role_permissions"
    __table_args__ = (columns.STRICT_LINK,)

    role_id: int = Field(sa_column=columns.reference("roles", gone="CASCADE", primary=True))
    permission: str = Field(sa_column=columns.text_key())


class Grant(SQLModel, table=True):
    """One person holding one role: in the whole portal, or in the departments listed beside it."""

    __tablename__ = "grants"
    __table_args__ = (UniqueConstraint("user_id", "role_id"), columns.STRICT)

    id: int = Field(default=None, sa_column=columns.key())
    user_id: int = Field(sa_column=columns.reference("users", gone="CASCADE"))
    role_id: int = Field(sa_column=columns.reference("roles"))


class GrantDepartment(SQLModel, table=True):
    """One department in which a grant holds, with everything under it."""

    __tablename__ = "grant_departments"
    __table_args__ = (columns.STRICT_LINK,)

    grant_id: int = Field(sa_column=columns.reference("grants", gone="CASCADE", primary=True))
    department_id: int = Field(sa_column=columns.reference("departments", primary=True, index=True))
