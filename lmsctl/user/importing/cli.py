"""The command line that reads people from a file."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from lmsctl.bulk.options import FileOptions, FilePath
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb

_NEXT = "Who is new learns nothing yet: lmsctl enroll --department PATH --content CODE"


def register(app: typer.Typer) -> None:
    """Add the verb to the noun `user`."""
    verb(
        app,
        "import",
        examples=(
            "lmsctl user import people.csv --dry-run",
            "lmsctl user import people.csv --keep-going --rejects to-fix.csv",
            'lmsctl user import - --map "Staff no=login" --ignore-unknown < people.csv',
        ),
    )(import_)


def import_(
    env: Environment,
    path: FilePath,
    file: FileOptions,
    notify: Annotated[
        bool, typer.Option("--notify", help="Write to new people who have an address.")
    ] = False,
) -> Any:
    """Make and change people from a CSV file or a workbook.

    All rows are checked before any is written.

    Columns: Login, First name, Last name, Email, Department, Type, Status (active, inactive or
    ended), Group (replaces the groups; none: no groups), Add to group (several groups with |
    between them), Supervisor (a login, an address, none or inherited), and each custom field by its
    name.

    A row means the person with its login; without a login, the one with its address; otherwise it
    makes a person. A blank cell changes nothing: a new person without a department belongs to the
    root, without a type is staff. Nobody gets or loses a role, and nobody is deleted. Past the
    plan's limit new people are made inactive.
    """
    from lmsctl.bulk.actions.requests import FileImport  # what reads files takes long to load
    from lmsctl.user.importing import actions

    with FileImport(file.request(env, path)) as upload:
        done = env.write(
            lambda work: actions.import_people(work, upload, wants_notices=notify),
            begins_itself=True,
        )
    return replace(done, next_step=_NEXT)
