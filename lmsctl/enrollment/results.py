"""What the enrollment room answers with, and its words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lmsctl.kit.answer import Outcome
from lmsctl.training.results import Deadline, Side


class Phase(StrEnum):
    """How far somebody is with an item."""

    PRE_ENROLLED = "pre-enrolled"
    ENROLLED = "enrolled"
    COMPLETED = "completed"


class State(StrEnum):
    """The phases as they are shown: an enrollment that was canceled is in none."""

    PRE_ENROLLED = "pre-enrolled"
    ENROLLED = "enrolled"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Reason(StrEnum):
    """Why somebody is enrolled; one enrollment may have several."""

    ADMINISTRATOR = "administrator"
    IMPORT = "import"
    RULE = "rule"
    TOKEN = "token"  # noqa: S105 - the door, not a secret
    OPEN_LINK = "open-link"
    PATHWAY = "pathway"


class Event(StrEnum):
    """What somebody did; signing in is the one that concerns no item."""

    VIEWED = "viewed"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    SIGNED_IN = "signed-in"


class Access(StrEnum):
    """Why an item is among somebody's courses: enrolled in it, or merely open to them."""

    ENROLLED = "enrolled"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """What became of one person and one item, or one training and maybe a session of it.

    `code` and `message` say why it did not work.
    """

    KEY = "login"

    login: str
    content: str | None
    outcome: Outcome
    due_at: datetime | None
    code: str | None
    message: str | None
    training: str | None = None
    session: str | None = None


# The state of who has just left; `session` is the one they were in.
LEFT = "left"


@dataclass(frozen=True, slots=True)
class Participation:
    """How somebody takes part in a training; `state` is what they said, `enrolled` or `left`."""

    KEY = "login"

    login: str
    training: str
    session: str | None
    state: str
    is_preselected: bool
    access_at: datetime


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    """An enrollment in content or in a training, as listed.

    Each of `reasons` is a word and what it refers to; in a training it is who enrolled them.
    Whoever takes part in a training is in the phase enrolled, and in none of its sessions while
    `session` is None. The two sorts are numbered apart.
    """

    KEY = "login"
    TABLE = (
        *("login", "content", "training", "session", "phase"),
        *("enrolled_at", "due_at", "completed_at", "reasons"),
    )

    id: int
    login: str
    content: str | None
    training: str | None
    session: str | None
    title: str
    phase: State
    enrolled_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Because:
    """One reason of one enrollment."""

    reason: Reason
    reference: str
    since_at: datetime


@dataclass(frozen=True, slots=True)
class EnrollmentShown:
    """One enrollment with its reasons, and what the person did with the item so far."""

    KEY = "id"

    id: int
    login: str
    content: str
    title: str
    phase: State
    enrolled_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    reasons: list[Because]
    views: int
    best_score: int | None
    last_event_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayAttended:
    """One day of somebody's session, and whether they were there; None is not recorded."""

    day: int
    starts_at: datetime
    ends_at: datetime
    is_present: bool | None
    minutes: int | None
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadlineExtended:
    """Until when a deadline of a training holds off for somebody, and who allowed that, why."""

    deadline: Deadline
    until_at: datetime
    reason: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class ParticipationShown:
    """How one person takes part in a training, or did before it was canceled.

    `state` is canceled, or what they said to the invitation, or enrolled. `side` is who enrolled
    them. `attendance` has the days of their session.
    """

    KEY = "id"

    id: int
    login: str
    training: str
    title: str
    session: str | None
    state: str
    side: Side
    is_preselected: bool
    access_at: datetime
    enrolled_at: datetime
    answered_at: datetime | None
    canceled_at: datetime | None
    attendance: list[DayAttended]
    points: int | None
    certificate: str | None
    result_at: datetime | None
    extensions: list[DeadlineExtended]


@dataclass(frozen=True, slots=True)
class Course:
    """One item that a person is enrolled in or may open; `because` says why, in words.

    Of a training (`kind` training) there are the session they are in and what they have answered,
    and the instants before which they may leave and may switch; None when they may not.
    """

    KEY = "code"
    TABLE = ("code", "title", "access", "phase", "due_at", "session", "leave_until", "switch_until")

    code: str
    kind: str
    title: str
    status: str
    access: Access
    phase: Phase | None
    enrolled_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    because: list[str]
    session: str | None = None
    answer: str | None = None
    leave_until: datetime | None = None
    switch_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One item that the catalog offers to a person; `because` names the rules.

    Of a training (`kind` training) `sessions` are those that can be joined now, and `join_until` is
    the instant before which one of them can.
    """

    KEY = "code"

    code: str
    kind: str
    title: str
    is_enrolled: bool
    because: list[str]
    sessions: list[str] | None = None
    join_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """One day of a session that a person is in, and before which instant they may leave it."""

    KEY = "training"
    TABLE = ("starts_at", "ends_at", "title", "training", "session", "place", "leave_until")

    training: str
    title: str
    session: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    url: str | None
    leave_until: datetime | None


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """Where a calendar was written to, and how many entries it has."""

    KEY = "file"

    file: str
    entries: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing that somebody did; `content` is None for signing in, `score` is in percent."""

    KEY = "login"

    login: str
    content: str | None
    event: Event
    score: int | None
    happened_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Extension:
    """Until when a deadline of a training holds off for one person, and why."""

    KEY = "login"

    login: str
    training: str
    deadline: Deadline
    until_at: datetime
    reason: str


class Act(StrEnum):
    """What a learner does with a training."""

    JOIN = "join"
    LEAVE = "leave"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class ClosedGate:
    """One reason why a person may not do something; `remedy` says who could change that.

    `opens_at` is when it opens by itself, None for never.
    """

    KEY = "code"

    act: Act
    code: str
    message: str
    opens_at: datetime | None
    remedy: str


@dataclass(frozen=True, slots=True)
class PartExplained:
    """What a person may do in a training at `at`; None is what is no question for them."""

    KEY = "training"

    login: str
    training: str
    session: str | None
    at: datetime
    may_join: bool | None
    may_leave: bool | None
    may_switch: bool | None
