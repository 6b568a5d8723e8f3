"""The tables of the token room."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from lmsctl.kit import columns
from lmsctl.token.rules import digest
from lmsctl.user.results import UserType


class Token(SQLModel, table=True):
    """A code that admits people and enrolls them in one item.

    active <-> inactive, until it is destroyed. It works up to `expires_at`, included, while `uses`
    is below `use_limit` (absent: unlimited). The code stands in this row alone, and in no index, so
    that it can be wiped out of the files; it is found by `code_digest`. `domains_json` is null for
    the portal's list of domains, or a list of its own; an empty one admits any domain. `run_id` is
    the number of the upload that made the token.
    """

    __tablename__ = "tokens"
    __table_args__ = (
        columns.one_of("creates", UserType),
        CheckConstraint("use_limit >= 1", name="limit_positive"),
        CheckConstraint("uses >= 0", name="uses_count"),
        CheckConstraint("use_limit IS NULL OR uses <= use_limit", name="uses_not_oversold"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    code: str = Field(sa_column=columns.text())
    code_digest: str = Field(sa_column=columns.derived("code", digest, unique=True))
    nickname: str | None = Field(sa_column=columns.text(null=True))
    content_id: int = Field(sa_column=columns.reference("content_items"))
    creates: UserType = Field(sa_column=columns.choice(UserType))
    use_limit: int | None = Field(sa_column=columns.number(null=True))
    uses: int = Field(sa_column=columns.number(default=0))
    expires_at: datetime | None = Field(sa_column=columns.moment(null=True))
    is_active: bool = Field(sa_column=columns.truth())
    domains_json: list[str] | None = Field(sa_column=columns.json_list(null=True))
    created_at: datetime = Field(sa_column=columns.moment())
    run_id: int | None = Field(sa_column=columns.number(null=True))
    version: int = Field(sa_column=columns.number(default=1))


class Redemption(SQLModel, table=True):
    """One use of a token; written once, and kept when token, person or item are gone.

    `token_id` is no reference for that reason: it still says which token it was, with the nickname
    it had then and the digest of its code. Numbers of tokens never come twice.
    """

    __tablename__ = "redemptions"
    __table_args__ = (
        Index("redemptions_by_token", "token_id", "redeemed_at", "id"),
        Index("redemptions_in_order", "redeemed_at", "id"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    token_id: int = Field(sa_column=columns.number())
    nickname: str | None = Field(sa_column=columns.text(null=True))
    code_digest: str = Field(sa_column=columns.digest())
    user_id: int | None = Field(sa_column=columns.reference("users", null=True, gone="SET NULL"))
    content_id: int | None = Field(
        sa_column=columns.reference("content_items", null=True, gone="SET NULL")
    )
    is_new_person: bool = Field(sa_column=columns.truth())
    redeemed_at: datetime = Field(sa_column=columns.moment())
    operator: str = Field(sa_column=columns.text())
    actor: str | None = Field(sa_column=columns.text(null=True))
