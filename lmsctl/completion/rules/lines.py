"""How words are taken from the line of a shell, and how answers are written into it.

bash gives its line as it stands and takes text to put into it, in place of what follows the last
character that separates words for it. zsh and fish give words and quote what they put in.
"""

import os.path
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from lmsctl.completion.results import Offered, Offers

_PLAIN = re.compile(r"[\w@%+=:,./-]")


@dataclass(slots=True)
class LastWord:
    """The word at the end of a line that is being typed.

    `quote` is the quotation mark that is still open. `kept` counts the characters of its value that
    stay as they are in bash when the word is completed.
    """

    value: str = ""
    quote: str = ""
    kept: int = 0


def read_line(line: str, program: str, breaks: str) -> tuple[list[str], LastWord]:
    """Return the words of a line of bash behind the name of the program, and the last one apart.

    `breaks` are the characters that separate words for it, COMP_WORDBREAKS.
    """
    words, last = _split(line, breaks)
    names = [os.path.basename(word) for word in words]  # noqa: PTH119 - a word may be no path
    name = os.path.basename(program)  # noqa: PTH119 - as above
    return words[names.index(name) + 1 :], last


def _split(line: str, breaks: str) -> tuple[list[str], LastWord]:
    words: list[str] = []
    last, is_word = LastWord(), False
    characters = iter(line)
    for character in characters:
        if character in " \t\n" and not last.quote:
            words += [last.value] if is_word else []
            last, is_word = LastWord(), False
            continue
        is_word = True
        if character == "\\" and last.quote != "'":
            following = next(characters, "")
            is_kept = last.quote and following not in '\\"$`'
            last.value += character + following if is_kept else following
        elif character == last.quote:
            last.quote = ""
        elif character in "'\"" and not last.quote:
            last.quote, last.kept = character, len(last.value)
        else:
            last.value += character
            if character in breaks and not last.quote:
                last.kept = len(last.value)
    return words, last


def answer_bash(offers: Offers, last: LastWord) -> list[str]:
    """Return the lines of an answer to bash: what kind of answer it is, then texts to put in."""
    if offers.is_file:
        return ["file"]
    given = last.value[: last.kept]
    rests = [one.word[last.kept :] for one in offers.words if one.word.startswith(given)]
    if last.quote:
        texts = [_in_quotes(rest, last.quote) for rest in rests]
        if len(texts) == 1 and not offers.is_open:
            # bash closes it only where no such mark stands already, as if that one closed it.
            texts = [texts[0] + last.quote]
    else:
        texts = [_escaped(rest) for rest in rests]
        if _common_beginning(texts) != _escaped(_common_beginning(rests)):
            # They differ behind a backslash: bash would put that in, alone.
            texts = ["'" + _in_quotes(rest, "'") for rest in rests]
    return ["open" if offers.is_open else "done", *texts]


def _escaped(text: str) -> str:
    return "".join(one if _PLAIN.match(one) else f"\\{one}" for one in text)


def _in_quotes(text: str, quote: str) -> str:
    return text.replace("'", "'\\''") if quote == "'" else re.sub(r'([\\"$`])', r"\\\1", text)


def answer_others(offers: Offers) -> list[str]:
    """Return the lines of an answer to zsh and fish: its kind, then words and what they are."""
    if offers.is_file:
        return ["file"]
    lines = [f"{one.word}\t{one.about}" if one.about else one.word for one in offers.words]
    return ["open" if offers.is_open else "done", *lines]


def choose(offered: Sequence[Offered], start: str) -> list[Offered]:
    """Return those that begin with `start`, else those that do so in other letters.

    The latter only if all that they have in common is no shorter, because a shell puts that in.
    """
    exact = [one for one in offered if one.word.startswith(start)]
    if exact:
        return exact
    folded = [one for one in offered if one.word.casefold().startswith(start.casefold())]
    common = _common_beginning([one.word for one in folded])
    return folded if len(common) >= len(start) else []


def _common_beginning(texts: Sequence[str]) -> str:
    """Return what all of `texts` begin with."""
    first, last = min(texts, default=""), max(texts, default="")
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(one for one, _ in same)
