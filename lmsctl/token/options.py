"""Options that the command lines of the token room share."""

from typing import Annotated

import typer

from lmsctl.kit import timewords
from lmsctl.kit.timewords import TimeWord
from lmsctl.user.results import UserType

TokenCode = Annotated[str, typer.Argument(metavar="CODE", help="The token's code or number.")]
ForContent = Annotated[
    str,
    typer.Option("--content", metavar="CODE", help="The topic, article or pathway it admits to."),
]
Nickname = Annotated[
    str | None, typer.Option("--nickname", help="What you call it; people do not see it.")
]
Creates = Annotated[
    UserType | None,
    typer.Option("--creates", help="Type of new people: prospect, staff or client."),
]
Limit = Annotated[
    str | None, typer.Option("--limit", metavar="N|unlimited", help="How many uses it has.")
]
Ends = Annotated[
    str | None,
    typer.Option("--ends", metavar="TIME", help="Until when; a date means its whole day."),
]
FORMERLY = {"--expires": "--ends"}


def parse_time(given: str | None) -> TimeWord | None:
    """Return what a time on the command line means, None when none is given."""
    return None if given is None else timewords.parse(given)
