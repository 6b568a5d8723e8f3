"""The command line of the notification room."""

from typing import Annotated

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Done, Listing, Outcome
from lmsctl.kit.csvbytes import open_bytes
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work
from lmsctl.notification import actions
from lmsctl.notification.calendar.actions import answers as answering
from lmsctl.notification.calendar.rules.mails import MOST_BYTES
from lmsctl.notification.delivery import cli as delivery_cli
from lmsctl.notification.results import Message, MessageKind, MessageState, Preview

app = options.noun("notification", "Queued mails and notices in accounts.")
app.add_typer(delivery_cli.app)


@verb(
    app,
    "list",
    examples=("lmsctl notification list", "lmsctl notification list --state queued -o json"),
)
def list_(
    env: Environment,
    state: Annotated[
        MessageState | None,
        typer.Option("--state", help="queued, retrying, sent, failed or gave_up."),
    ] = None,
    kind: Annotated[
        MessageKind | None,
        typer.Option("--kind", metavar="KIND", help="Only messages about this."),
    ] = None,
) -> Listing[Message]:
    """List messages, soonest first.

    A mail is queued until it is sent; retrying says that it was tried in vain and will be tried
    again (next_try_at), failed that it was refused, and gave_up that it was tried often enough.
    """
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


@verb(
    app,
    examples=("lmsctl notification answers answer.eml", "lmsctl notification answers - < mail"),
)
def answers(
    env: Environment,
    path: Annotated[
        str, typer.Argument(metavar="FILE", help="One mail as it arrived; - is standard input.")
    ],
) -> Done:
    """Take the answer to an invitation that a calendar program sends by mail.

    Accepting is 'lmsctl enrollment confirm' and declining is 'decline', for the person whose stored
    address the mail is from. Anything else is rejected with exit status 6, so that a mail filter
    can pipe in everything that arrives at the organizer-address. The same mail may come twice.
    """
    file, _ = open_bytes(path)
    with file:
        data = file.read(MOST_BYTES + 1)

    def write(work: Work) -> Done:
        taken = answering.take_answer(work, data)
        already = "" if taken.outcome is Outcome.UPDATED else " already"
        sentence = f"{taken.login} has {taken.answer} {taken.training}{already}."
        return Done(taken, sentence, is_changed=taken.outcome is Outcome.UPDATED)

    return env.write(write)
