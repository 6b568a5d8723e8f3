"""The command line of enrolling, and of who is enrolled in what; its parts are taken in."""

from typing import Annotated, Any

import typer

from lmsctl.bulk.options import FileOptions
from lmsctl.enrollment import rules
from lmsctl.enrollment.importing import rules as importing_rules
from lmsctl.enrollment.items.actions import canceling
from lmsctl.enrollment.items.actions import enrolling as items_enrolling
from lmsctl.enrollment.items.actions import showing as items_showing
from lmsctl.enrollment.items.results import EnrollmentShown
from lmsctl.enrollment.listing import cli as listing_cli
from lmsctl.enrollment.options import Departments, Groups, Users, Why, count_outcomes, name_target
from lmsctl.enrollment.participation import cli as participation_cli
from lmsctl.enrollment.participation.actions import canceling as participation_canceling
from lmsctl.enrollment.participation.actions import enrolling
from lmsctl.enrollment.participation.actions import showing as participation_showing
from lmsctl.enrollment.participation.options import (
    OVER_FORMERLY,
    AccessAt,
    OverLimit,
    OverReason,
    read_terms,
)
from lmsctl.enrollment.participation.results import ParticipationShown
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Selection
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit import options, timewords
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import Filters, Wanted, verb
from lmsctl.kit.work import Work
from lmsctl.training import rules as training_rules

enroll_app = options.single("enroll", "Enroll people in content and in trainings.")
app = options.noun("enrollment", "Who is enrolled in what, why and until when.")
app.add_typer(participation_cli.app)
app.add_typer(listing_cli.app)


@verb(
    enroll_app,
    "enroll",
    examples=(
        "lmsctl enroll --user anna --user ben@example.com --content GDPR-101",
        "lmsctl enroll --department Sales --content GDPR-101 --content first-week",
        "lmsctl enroll --filter type=staff --content GDPR-101 --dry-run",
        "lmsctl enroll --group Pilots --training first-aid:spring --keep-going",
        "lmsctl enroll --from pairs.csv --keep-going --rejects to-fix.csv",
        "lmsctl enroll --from people.csv --training first-aid:spring --notify",
    ),
    wanted=Wanted(
        one_of=[
            ("user", "department", "group", "filter_", "from_"),
            ("training", "content", "from_"),
        ]
    ),
    formerly=OVER_FORMERLY,
)
def enroll(
    env: Environment,
    content: Annotated[
        list[str] | None, typer.Option("--content", metavar="CODE", help="In what; repeatable.")
    ] = None,
    user: Users = None,
    department: Departments = None,
    group: Groups = None,
    filter_: Filters = None,
    training: Annotated[
        list[str] | None,
        typer.Option("--training", metavar="CODE[:SESSION]", help="In what; repeatable."),
    ] = None,
    access_at: AccessAt = None,
    over_limit: OverLimit = False,
    reason: OverReason = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE", help="A CSV file or workbook of pairs; - for stdin."
        ),
    ] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="With --from: write to who is enrolled.")
    ] = False,
    *,
    file: FileOptions,
) -> Any:
    """Enroll people in content and trainings: every one of them in every item, or nobody.

    Whom a department, group or filter brings in and who is not active is skipped; whoever is named
    must be active. Who is enrolled already stays so, with their due date and their completion.

    In a training they get the session that is named, or choose one themselves, and see it at once
    unless --access-at says when; for who is enrolled already 'enrollment edit --access-at' changes
    that. When a session is full nobody is enrolled; with --keep-going those
    who come first get the places: people in the order in which they are named, then the others by
    login.

    A file given with --from has a pair in each row. Columns: Login (or an address; or Email), and
    either Content, a code, or Training, a code or CODE:SESSION, with Session and Access at, a time
    as for --access-at. --content, or --training with --access-at, speak for rows that leave these
    blank. All rows are checked before any is written, and those that come first get the places of
    a session. The options from --encoding to --rejects and --notify are for files only;
    --keep-going is for both ways.
    """
    people = Selection(user or (), department or (), group or (), filter_ or ())
    if from_ is not None:
        never = {"--over-limit": over_limit, "--reason": reason}
        rules.check_file_options(people, content or (), training or (), never)
        blanks = _row_defaults(content, training, access_at)
        return _enroll_from(env, file, from_, blanks, is_notifying=notify)
    rules.check_no_file_options([*file.given(), *(["notify"] if notify else [])])
    rules.check_target_named(content, training)
    idle = {"--access-at": access_at, "--over-limit": over_limit}
    rules.check_dependent_options("--training", training, idle)
    terms = read_terms(env, access_at, reason, is_over=over_limit)

    def write(work: Work) -> Done:
        outcomes: list[PairOutcome] = []
        notes: list[str] = []
        if content:
            outcomes += items_enrolling.enroll(work, PairRequest(people, content, file.keep_going))
        if training:
            request = PairRequest(people, training, file.keep_going)
            more, notes = enrolling.enroll_in_trainings(work, request, terms)
            outcomes += more
        return count_outcomes(outcomes, "enrolled", "enrolled already", notes)

    return env.write(write)


