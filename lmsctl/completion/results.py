"""What completion works with: the shells, and what is offered to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Shell(StrEnum):
    """The shells that can complete our command lines."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@dataclass(frozen=True, slots=True)
class Offered:
    """One way for a word to go on: the whole word, and what it is."""

    word: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Offers:
    """All ways for a word to go on.

    Open words go on after that, such as `NAME=`; others are followed by a blank. Where `is_file`
    is set, a file is meant, whose names the shell knows best.
    """

    words: Sequence[Offered] = ()
    is_open: bool = False
    is_file: bool = False
