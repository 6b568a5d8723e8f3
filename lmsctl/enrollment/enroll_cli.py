"""The command line of enrolling: many people in many items, in one go."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from lmsctl.enrollment import actions
from lmsctl.enrollment.actions import Order
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Selection
from lmsctl.kit import options
from lmsctl.kit.answer import Done, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import EXIT_STATUS, Kind
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work

app = options.single("enroll", "Enroll people in content.")


@verb(
    app,
    "enroll",
    examples=(
        "lmsctl enroll --user anna --user ben@example.com --content GDPR-101",
        "lmsctl enroll --department Sales --content GDPR-101 --content first-week",
        "lmsctl enroll --filter type=staff --content GDPR-101 --dry-run",
    ),
)
def enroll(
    env: Environment,
    content: Annotated[
        list[str], typer.Option("--content", metavar="CODE", help="In what; again for more.")
    ],
    user: Annotated[
        list[str] | None, typer.Option("--user", metavar="LOGIN", help="Who; again for more.")
    ] = None,
    department: Annotated[
        list[str] | None,
        typer.Option("--department", metavar="PATH", help="Everybody in it and under it; again."),
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", metavar="NAME", help="Its members; again.")
    ] = None,
    filter_: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY=VALUE",
            help="Only whose type, status, origin or custom field is this; again.",
        ),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Enroll the rest when some cannot be.")
    ] = False,
) -> Any:
    """Enroll people in content: every one of them in every item, or nobody.

    Whom a department, group or filter brings in and who is not active is skipped; whoever is named
    must be active. Who is enrolled already stays so, with their due date and their completion.
    """
    people = Selection(user or (), department or (), group or (), filter_ or ())
    order = Order(people, content, keep_going)

    def write(work: Work) -> Done:
        return counted(actions.enroll(work, order), "enrolled", "enrolled already")

    return env.write(write)


def counted(outcomes: Sequence[PairOutcome], done: str, undone: str) -> Done:
    """Return the answer with one outcome for each pair and a sentence that counts them."""
    count = Counter(item.outcome for item in outcomes)
    changed = count[Outcome.CREATED] + count[Outcome.DELETED]
    parts = [f"{changed} {done}", f"{count[Outcome.UNCHANGED] + count[Outcome.UPDATED]} {undone}"]
    parts += [
        f"{count[outcome]} {outcome.value}"
        for outcome in (Outcome.SKIPPED, Outcome.FAILED)
        if count[outcome]
    ]
    return Done(
        Listing(PairOutcome, outcomes),
        f"{', '.join(parts)}.",
        is_changed=bool(changed or count[Outcome.UPDATED]),
        status=EXIT_STATUS[Kind.PARTIAL] if count[Outcome.FAILED] else 0,
    )
