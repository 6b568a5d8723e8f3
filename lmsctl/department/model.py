"""The tables of the department room."""

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from lmsctl.department.rules import path_key
from lmsctl.kit import canonical, columns


class Department(SQLModel, table=True):
    """A node of the one tree, made under a parent, moved and deleted with its subdepartments.

    `path` holds the ids from the root down (`/1/4/9/`), so that "everything under it" is one
    comparison; `full_name` holds the names (`Sales/EMEA`, and `/` for the root) and `full_key` the
    form in which they are compared.
    """

    __tablename__ = "departments"
    __table_args__ = (
        columns.partial_index(
            "departments_one_root",
            text("(parent_id IS NULL)"),
            unique=True,
            where="parent_id IS NULL",
        ),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    parent_id: int | None = Field(sa_column=columns.reference("departments", null=True))
    name: str = Field(sa_column=columns.text())
    code: str | None = Field(sa_column=columns.text(null=True))
    code_key: str | None = Field(
        sa_column=columns.derived("code", canonical.key, null=True, unique=True)
    )
    path: str = Field(sa_column=columns.text(unique=True))
    full_name: str = Field(sa_column=columns.text())
    full_key: str = Field(sa_column=columns.derived("full_name", path_key, unique=True))


class DepartmentSupervisor(SQLModel, table=True):
    """Who supervises the people of a department that have no supervisor of their own."""

    __tablename__ = "department_supervisors"
    __table_args__ = (columns.STRICT_LINK,)

    department_id: int = Field(
        sa_column=columns.reference("departments", gone="CASCADE", primary=True)
    )
    user_id: int = Field(sa_column=columns.reference("users", gone="CASCADE"))
