"""The topics: files in the folder `topics`, and what is made from the program itself."""

import importlib.resources
from collections.abc import Callable, Mapping

import lmsctl.help
from lmsctl.help.actions import codes
from lmsctl.kit import options
from lmsctl.kit.errors import EXIT_STATUS
from lmsctl.rights.rules import PERMISSIONS

TOPICS: Mapping[str, str] = {
    "autoenroll": "rules that enroll whoever joins",
    "batch": "many commands in one run",
    "config": "the configuration file, its keys and connections",
    "csv": "files that are read and written",
    "errors": "every code of a refusal",
    "exit-status": "what the exit status says",
    "mail": "how mails leave, and what becomes of each",
    "options": "the options that every command takes",
    "output": "formats, columns and order",
    "rights": "roles and permissions",
    "schema": "the JSON Schema of setup files, for editors",
    "spreadsheets": "workbooks in place of CSV files: what their cells mean",
    "times": "how times are written",
    "tokens": "codes that admit people, and how they are destroyed",
    "toml": "the setup of a portal as a file, and every key of it",
    "trainings": "sessions, deadlines, and who is told what",
}


def text(topic: str) -> str:
    """Return the words about one of the TOPICS."""
    if topic == "schema":
        return _schema()
    file = importlib.resources.files(lmsctl.help).joinpath("topics", f"{topic}.txt")
    words = file.read_text(encoding="utf-8")
    return f"{words}\n{_MADE[topic]()}" if topic in _MADE else words


def _errors() -> str:
    found = codes.refusals()
    width = max(len(kind.code) for kind in found)
    return "\n\n".join(
        "\n".join(
            [f"{status}  {group.value}"]
            + [f"  {kind.code:<{width}}  {kind.message}" for kind in found if kind.kind is group]
        )
        for group, status in EXIT_STATUS.items()
        if any(kind.kind is group for kind in found)
    )


def _rights() -> str:
    import textwrap

    width = max(map(len, PERMISSIONS))
    return "\n".join(
        textwrap.fill(
            meaning,
            _WIDTH,
            initial_indent=f"  {name:<{width}}  ",
            subsequent_indent=" " * (width + 4),
        )
        for name, meaning in PERMISSIONS.items()
    )


def _toml() -> str:
    from lmsctl.setup.rules import schema  # few topics need it

    return schema.described()


def _schema() -> str:
    import json

    from lmsctl.setup.rules import schema

    return json.dumps(schema.json_schema(), indent=2) + "\n"


_WIDTH = 100
_MADE: Mapping[str, Callable[[], str]] = {
    "errors": _errors,
    "options": options.help_on_globals,
    "rights": _rights,
    "toml": _toml,
}
