"""Pure decisions of the sign-up profile room: windows, activations, and which gates are closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lmsctl.kit import limits
from lmsctl.kit.errors import Refusal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.errors import PlanFull
from lmsctl.portal.rules import Settings
from lmsctl.signup_profile.errors import (
    ActivationsBelowUsed,
    ActivationsWrong,
    ActivationsZero,
    ProfileEnded,
    ProfileNotOpenYet,
    ProfileUsedUp,
    StartMissing,
    WindowEmpty,
)
from lmsctl.signup_profile.results import ProfileState

_MOST_ACTIVATIONS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A profile as the program needs it; `used` counts confirmed people and live holds."""

    id: int
    name: str
    code: str
    department_id: int
    path: str
    department: str
    starts_at: datetime
    ends_at: datetime | None
    activation_limit: int | None
    used: int
    link: str
    domains_json: list[str] | None
    version: int


def parse_activations(given: str) -> int | None:
    """Return the number of activations, None for `unlimited`.

    Raises NumberMalformed, ActivationsWrong and ActivationsZero.
    """
    return limits.parse(
        given,
        most=_MOST_ACTIVATIONS,
        wrong=ActivationsWrong,
        zero=ActivationsZero,
        field="--limit",
    )


def check_window(starts_at: datetime | None, ends_at: datetime | None) -> datetime:
    """Return the start; raises StartMissing, and WindowEmpty when the end is not after it."""
    if starts_at is None:
        raise StartMissing(field="--starts")
    if ends_at is not None and ends_at <= starts_at:
        raise WindowEmpty(starts_at=starts_at, ends_at=ends_at, field="--ends")
    return starts_at


def check_limit(limit: int | None, used: int) -> None:
    """Raise ActivationsBelowUsed when `limit` is fewer than `used`."""
    if limit is not None and limit < used:
        raise ActivationsBelowUsed(limit=limit, used=used, field="--limit")


def state(row: ProfileRow, now: datetime) -> ProfileState:
    """Return whether the link lets people in at `now`, as far as the profile alone decides."""
    if now < row.starts_at:
        return ProfileState.UPCOMING
    if row.ends_at is not None and now > row.ends_at:
        return ProfileState.ENDED
    if row.activation_limit is not None and row.used >= row.activation_limit:
        return ProfileState.USED_UP
    return ProfileState.OPEN


def closed_gates(
    row: ProfileRow, portal: Settings, seats_taken: int, now: datetime
) -> Iterator[Refusal]:
    """Yield a refusal for every gate that is closed at `now`, whoever comes.

    The window includes both its ends. `row.used` and `seats_taken` are as they are at `now`.
    """
    yield from portal_rules.closed_gates(is_registration_on=portal.is_registration_on)
    if now < row.starts_at:
        yield ProfileNotOpenYet(profile=row.name, opens_at=row.starts_at)
    if row.ends_at is not None and now > row.ends_at:
        yield ProfileEnded(profile=row.name, ended_at=row.ends_at)
    if row.activation_limit is not None and row.used >= row.activation_limit:
        yield ProfileUsedUp(profile=row.name, limit=row.activation_limit)
    if portal_rules.is_full(seats_taken, portal.seat_limit):
        yield PlanFull()
