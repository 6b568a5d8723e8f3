"""Pure decisions that the rooms of enrollment share: who can be enrolled, and which options fit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lmsctl.enrollment.errors import (
    ContentUnnamed,
    EnrollmentUnclear,
    FileNotAlone,
    OptionIdle,
    PersonNotActive,
)
from lmsctl.kit.errors import Refusal
from lmsctl.portal import rules as portal_rules
from lmsctl.user.results import UserStatus


class Enrollee(portal_rules.ConfirmablePerson, Protocol):
    """What decides whether somebody can be enrolled."""

    @property
    def status(self) -> str:
        """The status of the account, as a word."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a selection may mean, with what they can be named by."""

    id: int
    login: str
    login_key: str
    email_key: str | None
    status: UserStatus
    email: str | None
    expires_at: datetime | None


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


def check_target_named(contents: Sequence[str] | None, trainings: Sequence[str] | None) -> None:
    """Raise ContentUnnamed unless content or a training is named."""
    if not (contents or trainings):
        raise ContentUnnamed(field="--content")


def check_content_or_training(
    content: str | None, training: str | None, *, is_needed: bool
) -> None:
    """Raise EnrollmentUnclear for content and a training at once, or for neither if one must be."""
    both, neither = content is not None and training is not None, content is training is None
    if both or (neither and is_needed):
        raise EnrollmentUnclear(field="--training" if both else "--content")


def check_dependent_options(needed: str, is_given: object, options: Mapping[str, object]) -> None:
    """Raise OptionIdle when one of `options`, by name and value, is given without `needed`."""
    for option, value in options.items():
        if value not in {None, False} and not is_given:
            raise OptionIdle(option=option, needed=needed, field=option)


def check_file_options(
    people: Selection,
    contents: Sequence[str],
    trainings: Sequence[str],
    never: Mapping[str, object],
) -> None:
    """Raise FileNotAlone when options that a file of pairs answers are given beside it.

    One content or one training may be given, for rows that name none. `never` are the options, by
    name and value, that no file goes with.
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


def check_no_file_options(given: Iterable[str]) -> None:
    """Raise FileNotAlone when one of the options `given`, by their names, is only for files."""
    for name in given:
        if name != "keep_going":
            option = f"--{name.strip('_').replace('_', '-')}"
            raise FileNotAlone(option=option, other="people who are chosen", field=option)


def obstacle_to_enrolling(person: Enrollee) -> Refusal | None:
    """Return the refusal of somebody who is not active, None when they can be enrolled."""
    if person.status == UserStatus.ACTIVE:
        return None
    refusal = portal_rules.not_confirmed(person, "enrolled")
    return refusal or PersonNotActive(login=person.login, status=person.status)
