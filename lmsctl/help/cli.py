"""The command line of the help room."""

from typing import Annotated, Any

import typer

from lmsctl.help import actions
from lmsctl.help.results import Topic
from lmsctl.kit import options
from lmsctl.kit.answer import Listing, Text
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb

app = options.single("help", "Explain a topic, a command or an error code.")

# What has fields is asked for by machines; everybody else gets the words.
_WITH_FIELDS = frozenset({"json", "jsonl", "csv", "id"})


@verb(
    app,
    "help",
    examples=(
        "lmsctl help",
        "lmsctl help times",
        "lmsctl help user create",
        "lmsctl help plan_full",
    ),
)
def help_(
    env: Environment,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TOPIC | NOUN [VERB] | CODE]", help="Such as times, or user create."
        ),
    ] = None,
) -> Any:
    """Explain a topic, a command or an error code. Without one, list the topics."""
    if not words:
        return Listing(Topic, actions.list_topics())
    found = actions.find(words)
    return found if env.output in _WITH_FIELDS else Text(actions.to_text(found))
