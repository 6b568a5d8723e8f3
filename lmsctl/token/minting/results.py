"""What making many tokens at once answers with."""

from dataclasses import dataclass

from lmsctl.token.results import TokenState


@dataclass(frozen=True, slots=True)
class MintedToken:
    """One of many tokens made at once, and whom it is meant for."""

    KEY = "code"

    code: str
    recipient: str | None
    status: TokenState


@dataclass(frozen=True, slots=True)
class MintSummary:
    """How many tokens were made at once, and where their codes were written to."""

    KEY = "file"

    file: str
    count: int
