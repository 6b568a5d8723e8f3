"""The command line of the sessions of trainings."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options, timewords, wall_clock
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.limits import UNLIMITED
from lmsctl.kit.options import IfExists, IfVersion, verb
from lmsctl.kit.work import Work
from lmsctl.training import rules as training_rules
from lmsctl.training.options import (
    OfTraining,
    SessionCode,
    WithSession,
    notes_on_stops,
    show_times_in,
)
from lmsctl.training.participants import cli as participants_cli
from lmsctl.training.sessions.actions import planning as session_actions
from lmsctl.training.sessions.actions import showing as session_showing
from lmsctl.training.sessions.results import SessionDetail, SessionRow, SessionState

app = options.noun("session", "When and where trainings take place, and for how many.")
app.add_typer(participants_cli.session_app)

Starts = Annotated[
    str,
    typer.Option("--starts", metavar="TIME", help="When; without offset in the training's zone."),
]
Duration = Annotated[
    str, typer.Option("--duration", metavar="LENGTH", help="How long, such as 90min or 8h.")
]
Limit = Annotated[
    str | None, typer.Option("--limit", metavar="N|unlimited", help="How many places.")
]
_FORMERLY = {"--capacity": "--limit"}
Place = Annotated[str | None, typer.Option("--place", help="Where people meet.")]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="Where it is on the web.")]
Title = Annotated[str | None, typer.Option("--title", help="What sets it apart from others.")]
Instructor = Annotated[
    str | None, typer.Option("--instructor", help="Who leads it: a name, login or address.")
]


@verb(
    app,
    examples=(
        (
            "lmsctl session create first-aid --code spring --starts 2026-03-31T09:00 --duration 8h"
            " --limit 12 --place 'Room 4'"
        ),
        (
            "lmsctl session create price-talks --code monday --starts 2026-03-30T17:00"
            " --duration 90min --url https://meet.example.com/prices"
        ),
    ),
    formerly=_FORMERLY,
)
def create(
    env: Environment,
    training: OfTraining,
    code: Annotated[str, typer.Option("--code", help="Unique in the training; never changes.")],
    starts: Starts,
    duration: Duration,
    limit: Limit = None,
    place: Place = None,
    url: Url = None,
    title: Title = None,
    instructor: Instructor = None,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a session of a training, with its first day; without --limit there is no limit."""
    word, length = timewords.parse(starts), timewords.parse_duration(duration)

    def write(work: Work) -> Done:
        found = None
        if if_exists is not options.Existing.FAIL:
            found = session_actions.find_conflicting_session(work, training, code)
        if found is None:
            made = session_actions.create_session(
                work,
                training,
                code=code,
                plan=session_actions.DayPlan(word, length, place, url, env.time_zone),
                capacity=UNLIMITED if limit is None else limit,
                title=title,
                instructor=instructor,
            )
            sentence = f"Created the session {_name(made)}, {_span(env, made)}."
            step = f"Nobody takes part yet: lmsctl enroll --user LOGIN --training {_name(made)}"
            return Done(made, sentence, notes=notes_on_stops(env, work, [made]), next_step=step)
        if if_exists is options.Existing.SKIP:
            return Done(found, f"The session {_name(found)} exists already.", is_changed=False)
        after, is_changed = session_actions.edit_session(
            work,
            training,
            found.code,
            shift=session_actions.DayChange(1, word, length, place, url, env.time_zone),
            capacity=limit,
            title=title,
            instructor=instructor,
        )
        return _edited(env, work, after, is_changed=is_changed)

    return env.write(write)


def _name(session: SessionDetail) -> str:
    return f"{session.training}:{session.code}"


def _span(env: Environment, session: SessionDetail) -> str:
    """Return from when to when a session lasts, and let tables show its zone too."""
    zone = show_times_in(env, session.time_zone)
    first, last = (wall_clock.show(moment, zone) for moment in (session.starts_at, session.ends_at))
    return f"from {first} to {last}"


def _edited(env: Environment, work: Work, after: SessionDetail, *, is_changed: bool) -> Done:
    word = "Updated" if is_changed else "Unchanged:"
    sentence = f"{word} the session {_name(after)}, {_span(env, after)}."
    return Done(after, sentence, is_changed=is_changed, notes=notes_on_stops(env, work, [after]))


