"""The command line of the report room."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from lmsctl.kit import options, timewords
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.report import actions
from lmsctl.report.results import ParticipationRow
from lmsctl.user.results import UserOrigin, UserStatus, UserType

app = options.noun("report", "Reports on people, to view or export.")

OfType = Annotated[UserType | None, typer.Option("--type", help="Only staff, client or prospect.")]
OfStatus = Annotated[
    UserStatus | None,
    typer.Option("--status", help="Only pending, active, inactive or ended people."),
]
OfOrigin = Annotated[
    UserOrigin | None,
    typer.Option("--origin", help="administrator, import, open-link, profile or token."),
]
InDepartment = Annotated[
    str | None,
    typer.Option("--department", metavar="PATH", help="Only of its people and those below."),
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Only from then on, e.g. -30d.")
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Only until then; a date: all of it.")
]


@verb(
    app,
    examples=(
        "lmsctl report participants -o csv > participants.csv",
        "lmsctl report participants --training first-aid --status active -o json",
        "lmsctl report participants --department Sales --since -90d -o jsonl",
    ),
)
def participants(
    env: Environment,
    training: Annotated[
        str | None, typer.Option("--training", metavar="CODE", help="Only in this training.")
    ] = None,
    type_: OfType = None,
    department: InDepartment = None,
    status: OfStatus = None,
    origin: OfOrigin = None,
    since: Since = None,
    until: Until = None,
) -> Listing[ParticipationRow] | Done:
    """Report who takes part in trainings: a row for each person and training.

    All filters must fit; --since and --until are about when somebody was enrolled. People who are
    not active any more are reported too; canceled enrollments are not. That the report was read is
    logged, with its filters and the number of rows; --dry-run only says that number.
    """
    wanted = actions.ReportRequest(
        training=training,
        type=type_,
        department=department,
        status=status,
        origin=origin,
        since=timewords.parse(since) if since is not None else None,
        until=timewords.parse(until) if until is not None else None,
    )
    return _reported(env, lambda work: actions.participants(work, wanted))


def _reported(
    env: Environment, ask: "Callable[[Work], actions.PreparedReport]"
) -> Listing[Any] | Done:
    """Log a report before anything of it is shown, then return its rows."""

    def record(work: Work) -> Done:
        report = ask(work)
        rows = actions.record_reading(work, report, env.options.first)
        # What could not be shown is not logged as if it had been.
        empty: Listing[Any] = Listing(report.query.record, ())
        return Done(empty, f"{counted(rows, 'row')} would be reported.", is_changed=False)

    told = env.write(record)
    if env.options.dry_run:
        # Whatever is shown is logged, so that nothing is shown here.
        return told
    return env.read(lambda work: actions.to_listing(work, ask(work), env.options.first))
