"""The command line of the audit room."""

from typing import Annotated

import typer

from lmsctl.audit import actions
from lmsctl.audit.results import AuditEntry, AuditVerdict
from lmsctl.kit import options, timewords
from lmsctl.kit.answer import Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work

app = options.noun("audit", "Who did what, as whom, and what was refused.")


@verb(
    app,
    "list",
    examples=(
        "lmsctl audit list --verdict refused --since -1d",
        "lmsctl audit list --code plan_full -o csv",
    ),
)
def list_(
    env: Environment,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Only from this moment on, e.g. -7d or 2026-01-31."),
    ] = None,
    verdict: Annotated[
        AuditVerdict | None, typer.Option("--verdict", help="done or refused.")
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="Only this code.")] = None,
    target: Annotated[str | None, typer.Option("--target", help="Only this target.")] = None,
    mark: Annotated[
        str | None, typer.Option("--mark", help="Only the change with this mark.")
    ] = None,
) -> Listing[AuditEntry]:
    """List changes and refusals, oldest first."""
    word = timewords.parse(since) if since else None

    def read(work: Work) -> Listing[AuditEntry]:
        start = word.start(work.now, work.zone) if word else None
        return Listing(
            AuditEntry,
            actions.list_entries(
                work, since=start, verdict=verdict, code=code, target=target, mark=mark
            ),
            things="entries",
        )

    return env.read(read)
