"""The command line of the init room."""

from typing import Annotated, Any

import typer

from lmsctl.init import actions
from lmsctl.kit import options
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import Wanted, verb

app = options.single("init", "Make a new portal.")


@verb(
    app,
    "init",
    examples=(
        "lmsctl init",
        "lmsctl init --time-zone Europe/Berlin --owner-email ada@example.com",
        "lmsctl --database-url postgresql://lms@localhost/test init --sandbox",
    ),
    wanted=Wanted(offered=("owner_email", "time_zone", "public_url")),
)
def init(
    env: Environment,
    name: Annotated[str, typer.Option("--name", help="Portal name.")] = "Portal",
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="For tests: the clock may be frozen.")
    ] = False,
    time_zone: Annotated[
        str, typer.Option("--time-zone", help="Zone of dates and times without offset.")
    ] = "UTC",
    owner_email: Annotated[
        str | None, typer.Option("--owner-email", help="The first owner's address.")
    ] = None,
    public_url: Annotated[
        str, typer.Option("--public-url", metavar="URL", help="What links in mails begin with.")
    ] = "",
    owner_login: Annotated[
        str | None,
        typer.Option("--owner-login", help="Their login; from the address, or 'owner'."),
    ] = None,
) -> Any:
    """Make a new portal: the database, its root department, the built-in roles and one owner.

    Without a configuration or an address it writes lmsctl.toml and lmsctl.db into this folder. On a
    terminal it asks for the owner's address, the zone and the public URL, unless one is given.
    """
    wanted = actions.NewPortal(name, sandbox, time_zone, owner_login, owner_email, public_url)
    made = actions.make(env, wanted)
    written = f", and wrote {made.config_file}" if made.config_file else ""
    return Done(
        made,
        f"Created the portal '{made.name}' in {made.database}{written}.",
        next_step="Registration is off, and nobody else is there: 'lmsctl registration enable' lets"
        " people in by links and tokens, 'lmsctl user import FILE' brings them from a spreadsheet.",
    )
