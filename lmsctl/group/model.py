"""The tables of the group room."""

from sqlmodel import Field, SQLModel

from lmsctl.kit import canonical, columns


class Group(SQLModel, table=True):
    """A set of people, kept by whoever manages its department (the root by default)."""

    __tablename__ = "user_groups"
    __table_args__ = (columns.STRICT,)

    id: int = Field(default=None, sa_column=columns.key())
    name: str = Field(sa_column=columns.text())
    name_key: str = Field(sa_column=columns.derived("name", canonical.key, unique=True))
    department_id: int = Field(sa_column=columns.reference("departments"))


class GroupMember(SQLModel, table=True):
    """One person in one group."""

    __tablename__ = "group_members"
    __table_args__ = (columns.STRICT_LINK,)

    group_id: int = Field(sa_column=columns.reference("user_groups", gone="CASCADE", primary=True))
    user_id: int = Field(
        sa_column=columns.reference("users", gone="CASCADE", primary=True, index=True)
    )
