"""The tables of the bulk room."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from lmsctl.bulk.results import RunState
from lmsctl.kit import columns


class Run(SQLModel, table=True):
    """One file worked through.

    It commits with the data it wrote: `rows_done` says how far a run that keeps going has come, so
    that the same rows can be resumed from there. `digest` is the SHA-256 of what they say; of the
    bytes of the file in runs of earlier versions.
    """

    __tablename__ = "runs"
    __table_args__ = (columns.one_of("state", RunState), columns.STRICT)

    id: int = Field(default=None, sa_column=columns.key())
    kind: str = Field(sa_column=columns.text())
    file: str = Field(sa_column=columns.text())
    digest: str = Field(sa_column=columns.digest(index=True))
    state: RunState = Field(sa_column=columns.choice(RunState))
    rows_done: int = Field(sa_column=columns.number())
    created: int = Field(sa_column=columns.number())
    updated: int = Field(sa_column=columns.number())
    unchanged: int = Field(sa_column=columns.number())
    failed: int = Field(sa_column=columns.number())
    operator: str = Field(sa_column=columns.text())
    started_at: datetime = Field(sa_column=columns.moment())
    finished_at: datetime | None = Field(sa_column=columns.moment(null=True))


class RunFault(SQLModel, table=True):
    """What was wrong with a row that a run has dealt with.

    Whoever resumes a run that is not over must not judge that row by what has become of the portal
    meanwhile: it was left out then, and the others were not. When it is over it is kept for those
    who ask, and for who runs the same file again: then the other rows are left alone.
    """

    __tablename__ = "run_faults"
    __table_args__ = (columns.STRICT,)

    id: int = Field(default=None, sa_column=columns.key())
    run_id: int = Field(sa_column=columns.reference("runs", gone="CASCADE"))
    row_no: int = Field(sa_column=columns.number())
    heading: str | None = Field(sa_column=columns.text(null=True))
    code: str = Field(sa_column=columns.text())
    message: str = Field(sa_column=columns.text())
    hint: str = Field(sa_column=columns.text())
