"""The command line of enrolling: many people in many items, in one go."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from lmsctl.bulk.options import FileOptions
from lmsctl.enrollment import actions, rules
from lmsctl.enrollment.participation.rules import placing as training_rules
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Blanks, Selection
from lmsctl.kit import options, timewords
from lmsctl.kit.answer import Done, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import EXIT_STATUS, Kind
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work

app = options.single("enroll", "Enroll people in content and in trainings.")

AccessAt = Annotated[
    str | None, typer.Option("--access-at", metavar="TIME", help="When they see the training.")
]
OverCapacity = Annotated[
    bool, typer.Option("--over-capacity", help="Also into a full session; needs --reason.")
]
OverReason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why over capacity; it is logged.")
]


@verb(
    app,
    "enroll",
    examples=(
        "lmsctl enroll --user anna --user ben@example.com --content GDPR-101",
        "lmsctl enroll --department Sales --content GDPR-101 --content first-week",
        "lmsctl enroll --filter type=staff --content GDPR-101 --dry-run",
        "lmsctl enroll --group Pilots --training first-aid:spring --keep-going",
        "lmsctl enroll --from pairs.csv --keep-going --rejects mend.csv",
        "lmsctl enroll --from people.csv --training first-aid:spring --notify",
    ),
)
def enroll(
    env: Environment,
    content: Annotated[
        list[str] | None, typer.Option("--content", metavar="CODE", help="In what; again for more.")
    ] = None,
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
    training: Annotated[
        list[str] | None,
        typer.Option("--training", metavar="CODE[:SESSION]", help="In what; again for more."),
    ] = None,
    access_at: AccessAt = None,
    over_capacity: OverCapacity = False,
    reason: OverReason = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="A CSV file of pairs; - is standard input."),
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
    unless --access-at says when. When a session is full nobody is enrolled; with --keep-going those
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
        never = {"--over-capacity": over_capacity, "--reason": reason}
        rules.check_file_alone(people, content or (), training or (), never)
        blanks = _blanks(content, training, access_at)
        return _enroll_from(env, file, from_, blanks, is_notifying=notify)
    rules.check_no_file([*file.given(), *(["notify"] if notify else [])])
    rules.check_named(content, training)
    idle = {"--access-at": access_at, "--over-capacity": over_capacity}
    rules.check_needed("--training", training, idle)
    terms = terms_of(env, access_at, reason, is_over=over_capacity)

    def write(work: Work) -> Done:
        outcomes: list[PairOutcome] = []
        notes: list[str] = []
        if content:
            outcomes += actions.enroll(work, actions.Order(people, content, file.keep_going))
        if training:
            order = actions.TrainingOrder(people, training, file.keep_going)
            more, notes = actions.enroll_in_trainings(work, order, terms)
            outcomes += more
        return counted(outcomes, "enrolled", "enrolled already", notes)

    return env.write(write)


def _blanks(content: list[str] | None, training: list[str] | None, access_at: str | None) -> Blanks:
    return Blanks(
        content[0] if content else None,
        training_rules.parse_target(training[0]) if training else None,
        timewords.parse(access_at) if access_at is not None else None,
    )


def _enroll_from(
    env: Environment, file: FileOptions, path: str, blanks: Blanks, *, is_notifying: bool
) -> Any:
    from lmsctl.bulk.actions import Upload  # what reads files takes long to load
    from lmsctl.enrollment.importing import actions as enroll_file_actions

    with Upload(file.order(env, path)) as upload:
        return env.write(
            lambda work: enroll_file_actions.enroll_people(
                work, upload, blanks, zone=env.time_zone, wants_notices=is_notifying
            ),
            late=True,
        )


def terms_of(
    env: Environment, access_at: str | None, reason: str | None, *, is_over: bool
) -> "actions.Terms":
    """Return how people come into trainings as the options say; a time may be in the zone of --tz.

    Raises OverCapacityUnreasoned and what reading the time raises.
    """
    word = timewords.parse(access_at) if access_at is not None else None
    return actions.Terms(
        word, env.time_zone, training_rules.check_over_reason(reason, is_over=is_over)
    )


def of_session(training: str, session: str | None) -> str:
    """Return the target that a training and its session are, written as one."""
    return training if session is None else f"{training}:{session}"


def counted(
    outcomes: Sequence[PairOutcome],
    done: str,
    undone: str,
    notes: Sequence[str] = (),
    *,
    updated: str | None = None,
) -> Done:
    """Return the answer with one outcome for each pair and a sentence that counts them.

    What was updated counts as `undone`, unless `updated` is a word for it, or somebody was given a
    session of a training.
    """
    count = Counter(item.outcome for item in outcomes)
    changed = count[Outcome.CREATED] + count[Outcome.DELETED]
    placed = sum(item.outcome is Outcome.UPDATED and item.session is not None for item in outcomes)
    same = count[Outcome.UNCHANGED] + count[Outcome.UPDATED] - placed
    parts = [f"{changed} {done}"]
    if updated is not None:
        parts, same = [f"{count[Outcome.UPDATED]} {updated}"], count[Outcome.UNCHANGED]
    elif placed:
        parts.append(f"{placed} given a session")
    parts.append(f"{same} {undone}")
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
        notes=notes,
    )
