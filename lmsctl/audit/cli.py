"""The command line of the audit room."""

from contextlib import suppress
from typing import Annotated, Any

import typer

from lmsctl.audit import actions
from lmsctl.audit.results import AuditEntry, AuditVerdict, ChainFinding
from lmsctl.audit.rules import LogFilter
from lmsctl.kit import options, timewords
from lmsctl.kit.answer import DetailWithList, Done, Listing
from lmsctl.kit.database_errors import DatabaseReadOnly
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import EXIT_STATUS, RefusalKind
from lmsctl.kit.options import verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work

app = options.noun("audit", "Who did what, as whom, and what was refused.")


@verb(
    app,
    "list",
    examples=(
        "lmsctl audit list --verdict refused --since -1d",
        "lmsctl audit list --person anna --command 'user edit'",
        "lmsctl audit list --target user --since 2026-01-01 --until 2026-01-31 -o csv",
    ),
)
def list_(
    env: Environment,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Only from this moment on, e.g. -7d or 2026-01-31."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Only until then; a date means all of it.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person", metavar="LOGIN", help="Only what this user did, or what was done to them."
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", help="Only this target, e.g. 'user anna', or a kind: user."),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option("--command", help="Only this command, e.g. 'user edit', or a noun: user."),
    ] = None,
    verdict: Annotated[
        AuditVerdict | None, typer.Option("--verdict", help="done or refused.")
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="Only this code.")] = None,
    mark: Annotated[
        str | None, typer.Option("--mark", help="Only the change with this mark.")
    ] = None,
) -> Listing[AuditEntry]:
    """List changes and refusals, oldest first; on a terminal the newest first.

    Filters combine. A user is found by the login that they had then.
    """
    first, last = (timewords.parse(time) if time else None for time in (since, until))

    def read(work: Work) -> Listing[AuditEntry]:
        wanted = LogFilter(
            since=first.start(work.now, work.zone) if first else None,
            until=last.end(work.now, work.zone) if last else None,
            person=person,
            thing=target,
            command=command,
            verdict=verdict,
            code=code,
            mark=mark,
        )
        return Listing(AuditEntry, actions.list_entries(work, wanted), things="entries")

    return env.read(read)


@verb(app, examples=("lmsctl audit verify", "lmsctl audit verify -o json"))
def verify(env: Environment) -> Any:
    """Find entries of the log that were changed, removed or reordered; exit 10 if there are any.

    Each entry is sealed soon after its change: the seal is made from the entry and the seal before
    it. What is not sealed yet is sealed first. Write down the last seal elsewhere now and then: who
    can change the whole database can also make all seals anew.
    """
    if not env.options.dry_run:
        with suppress(DatabaseReadOnly):
            while env.write(actions.seal_rest):
                pass
    state, findings = env.read(actions.verify)
    sealed = f"Sealed: {counted(state.sealed, 'entry')}; not yet: {state.unsealed}."
    if state.broken:
        sentence = f"The log is not what was sealed: {counted(state.broken, 'place')}. {sealed}"
    else:
        sentence = f"The log is what was sealed. {sealed} Last seal: {state.seal}"
    listing = Listing(ChainFinding, findings)
    return Done(
        DetailWithList(state, "findings", listing, ""),
        sentence,
        is_changed=False,
        notes=[f"{state.broken - len(findings)} more are not shown."]
        if state.broken > len(findings)
        else [],
        status=EXIT_STATUS[RefusalKind.CONFIG] if state.broken else 0,
    )
