"""The command line of what pathways lead over."""

from typing import Annotated, Any

import typer

from lmsctl.content.actions import pathways
from lmsctl.content.cli.items import edited
from lmsctl.kit import options
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work

app = options.verbs()

Pathway = Annotated[str, typer.Argument(metavar="PATHWAY", help="The pathway's code or number.")]
PathwayItem = Annotated[str, typer.Argument(metavar="ITEM", help="The item's code or number.")]


@verb(
    app,
    "add-item",
    examples=(
        "lmsctl content add-item first-week GDPR-101",
        "lmsctl content add-item first-week canteen --optional --position 1",
    ),
)
def add_item(
    env: Environment,
    pathway: Pathway,
    item: PathwayItem,
    optional: Annotated[bool, typer.Option("--optional", help="Not mandatory.")] = False,
    position: Annotated[
        int | None, typer.Option("--position", metavar="N", help="Where; at the end if omitted.")
    ] = None,
) -> Any:
    """Put an item into a pathway, or change its place. Who is enrolled keeps what they have."""

    def write(work: Work) -> Done:
        after, is_changed = pathways.add_item(
            work, pathway, item, is_mandatory=not optional, position=position
        )
        return edited(after, is_changed)

    return env.write(write)


@verb(app, "remove-item", examples=("lmsctl content remove-item first-week canteen",))
def remove_item(env: Environment, pathway: Pathway, item: PathwayItem) -> Any:
    """Take an item out of a pathway. Who is enrolled keeps what they have."""
    return env.write(lambda work: edited(pathways.remove_item(work, pathway, item), True))  # noqa: FBT003 - the pair
