"""The command line of the sessions of trainings."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options, timewords
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.limits import UNLIMITED
from lmsctl.kit.options import IfExists, verb
from lmsctl.kit.work import Work
from lmsctl.training import actions, rules
from lmsctl.training.results import AttendanceRow, SessionDetail, SessionRow, SessionState

app = options.noun("session", "When and where trainings take place, and for how many.")

Training = Annotated[str, typer.Argument(metavar="TRAINING", help="The training's code or number.")]
Code = Annotated[str, typer.Argument(metavar="SESSION", help="The session's code or number.")]
Starts = Annotated[
    str,
    typer.Option("--starts", metavar="TIME", help="When; without offset in the training's zone."),
]
Duration = Annotated[
    str, typer.Option("--duration", metavar="LENGTH", help="How long, such as 90min or 8h.")
]
Capacity = Annotated[
    str | None, typer.Option("--capacity", metavar="N|unlimited", help="How many places.")
]
Place = Annotated[str | None, typer.Option("--place", help="Where people meet.")]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="Where it is on the web.")]
Title = Annotated[str | None, typer.Option("--title", help="What sets it apart from others.")]
Instructor = Annotated[str | None, typer.Option("--instructor", help="The name of who leads it.")]


@verb(
    app,
    examples=(
        (
            "lmsctl session create first-aid --code spring --starts 2026-03-31T09:00 --duration 8h"
            " --capacity 12 --place 'Room 4'"
        ),
        (
            "lmsctl session create price-talks --code monday --starts 2026-03-30T17:00"
            " --duration 90min --url https://meet.example.com/prices"
        ),
    ),
)
def create(
    env: Environment,
    training: Training,
    code: Annotated[str, typer.Option("--code", help="Unique in the training; never changes.")],
    starts: Starts,
    duration: Duration,
    capacity: Capacity = None,
    place: Place = None,
    url: Url = None,
    title: Title = None,
    instructor: Instructor = None,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a session of a training, with its first day; without --capacity there is no limit."""
    word, length = timewords.parse(starts), timewords.parse_duration(duration)

    def write(work: Work) -> Done:
        found = None
        if if_exists is not options.Existing.FAIL:
            found = actions.find_conflicting_session(work, training, code)
        if found is None:
            made = actions.create_session(
                work,
                training,
                code=code,
                plan=actions.DayPlan(word, length, place, url, env.time_zone),
                capacity=UNLIMITED if capacity is None else capacity,
                title=title,
                instructor=instructor,
            )
            sentence = f"Created the session {_name(made)}, {_span(env, made)}."
            return Done(made, sentence, notes=_stops(env, work, made))
        if if_exists is options.Existing.SKIP:
            return Done(found, f"The session {_name(found)} exists already.", is_changed=False)
        after, is_changed = actions.edit_session(
            work,
            training,
            found.code,
            shift=actions.DayChange(1, word, length, place, url, env.time_zone),
            capacity=capacity,
            title=title,
            instructor=instructor,
        )
        return _edited(env, work, after, is_changed=is_changed)

    return env.write(write)


def _name(session: SessionDetail) -> str:
    return f"{session.training}:{session.code}"


def _span(env: Environment, session: SessionDetail) -> str:
    """Return from when to when a session lasts, and let tables show its zone too."""
    env.zone = env.time_zone or timewords.kept_zone(session.time_zone)
    first, last = (
        timewords.show(moment, env.zone) for moment in (session.starts_at, session.ends_at)
    )
    return f"from {first} to {last}"


def _stops(env: Environment, work: Work, session: SessionDetail) -> list[str]:
    """Return a sentence on when learners stop coming to and going from a session, if ever."""
    words = rules.describe_stops(
        session.code,
        session.registration_stops_at,
        session.cancellations_stop_at,
        work.now,
        env.zone or work.zone,
    )
    return [words] if words else []


def _edited(env: Environment, work: Work, after: SessionDetail, *, is_changed: bool) -> Done:
    word = "Updated" if is_changed else "Unchanged:"
    sentence = f"{word} the session {_name(after)}, {_span(env, after)}."
    return Done(after, sentence, is_changed=is_changed, notes=_stops(env, work, after))


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
) -> Any:
    """List sessions in the order of their starts. Canceled ones only with --state."""
    return env.read(lambda work: Listing(SessionRow, actions.list_sessions(work, training, state)))


