"""The tables of the content room."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from lmsctl.content.results import (
    CatalogAudience,
    ContentKind,
    ContentSource,
    ContentStatus,
    GrantAudience,
)
from lmsctl.kit import canonical, columns
from lmsctl.user.results import UserType


class ContentItem(SQLModel, table=True):
    """A folder, or something to learn from.

    draft -> active; active or draft -> archived; archived -> active. A folder is always active, a
    pathway never a draft. An inheriting item is open to whomever its folder is open to. `link` is
    null until somebody asks for it. Nothing is due when both `due_days` and `due_on` are null.
    """

    __tablename__ = "content_items"
    __table_args__ = (
        columns.one_of("kind", ContentKind),
        columns.one_of("status", ContentStatus),
        columns.one_of("source", ContentSource),
        CheckConstraint("kind <> 'folder' OR status = 'active'", name="folder_active"),
        CheckConstraint("kind <> 'pathway' OR status <> 'draft'", name="pathway_no_draft"),
        CheckConstraint("parent_id <> id", name="not_in_itself"),
        CheckConstraint("due_days IS NULL OR due_on IS NULL", name="due_once"),
        CheckConstraint("due_days >= 1", name="due_days_positive"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    kind: ContentKind = Field(sa_column=columns.choice(ContentKind))
    code: str = Field(sa_column=columns.text())
    code_key: str = Field(sa_column=columns.derived("code", canonical.key, unique=True))
    title: str = Field(sa_column=columns.text())
    status: ContentStatus = Field(sa_column=columns.choice(ContentStatus))
    source: ContentSource = Field(sa_column=columns.choice(ContentSource))
    parent_id: int | None = Field(sa_column=columns.reference("content_items", null=True))
    is_inheriting: bool = Field(sa_column=columns.truth())
    link: str | None = Field(sa_column=columns.text(null=True, unique=True))
    owner_id: int | None = Field(sa_column=columns.reference("users", null=True, gone="SET NULL"))
    due_days: int | None = Field(sa_column=columns.number(null=True))
    due_on: date | None = Field(sa_column=columns.day(null=True))
    created_at: datetime = Field(sa_column=columns.moment())
    version: int = Field(sa_column=columns.number(default=1))


class PathwayItem(SQLModel, table=True):
    """One item of a pathway; positions count from 1 without gaps."""

    __tablename__ = "pathway_items"
    __table_args__ = (
        CheckConstraint("position >= 1", name="position_counts"),
        CheckConstraint("pathway_id <> item_id", name="not_in_itself"),
        columns.STRICT_LINK,
    )

    pathway_id: int = Field(
        sa_column=columns.reference("content_items", gone="CASCADE", primary=True)
    )
    item_id: int = Field(
        sa_column=columns.reference("content_items", gone="CASCADE", primary=True, index=True)
    )
    position: int = Field(sa_column=columns.number())
    is_mandatory: bool = Field(sa_column=columns.truth())


class ContentGrant(SQLModel, table=True):
    """To whom an item is open: a person, a group, a department with all under it, everybody."""

    __tablename__ = "content_grants"
    __table_args__ = (
        columns.one_of("audience", GrantAudience),
        CheckConstraint("(audience = 'user') = (user_id IS NOT NULL)", name="user_named"),
        CheckConstraint("(audience = 'group') = (group_id IS NOT NULL)", name="group_named"),
        CheckConstraint(
            "(audience = 'department') = (department_id IS NOT NULL)", name="department_named"
        ),
        UniqueConstraint("item_id", "user_id"),
        UniqueConstraint("item_id", "group_id"),
        UniqueConstraint("item_id", "department_id"),
        columns.partial_index(
            "content_grants_organization", "item_id", unique=True, where="audience = 'organization'"
        ),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    item_id: int = Field(sa_column=columns.reference("content_items", gone="CASCADE", index=False))
    audience: GrantAudience = Field(sa_column=columns.choice(GrantAudience))
    user_id: int | None = Field(sa_column=columns.reference("users", null=True, gone="CASCADE"))
    group_id: int | None = Field(
        sa_column=columns.reference("user_groups", null=True, gone="CASCADE")
    )
    department_id: int | None = Field(
        sa_column=columns.reference("departments", null=True, gone="CASCADE")
    )


class CatalogRule(SQLModel, table=True):
    """To whom the catalog offers an item: a type, a group, a department and all below, all."""

    __tablename__ = "catalog_rules"
    __table_args__ = (
        columns.one_of("opening", CatalogAudience),
        columns.one_of("type", UserType),
        CheckConstraint("(opening = 'type') = (type IS NOT NULL)", name="type_named"),
        CheckConstraint("(opening = 'group') = (group_id IS NOT NULL)", name="group_named"),
        CheckConstraint(
            "(opening = 'department') = (department_id IS NOT NULL)", name="department_named"
        ),
        UniqueConstraint("item_id", "type"),
        UniqueConstraint("item_id", "group_id"),
        UniqueConstraint("item_id", "department_id"),
        columns.partial_index(
            "catalog_rules_everybody", "item_id", unique=True, where="opening = 'everybody'"
        ),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    item_id: int = Field(sa_column=columns.reference("content_items", gone="CASCADE", index=False))
    opening: CatalogAudience = Field(sa_column=columns.choice(CatalogAudience))
    type: UserType | None = Field(sa_column=columns.choice(UserType, null=True))
    group_id: int | None = Field(
        sa_column=columns.reference("user_groups", null=True, gone="CASCADE")
    )
    department_id: int | None = Field(
        sa_column=columns.reference("departments", null=True, gone="CASCADE")
    )
