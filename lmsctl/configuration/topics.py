"""The topics of `lmsctl help`: files beside this one, and what is made from the program itself."""

import importlib
import importlib.resources
import pkgutil
from collections.abc import Callable, Iterator, Mapping

import lmsctl
from lmsctl.configuration.errors import TopicUnknown
from lmsctl.kit import options
from lmsctl.kit.canonical import nearest
from lmsctl.kit.errors import EXIT_STATUS, Refusal
from lmsctl.rights.rules import PERMISSIONS

TOPICS: Mapping[str, str] = {
    "autoenroll": "rules that enroll whoever joins",
    "batch": "many commands in one run",
    "config": "the configuration file, its keys and connections",
    "csv": "files that are read and written",
    "errors": "every code of a refusal",
    "exit-status": "what the exit status says",
    "options": "the options that every command takes",
    "output": "formats, columns and order",
    "rights": "roles and permissions",
    "spreadsheets": "workbooks in place of CSV files: what their cells mean",
    "times": "how times are written",
    "tokens": "codes that admit people, and how they are destroyed",
    "trainings": "sessions, deadlines, and who is told what",
}
# These modules do something when they are imported, or declare tables only.
_NOT_FOR_REFUSALS = (".__main__", ".model")


def text(topic: str) -> str:
    """Return the words about `topic`; raises TopicUnknown."""
    if topic not in TOPICS:
        guess = nearest(topic, TOPICS)
        advice = f"Did you mean '{guess}'? " if guess else ""
        raise TopicUnknown(topic=topic, advice=advice, known=list(TOPICS))
    file = importlib.resources.files(__package__).joinpath("topics", f"{topic}.txt")
    words = file.read_text(encoding="utf-8")
    return f"{words}\n{_MADE[topic]()}" if topic in _MADE else words


def refusals() -> list[type[Refusal]]:
    """Return every class of refusal in the program that has a code, by exit status and code."""
    for module in pkgutil.walk_packages(lmsctl.__path__, "lmsctl."):
        if not module.name.endswith(_NOT_FOR_REFUSALS) and ".migrations" not in module.name:
            vars(importlib.import_module(module.name))  # what is imported may not have run yet
    found = {kind for kind in _below(Refusal) if "code" in vars(kind)}
    ours = (kind for kind in found if kind.__module__.startswith("lmsctl."))
    return sorted(ours, key=lambda kind: (EXIT_STATUS[kind.kind], kind.code))


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _errors() -> str:
    found = refusals()
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


_WIDTH = 100
_MADE: Mapping[str, Callable[[], str]] = {
    "errors": _errors,
    "options": options.help_on_globals,
    "rights": _rights,
}
