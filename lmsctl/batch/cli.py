"""The command line of the batch room."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb

app = options.single("batch", "Run many commands at once, each by itself or all in one.")


@verb(
    app,
    "batch",
    examples=(
        "lmsctl batch setup.txt --atomic --dry-run",
        "lmsctl batch setup.txt --atomic --yes",
        "generate-redemptions | lmsctl batch - -o jsonl > outcomes.jsonl",
    ),
)
def batch(
    env: Environment,
    path: Annotated[
        str, typer.Argument(metavar="FILE", help="One command a line; - is standard input.")
    ],
    atomic: Annotated[
        bool, typer.Option("--atomic", help="All in one transaction: all or nothing.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="Attempt nothing after the first failure.")
    ] = False,
) -> Any:
    """Run many commands in one process and tell what became of each.

    Each line is a command as a shell takes it, with or without lmsctl in front, or a JSON list of
    its words. Blank lines and lines that begin with # are left out. A line can have options of its
    own: --as, --tz, --dry-run, --yes; nothing is ever asked.

    Each command is a transaction of its own: one that fails leaves nothing, the others go on, and
    the exit status is 7. With --atomic the first failure undoes everything, and the status is 6.
    With -o json or jsonl each line has what the command itself prints, as `result`. See 'lmsctl
    help batch'.
    """
    from lmsctl.batch.actions import lines
    from lmsctl.batch.actions import running as actions

    return actions.run(env, lines.BatchRequest(path, is_atomic=atomic, stops=stop))