def _row_defaults(
    content: list[str] | None, training: list[str] | None, access_at: str | None
) -> "importing_rules.RowDefaults":
    """Return what blank cells of a file mean, as the options say."""
    return importing_rules.RowDefaults(
        content[0] if content else None,
        training_rules.parse_target(training[0]) if training else None,
        timewords.parse(access_at) if access_at is not None else None,
    )


def _enroll_from(
    env: Environment,
    file: FileOptions,
    path: str,
    blanks: "importing_rules.RowDefaults",
    *,
    is_notifying: bool,
) -> Any:
    """Enroll people as a file says, and return the answer of the import."""
    from lmsctl.bulk.actions.requests import FileImport  # what reads files takes long to load
    from lmsctl.enrollment.importing import actions as enroll_file_actions

    with FileImport(file.request(env, path)) as upload:
        return env.write(
            lambda work: enroll_file_actions.import_enrollments(
                work, upload, blanks, zone=env.time_zone, wants_notices=is_notifying
            ),
            begins_itself=True,
        )


@verb(
    app,
    examples=(
        "lmsctl enrollment show --user anna --content GDPR-101",
        "lmsctl enrollment show --user anna --training first-aid",
    ),
)
def show(
    env: Environment,
    user: Annotated[str, typer.Option("--user", metavar="LOGIN", help="Who.")],
    content: Annotated[
        str | None, typer.Option("--content", metavar="CODE", help="In which item.")
    ] = None,
    training: Annotated[
        str | None, typer.Option("--training", metavar="CODE", help="Or in which training.")
    ] = None,
) -> EnrollmentShown | ParticipationShown:
    """Show one enrollment: why, since when, and what came of it.

    In content: phase, due date, every reason, and what the person did so far. In a training: the
    session, access, what they said to the invitation, attendance, result and extended deadlines.
    """
    rules.check_content_or_training(content, training, is_needed=True)

    def read(work: Work) -> EnrollmentShown | ParticipationShown:
        if training is None:
            return items_showing.show(work, user, content or "")
        part, zone = participation_showing.show_participation(work, user, training)
        env.zone = env.time_zone or zone
        return part

    return env.read(read)


@verb(
    app,
    examples=(
        "lmsctl enrollment cancel --user anna --user ben --content GDPR-101",
        "lmsctl enrollment cancel --user anna --content GDPR-101 --reason token --reference fair",
        "lmsctl enrollment cancel --user anna --training first-aid",
    ),
    wanted=Wanted(one_of=[("user", "department", "group"), ("training", "content")]),
)
def cancel(
    env: Environment,
    content: Annotated[
        list[str] | None, typer.Option("--content", metavar="CODE", help="In what; repeatable.")
    ] = None,
    training: Annotated[
        list[str] | None,
        typer.Option("--training", metavar="CODE[:SESSION]", help="In what; repeatable."),
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", metavar="SESSION", help="Only of who is in this one.")
    ] = None,
    user: Users = None,
    department: Departments = None,
    group: Groups = None,
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

    What people did stays. Canceling a pathway takes back what it had prepared; canceling in a
    training frees the place. --reason and --reference are for content only, --session for
    trainings.
    """
    people = Selection(user or (), department or (), group or ())
    rules.check_target_named(content, training)
    rules.check_dependent_options("--training", training, {"--session": session})
    rules.check_dependent_options(
        "--content", content, {"--reason": reason, "--reference": reference}
    )

    def write(work: Work) -> Done:
        outcomes: list[PairOutcome] = []
        notes: list[str] = []
        if content:
            request = PairRequest(people, content, keep_going)
            outcomes += canceling.cancel(work, request, reason=reason, reference=reference)
        if training:
            targets = [
                name_target(*training_rules.parse_session(code, session)) for code in training
            ]
            more, notes = participation_canceling.cancel_participation(
                work, PairRequest(people, targets, keep_going)
            )
            outcomes += more
        return count_outcomes(outcomes, "canceled", "not canceled", notes)

    return env.write(write)
