"""Finding what `help` is asked for, and putting it into words."""

from collections.abc import Iterator, Sequence

from lmsctl import commands
from lmsctl.help.actions import codes, describing, topics
from lmsctl.help.errors import TopicUnknown
from lmsctl.help.results import CommandHelp, ErrorCode, Topic, TopicText
from lmsctl.kit import nouns, synonyms
from lmsctl.kit.canonical import nearest
from lmsctl.nouns import NOUNS


def list_topics() -> Iterator[Topic]:
    """Yield every topic with a word on it."""
    return (Topic(name, about) for name, about in topics.TOPICS.items())


def find(words: Sequence[str]) -> TopicText | CommandHelp | ErrorCode:
    """Return what is known about a topic, a noun, a noun and its verb, or a code.

    A topic comes before a noun of the same name. Raises TopicUnknown, which names the nearest.
    """
    match words:
        case [topic] if topic in topics.TOPICS:
            return TopicText(topic, topics.TOPICS[topic], topics.text(topic))
        case [noun] if noun in NOUNS:
            return describing.describe(noun)
        case [noun, verb] if noun in NOUNS and verb in describing.verbs_of(noun):
            return describing.describe(noun, verb)
        case [word] if (code := codes.find(word)) is not None:
            return code
    meant = _suggest(words)
    advice = f"Did you mean '{meant}'?" if meant else "See 'lmsctl help' and 'lmsctl --help'."
    raise TopicUnknown(topic=" ".join(words), advice=advice)


def _suggest(words: Sequence[str]) -> str | None:
    """Return the command line that `words`, of which there is no help, most likely ask for."""
    first, *rest = words
    if first in NOUNS:
        meant = nouns.suggest_verb(first, rest[0], describing.verbs_of(first)) or first
    elif rest:
        meant = commands.suggest(words) or ""
    else:
        known = [*topics.TOPICS, *NOUNS, *codes.known()]
        meant = synonyms.noun_for(first, NOUNS) or nearest(first[:100], known) or ""
    return f"lmsctl help {meant}" if meant else None


def to_text(found: TopicText | CommandHelp | ErrorCode) -> str:
    """Return what was found as people read it."""
    if isinstance(found, ErrorCode):
        return codes.to_text(found)
    if isinstance(found, CommandHelp):
        return found.text
    if found.topic in NOUNS:
        return f"{found.text.rstrip()}\n\nCommands: lmsctl {found.topic} --help\n"
    return found.text
