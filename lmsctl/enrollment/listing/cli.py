"""The command line that lists enrollments."""

from typing import Annotated

import typer

from lmsctl.enrollment.listing import actions as listing
from lmsctl.enrollment.listing.results import EnrollmentRow
from lmsctl.enrollment.listing.rules import EnrollmentQuery
from lmsctl.enrollment.options import Why
from lmsctl.enrollment.results import ShownPhase
from lmsctl.kit import options
from lmsctl.kit.answer import Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.user.results import UserOrigin, UserStatus, UserType

app = options.verbs()


@verb(
    app,
    "list",
    examples=(
        "lmsctl enrollment list --content GDPR-101 --phase completed",
        "lmsctl enrollment list --training first-aid:spring",
        "lmsctl enrollment list --content GDPR-101 --type prospect --origin token",
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
    training: Annotated[
        str | None,
        typer.Option("--training", metavar="CODE[:SESSION]", help="Only in this training."),
    ] = None,
    department: Annotated[
        str | None,
        typer.Option("--department", metavar="PATH", help="Only of its people and those below."),
    ] = None,
    phase: Annotated[
        ShownPhase | None,
        typer.Option("--phase", help="pre-enrolled, enrolled, completed or canceled."),
    ] = None,
    reason: Why = None,
    type_: Annotated[
        UserType | None, typer.Option("--type", help="Only of staff, client or prospect.")
    ] = None,
    status: Annotated[
        UserStatus | None,
        typer.Option("--status", help="Only of active, inactive or ended ones."),
    ] = None,
    origin: Annotated[
        UserOrigin | None, typer.Option("--origin", help="Only of who came in by that way.")
    ] = None,
) -> Listing[EnrollmentRow]:
    """List enrollments in content and trainings by person; filters combine.

    Canceled ones only with --phase. In a training everybody is in the phase enrolled, and the
    reason is who enrolled them: administrator or learner.
    """
    query = EnrollmentQuery(
        user, content, training, department, phase, reason, type_, status, origin
    )
    return env.read(
        lambda work: Listing(
            EnrollmentRow,
            listing.list_enrollments(work, query),
            things="enrollments",
            first="lmsctl enroll --user LOGIN --content CODE",
        )
    )
