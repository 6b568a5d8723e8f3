"""The command line of trainings."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfExists, IfMissing, IfVersion, Search, verb
from lmsctl.kit.work import Work
from lmsctl.training import actions as trainings
from lmsctl.training import rules as training_rules
from lmsctl.training.deadlines import actions as deadlines
from lmsctl.training.deadlines import cli as deadlines_cli
from lmsctl.training.options import TrainingCode, notes_on_coming
from lmsctl.training.participants import cli as participants_cli
from lmsctl.training.results import TrainingDetail, TrainingKind, TrainingRow

app = options.noun("training", "Live events: what they are and who keeps them.")
app.add_typer(participants_cli.app)
app.add_typer(deadlines_cli.app)

OfType = Annotated[TrainingKind | None, typer.Option("--type", help="meeting or webinar.")]
Department = Annotated[
    str | None,
    typer.Option("--department", metavar="PATH", help="Whose it is; the root's if omitted."),
]
Zone = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="ZONE", help="Its own; the portal's if omitted."),
]
Organizer = Annotated[
    str | None,
    typer.Option("--organizer", metavar="LOGIN", help="Who looks after it; you if omitted."),
]
Description = Annotated[
    str | None, typer.Option("--description", help="What it is about, up to 3,000 characters.")
]

NotifySupervisors = Annotated[
    bool | None,
    typer.Option(
        "--notify-supervisors/--no-notify-supervisors",
        help="Whether supervisors hear of what their people do, and who was there.",
    ),
]


@verb(
    app,
    examples=(
        "lmsctl training create 'First aid' --code first-aid --time-zone Europe/Berlin",
        "lmsctl training create 'Price talks' --code price-talks --department Sales --type webinar",
        "lmsctl training create Hygiene --code hygiene --notify-supervisors --lock",
    ),
)
def create(
    env: Environment,
    title: Annotated[str, typer.Argument(help="What people call it.")],
    code: Annotated[str, typer.Option("--code", help="Unique; it never changes.")],
    department: Department = None,
    type_: OfType = None,
    time_zone: Zone = None,
    organizer: Organizer = None,
    description: Description = None,
    notify_supervisors: NotifySupervisors = None,
    lock: Annotated[
        bool, typer.Option("--lock", help="Learners can neither leave nor switch sessions.")
    ] = False,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a training, a meeting unless --type says otherwise. Sessions give it times and places.

    Times of its sessions and deadlines are read and shown in its own time zone.
    """

    def write(work: Work) -> Done:
        found = None
        if if_exists is not options.Existing.FAIL:
            found = trainings.find_conflicting(work, code)
        if found is None:
            made = trainings.create(
                work,
                title,
                code=code,
                department=department,
                type_=type_ or TrainingKind.MEETING,
                time_zone=time_zone,
                organizer=organizer,
                description=description or "",
                notifies_supervisors=bool(notify_supervisors),
                is_locked=lock,
            )
            step = (
                f"It has no session yet: lmsctl session create {made.code} --code CODE"
                " --starts TIME --duration 90min"
            )
            sentence = f"Created the training {made.code} ({made.time_zone})."
            return Done(made, sentence, next_step=step)
        if if_exists is options.Existing.SKIP:
            return Done(found, f"The training {found.code} exists already.", is_changed=False)
        after, is_changed, notes = trainings.edit(
            work,
            found.code,
            title=title,
            department=department,
            type_=type_,
            time_zone=time_zone,
            organizer=organizer,
            description=description,
            notifies_supervisors=notify_supervisors,
        )
        if lock and not after.locked:
            after, is_changed = deadlines.set_lock(work, found.code, is_on=True)
        return replace(_edited(after, is_changed=is_changed), notes=notes)

    return env.write(write)


def _edited(after: TrainingDetail, *, is_changed: bool) -> Done:
    return options.edited(after, f"the training {after.code}", is_changed=is_changed)


@verb(
    app,
    "list",
    examples=(
        "lmsctl training list --department Sales",
        "lmsctl training list --search aid",
        "lmsctl training list -o csv",
    ),
)
def list_(
    env: Environment,
    department: Annotated[
        str | None,
        typer.Option("--department", metavar="PATH", help="Only of this one and those under it."),
    ] = None,
    type_: OfType = None,
    search: Search = None,
) -> Listing[TrainingRow]:
    """List trainings by code, each with the start of its next session; filters combine."""
    return env.read(
        lambda work: Listing(
            TrainingRow,
            trainings.list_trainings(work, department=department, type_=type_, search=search),
            things="trainings",
            first="lmsctl training create TITLE --code CODE",
        )
    )


@verb(app, examples=("lmsctl training show first-aid -o json",))
def show(env: Environment, code: TrainingCode) -> TrainingDetail:
    """Show one training with its sessions, canceled ones too."""
    return env.read(lambda work: trainings.show(work, code))


@verb(
    app,
    examples=(
        "lmsctl training edit first-aid --title 'First aid 2026' --organizer anna",
        "lmsctl training edit first-aid --department Sales --organizer ''",
        "lmsctl training edit first-aid --notify-supervisors",
        "lmsctl training edit first-aid --time-zone America/New_York --keep-clock",
    ),
)
def edit(
    env: Environment,
    code: TrainingCode,
    title: Annotated[str | None, typer.Option("--title", help="The new title.")] = None,
    department: Annotated[
        str | None, typer.Option("--department", metavar="PATH", help="Whose it is from now on.")
    ] = None,
    type_: OfType = None,
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", metavar="ZONE", help="The new one; it moves no session."),
    ] = None,
    keep_clock: Annotated[
        bool,
        typer.Option(
            "--keep-clock",
            help="With --time-zone: sessions to come start at the same time on its clocks.",
        ),
    ] = False,
    organizer: Annotated[
        str | None,
        typer.Option("--organizer", metavar="LOGIN", help="Who looks after it; '' for nobody."),
    ] = None,
    description: Description = None,
    notify_supervisors: NotifySupervisors = None,
    if_version: IfVersion = None,
) -> Any:
    """Change a training. Its code stays, and so do the instants of its sessions.

    With another time zone they read differently, and those that do are listed. With --keep-clock
    they move instead, as with 'session edit': deadlines follow, and everybody is told.
    """
    training_rules.check_clock_option(time_zone, is_kept=keep_clock)

    def write(work: Work) -> Done:
        after, is_changed, notes = trainings.edit(
            work,
            code,
            title=title,
            department=department,
            type_=type_,
            time_zone=time_zone,
            organizer=organizer,
            description=description,
            notifies_supervisors=notify_supervisors,
            keeps_clock=keep_clock,
            if_version=if_version,
        )
        done = _edited(after, is_changed=is_changed)
        is_moved = time_zone is not None and is_changed
        more = notes_on_coming(env, work, after) if is_moved else []
        return replace(done, notes=[*notes, *more])

    return env.write(write)


@verb(app, examples=("lmsctl training delete first-aid --yes",))
def delete(
    env: Environment, code: TrainingCode, if_missing: IfMissing = options.Missing.FAIL
) -> Any:
    """Delete a training for good, with its sessions and everybody's enrollment in them.

    To let one session fall through and keep the rest, cancel that session.
    """

    def write(work: Work) -> Done:
        def remove() -> ItemOutcome:
            return ItemOutcome(trainings.delete(work, code).code, Outcome.DELETED)

        return options.deleted(remove, "training", code, if_missing)

    return env.write(write)
