"""The command line that writes people to a file."""

from typing import Annotated, Any

import typer

from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import Filters, verb
from lmsctl.kit.plurals import counted
from lmsctl.user.options import InDepartment, OfStatus, OfType
from lmsctl.user.rules import UserFilter


def register(app: typer.Typer) -> None:
    """Add the verb to the noun `user`."""
    verb(
        app,
        examples=(
            "lmsctl user export --to people.csv",
            "lmsctl user export --department Sales --status active > sales.csv",
        ),
    )(export)


def export(
    env: Environment,
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="Where to; - is standard output.")
    ] = "-",
    bom: Annotated[bool, typer.Option("--bom", help="Begin with a mark that Excel needs.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Leave cells that a spreadsheet would run as they are.")
    ] = False,
    department: InDepartment = None,
    type_: OfType = None,
    status: OfStatus = None,
    filter_: Filters = None,
) -> Any:
    """Write people as CSV; `user import` takes the file back without changing anything."""
    from lmsctl.user.exporting import actions  # what writes files takes long to load

    wanted = UserFilter(under=department, type=type_, status=status, filters=filter_ or ())
    target = env.files.claim(to, "--to")
    env.write(lambda work: actions.record_export(work, wanted))
    count = env.read(lambda work: actions.export_people(work, target, wanted, bom=bom, raw=raw))
    return Done(None, f"Exported {counted(count, 'person')}.", is_changed=False)
