"""What people read is plain English: phrases that were replaced do not come back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lmsctl.help.actions import codes, describing, topics
from lmsctl.nouns import NOUNS

ROOT = Path(__file__).parent.parent

# Each with what is said in its place.
REPLACED = {
    r"\bhangs?\b (a|the|under)": "move a department and its subtree",
    r"\bdaughters?\b": "subdepartments",
    r"\bpeople land\b": "the department that new people join",
    r"made up when|when absent|if absent": "generated if omitted",
    r"; again(\.| for)": "repeatable",
    r"[Rr]eally run": "simulate: run, roll back, show the result",
    r"(Less|More) talk": "fewer messages, more messages",
    r"[Ss]traight to a database": "database URL",
    r"left aside": "ignored",
    r"\b[Mm]end(s|ed|ing)?\b": "fix",
    r"[Oo]ne sign,|found out when": "one character, detected if omitted",
    r"to take along": "to view or export",
    r"\bdoors?\b": "however they were added",
    r"is yours\.": "you distribute the codes",
    r"slip of the pen": "to catch typos",
    r"one may do": "check a permission",
    r"calendar or clock": "is not a valid date",
    r"hold off": "extend a deadline",
    r"(?<!There )(?<!there )\bis no (?!such|longer)": "is not a valid",
    r"not in order": "problems with this registration",
    r"let us in": "access was denied",
    r"portal is called": "portal name",
    r"\b[Nn]obody (here )?(is )?called\b": "no account",
    r"\b([Ww]e|[Uu]s|[Oo]ur|[Oo]urs)\b": "the program speaks of itself by its name",
    r"\bthe house\b": "architecture",
    r"\bsub-domain": "subdomain",
}


def refusal_words() -> Iterator[tuple[str, str]]:
    """Yield every sentence and hint of a refusal, with where it stands."""
    for refusal in codes.refusals():
        for name in ("message", "hint", "cell_message", "cell_hint", "learner_hint"):
            yield f"{refusal.__name__}.{name}", getattr(refusal, name)


def help_words() -> Iterator[tuple[str, str]]:
    """Yield every text of help: of commands, of their options, of all options, and of topics."""
    for command in describing.describe_all():
        yield command.command, command.about
        for one in (*command.arguments, *command.options):
            yield f"{command.command} {one.name}", one.about
    for one in describing.describe_global_options():
        yield one.name, one.about
    for noun, (_, _, about) in NOUNS.items():
        yield noun, about
    for topic, about in topics.TOPICS.items():
        yield topic, f"{about} {topics.text(topic)}"


def file_words() -> Iterator[tuple[str, str]]:
    """Yield the text of what people read first."""
    for path in (ROOT / "README.md", ROOT / "lmsctl.toml.example"):
        yield path.name, path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("phrase", "better"), REPLACED.items())
def test_replaced_phrases_do_not_come_back(phrase: str, better: str) -> None:
    """Neither in refusals nor in help, README and the example of a configuration."""
    found = [
        (where, text)
        for words in (refusal_words(), help_words(), file_words())
        for where, text in words
        if re.search(phrase, text)
    ]
    assert found == [], f"say instead: {better}"
