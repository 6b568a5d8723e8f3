"""The tables of the autoenroll room."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from lmsctl.autoenroll.results import AutoenrollTarget
from lmsctl.kit import canonical, columns
from lmsctl.user.results import UserType


class AutoenrollRule(SQLModel, table=True):
    """A rule that enrolls in one item whoever joins a department or a group, or gets a type.

    It is made and deleted, and never changes whom it names. `is_deep` says that a department stands
    for everything under it. It reaches only who joins while it is there: who was there before it
    has no row anywhere, and is taken in only by applying it.
    """

    __tablename__ = "autoenroll_rules"
    __table_args__ = (
        columns.one_of("target", AutoenrollTarget),
        columns.one_of("type", UserType),
        CheckConstraint("(target = 'type') = (type IS NOT NULL)", name="type_named"),
        CheckConstraint("(target = 'group') = (group_id IS NOT NULL)", name="group_named"),
        CheckConstraint(
            "(target = 'department') = (department_id IS NOT NULL)", name="department_named"
        ),
        UniqueConstraint("item_id", "type"),
        UniqueConstraint("item_id", "group_id"),
        UniqueConstraint("item_id", "department_id"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    code: str = Field(sa_column=columns.text())
    code_key: str = Field(sa_column=columns.derived("code", canonical.key, unique=True))
    item_id: int = Field(sa_column=columns.reference("content_items", gone="CASCADE", index=False))
    target: AutoenrollTarget = Field(sa_column=columns.choice(AutoenrollTarget))
    department_id: int | None = Field(
        sa_column=columns.reference("departments", null=True, gone="CASCADE")
    )
    is_deep: bool = Field(sa_column=columns.truth())
    group_id: int | None = Field(
        sa_column=columns.reference("user_groups", null=True, gone="CASCADE")
    )
    type: UserType | None = Field(sa_column=columns.choice(UserType, null=True))
    created_at: datetime = Field(sa_column=columns.moment())


class AutoenrollWaiting(SQLModel, table=True):
    """One person whom a rule has reached and who could not be enrolled yet.

    They joined after the rule was made, while they were pending, inactive or ended, or while the
    item was archived. The row tells them apart from those who were there before the rule: who has
    one is enrolled on becoming active, who has none is not. It goes when they are enrolled, and
    counts for nothing once they have left what the rule names.
    """

    __tablename__ = "autoenroll_waiting"
    __table_args__ = (columns.STRICT_LINK,)

    rule_id: int = Field(
        sa_column=columns.reference("autoenroll_rules", gone="CASCADE", primary=True)
    )
    user_id: int = Field(
        sa_column=columns.reference("users", gone="CASCADE", primary=True, index=True)
    )
    since_at: datetime = Field(sa_column=columns.moment())
