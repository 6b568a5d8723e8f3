"""The command line of the delivery of mails."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options, signals
from lmsctl.kit.answer import Done, ItemOutcome, Listing, StreamedResult
from lmsctl.kit.cells import visible
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import EXIT_STATUS, RefusalKind
from lmsctl.kit.options import Wanted, verb
from lmsctl.kit.plurals import counted
from lmsctl.notification.delivery.errors import MailsUnnamed
from lmsctl.notification.delivery.results import Delivery
from lmsctl.notification.results import MessageState

app = options.verbs()

_FAILED = (MessageState.FAILED, MessageState.GAVE_UP)
_THINGS = "mails that are due"


@verb(
    app,
    examples=(
        "lmsctl notification deliver",
        "lmsctl notification deliver --dry-run",
        "lmsctl notification deliver --follow",
    ),
)
def deliver(
    env: Environment,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on and send what comes, until it is stopped.")
    ] = False,
) -> Any:
    """Send the mails that are due, by the transport in [mail] of the configuration.

    A mail that the server does not take now, or that is lost on its way, is tried again later: a
    minute after the first try, then less often, 12 times in two days. One that is refused for good
    fails at once, and the exit status is 7. 'lmsctl notification list' shows how each one stands,
    'lmsctl notification retry' tries failed ones anew.

    Several may run at the same time, on one machine or on many: no mail is sent by two. Start it
    from cron, or once with --follow, which tells of each mail on standard error. --dry-run shows
    what would be sent. See 'lmsctl help mail'.
    """
    from lmsctl.notification.delivery.actions import delivering

    run = delivering.begin(env, follows=follow)
    if env.options.dry_run:
        rows = list(env.read(lambda work: delivering.rehearse(work, run.sender)))
        return Done(
            Listing(Delivery, rows, things=_THINGS),
            f"{counted(len(rows), 'mail')} would be sent.",
            is_changed=bool(rows),
        )
    deliveries = run.deliveries()

    def end() -> Done:
        for one in deliveries:
            if follow:
                error = f" ({one.error})" if one.error else ""
                # Python may write a line twice during which a signal comes.
                with signals.delay_signals(once=True):
                    env.console.info(
                        visible(f"{one.id} {one.kind} to {one.recipient}: {one.state}{error}")
                    )
        is_bad = any(run.counts[state] for state in _FAILED)
        status = EXIT_STATUS[RefusalKind.PARTIAL] if is_bad else 0
        return Done(None, run.sentence, is_changed=bool(run.counts), status=status)

    if follow:
        return end()
    return StreamedResult(Listing(Delivery, deliveries), end)


@verb(
    app,
    examples=("lmsctl notification retry 12 15", "lmsctl notification retry --all"),
    wanted=Wanted(one_of=(("numbers", "all_"),)),
)
def retry(
    env: Environment,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="NUMBER", help="A mail's number; repeatable.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All mails that failed.")] = False,
) -> Any:
    """Queue mails that failed anew, once the cause is fixed; also those that wait for a try.

    'notification deliver' sends them. They go to the address that the person has now.
    """
    from lmsctl.notification.delivery.actions import again

    if not numbers and not all_:
        raise MailsUnnamed(field="NUMBER")
    queued = env.write(lambda work: again.retry(work, None if all_ else numbers))
    return Done(
        Listing(ItemOutcome, queued, things="failed mails"),
        f"{counted(len(queued), 'mail', 'queued anew')}.",
        is_changed=bool(queued),
        next_step="Send them with: lmsctl notification deliver",
    )
