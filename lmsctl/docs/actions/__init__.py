"""Writing the reference of every command into a folder."""

from collections.abc import Mapping
from pathlib import Path

from lmsctl.docs.actions.man import man_pages
from lmsctl.docs.actions.markdown import markdown_files
from lmsctl.docs.errors import DocsFolderUnusable
from lmsctl.kit import writing
from lmsctl.kit.environment import Environment

__all__ = ["man_pages", "markdown_files", "write_files"]


def write_files(env: Environment, folder: str, files: Mapping[str, str]) -> None:
    """Write files by name into a folder, which is made if it is missing.

    A rehearsal writes nothing. Raises DocsFolderUnusable, and what claiming and writing files
    raise.
    """
    place = Path(folder)
    targets = {name: env.files.claim(place / name, "DIR") for name in files}
    if env.options.dry_run:
        return
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DocsFolderUnusable(folder=folder, reason=error.strerror, field="DIR") from error
    for name, text in files.items():
        with writing.replacing(targets[name]) as out:
            out.write(text)
