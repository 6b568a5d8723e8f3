"""The command line of the learner's view."""

from typing import Annotated, Any

import typer

from lmsctl.enrollment import actions
from lmsctl.enrollment.results import Course, Offer
from lmsctl.kit import options
from lmsctl.kit.answer import Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb

app = options.noun("learner", "What one person sees, and why.")

Who = Annotated[str, typer.Argument(metavar="LOGIN", help="Login, address or number.")]


@verb(app, examples=("lmsctl learner courses anna", "lmsctl --as anna learner courses anna"))
def courses(env: Environment, login: Who) -> Any:
    """List what a person is enrolled in and what they may open, saying which and why."""
    return env.read(lambda work: Listing(Course, actions.courses(work, login)))


@verb(app, examples=("lmsctl learner catalog anna -o json",))
def catalog(env: Environment, login: Who) -> Any:
    """List what the catalog offers a person, and by which rules."""
    return env.read(lambda work: Listing(Offer, actions.catalog(work, login)))
