"""What the autoenroll room answers with, and its words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lmsctl.kit.answer import Outcome


class AutoenrollTarget(StrEnum):
    """Whom a rule is about: who is in a department, in a group, or of a type."""

    DEPARTMENT = "department"
    GROUP = "group"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class AutoenrollRuleRow:
    """A rule; `name` is the department's path, the group's name or the type.

    `subdepartments` is None unless the target is a department. `waiting` counts whom the rule has
    reached and who could not be enrolled yet. While `content_status` is archived it enrolls nobody.
    """

    KEY = "code"
    TABLE = ("code", "content", "target", "name", "subdepartments", "waiting", "content_status")
    LEAST_IMPORTANT = ("id", "created_at", "waiting", "content_status", "title", "subdepartments")

    id: int
    code: str
    content: str
    title: str
    content_status: str
    target: AutoenrollTarget
    name: str
    subdepartments: bool | None
    waiting: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AppliedOutcome:
    """What applying a rule did for one person; `code` and `message` say why they have to wait."""

    KEY = "login"
    LEAST_IMPORTANT = ("message", "due_at")

    login: str
    content: str
    outcome: Outcome
    due_at: datetime | None
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class PreviewedPerson:
    """One person whom applying a rule would change, and what for.

    `outcome` is what applying would report: created (enrolled), updated (enrolled already, with one
    more reason) or skipped (not active: enrolled when they become so). `needs_existing` says that
    the rule has not reached them, so that only --existing takes them in, and `was_removed` that
    they were taken out by hand, so that it takes --include-removed too. `sends` are the messages
    that --notify would queue.
    """

    KEY = "login"
    LEAST_IMPORTANT = ("sends", "needs_existing", "was_removed", "due_at", "department", "status")

    login: str
    department: str
    status: str
    content: str
    outcome: Outcome
    due_at: datetime | None
    needs_existing: bool
    was_removed: bool
    sends: list[str]
