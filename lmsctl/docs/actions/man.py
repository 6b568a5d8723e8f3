"""Man pages, in the language of man(7)."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

import lmsctl
from lmsctl.commands import ABOUT, GROUPS
from lmsctl.help.actions import describing
from lmsctl.help.results import CommandHelp, Parameter
from lmsctl.kit import clock
from lmsctl.kit.options import wrap_example
from lmsctl.nouns import NOUNS

# In bytes, with what is escaped: longer lines are bad style.
_WIDTH = 79
# Examples stay as they are, so they are broken before escapes make them longer.
_EXAMPLE_WIDTH = 60


def man_pages() -> dict[str, str]:
    """Return the text of every man page by the name of its file."""
    pages = {"lmsctl.1": _joined(_root())}
    for command in describing.describe_all():
        pages[f"{_title(command.command)}.1"] = _joined(_page(command))
    return pages


def _title(command: str) -> str:
    return f"lmsctl-{command.replace(' ', '-')}"


def _root() -> Iterator[str]:
    yield from _head("lmsctl", ABOUT, "lmsctl [OPTIONS] NOUN VERB [ARGS]...")
    yield from _text(ABOUT)
    for group, words in GROUPS.items():
        yield f".SS {_escaped(group)}"
        for word in words:
            yield from _reference(_title(word), NOUNS[word][2])
    yield from _parameters("OPTIONS", describing.describe_global_options())


def _page(command: CommandHelp) -> Iterator[str]:
    name = command.command
    about = _first_sentence(command.about)
    yield from _head(_title(name), about, f"lmsctl {name} {command.usage}")
    yield from _text(command.about)
    yield from _parameters("ARGUMENTS", command.arguments)
    yield from _parameters("OPTIONS", command.options)
    if command.commands:
        yield ".SH COMMANDS"
    for verb in command.commands:
        below = describing.describe(name, verb)
        yield from _reference(_title(below.command), _first_sentence(below.about))
    if command.examples:
        yield from (".SH EXAMPLES", ".nf", *_examples(command.examples), ".fi")
    yield ".SH SEE ALSO"
    noun, _, verb = name.partition(" ")
    if verb:
        yield f".BR {_escaped(_title(noun))} (1),"
    yield ".BR lmsctl (1)"


def _head(title: str, about: str, usage: str) -> Iterator[str]:
    yield f'.TH {_escaped(title.upper())} 1 {clock.read():%Y-%m-%d} "lmsctl {lmsctl.__version__}"'
    yield ".SH NAME"
    yield from _wrapped(f"{title} \0 {about.rstrip('.')}")
    yield ".SH SYNOPSIS"
    yield from _wrapped(usage)
    yield ".SH DESCRIPTION"


def _reference(title: str, about: str) -> Iterator[str]:
    yield from (".TP", f".BR {_escaped(title)} (1)", *_text(about))


def _parameters(heading: str, parameters: Sequence[Parameter]) -> Iterator[str]:
    if parameters:
        yield f".SH {heading}"
    for one in parameters:
        names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in one.spellings or [one.name])
        takes = rf" \fI{_escaped(one.takes)}\fR" if one.takes else ""
        yield from (".TP", names + takes, *_text(_meaning(one)))


def _meaning(one: Parameter) -> str:
    """Return what a parameter means, whether it is required and what holds without it."""
    notes = ["required"] if one.is_required and one.spellings else []
    notes += [f"default: {one.default}"] if one.default else []
    return f"{one.about} [{', '.join(notes)}]" if notes else one.about


def _examples(examples: Sequence[str]) -> Iterator[str]:
    for example in examples:
        for line in wrap_example(example, _EXAMPLE_WIDTH).splitlines():
            yield _escaped(line.removeprefix("  "))


def _first_sentence(text: str) -> str:
    return text.partition("\n\n")[0].partition(". ")[0].rstrip(".") + "."


def _text(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        yield from _wrapped(paragraph)


def _wrapped(paragraph: str) -> Iterator[str]:
    lines = textwrap.wrap(
        _escaped(paragraph), _WIDTH, break_long_words=False, break_on_hyphens=False
    )
    for line in lines:
        # A line may not begin like a command of the language.
        yield rf"\&{line}" if line.startswith((".", "'")) else line.replace("\0", r"\-")


def _escaped(text: str) -> str:
    """Return `text` with what man(7) would take for something else written out."""
    plain = text.replace("\\", r"\e").replace("-", r"\-")
    return "".join(one if one.isascii() else rf"\[u{ord(one):04X}]" for one in plain)


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
