"""The table of the registration room."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from lmsctl.kit import columns
from lmsctl.registration.results import RegistrationState


class Registration(SQLModel, table=True):
    """One person coming in by themselves.

    pending -> confirmed when the mailed code comes back; pending -> expired when it does not in
    time or an administrator releases it, and the account goes. Without confirmation it is
    confirmed at once. `department_id` is where the person went then, whatever happens to them
    later; only a fingerprint of the code is kept.
    """

    __tablename__ = "registrations"
    __table_args__ = (
        columns.one_of("state", RegistrationState),
        CheckConstraint("(state = 'pending') = (expires_at IS NOT NULL)", name="pending_expires"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    user_id: int | None = Field(sa_column=columns.reference("users", null=True, gone="SET NULL"))
    department_id: int | None = Field(
        sa_column=columns.reference("departments", null=True, gone="SET NULL")
    )
    source: str = Field(sa_column=columns.text())
    state: RegistrationState = Field(sa_column=columns.choice(RegistrationState))
    code_digest: str | None = Field(sa_column=columns.digest(null=True, unique=True))
    registered_at: datetime = Field(sa_column=columns.moment())
    expires_at: datetime | None = Field(sa_column=columns.moment(null=True))
    confirmed_at: datetime | None = Field(sa_column=columns.moment(null=True))
