"""The command line of the notification room."""

from typing import Annotated

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.notification import actions
from lmsctl.notification.results import Message, MessageKind, MessageState, Preview

app = options.noun("notification", "Queued mails and notices in accounts.")


@verb(
    app,
    "list",
    examples=("lmsctl notification list", "lmsctl notification list --state queued -o json"),
)
def list_(
    env: Environment,
    state: Annotated[
        MessageState | None, typer.Option("--state", help="queued, sent or failed.")
    ] = None,
    kind: Annotated[
        MessageKind | None,
        typer.Option("--kind", metavar="KIND", help="Only messages about this."),
    ] = None,
) -> Listing[Message]:
    """List messages, soonest first."""
    return env.read(
        lambda work: Listing(
            Message, actions.list_messages(work, state=state, kind=kind), things="messages"
        )
    )


@verb(app, examples=("lmsctl notification preview 12",))
def preview(
    env: Environment,
    number: Annotated[int, typer.Argument(help="The message's number.")],
) -> Preview:
    """Show one message as it would arrive: to whom, why, and its text."""
    return env.read(lambda work: actions.preview(work, number))
