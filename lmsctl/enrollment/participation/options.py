"""Options that the command lines about people in trainings share."""

from typing import Annotated

import typer

from lmsctl.enrollment.participation.rules import placing
from lmsctl.enrollment.participation.rules.placing import Terms
from lmsctl.kit import timewords
from lmsctl.kit.environment import Environment

InTraining = Annotated[str, typer.Option("--training", metavar="CODE", help="In what.")]
InOneTraining = Annotated[
    str | None, typer.Option("--training", metavar="CODE", help="In which training.")
]
InOneItem = Annotated[str | None, typer.Option("--content", metavar="CODE", help="In which item.")]
Learner = Annotated[
    str | None, typer.Option("--user", metavar="LOGIN", help="Who; you yourself if omitted.")
]
AccessAt = Annotated[
    str | None, typer.Option("--access-at", metavar="TIME", help="When they see the training.")
]
OverLimit = Annotated[
    bool, typer.Option("--over-limit", help="Also into a full session; needs --reason.")
]
OverReason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why over the limit; it is logged.")
]
OVER_FORMERLY = {"--over-capacity": "--over-limit"}


def read_terms(
    env: Environment, access_at: str | None, reason: str | None, *, is_over: bool
) -> Terms:
    """Return how people come into trainings as the options say; a time may be in the zone of --tz.

    Raises OverCapacityUnreasoned and what reading the time raises.
    """
    word = timewords.parse(access_at) if access_at is not None else None
    return Terms(word, env.time_zone, placing.check_over_reason(reason, is_over=is_over))
