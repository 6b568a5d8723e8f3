"""Options that the command lines of the training room share, and what all of them tell."""

from collections.abc import Iterable
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from lmsctl.kit import zones
from lmsctl.kit.environment import Environment
from lmsctl.kit.work import Work
from lmsctl.training.deadlines import rules as deadline_rules
from lmsctl.training.results import TrainingDetail
from lmsctl.training.sessions.results import SessionDetail, SessionRow, SessionState

TrainingCode = Annotated[str, typer.Argument(metavar="CODE", help="The training's code or number.")]
OfTraining = Annotated[
    str, typer.Argument(metavar="TRAINING", help="The training's code or number.")
]
WithSession = Annotated[
    str,
    typer.Argument(
        metavar="TRAINING[:SESSION]", help="The training's code or number, and the session's."
    ),
]
SessionCode = Annotated[
    str | None,
    typer.Argument(metavar="[SESSION]", help="The session, unless it stands behind its training."),
]


def show_times_in(env: Environment, time_zone: str) -> ZoneInfo:
    """Let tables show moments in a training's zone, or in that of --tz; returns which it is."""
    zone = env.time_zone or zones.from_database(time_zone)
    env.zone = zone
    return zone


def notes_on_stops(
    env: Environment, work: Work, sessions: Iterable[SessionRow | SessionDetail]
) -> list[str]:
    """Return a sentence for each session with deadlines on when learners stop coming and going."""
    sentences = (
        deadline_rules.describe_stops(
            session.code,
            session.registration_stops_at,
            session.cancellations_stop_at,
            work.now,
            env.zone or work.zone,
        )
        for session in sessions
    )
    return [sentence for sentence in sentences if sentence]


def notes_on_coming(env: Environment, work: Work, training: TrainingDetail) -> list[str]:
    """Return the notes on those sessions of a training that have not started, in its zone."""
    show_times_in(env, training.time_zone)
    coming = [one for one in training.sessions if one.state is SessionState.NOT_STARTED]
    return notes_on_stops(env, work, coming)
