"""Pure decisions of the autoenroll room: what a rule is called, and what it does with somebody."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from lmsctl.autoenroll.errors import DepthWithoutDepartment
from lmsctl.autoenroll.results import AutoenrollTarget
from lmsctl.content.errors import AudienceUnclear
from lmsctl.content.results import ContentStatus
from lmsctl.kit.answer import Outcome
from lmsctl.user.results import UserStatus, UserType

# What a code may have less what is put behind it when it is taken.
_BASE_LIMIT = 58
_NOT_IN_CODES = re.compile(r"[^\w.]+")


@dataclass(frozen=True, slots=True)
class RuleRequest:
    """Whom a rule shall be about, as asked for: exactly one of department, group and type.

    `is_deep` is None when nothing was said about sub-departments, which means with them.
    """

    department: str | None = None
    group: str | None = None
    type: UserType | None = None
    is_deep: bool | None = None


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule as the program needs it; `name` is its department, group or type as people write it.

    One of `department_id`, `group_id` and `type` is what the rule names. `waiting` counts the
    people it has reached and who could not be enrolled yet.
    """

    id: int
    code: str
    item_id: int
    content: str
    title: str
    content_status: ContentStatus
    target: AutoenrollTarget
    department_id: int | None
    group_id: int | None
    type: UserType | None
    name: str
    is_deep: bool
    waiting: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PersonOfRule:
    """A person whom a rule is about, how they stand to its item, and whether they wait for it.

    `has_rule_reason` says that the rule is a reason of their enrollment, and `is_removed` that they
    were taken out by hand, and have not come anew to what it names.
    """

    id: int
    login: str
    email: str | None
    department: str
    status: UserStatus
    is_waiting: bool
    is_enrolled: bool
    has_rule_reason: bool
    is_removed: bool


def check_request(wanted: RuleRequest) -> None:
    """Raise AudienceUnclear and DepthWithoutDepartment."""
    named = (wanted.department, wanted.group, wanted.type)
    if sum(name is not None for name in named) != 1:
        raise AudienceUnclear(options="--department, --group and --type")
    if wanted.department is None and wanted.is_deep is not None:
        raise DepthWithoutDepartment(field="--no-subdepartments")


def possible_codes(content: str, name: str) -> Iterator[str]:
    """Yield the codes a rule may be given that names these: `GDPR-101-Sales-EMEA`, then `…-2`.

    Every one of them is fit to be a code.
    """
    part = _NOT_IN_CODES.sub("-", name).strip("-") or "everybody"
    base = f"{content}-{part}"[:_BASE_LIMIT].rstrip("-")
    yield base
    yield from (f"{base}-{number}" for number in count(2))


def is_left_out(person: PersonOfRule) -> bool:
    """Say whether only asking for those who were there before the rule would enroll somebody."""
    is_old = not (person.is_waiting or person.is_removed)
    return is_old and outcome_for(person) is Outcome.CREATED


def is_applied_to(person: PersonOfRule, *, is_for_all: bool, includes_removed: bool) -> bool:
    """Say whether applying a rule is about somebody; who was taken out by hand stays out."""
    if person.is_removed and not includes_removed:
        return False
    return is_for_all or person.is_waiting


def outcome_for(person: PersonOfRule) -> Outcome:
    """Return what applying a rule does for somebody whom it is about.

    Created: they are enrolled; updated: they were, and get one more reason; skipped: only active
    people are enrolled, so they wait until they are.
    """
    if person.is_enrolled and person.has_rule_reason:
        return Outcome.UNCHANGED
    if person.status != UserStatus.ACTIVE:
        return Outcome.SKIPPED
    return Outcome.UPDATED if person.is_enrolled else Outcome.CREATED
