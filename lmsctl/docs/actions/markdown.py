"""The reference in Markdown: a file for each noun, and an index."""

from collections.abc import Iterable, Iterator, Sequence

from lmsctl.commands import ABOUT, GROUPS
from lmsctl.help.actions import describing
from lmsctl.help.results import CommandHelp, Parameter
from lmsctl.kit.options import wrap_example
from lmsctl.nouns import NOUNS

_MARKUP = frozenset("\\*_<>[]#|`")


def markdown_files() -> dict[str, str]:
    """Return the text of every file by its name."""
    files = {"index.md": _joined(_index())}
    for noun in NOUNS:
        files[f"{noun}.md"] = _joined(_noun(noun))
    return files


def _index() -> Iterator[str]:
    yield "# lmsctl"
    yield f"{ABOUT} Commands are written `lmsctl NOUN VERB`."
    for group, nouns in GROUPS.items():
        yield f"## {group}"
        yield "\n".join(f"- [{noun}]({noun}.md): {_plain(NOUNS[noun][2])}" for noun in nouns)
    yield "## Global options"
    yield "Every command takes them, before it or behind it."
    yield from _parameters(describing.describe_global_options())


def _noun(noun: str) -> Iterator[str]:
    verbs = describing.verbs_of(noun)
    yield f"# lmsctl {noun}"
    if not verbs:
        yield from _command(describing.describe(noun))
        return
    yield _plain(NOUNS[noun][2])
    yield "\n".join(f"- [{noun} {verb}](#lmsctl-{noun}-{verb})" for verb in verbs)
    for verb in verbs:
        yield f"## lmsctl {noun} {verb}"
        yield from _command(describing.describe(noun, verb))


def _command(command: CommandHelp) -> Iterator[str]:
    yield _plain(command.about)
    yield f"```text\nlmsctl {command.command} {command.usage}\n```"
    yield from _parameters([*command.arguments, *command.options])
    if command.examples:
        lines = (wrap_example(example).removeprefix("  ") for example in command.examples)
        yield "Examples:"
        yield "\n".join(["```sh", *lines, "```"])


def _parameters(parameters: Sequence[Parameter]) -> Iterator[str]:
    if parameters:
        rows = [f"| {_names(one)} | {_meaning(one)} |" for one in parameters]
        yield "\n".join(["| Option or argument | Meaning |", "| --- | --- |", *rows])


def _names(one: Parameter) -> str:
    takes = f" {one.takes}" if one.takes else ""
    names = ", ".join(one.spellings or [one.name])
    return f"`{names}{takes}`".replace("|", "\\|")


def _meaning(one: Parameter) -> str:
    notes = ["required"] if one.is_required and one.spellings else []
    notes += [f"default `{one.default}`"] if one.default else []
    return _plain(one.about) + (f" ({', '.join(notes)})" if notes else "")


def _plain(text: str) -> str:
    """Return `text` with what Markdown would take for markup written out."""
    return "".join(f"\\{one}" if one in _MARKUP else one for one in text)


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"
