"""The command line of the seed room."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb

app = options.single("seed", "Fill a test portal with people and what they do.")


@verb(
    app,
    "seed",
    examples=(
        "lmsctl seed",
        "lmsctl seed --seed 7 --people 1000 --tokens 200 --trainings 20",
        "LMSCTL_NOW=2026-03-01T09:00:00Z lmsctl seed --people 50 -o json",
    ),
)
def seed(
    env: Environment,
    number: Annotated[
        int, typer.Option("--seed", help="Which portal: the same number, the same one.")
    ] = 1,
    people: Annotated[
        int, typer.Option("--people", help="How many people besides the owner.")
    ] = 100,
    tokens: Annotated[int, typer.Option("--tokens", help="How many tokens.")] = 20,
    trainings: Annotated[
        int, typer.Option("--trainings", help="How many trainings, with three sessions each.")
    ] = 5,
    notify: Annotated[
        bool, typer.Option("--notify", help="Queue the notices that the commands would.")
    ] = False,
) -> Any:
    """Fill an empty sandbox portal with made-up people and 120 days of what they did.

    Departments, groups, custom fields, content, sign-up profiles, tokens, trainings and sessions
    are made; people come from a file, sign up, redeem tokens, choose sessions and learn, each by
    the command and the rules for it. All of it is one transaction.

    The same seed, sizes and frozen clock (LMSCTL_NOW) make the same portal, on SQLite and on
    PostgreSQL, with the same links. Links that can be foretold are for tests alone, and so is this
    command: it wants a portal made by 'lmsctl init --sandbox' in which nothing else is.
    """
    from lmsctl.seed import actions  # what --help has no use for
    from lmsctl.seed.rules.sizes import SeedSizes

    return actions.seed(env, SeedSizes(number, people, tokens, trainings), wants_notices=notify)
