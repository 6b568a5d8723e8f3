"""The verbs of the report room: asking for a report, reading it, and writing down that it was."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.department import store as departments
from lmsctl.kit import canonical
from lmsctl.kit.answer import Listing
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.report import store
from lmsctl.report.errors import PeriodReversed
from lmsctl.report.store import Period, ReportQuery
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE, Scope
from lmsctl.training import store as trainings
from lmsctl.user.results import UserOrigin, UserStatus, UserType
from lmsctl.user.rules import UserFilter


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What narrows a report about people, as somebody gives it; what is None does not.

    `department` means those below it too. `since` and `until` belong to the period, whose last day
    is in it.
    """

    training: str | None = None
    type: UserType | None = None
    department: str | None = None
    status: UserStatus | None = None
    origin: UserOrigin | None = None
    since: TimeWord | None = None
    until: TimeWord | None = None

    @property
    def logged(self) -> dict[str, str]:
        """What was given, as the audit log keeps it."""
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: _log_text(value) for name, value in given.items() if value is not None}


def _log_text(value: str | TimeWord) -> str:
    """Return a filter as the audit log keeps it, shortened."""
    return canonical.excerpt(value.text if isinstance(value, TimeWord) else value)


@dataclass(frozen=True, slots=True)
class PreparedReport:
    """A report that the actor may read, ready to be read: its name and how it was narrowed."""

    name: str
    logged: Mapping[str, str]
    query: ReportQuery


# What every report does --------------------------------------------------------------------------


def record_reading(work: Work, report: PreparedReport, first: int | None) -> int:
    """Write down that a report is read, how it was narrowed, and how many rows it has.

    With `first` it is shown as far as that many rows. Returns how many are shown.
    """
    shown = store.count(work, report.query, first)
    target = f"report {report.name}"
    audit.record(work, "report.exported", target, rows=shown, filters=dict(report.logged))
    return shown


def to_listing(work: Work, report: PreparedReport, first: int | None) -> Listing[Any]:
    """Return the rows of a report, read as they are shown; with `first` no more than that many."""
    return Listing(report.query.record, store.rows(work, report.query, first), things="rows")


def _scope_and_filter(work: Work, wanted: ReportRequest) -> tuple[Scope, UserFilter]:
    """Return whom a report is about: in which scope, and which of those; needs `report.view`.

    Raises DepartmentUnknown.
    """
    scope = rights.require(work, "report.view")
    under = None
    if wanted.department is not None:
        under = departments.get(work, wanted.department, scope).path
    return scope, UserFilter(under, wanted.type, wanted.status, wanted.origin)


def _period(work: Work, wanted: ReportRequest) -> Period:
    """Return the period that is meant, in the zone of this unit of work; raises PeriodReversed."""
    since = wanted.since.start(work.now, work.zone) if wanted.since else None
    until = wanted.until.end(work.now, work.zone) if wanted.until else None
    if since is not None and until is not None and until < since:
        raise PeriodReversed(since=since, until=until, field="--since")
    return Period(since, until)


# Reports -----------------------------------------------------------------------------------------


def participants(work: Work, wanted: ReportRequest) -> PreparedReport:
    """Return the report of everybody who takes part in trainings: a row for each enrollment.

    The period is about when they were enrolled. Needs `report.view` over the people. Raises
    DepartmentUnknown, TrainingUnknown and PeriodReversed.
    """
    scope, people = _scope_and_filter(work, wanted)
    training_id = None
    if wanted.training is not None:
        training_id = trainings.get(work, wanted.training, ANYWHERE).id
    period = _period(work, wanted)
    query = store.participants(scope, people, period, training_id=training_id)
    return PreparedReport("participants", wanted.logged, query)
