"""The command line of progress: what people did."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from lmsctl.bulk.options import FileOptions
from lmsctl.enrollment.progress import actions
from lmsctl.enrollment.results import EventKind
from lmsctl.kit import options, timewords, wall_clock
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work

app = options.noun("progress", "What people did: views, completions, quizzes, sign-ins.")


@verb(
    app,
    examples=(
        "lmsctl progress record --user anna --content GDPR-101 --event passed --score 85",
        "lmsctl progress record --user anna --event signed-in --at 2026-03-01T09:00",
    ),
)
def record(
    env: Environment,
    user: Annotated[str, typer.Option("--user", metavar="LOGIN", help="Who.")],
    event: Annotated[
        EventKind, typer.Option("--event", help="viewed, completed, passed, failed or signed-in.")
    ],
    content: Annotated[
        str | None, typer.Option("--content", metavar="CODE", help="With what.")
    ] = None,
    score: Annotated[
        int | None, typer.Option("--score", metavar="N", help="Percent, 0 to 100.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When; now if omitted.")
    ] = None,
) -> Any:
    """Record that somebody did something. Completing completes their enrollment."""
    word = timewords.parse(at) if at is not None else None

    def write(work: Work) -> Done:
        recorded, is_new = actions.record_event(
            work, user, event, code=content, score=score, at=word
        )
        on = f" {recorded.content}" if recorded.content else ""
        shown = wall_clock.show(recorded.happened_at, work.zone)
        known = "" if is_new else " Known already:"
        sentence = f"{recorded.login} {recorded.event.value}{on} at {shown}."
        return Done(recorded, f"{known} {sentence}".strip(), is_changed=is_new)

    return env.write(write)


class ProgressFormat(StrEnum):
    """What a file of progress is written in."""

    CSV = "csv"
    XAPI = "xapi"


_LINES = (".jsonl", ".ndjson")


@verb(
    app,
    "import",
    examples=(
        "lmsctl progress import results.csv --dry-run",
        "lmsctl progress import statements.jsonl",
        "lmsctl progress import - --format xapi --keep-going < statements.jsonl",
    ),
)
def import_(
    env: Environment,
    path: Annotated[str, typer.Argument(metavar="FILE", help="A file; - is standard input.")],
    file: FileOptions,
    format_: Annotated[
        ProgressFormat | None,
        typer.Option("--format", help="csv or xapi; by the file's name if omitted."),
    ] = None,
) -> Any:
    """Record what people did from a file. All rows are checked before any is written.

    CSV has the columns Login (or address), Content, Event, Score and Happened at. xAPI statements
    stand one on each line (.jsonl): the verbs experienced, completed, passed and failed; the person
    in actor.mbox or actor.account.name; the item's code as the last part of object.id.

    What is recorded already is unchanged, so a file can be taken in twice.
    """
    from lmsctl.bulk.actions.requests import FileImport  # what reads files takes long to load
    from lmsctl.enrollment.progress.importing import actions as file_actions

    request = file.request(env, path)
    is_xapi = format_ is ProgressFormat.XAPI or (
        format_ is None and path.casefold().endswith(_LINES)
    )
    with file_actions.StatementUpload(request) if is_xapi else FileImport(request) as upload:
        return env.write(
            lambda work: file_actions.import_progress(work, upload), begins_itself=True
        )
