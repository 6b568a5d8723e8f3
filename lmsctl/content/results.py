"""What the content room answers with, and its words."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ContentKind(StrEnum):
    """What an item is."""

    FOLDER = "folder"
    COURSE = "course"
    TOPIC = "topic"
    ARTICLE = "article"
    PATHWAY = "pathway"


class ContentStatus(StrEnum):
    """Whether an item is offered: a draft can be enrolled in, an archived item cannot."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class ContentSource(StrEnum):
    """Where an item comes from."""

    OWN = "own"
    COPIED = "copied"
    LIBRARY = "library"


class GrantAudience(StrEnum):
    """To whom a grant gives an item."""

    USER = "user"
    GROUP = "group"
    DEPARTMENT = "department"
    ORGANIZATION = "organization"


class CatalogAudience(StrEnum):
    """To whom a catalog rule offers an item."""

    TYPE = "type"
    DEPARTMENT = "department"
    GROUP = "group"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class PathwayItemRow:
    """One item of a pathway."""

    KEY = "code"

    position: int
    code: str
    title: str
    is_mandatory: bool


@dataclass(frozen=True, slots=True)
class ContentGrantRow:
    """One grant: to whom, and on which item; `name` is None for the organization."""

    KEY = "content"

    content: str
    audience: GrantAudience
    name: str | None


@dataclass(frozen=True, slots=True)
class ContentDetail:
    """One item; `items` are those of a pathway, `grants` those on the item itself.

    Of an item that is shared, `blocked_by` has the code of everything that keeps everybody out.
    """

    KEY = "code"

    id: int
    code: str
    kind: ContentKind
    title: str
    status: ContentStatus
    source: ContentSource
    folder: str | None
    inherits: bool
    author: str | None
    due_days: int | None
    due_on: date | None
    is_shared: bool
    items: list[PathwayItemRow]
    grants: list[ContentGrantRow]
    version: int
    blocked_by: list[str]


@dataclass(frozen=True, slots=True)
class ContentRow:
    """An item, as listed."""

    KEY = "code"
    LEAST_IMPORTANT = ("id", "author", "source", "folder", "kind")

    id: int
    code: str
    kind: ContentKind
    title: str
    status: ContentStatus
    source: ContentSource
    folder: str | None
    author: str | None


@dataclass(frozen=True, slots=True)
class OpenLink:
    """An item's open link; `blocked_by` has the code of everything that keeps everybody out now."""

    KEY = "link"

    code: str
    link: str
    blocked_by: list[str]


@dataclass(frozen=True, slots=True)
class CatalogRuleRow:
    """One catalog rule, on content or on a training; `name` is None for everybody."""

    KEY = "code"
    TABLE = ("content", "training", "title", "opening", "name")
    LEAST_IMPORTANT = ("training", "title")

    content: str | None
    title: str
    opening: CatalogAudience
    name: str | None
    training: str | None = None

    @property
    def code(self) -> str | None:
        """The code of what is offered."""
        return self.content or self.training
