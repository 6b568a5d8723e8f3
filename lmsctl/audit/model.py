"""The table of the audit room."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from lmsctl.audit.results import AuditVerdict
from lmsctl.kit import columns


class AuditRow(SQLModel, table=True):
    """One change, or one refusal; written once, never changed, never deleted.

    `operator` is the account that ran the program, `actor` the login whose rights were used (empty
    when the operator acted for themselves). `detail_json` names what changed, without secrets. The
    rows of one transaction have one random `mark`, by which it is found when the answer to its
    COMMIT was lost. `seal_no` is a row's place in the chain of seals, and `seal` is made from the
    row and the seal before it; both are empty until the row is sealed.
    """

    __tablename__ = "audit_rows"
    __table_args__ = (
        columns.one_of("verdict", AuditVerdict),
        Index("audit_rows_by_verdict", "verdict", "code"),
        columns.partial_index(
            "audit_rows_by_seal", "seal_no", unique=True, where="seal_no IS NOT NULL"
        ),
        columns.partial_index("audit_rows_by_actor", "actor", where="actor IS NOT NULL"),
        Index("audit_rows_by_command", "command"),
        columns.partial_index("audit_rows_unsealed", "id", where="seal_no IS NULL"),
        columns.STRICT,
    )

    id: int = Field(default=None, sa_column=columns.key())
    happened_at: datetime = Field(sa_column=columns.moment(index=True))
    operator: str = Field(sa_column=columns.text())
    actor: str | None = Field(sa_column=columns.text(null=True))
    command: str = Field(sa_column=columns.text())
    verdict: AuditVerdict = Field(sa_column=columns.choice(AuditVerdict))
    code: str = Field(sa_column=columns.text())
    target: str = Field(sa_column=columns.text(index=True))
    detail_json: dict[str, Any] = Field(sa_column=columns.json_object())
    mark: str | None = Field(sa_column=columns.text(null=True, index=True))
    seal_no: int | None = Field(sa_column=columns.number(null=True))
    seal: str | None = Field(sa_column=columns.digest(null=True))


class AuditHead(SQLModel, table=True):
    """The last seal of the chain, so that a last row that is missing shows; there is one row.

    It is there from the beginning, with number 0, and nothing but sealing changes it.
    """

    __tablename__ = "audit_heads"
    __table_args__ = (CheckConstraint("id = 1", name="one_head"), columns.STRICT)

    id: int = Field(default=None, sa_column=columns.key())
    seal_no: int = Field(sa_column=columns.number())
    seal: str = Field(sa_column=columns.digest())
