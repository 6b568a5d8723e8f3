"""The tables of the user room."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, UniqueConstraint
from sqlmodel import Field, SQLModel, case, col, or_

from lmsctl.kit import address, canonical, columns
from lmsctl.user.fields.results import FieldKind
from lmsctl.user.results import SupervisorMode, UserOrigin, UserStatus, UserType

# Whether addresses that nobody can own are taken is for those who enter them to say.


class User(SQLModel, table=True):
    """A person.

    pending -> active when the address is confirmed; active <-> inactive; active -> ended; a pending
    person whose `expires_at` has come no longer exists. `due_status` takes effect at `due_at`.
    `away_at` is since when they are, or last were, inactive or ended, where that is known.
    `login_key` and `email_key` are the forms in which logins and addresses are compared.
    """

    __tablename__ = "users"
    __table_args__ = (
        columns.one_of("type", UserType),
        columns.one_of("status", UserStatus),
        columns.one_of("origin", UserOrigin),
        columns.one_of("supervisor_mode", SupervisorMode),
        CheckConstraint("(status = 'pending') = (expires_at IS NOT NULL)", name="pending_expires"),
        CheckConstraint("(due_status IS NULL) = (due_at IS NULL)", name="due_is_whole"),
        CheckConstraint(
            "(supervisor_mode = 'own') OR supervisor_id IS NULL", name="own_supervisor_only"
        ),
        columns.partial_index("users_expiring", "expires_at", where="expires_at IS NOT NULL"),
        columns.partial_index("users_due", "due_at", where="due_at IS NOT NULL"),
        # Most people are active, and most were imported: whoever looks for others finds them here.
        columns.partial_index("users_not_active", "status", where="status <> 'active'"),
        columns.partial_index(
            "users_not_imported", "origin", "login_key", where="origin <> 'import'"
        ),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    login: str = Field(sa_column=columns.text())
    login_key: str = Field(sa_column=columns.derived("login", address.login_key, unique=True))
    email: str | None = Field(sa_column=columns.text(null=True))
    email_key: str | None = Field(
        sa_column=columns.derived("email", address.login_key, null=True, unique=True)
    )
    first_name: str = Field(sa_column=columns.text())
    last_name: str = Field(sa_column=columns.text())
    type: UserType = Field(sa_column=columns.choice(UserType))
    status: UserStatus = Field(sa_column=columns.choice(UserStatus))
    department_id: int = Field(sa_column=columns.reference("departments"))
    supervisor_mode: SupervisorMode = Field(sa_column=columns.choice(SupervisorMode))
    supervisor_id: int | None = Field(
        sa_column=columns.reference("users", null=True, gone="SET NULL")
    )
    origin: UserOrigin = Field(sa_column=columns.choice(UserOrigin))
    origin_detail: str | None = Field(sa_column=columns.text(null=True))
    created_at: datetime = Field(sa_column=columns.moment())
    policy_accepted_at: datetime | None = Field(sa_column=columns.moment(null=True))
    expires_at: datetime | None = Field(sa_column=columns.moment(null=True))
    due_status: UserStatus | None = Field(sa_column=columns.word(UserStatus))
    due_at: datetime | None = Field(sa_column=columns.moment(null=True))
    version: int = Field(sa_column=columns.number(default=1))
    away_at: datetime | None = Field(sa_column=columns.moment(null=True))


def status_at(at: ColumnElement[datetime], person: type[User] = User) -> ColumnElement[UserStatus]:
    """Return what a person's status is at the moment `at`.

    A scheduled change holds from its moment on, whether or not some writer has come by since to put
    that into the row.
    """
    due = col(person.due_at) <= at
    return case((due, col(person.due_status)), else_=col(person.status))


def is_alive(at: ColumnElement[datetime], person: type[User] = User) -> ColumnElement[bool]:
    """Return the condition that somebody is there at the moment `at`.

    A registration that has expired by then, be it in that very second, is nobody, whether or not
    its row has been taken away.
    """
    expires_at = col(person.expires_at)
    return or_(expires_at.is_(None), expires_at > at)


class UserName(SQLModel, table=True):
    """What a person is called: the key of their login or of their address, each only once."""

    __tablename__ = "user_names"
    __table_args__ = (columns.STRICT_LINK,)

    key: str = Field(sa_column=columns.text_key())
    user_id: int = Field(sa_column=columns.reference("users", gone="CASCADE"))


class CustomField(SQLModel, table=True):
    """Something the portal wants to know of every person."""

    __tablename__ = "fields"
    __table_args__ = (columns.one_of("kind", FieldKind), columns.STRICT)

    id: int = Field(default=None, sa_column=columns.key())
    name: str = Field(sa_column=columns.text())
    name_key: str = Field(sa_column=columns.derived("name", canonical.key, unique=True))
    kind: FieldKind = Field(sa_column=columns.choice(FieldKind))
    is_required: bool = Field(sa_column=columns.truth())
    choices_json: list[str] = Field(sa_column=columns.json_list())


class FieldValue(SQLModel, table=True):
    """What one person's custom field holds; `unique_key` only where no two people may share it."""

    __tablename__ = "field_values"
    __table_args__ = (
        UniqueConstraint("field_id", "unique_key", name="field_values_unique"),
        columns.STRICT_LINK,
    )

    user_id: int = Field(sa_column=columns.reference("users", gone="CASCADE", primary=True))
    field_id: int = Field(sa_column=columns.reference("fields", gone="CASCADE", primary=True))
    value: str = Field(sa_column=columns.text())
    unique_key: str | None = Field(
        sa_column=columns.derived("value", canonical.key, null=True, is_optional=True)
    )
