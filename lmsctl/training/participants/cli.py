"""The command line of who takes part in trainings, and who was there."""

from typing import Annotated

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work
from lmsctl.training import actions as trainings
from lmsctl.training import rules as training_rules
from lmsctl.training.options import SessionCode, TrainingCode, WithSession, show_times_in
from lmsctl.training.participants import rules as participant_rules
from lmsctl.training.participants.actions import attending
from lmsctl.training.participants.results import AttendanceRow, Participant
from lmsctl.training.sessions.actions import showing as session_showing
from lmsctl.training.sessions.results import SessionRow

# The verbs of the noun `training`, and those of the noun `session`.
app = options.verbs()
session_app = options.verbs()


@verb(
    app,
    examples=(
        "lmsctl training participants first-aid -o csv",
        "lmsctl training participants first-aid --session spring",
    ),
)
def participants(
    env: Environment,
    code: TrainingCode,
    session: Annotated[
        str | None, typer.Option("--session", metavar="SESSION", help="Only of this session.")
    ] = None,
) -> Listing[Participant]:
    """List who takes part, by session: all of them to who keeps the training, else one's own."""
    whole, named = training_rules.parse_session(code, session)

    def read(work: Work) -> Listing[Participant]:
        show_times_in(env, trainings.show(work, whole).time_zone)
        sessions = Listing(SessionRow, session_showing.list_sessions(work, whole, None))
        return Listing(
            Participant,
            attending.list_participants(work, whole, named),
            head=sessions,
            when_empty=f"Nobody takes part yet: lmsctl enroll --user LOGIN --training {whole}",
        )

    return env.read(read)


@verb(
    session_app,
    examples=(
        "lmsctl session attendance first-aid spring --everybody",
        "lmsctl session attendance first-aid spring --day 2 --user anna --minutes 45",
        "lmsctl session attendance first-aid spring",
    ),
)
def attendance(
    env: Environment,
    training: WithSession,
    code: SessionCode = None,
    user: Annotated[
        list[str] | None, typer.Option("--user", metavar="LOGIN", help="Who; repeatable.")
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="All who are in the session.")
    ] = False,
    day: Annotated[
        int | None,
        typer.Option("--day", metavar="N", help="On which day; the first if omitted."),
    ] = None,
    absent: Annotated[bool, typer.Option("--absent", help="They were not there.")] = False,
    minutes: Annotated[
        int | None, typer.Option("--minutes", metavar="N", help="For how long they were there.")
    ] = None,
) -> Listing[AttendanceRow] | Done:
    """Record who was there on a day of a session, or list it when nobody is named.

    A session that is over is completed when it is known of everybody and every day.
    """
    whole, named = training_rules.parse_named_session(training, code)
    if participant_rules.is_attendance_listed(
        user, minutes, day, is_everybody=everybody, is_absent=absent
    ):
        return env.read(lambda work: _attendance(env, work, whole, named))

    def write(work: Work) -> Done:
        outcomes = attending.record_attendance(
            work,
            whole,
            named,
            logins=user or (),
            day=1 if day is None else day,
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
    show_times_in(env, session_showing.show_session(work, training, code).time_zone)
    return Listing(
        AttendanceRow,
        attending.list_attendance(work, training, code),
        when_empty="Nobody takes part in this session.",
    )
