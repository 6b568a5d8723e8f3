"""Pure decisions of the enrollment room: who is enrolled, how a selection reads, what counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from lmsctl.enrollment.errors import (
    ContentUnnamed,
    EnrollmentUnclear,
    EventInFuture,
    EventNeedsContent,
    FileNotAlone,
    FilterOnNames,
    FilterWrong,
    OptionIdle,
    PersonNotActive,
    ScoreWrong,
    SelectionMissing,
)
from lmsctl.enrollment.results import Event, Phase
from lmsctl.kit import canonical
from lmsctl.kit.errors import Refusal
from lmsctl.kit.timewords import TimeWord
from lmsctl.portal import rules as portal_rules
from lmsctl.user import rules as user_rules
from lmsctl.user.results import Origin, Status, Type
from lmsctl.user.rules import FieldRule

_WORDS = {"type": Type, "status": Status, "origin": Origin}
_SCORED = frozenset({Event.COMPLETED, Event.PASSED, Event.FAILED})
_FULL_SCORE = 100


class Enrollee(portal_rules.Person, Protocol):
    """Somebody who is to be enrolled."""

    @property
    def status(self) -> str:
        """Whether they count."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be enrolled, with what they can be named by."""

    id: int
    login: str
    login_key: str
    email_key: str | None
    status: Status
    email: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands to one item."""

    id: int
    user_id: int
    phase: Phase
    is_canceled: bool

    @property
    def is_enrolled(self) -> bool:
        """Whether enrolling them again makes nothing new."""
        return not self.is_canceled and self.phase != Phase.PRE_ENROLLED


@dataclass(frozen=True, slots=True)
class Selection:
    """Whom somebody wants to choose: by name, by department or group, or by filters alone."""

    logins: Sequence[str] = ()
    departments: Sequence[str] = ()
    groups: Sequence[str] = ()
    filters: Sequence[str] = ()

    @property
    def is_by_names_alone(self) -> bool:
        """Whether nobody is chosen but those who are named."""
        return not (self.departments or self.groups or self.filters)


@dataclass(frozen=True, slots=True)
class Blanks:
    """What rows of a file mean that leave it blank; of the first two at most one is given.

    `training` is the code of a training and that of a session, if any.
    """

    content: str | None = None
    training: tuple[str, str | None] | None = None
    access: TimeWord | None = None


def check_selection(wanted: Selection) -> None:
    """Raise SelectionMissing and FilterOnNames."""
    if wanted.is_by_names_alone and not wanted.logins:
        raise SelectionMissing(field="--user")
    if wanted.logins and wanted.filters:
        raise FilterOnNames(field="--filter")


def check_named(contents: Sequence[str] | None, trainings: Sequence[str] | None) -> None:
    """Raise ContentUnnamed unless something is named."""
    if not (contents or trainings):
        raise ContentUnnamed(field="--content")


def check_one_sort(content: str | None, training: str | None, *, is_needed: bool) -> None:
    """Raise EnrollmentUnclear for content and a training at once, or for neither if one must be."""
    both, neither = content is not None and training is not None, content is training is None
    if both or (neither and is_needed):
        raise EnrollmentUnclear(field="--training" if both else "--content")


def check_needed(needed: str, is_given: object, options: Mapping[str, object]) -> None:
    """Raise OptionIdle when one of `options`, by name and value, is there without what it needs."""
    for option, value in options.items():
        if value not in {None, False} and not is_given:
            raise OptionIdle(option=option, needed=needed, field=option)


def check_file_alone(
    people: Selection,
    contents: Sequence[str],
    trainings: Sequence[str],
    never: Mapping[str, object],
) -> None:
    """Raise FileNotAlone when something beside the file says whom or, twice, what.

    `never` are the options, by name and value, that no file goes with.
    """
    for option, other, given in (
        *((name, "--from", value) for name, value in never.items()),
        ("--user", "--from", people.logins),
        ("--department", "--from", people.departments),
        ("--group", "--from", people.groups),
        ("--filter", "--from", people.filters),
        ("A second --content", "--from", contents[1:]),
        ("A second --training", "--from", trainings[1:]),
        ("--training", "--content and --from", contents and trainings),
    ):
        if given:
            raise FileNotAlone(option=option, other=other, field=option.rpartition(" ")[2])


def check_no_file(given: Iterable[str]) -> None:
    """Raise FileNotAlone when `given` has something that is only for files."""
    for name in given:
        if name != "keep_going":
            option = f"--{name.strip('_').replace('_', '-')}"
            raise FileNotAlone(option=option, other="people who are chosen", field=option)


def unfit(person: Enrollee) -> Refusal | None:
    """Return why somebody cannot be enrolled: only active people can."""
    if person.status == Status.ACTIVE:
        return None
    refusal = portal_rules.not_confirmed(person, "enrolled")
    return refusal or PersonNotActive(login=person.login, status=person.status)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What filters ask for: words of columns, and values of custom fields by their ids.

    Several values of one key mean any of them, several keys mean all of them.
    """

    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fields: Mapping[int, Sequence[str]] = field(default_factory=dict)


def parse_filters(given: Iterable[str], fields: Iterable[FieldRule]) -> Narrowing:
    """Return what `KEY=VALUE` texts ask for; raises FilterWrong and FieldValueWrong."""
    known = {rule.name_key: rule for rule in fields}
    words: dict[str, list[str]] = {}
    values: dict[int, list[str]] = {}
    for text in given:
        name, sign, value = text.partition("=")
        name_key = canonical.key(name)
        if not sign or not canonical.trim(value):
            raise FilterWrong(given=text, reason="it is not KEY=VALUE", field="--filter")
        if name_key in _WORDS:
            words.setdefault(name_key, []).append(_word(text, name_key, value))
        elif name_key in known:
            entry = user_rules.field_entry(known[name_key], value)
            values.setdefault(entry.field_id, []).append(entry.value)
        else:
            raise FilterWrong(
                given=text, reason=f"nothing is called '{name.strip()}'", field="--filter"
            )
    return Narrowing(words, values)


def _word(text: str, name: str, value: str) -> str:
    words = [item.value for item in _WORDS[name]]
    word = canonical.key(value)
    if word not in words:
        raise FilterWrong(given=text, reason=f"{name} is {', '.join(words)}", field="--filter")
    return word


def check_event(event: Event, score: int | None, *, has_content: bool) -> None:
    """Raise EventNeedsContent and ScoreWrong."""
    if has_content == (event is Event.SIGNED_IN):
        raise EventNeedsContent(event=event.value, needs="takes no" if has_content else "needs")
    if score is not None and (event not in _SCORED or not 0 <= score <= _FULL_SCORE):
        raise ScoreWrong(given=score, event=event.value, field="--score")


def check_happened(happened_at: datetime, now: datetime) -> None:
    """Raise EventInFuture."""
    if happened_at > now:
        raise EventInFuture(happened_at=happened_at, field="--at")
