"""The command line of trainings."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any

import typer

from lmsctl.kit import options, timewords
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfExists, IfMissing, verb
from lmsctl.kit.work import Work
from lmsctl.training import actions, rules
from lmsctl.training.errors import DeadlinesMissing
from lmsctl.training.results import (
    Deadline,
    Participant,
    SessionState,
    TimelineEntry,
    TrainingDetail,
    TrainingKind,
    TrainingRow,
)

app = options.noun("training", "Live events: what they are and who keeps them.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The training's code or number.")]
OfType = Annotated[TrainingKind | None, typer.Option("--type", help="meeting or webinar.")]
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
            found = actions.find_conflicting(work, code)
        if found is None:
            made = actions.create(
                work,
                title,
                code=code,
                department=department,
                type_=type_ or TrainingKind.MEETING,
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


def _edited(after: TrainingDetail, *, is_changed: bool) -> Done:
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
        "lmsctl training edit first-aid --notify-supervisors",
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
    notify_supervisors: Annotated[
        bool | None,
        typer.Option(
            "--notify-supervisors/--no-notify-supervisors",
            help="Whether supervisors hear of people who join, switch and leave.",
        ),
    ] = None,
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
            notifies_supervisors=notify_supervisors,
            if_version=if_version,
        )
        done = _edited(after, is_changed=is_changed)
        is_moved = time_zone is not None and is_changed
        return replace(done, notes=list(_stops(env, work, after)) if is_moved else [])

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


@verb(
    app,
    examples=(
        "lmsctl training participants first-aid -o csv",
        "lmsctl training participants first-aid --session spring",
    ),
)
def participants(
    env: Environment,
    code: Code,
    session: Annotated[
        str | None, typer.Option("--session", metavar="SESSION", help="Only of this session.")
    ] = None,
) -> Any:
    """List who takes part, by session: all of them to who keeps the training, else one's own."""

    def read(work: Work) -> Listing[Participant]:
        env.zone = env.time_zone or timewords.kept_zone(actions.show(work, code).time_zone)
        return Listing(Participant, actions.list_participants(work, code, session))

    return env.read(read)


# Until when learners come and go -----------------------------------------------------------------


@verb(
    app,
    "set-deadlines",
    examples=(
        "lmsctl training set-deadlines first-aid --stop-registration 2d --stop-cancellations 1mo",
        "lmsctl training set-deadlines first-aid --stop-cancellations off",
    ),
)
def set_deadlines(
    env: Environment,
    code: Code,
    stop_registration: Annotated[
        str | None,
        typer.Option("--stop-registration", metavar="LENGTH|off", help="Before each start."),
    ] = None,
    stop_cancellations: Annotated[
        str | None,
        typer.Option("--stop-cancellations", metavar="LENGTH|off", help="Before each start."),
    ] = None,
) -> Any:
    """Stop learners from coming, or from going, so long before each session: 1 to 9999 h, d, w, mo.

    Days, weeks and months keep the time on the clocks of the training's zone; hours are elapsed
    time. Whatever is off ends when the session starts. Administrators are not bound by deadlines.
    """
    given = {Deadline.REGISTRATION: stop_registration, Deadline.CANCELLATION: stop_cancellations}
    wanted = {
        deadline: timewords.parse_amount(text)
        for deadline, text in given.items()
        if text is not None
    }
    if not wanted:
        raise DeadlinesMissing(field="--stop-registration")

    def write(work: Work) -> Done:
        after, is_changed = actions.set_deadlines(work, code, wanted)
        word = "Set" if is_changed else "Unchanged:"
        stops = (
            f"registration stops {_before(after.stop_registration)},"
            f" cancellations {_before(after.stop_cancellations)}"
        )
        sentence = f"{word} the deadlines of {after.code}: {stops}."
        return Done(after, sentence, is_changed=is_changed, notes=list(_stops(env, work, after)))

    return env.write(write)


def _before(distance: str | None) -> str:
    return f"{distance} before each start" if distance else "with the start"


def _stops(env: Environment, work: Work, training: TrainingDetail) -> Iterable[str]:
    """Yield when each session that is to come stops, and let tables show the training's zone."""
    env.zone = env.time_zone or timewords.kept_zone(training.time_zone)
    for session in training.sessions:
        if session.state is SessionState.NOT_STARTED:
            words = rules.describe_stops(
                session.code,
                session.registration_stops_at,
                session.cancellations_stop_at,
                work.now,
                env.zone,
            )
            yield from [words] if words else []


@verb(app, examples=("lmsctl training lock first-aid",))
def lock(env: Environment, code: Code) -> Any:
    """Lock the list of participants: learners can neither leave nor switch. Joining goes on."""
    return _set_lock(env, code, is_on=True)


@verb(app, examples=("lmsctl training unlock first-aid",))
def unlock(env: Environment, code: Code) -> Any:
    """Unlock the list of participants: learners leave and switch again, as deadlines allow."""
    return _set_lock(env, code, is_on=False)


def _set_lock(env: Environment, code: str, *, is_on: bool) -> Any:
    def write(work: Work) -> Done:
        after, is_changed = actions.set_lock(work, code, is_on=is_on)
        already = "" if is_changed else " already"
        sentence = f"The training {after.code} is {'' if is_on else 'un'}locked{already}."
        return Done(after, sentence, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl training timeline first-aid",))
def timeline(env: Environment, code: Code) -> Any:
    """List what is still to come in a training, when, and what it changes, in its own zone."""

    def read(work: Work) -> Listing[TimelineEntry]:
        row, coming = actions.timeline(work, code)
        env.zone = row.zone
        return Listing(TimelineEntry, coming)

    return env.read(read)
