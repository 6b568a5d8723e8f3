"""The command line of the enrollment room: who is in what, and ending that."""

from typing import Annotated, Any

import typer

from lmsctl.enrollment import actions
from lmsctl.enrollment.actions import Order
from lmsctl.enrollment.enroll_cli import counted
from lmsctl.enrollment.results import EnrollmentRow, Reason, State
from lmsctl.enrollment.rules import Selection
from lmsctl.kit import options
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work

app = options.noun("enrollment", "Who is enrolled in what, why and until when.")

Why = Annotated[
    Reason | None,
    typer.Option("--reason", help="administrator, import, rule, token, open-link or pathway."),
]


@verb(
    app,
    "list",
    examples=(
        "lmsctl enrollment list --content GDPR-101 --phase completed",
        "lmsctl enrollment list --user anna -o json",
    ),
)
def list_(
    env: Environment,
    user: Annotated[
        str | None, typer.Option("--user", metavar="LOGIN", help="Only of this person.")
    ] = None,
    content: Annotated[
        str | None, typer.Option("--content", metavar="CODE", help="Only in this item.")
    ] = None,
    department: Annotated[
        str | None,
        typer.Option("--department", metavar="PATH", help="Only of its people and those below."),
    ] = None,
    phase: Annotated[
        State | None,
        typer.Option("--phase", help="pre-enrolled, enrolled, completed or canceled."),
    ] = None,
    reason: Why = None,
) -> Any:
    """List enrollments by person and item; filters combine. Canceled ones only with --phase."""
    return env.read(
        lambda work: Listing(
            EnrollmentRow,
            actions.list_enrollments(
                work,
                login=user,
                code=content,
                department=department,
                phase=phase,
                reason=reason,
            ),
        )
    )


@verb(app, examples=("lmsctl enrollment show --user anna --content GDPR-101",))
def show(
    env: Environment,
    user: Annotated[str, typer.Option("--user", metavar="LOGIN", help="Who.")],
    content: Annotated[str, typer.Option("--content", metavar="CODE", help="In what.")],
) -> Any:
    """Show one enrollment: phase, due date, every reason, and what the person did so far."""
    return env.read(lambda work: actions.show(work, user, content))


@verb(
    app,
    examples=(
        "lmsctl enrollment cancel --user anna --user ben --content GDPR-101",
        "lmsctl enrollment cancel --user anna --content GDPR-101 --reason token --reference fair",
    ),
)
def cancel(
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
    reason: Why = None,
    reference: Annotated[
        str | None,
        typer.Option("--reference", metavar="TEXT", help="Only this token, rule or pathway."),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Cancel the rest when some cannot be.")
    ] = False,
) -> Any:
    """Cancel enrollments, or take one reason away: with another one left, they go on.

    What people did stays. Canceling a pathway takes back what it had prepared.
    """
    order = Order(Selection(user or (), department or (), group or ()), content, keep_going)

    def write(work: Work) -> Done:
        outcomes = actions.cancel(work, order, reason=reason, reference=reference)
        return counted(outcomes, "canceled", "not canceled")

    return env.write(write)
