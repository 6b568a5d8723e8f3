"""The table of the portal room: one row."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, MetaData, Table, Text
from sqlmodel import Field, SQLModel

from lmsctl.kit import columns

# Where Alembic keeps the version of the schema; no part of what the models declare.
VERSIONS = Table("alembic_version", MetaData(), Column("version_num", Text))


class Portal(SQLModel, table=True):
    """The one portal of a database: its switches, and the ledger of its seats.

    `seats_taken` counts active people and live holds while there is a `seat_limit`, and is 0 while
    there is none. Every entry point locks this row first, so that the order of locks is the same
    everywhere. `told_percent` is the highest threshold that owners and administrators have been
    told of.
    """

    __tablename__ = "portals"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one_portal"),
        CheckConstraint("seats_taken >= 0", name="seats_taken_counts"),
        CheckConstraint(
            "seat_limit IS NULL OR seats_taken <= seat_limit", name="seats_not_oversold"
        ),
        CheckConstraint("hold_hours >= 1", name="hold_hours_positive"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    name: str = Field(sa_column=columns.text())
    is_sandbox: bool = Field(sa_column=columns.truth())
    time_zone: str = Field(sa_column=columns.zone())
    is_registration_on: bool = Field(sa_column=columns.truth())
    is_confirmation_on: bool = Field(sa_column=columns.truth())
    is_domain_limited: bool = Field(sa_column=columns.truth())
    domains_json: list[str] = Field(sa_column=columns.json_list())
    is_policy_on: bool = Field(sa_column=columns.truth())
    hold_hours: int = Field(sa_column=columns.number())
    seat_limit: int | None = Field(sa_column=columns.number(null=True))
    seats_taken: int = Field(sa_column=columns.number())
    told_percent: int = Field(sa_column=columns.number())
    public_url: str = Field(sa_column=columns.text())
    created_at: datetime = Field(sa_column=columns.moment())