@verb(app, examples=("lmsctl session show first-aid spring -o json",))
def show(env: Environment, training: Training, code: Code) -> Any:
    """Show one session: its days with times and places, and how many places are left."""

    def read(work: Work) -> SessionDetail:
        found = actions.show_session(work, training, code)
        _span(env, found)
        return found

    return env.read(read)


@verb(
    app,
    examples=(
        "lmsctl session edit first-aid spring --capacity 16",
        "lmsctl session edit first-aid spring --day 2 --starts 2026-04-02T09:00 --place 'Room 7'",
    ),
)
def edit(
    env: Environment,
    training: Training,
    code: Code,
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
    capacity: Capacity = None,
    title: Annotated[str | None, typer.Option("--title", help="The title; '' for none.")] = None,
    instructor: Annotated[
        str | None, typer.Option("--instructor", help="Who leads it; '' for nobody.")
    ] = None,
    if_version: Annotated[
        int | None, typer.Option("--if-version", help="Only if nobody changed it since.")
    ] = None,
) -> Any:
    """Change a session, and when and where one of its days is. Everybody in it stays."""
    word = timewords.parse(starts) if starts is not None else None
    length = timewords.parse_duration(duration) if duration is not None else None

    def write(work: Work) -> Done:
        after, is_changed = actions.edit_session(
            work,
            training,
            code,
            shift=actions.DayChange(day, word, length, place, url, env.time_zone),
            capacity=capacity,
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
    training: Training,
    code: Code,
    starts: Starts,
    duration: Duration,
    place: Place = None,
    url: Url = None,
) -> Any:
    """Add a day to a session. Whoever is in the session takes part on every day."""
    word, length = timewords.parse(starts), timewords.parse_duration(duration)

    def write(work: Work) -> Done:
        plan = actions.DayPlan(word, length, place, url, env.time_zone)
        after = actions.add_day(work, training, code, plan)
        sentence = f"Added a day to the session {_name(after)}, {_span(env, after)}."
        return Done(after, sentence, notes=_stops(env, work, after))

    return env.write(write)


@verb(app, examples=("lmsctl session cancel first-aid spring",))
def cancel(env: Environment, training: Training, code: Code) -> Any:
    """Cancel a session for good. Its people stay in the training and may choose another one."""

    def write(work: Work) -> Done:
        after, is_changed = actions.cancel_session(work, training, code)
        already = "" if is_changed else " already"
        _span(env, after)
        return Done(
            after, f"The session {_name(after)} is canceled{already}.", is_changed=is_changed
        )

    return env.write(write)


@verb(
    app,
    examples=(
        "lmsctl session attendance first-aid spring --everybody",
        "lmsctl session attendance first-aid spring --day 2 --user anna --minutes 45",
        "lmsctl session attendance first-aid spring",
    ),
)
def attendance(
    env: Environment,
    training: Training,
    code: Code,
    user: Annotated[
        list[str] | None, typer.Option("--user", metavar="LOGIN", help="Who; again for more.")
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="All who are in the session.")
    ] = False,
    day: Annotated[int, typer.Option("--day", metavar="N", help="On which day.")] = 1,
    absent: Annotated[bool, typer.Option("--absent", help="They were not there.")] = False,
    minutes: Annotated[
        int | None, typer.Option("--minutes", metavar="N", help="For how long they were there.")
    ] = None,
) -> Any:
    """Record who was there on a day of a session, or list it when nobody is named.

    A session that is over is completed when it is known of everybody and every day.
    """
    if rules.is_attendance_listed(user, minutes, is_everybody=everybody, is_absent=absent):
        return env.read(lambda work: _attendance(env, work, training, code))

    def write(work: Work) -> Done:
        outcomes = actions.record_attendance(
            work,
            training,
            code,
            logins=user or (),
            day=day,
            is_present=not absent,
            minutes=minutes,
        )
        changed = sum(item.outcome is not Outcome.UNCHANGED for item in outcomes)
        same = len(outcomes) - changed
        already = f"; {same} {'was' if same == 1 else 'were'} recorded so already" if same else ""
        sentence = f"Recorded the attendance of {changed}{already}."
        return Done(Listing(ItemOutcome, outcomes), sentence, is_changed=bool(changed))

    return env.write(write)


def _attendance(env: Environment, work: Work, training: str, code: str) -> Listing[AttendanceRow]:
    _span(env, actions.show_session(work, training, code))
    return Listing(AttendanceRow, actions.list_attendance(work, training, code))
