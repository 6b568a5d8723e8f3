"""How large a test portal is, and what a step of its plan says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from lmsctl.seed.errors import SeedSizeWrong

Row: TypeAlias = Sequence[str]

MOST_PEOPLE, MOST_TOKENS, MOST_TRAININGS = 1_000_000, 100_000, 1_000
LEAST_PEOPLE = 10
# More than this would add time and show nothing new.
_MOST_SIGN_UPS = 200
_MOST_REDEMPTIONS = 300


@dataclass(frozen=True, slots=True)
class SeedSizes:
    """How large a test portal is: people besides the owner, tokens and trainings."""

    seed: int
    people: int
    tokens: int
    trainings: int

    @property
    def signing_up(self) -> int:
        """How many of the people come by a sign-up profile."""
        return min(self.people // 10, _MOST_SIGN_UPS)

    @property
    def redeeming(self) -> int:
        """How many of the people come by a token; every second token may be used so."""
        return min(self.people // 10, _MOST_REDEMPTIONS, self.tokens // 2)

    @property
    def imported(self) -> int:
        """How many of the people come from a file."""
        return self.people - self.signing_up - self.redeeming


@dataclass(frozen=True, slots=True)
class SeedStep:
    """One command of a plan: its words, when it is given, and the rows of its file."""

    at: datetime
    words: tuple[str, ...]
    file: Iterable[Row] | None = None


def check_sizes(sizes: SeedSizes) -> None:
    """Raise SeedSizeWrong for sizes that no plan is made for."""
    for option, number, least, most, example in (
        ("--people", sizes.people, LEAST_PEOPLE, MOST_PEOPLE, 1000),
        ("--tokens", sizes.tokens, 0, MOST_TOKENS, 200),
        ("--trainings", sizes.trainings, 0, MOST_TRAININGS, 20),
        ("--seed", sizes.seed, 0, 2**31 - 1, 7),
    ):
        if not least <= number <= most:
            raise SeedSizeWrong(
                option=option,
                least=f"{least:,}",
                most=f"{most:,}",
                example=example,
                field=option,
            )
