"""The command line of trainings."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfExists, IfMissing, verb
from lmsctl.kit.work import Work
from lmsctl.training import actions
from lmsctl.training.results import Kind, Training, TrainingRow

app = options.noun("training", "Live events: what they are and who keeps them.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The training's code or number.")]
OfType = Annotated[Kind | None, typer.Option("--type", help="meeting or webinar.")]
Department = Annotated[
    str | None,
    typer.Option("--department", metavar="PATH", help="Whose it is; the root's if absent."),
]
Zone = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="ZONE", help="Its own; the portal's if absent."),
]
Organizer = Annotated[
    str | None,
    typer.Option("--organizer", metavar="LOGIN", help="Who looks after it; you if absent."),
]
Description = Annotated[
    str | None, typer.Option("--description", help="What it is about, up to 3,000 characters.")
]


@verb(
    app,
    examples=(
        "lmsctl training create 'First aid' --code first-aid --time-zone Europe/Berlin",
        "lmsctl training create 'Price talks' --code price-talks --department Sales --type webinar",
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
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a training, a meeting unless --type says otherwise. Sessions give it times and places.

    Times of its sessions and deadlines are read and shown in its own time zone.
    """

    def write(work: Work) -> Done:
        found = None
        if if_exists is not options.Existing.FAIL:
            found = actions.existing(work, code)
        if found is None:
            made = actions.create(
                work,
                title,
                code=code,
                department=department,
                type_=type_ or Kind.MEETING,
                time_zone=time_zone,
                organizer=organizer,
                description=description or "",
            )
            return Done(made, f"Created the training {made.code} ({made.time_zone}).")
        if if_exists is options.Existing.SKIP:
            return Done(found, f"The training {found.code} exists already.", is_changed=False)
        after, is_changed = actions.edit(
            work,
            found.code,
            title=title,
            department=department,
            type_=type_,
            time_zone=time_zone,
            organizer=organizer,
            description=description,
        )
        return _edited(after, is_changed=is_changed)

    return env.write(write)


def _edited(after: Training, *, is_changed: bool) -> Done:
    return options.edited(after, f"the training {after.code}", is_changed=is_changed)


@verb(
    app,
    "list",
    examples=("lmsctl training list --department Sales", "lmsctl training list -o csv"),
)
def list_(
    env: Environment,
    department: Annotated[
        str | None,
        typer.Option("--department", metavar="PATH", help="Only of this one and those under it."),
    ] = None,
    type_: OfType = None,
) -> Any:
    """List trainings by code, each with the start of its next session; filters combine."""
    return env.read(
        lambda work: Listing(
            TrainingRow, actions.list_trainings(work, department=department, type_=type_)
        )
    )


@verb(app, examples=("lmsctl training show first-aid -o json",))
def show(env: Environment, code: Code) -> Any:
    """Show one training with its sessions, canceled ones too."""
    return env.read(lambda work: actions.show(work, code))


@verb(
    app,
    examples=(
        "lmsctl training edit first-aid --title 'First aid 2026' --organizer anna",
        "lmsctl training edit first-aid --department Sales --organizer ''",
    ),
)
def edit(
    env: Environment,
    code: Code,
    title: Annotated[str | None, typer.Option("--title", help="The new title.")] = None,
    department: Annotated[
        str | None, typer.Option("--department", metavar="PATH", help="Whose it is from now on.")
    ] = None,
    type_: OfType = None,
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", metavar="ZONE", help="The new one; it moves no session."),
    ] = None,
    organizer: Annotated[
        str | None,
        typer.Option("--organizer", metavar="LOGIN", help="Who looks after it; '' for nobody."),
    ] = None,
    description: Description = None,
    if_version: Annotated[
        int | None, typer.Option("--if-version", help="Only if nobody changed it since.")
    ] = None,
) -> Any:
    """Change a training. Its code stays, and so do the instants of its sessions."""

    def write(work: Work) -> Done:
        after, is_changed = actions.edit(
            work,
            code,
            title=title,
            department=department,
            type_=type_,
            time_zone=time_zone,
            organizer=organizer,
            description=description,
            if_version=if_version,
        )
        return _edited(after, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl training delete first-aid --yes",))
def delete(env: Environment, code: Code, if_missing: IfMissing = options.Missing.FAIL) -> Any:
    """Delete a training for good, with its sessions and everybody's enrollment in them.

    To let one session fall through and keep the rest, cancel that session.
    """

    def write(work: Work) -> Done:
        def remove() -> ItemOutcome:
            return ItemOutcome(actions.delete(work, code).code, Outcome.DELETED)

        return options.deleted(remove, "training", code, if_missing)

    return env.write(write)
