"""The tables of the sign-up profile room."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from lmsctl.kit import canonical, columns


class SignupProfile(SQLModel, table=True):
    """A link that brings new people into one department.

    It works from `starts_at` to `ends_at`, both included, while `activations_used` is below
    `activation_limit` (absent: unlimited). A pending registration counts as used until it is
    confirmed or given back. `domains_json` is null for the portal's list, or a list of its own;
    an empty one admits any domain.
    """

    __tablename__ = "signup_profiles"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("activation_limit IS NULL OR activation_limit >= 1", name="limit_positive"),
        CheckConstraint("activations_used >= 0", name="activations_count"),
        CheckConstraint(
            "activation_limit IS NULL OR activations_used <= activation_limit",
            name="activations_not_oversold",
        ),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    name: str = Field(sa_column=columns.text())
    code: str = Field(sa_column=columns.text())
    code_key: str = Field(sa_column=columns.derived("code", canonical.key, unique=True))
    department_id: int = Field(sa_column=columns.reference("departments"))
    starts_at: datetime = Field(sa_column=columns.moment())
    ends_at: datetime | None = Field(sa_column=columns.moment(null=True))
    activation_limit: int | None = Field(sa_column=columns.number(null=True))
    activations_used: int = Field(sa_column=columns.number())
    link: str = Field(sa_column=columns.text(unique=True))
    domains_json: list[str] | None = Field(sa_column=columns.json_list(null=True))
    created_at: datetime = Field(sa_column=columns.moment())
    version: int = Field(sa_column=columns.number(default=1))


class Activation(SQLModel, table=True):
    """One registration that came in by a profile."""

    __tablename__ = "activations"
    __table_args__ = (columns.STRICT_LINK,)

    registration_id: int = Field(
        sa_column=columns.reference("registrations", gone="CASCADE", primary=True)
    )
    profile_id: int = Field(sa_column=columns.reference("signup_profiles", gone="CASCADE"))
