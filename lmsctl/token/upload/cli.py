"""The command line for files of tokens: bulk upload and its template."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from lmsctl.bulk.options import FileOptions, FilePath
from lmsctl.kit import options
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.plurals import counted

app = options.verbs()


@verb(
    app,
    "bulk-upload",
    examples=(
        "lmsctl token bulk-upload tokens.csv --dry-run",
        "lmsctl token bulk-upload tokens.csv --keep-going --rejects to-fix.csv",
        'lmsctl token bulk-upload fair.csv --map "Token label=token"',
    ),
)
def bulk_upload(
    env: Environment,
    path: FilePath,
    file: FileOptions,
    again: Annotated[
        bool, typer.Option("--again", help="Take a file that has made tokens once more.")
    ] = False,
) -> Any:
    """Make and change tokens from a CSV file or a workbook.

    All rows are checked before any is written.

    Columns: Token id, Knowledge, Knowledge code, Token, Token label, Creates, Limit, Expires,
    Active; 'lmsctl token template' writes such a file. A row with a token id changes that token. A
    row without makes one: with the code in Token, or one that is made up, for the item that
    Knowledge code names. Knowledge is for people and not read. --results lists the codes made.

    A blank cell keeps what a token has. For a new one it means prospect, no limit, no expiry, and
    that it works. The words unlimited, never and none take a limit, an expiry or a label away.
    Expires is a date, such as 2026-03-31, 31/03/2026 or 31.03.2026, and means its end, or a time. A
    file never changes an item, a code or a count of uses, and never deletes.
    """
    from lmsctl.bulk.actions.requests import FileImport  # what reads files takes long to load
    from lmsctl.token.upload import actions as file_actions

    with FileImport(replace(file.request(env, path), again=again)) as upload:
        return env.write(lambda work: file_actions.bulk_upload(work, upload), begins_itself=True)


@verb(
    app,
    examples=(
        "lmsctl token template --to tokens.csv",
        "lmsctl token template --bom > tokens.csv",
    ),
)
def template(
    env: Environment,
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="Where to; - is standard output.")
    ] = "-",
    bom: Annotated[bool, typer.Option("--bom", help="Begin with a mark that Excel needs.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Leave cells that a spreadsheet would run as they are.")
    ] = False,
) -> Any:
    """Write all tokens as CSV; `token bulk-upload` takes the file back without changing anything.

    Without any token it is the heading row to begin with.
    """
    from lmsctl.token.upload import actions as file_actions  # what writes files takes long to load

    target = env.files.claim(to, "--to")
    env.write(file_actions.record_export)
    count = env.read(lambda work: file_actions.template(work, target, bom=bom, raw=raw))
    return Done(None, f"Wrote {counted(count, 'token')}.", is_changed=False)
