"""The command line of progress: what people did."""

from typing import Annotated, Any

import typer

from lmsctl.enrollment import actions
from lmsctl.enrollment.results import Event
from lmsctl.kit import options, timewords
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
        Event, typer.Option("--event", help="viewed, completed, passed, failed or signed-in.")
    ],
    content: Annotated[
        str | None, typer.Option("--content", metavar="CODE", help="With what.")
    ] = None,
    score: Annotated[
        int | None, typer.Option("--score", metavar="N", help="Percent, 0 to 100.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When; now if absent.")
    ] = None,
) -> Any:
    """Record that somebody did something. Completing completes their enrollment."""
    word = timewords.parse(at) if at is not None else None

    def write(work: Work) -> Done:
        recorded, is_new = actions.record(work, user, event, code=content, score=score, at=word)
        on = f" {recorded.content}" if recorded.content else ""
        shown = timewords.show(recorded.happened_at, work.zone)
        known = "" if is_new else " Known already:"
        sentence = f"{recorded.login} {recorded.event.value}{on} at {shown}."
        return Done(recorded, f"{known} {sentence}".strip(), is_changed=is_new)

    return env.write(write)
