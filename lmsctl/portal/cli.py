"""The command line of the portal room."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work
from lmsctl.portal import actions
from lmsctl.portal.results import PortalSetting

app = options.noun("settings", "The settings of the portal.")


@verb(app, examples=("lmsctl settings show", "lmsctl settings show -o json"))
def show(env: Environment) -> Listing[PortalSetting]:
    """Show every setting, its value and what it means."""
    return env.read(lambda work: Listing(PortalSetting, actions.list_settings(work)))


@verb(
    app,
    "set",
    examples=(
        "lmsctl settings set plan.max-active-users=250 time-zone=Europe/Berlin",
        "lmsctl settings set privacy-policy=on",
    ),
)
def set_(
    env: Environment,
    assignments: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="Settings.")],
) -> Any:
    """Change settings; an unknown name gets the nearest one."""

    def write(work: Work) -> Done:
        changed, notes = actions.set_settings(work, assignments)
        listing = Listing(PortalSetting, list(actions.list_settings(work)))
        sentence = f"Changed {', '.join(changed)}." if changed else "Unchanged."
        return Done(listing, sentence, is_changed=bool(changed), notes=notes)

    return env.write(write)
