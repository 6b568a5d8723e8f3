"""The command line of the docs room."""

from typing import Annotated, Any

import typer

from lmsctl.docs import actions
from lmsctl.kit import options
from lmsctl.kit.answer import Done
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.plurals import counted

app = options.noun("docs", "Write the reference of every command.")

Folder = Annotated[
    str, typer.Argument(metavar="DIR", help="The folder to write to; made if it is missing.")
]


@verb(app, examples=("lmsctl docs man ~/.local/share/man/man1",))
def man(env: Environment, folder: Folder) -> Any:
    """Write a man page for every command.

    They belong to section 1 and are called as in 'man lmsctl-user-create'.
    """
    return _write(env, folder, actions.man_pages())


@verb(app, examples=("lmsctl docs markdown reference",))
def markdown(env: Environment, folder: Folder) -> Any:
    """Write a Markdown file for every noun with its verbs, and index.md with all of them."""
    return _write(env, folder, actions.markdown_files())


def _write(env: Environment, folder: str, files: dict[str, str]) -> Done:
    actions.write_files(env, folder, files)
    return Done(None, f"Wrote {counted(len(files), 'file')} to {folder}.", is_changed=False)
