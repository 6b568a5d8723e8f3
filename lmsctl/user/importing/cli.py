"""The command line for files of people: import and export."""

from typing import Annotated, Any

import typer

from lmsctl.bulk.options import FileOptions, FilePath
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.user.results import UserStatus, UserType
from lmsctl.user.rules import UserFilter


def register(app: typer.Typer) -> None:
    """Add the verbs to the noun `user`."""
    verb(
        app,
        "import",
        examples=(
            "lmsctl user import people.csv --dry-run",
            "lmsctl user import people.csv --keep-going --rejects mend.csv",
            'lmsctl user import - --map "Staff no=login" --ignore-unknown < people.csv',
        ),
    )(import_)
    verb(
        app,
        examples=(
            "lmsctl user export --to people.csv",
            "lmsctl user export --department Sales --status active > sales.csv",
        ),
    )(export)


def import_(
    env: Environment,
    path: FilePath,
    file: FileOptions,
    notify: Annotated[
        bool, typer.Option("--notify", help="Write to new people who have an address.")
    ] = False,
) -> Any:
    """Make and change people from a CSV file. All rows are checked before any is written.

    Columns: Login, First name, Last name, Email, Department, Type, Status (active, inactive or
    ended), Group (replaces the groups; none: no groups), Add to group (several groups with |
    between them), Supervisor (a login, an address, none or inherited), and each custom field by its
    name.

    A row means the person with its login; without a login, the one with its address; otherwise it
    makes a person. A blank cell changes nothing: a new person without a department belongs to the
    root, without a type is staff. Nobody gets or loses a role, and nobody is deleted. Past the
    plan's limit new people are made inactive.
    """
    from lmsctl.bulk.actions import FileImport  # what reads files takes long to load
    from lmsctl.user.importing import actions as file_actions

    with FileImport(file.order(env, path)) as upload:
        return env.write(
            lambda work: file_actions.import_people(work, upload, wants_notices=notify),
            begins_itself=True,
        )


def export(
    env: Environment,
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="Where to; - is standard output.")
    ] = "-",
    bom: Annotated[bool, typer.Option("--bom", help="Begin with a mark that Excel needs.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Leave cells that a spreadsheet would run as they are.")
    ] = False,
    department: Annotated[
        str | None, typer.Option("--department", help="Only this one and those under it.")
    ] = None,
    type_: Annotated[
        UserType | None, typer.Option("--type", help="staff, client or prospect.")
    ] = None,
    status: Annotated[
        UserStatus | None, typer.Option("--status", help="pending, active, inactive or ended.")
    ] = None,
) -> Any:
    """Write people as CSV; `user import` takes the file back without changing anything."""
    from lmsctl.user.importing import (
        actions as file_actions,  # what writes files takes long to load
    )

    wanted = UserFilter(under=department, type=type_, status=status)
    target = env.files.claim(to, "--to")
    env.write(lambda work: file_actions.record_export(work, wanted))
    count = env.read(
        lambda work: file_actions.export_people(work, target, wanted, bom=bom, raw=raw)
    )
    return Done(None, f"Exported {count} people.", is_changed=False)