@verb(
    app,
    "list",
    examples=("lmsctl session list first-aid", "lmsctl session list --state not-started"),
)
def list_(
    env: Environment,
    training: Annotated[
        str | None, typer.Argument(metavar="[TRAINING]", help="Only of this training.")
    ] = None,
    state: Annotated[
        SessionState | None,
        typer.Option(
            "--state", help="not-started, running, awaiting-assignment, completed or canceled."
        ),
    ] = None,
) -> Listing[SessionRow]:
    """List sessions in the order of their starts. Canceled ones only with --state."""
    return env.read(
        lambda work: Listing(
            SessionRow,
            session_showing.list_sessions(work, training, state),
            things="sessions",
            first="lmsctl session create TRAINING --code CODE --starts TIME --duration 90min",
        )
    )


@verb(app, examples=("lmsctl session show first-aid:spring -o json",))
def show(env: Environment, training: WithSession, code: SessionCode = None) -> SessionDetail:
    """Show one session: its days with times and places, and how many places are left.

    Whoever sees the training may, and who takes part in it or finds it in their catalog.
    """
    whole, named = training_rules.parse_named_session(training, code)

    def read(work: Work) -> SessionDetail:
        found = session_showing.show_session(work, whole, named)
        _span(env, found)
        return found

    return env.read(read)


@verb(
    app,
    examples=(
        "lmsctl session edit first-aid spring --limit 16",
        "lmsctl session edit first-aid spring --day 2 --starts 2026-04-02T09:00 --place 'Room 7'",
    ),
    formerly=_FORMERLY,
)
def edit(
    env: Environment,
    training: WithSession,
    code: SessionCode = None,
    day: Annotated[
        int, typer.Option("--day", metavar="N", help="Which day --starts to --url change.")
    ] = 1,
    starts: Annotated[
        str | None, typer.Option("--starts", metavar="TIME", help="When; it keeps its duration.")
    ] = None,
    duration: Annotated[
        str | None, typer.Option("--duration", metavar="LENGTH", help="How long.")
    ] = None,
    place: Annotated[
        str | None, typer.Option("--place", help="Where people meet; '' for nowhere.")
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where on the web; '' for nowhere.")
    ] = None,
    limit: Limit = None,
    title: Annotated[str | None, typer.Option("--title", help="The title; '' for none.")] = None,
    instructor: Annotated[
        str | None,
        typer.Option("--instructor", help="Who leads it: a name, login or address; '' for nobody."),
    ] = None,
    if_version: IfVersion = None,
) -> Any:
    """Change a session, and when and where one of its days is. Everybody in it stays."""
    whole, named = training_rules.parse_named_session(training, code)
    word = timewords.parse(starts) if starts is not None else None
    length = timewords.parse_duration(duration) if duration is not None else None

    def write(work: Work) -> Done:
        after, is_changed = session_actions.edit_session(
            work,
            whole,
            named,
            shift=session_actions.DayChange(day, word, length, place, url, env.time_zone),
            capacity=limit,
            title=title,
            instructor=instructor,
            if_version=if_version,
        )
        return _edited(env, work, after, is_changed=is_changed)

    return env.write(write)


@verb(
    app,
    "add-day",
    examples=("lmsctl session add-day first-aid spring --starts 2026-04-01T09:00 --duration 4h",),
)
def add_day(
    env: Environment,
    training: WithSession,
    code: SessionCode = None,
    *,
    starts: Starts,
    duration: Duration,
    place: Place = None,
    url: Url = None,
) -> Any:
    """Add a day to a session. Whoever is in the session takes part on every day."""
    whole, named = training_rules.parse_named_session(training, code)
    word, length = timewords.parse(starts), timewords.parse_duration(duration)

    def write(work: Work) -> Done:
        plan = session_actions.DayPlan(word, length, place, url, env.time_zone)
        after = session_actions.add_day(work, whole, named, plan)
        sentence = f"Added a day to the session {_name(after)}, {_span(env, after)}."
        return Done(after, sentence, notes=notes_on_stops(env, work, [after]))

    return env.write(write)


@verb(app, examples=("lmsctl session cancel first-aid spring",))
def cancel(env: Environment, training: WithSession, code: SessionCode = None) -> Any:
    """Cancel a session for good. Its people stay in the training and may choose another one."""
    whole, named = training_rules.parse_named_session(training, code)

    def write(work: Work) -> Done:
        after, is_changed = session_actions.cancel_session(work, whole, named)
        already = "" if is_changed else " already"
        _span(env, after)
        return Done(
            after, f"The session {_name(after)} is canceled{already}.", is_changed=is_changed
        )

    return env.write(write)
