"""The command line of the completion room."""

from typing import Annotated, Any

import typer

from lmsctl.completion import actions
from lmsctl.completion.results import Shell
from lmsctl.kit import options
from lmsctl.kit.answer import Text
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb

app = options.single("completion", "Print a script that completes command lines.")


@verb(
    app,
    "completion",
    examples=(
        'eval "$(lmsctl completion bash)"',
        'eval "$(lmsctl completion zsh)"',
        "lmsctl completion fish > ~/.config/fish/completions/lmsctl.fish",
    ),
)
def completion(
    _env: Environment, shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.")]
) -> Any:
    """Print the script that makes a shell complete commands, options and values.

    The line for bash belongs into ~/.bashrc, the one for zsh into ~/.zshrc, after compinit. Codes,
    logins and the like are read from the database that the command line itself would use, with the
    rights of --as if it stands there. Nothing is offered when that database does not answer.
    """
    return Text(actions.script(shell))
