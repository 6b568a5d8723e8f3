"""Pure decisions of the portal room: what settings exist, what values they take, when to warn."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lmsctl.kit import canonical, limits, zones
from lmsctl.kit.errors import Refusal
from lmsctl.portal.errors import (
    NotConfirmedYet,
    RegistrationOff,
    SettingMalformed,
    SettingNotAssigned,
    SettingUnknown,
    SettingValueWrong,
)

THRESHOLDS = (80, 95, 100)
_MOST_SEATS = 1_000_000_000
_MOST_HOURS = 24 * 365


@dataclass(frozen=True, slots=True)
class SettingKind:
    """One setting: the column it lives in, how its text is read, what it means, an example."""

    column: str
    read: Callable[[str], Any]
    expected: str
    meaning: str
    example: str


def _read_seats(text: str) -> int | None:
    """Return a limit of seats, None for `unlimited`."""
    return None if text == limits.UNLIMITED else _read_whole(text, 1, _MOST_SEATS)


def _read_hours(text: str) -> int:
    """Return a number of hours."""
    return _read_whole(text, 1, _MOST_HOURS)


class _MalformedError(Exception):
    """The text is not even of the kind that the setting takes."""


def _read_whole(text: str, least: int, most: int) -> int:
    """Return a whole number; raises _MalformedError, and ValueError for one out of bounds."""
    if not limits.is_whole(text):
        raise _MalformedError
    if len(text) > len(str(most)) or not least <= int(text) <= most:
        raise ValueError(text)
    return int(text)


def _read_switch(text: str) -> bool:
    """Return whether a switch is on; raises _MalformedError."""
    words = {"on": True, "off": False}
    if text.casefold() not in words:
        raise _MalformedError
    return words[text.casefold()]


def _read_zone(text: str) -> str:
    """Return the name of a time zone; raises what `zones.by_name` raises."""
    return zones.by_name(text).key


def _read_name(text: str) -> str:
    """Return the name of a portal; raises what `canonical.check_text` raises."""
    return canonical.check_text(text, field="name")


def _read_url(text: str) -> str:
    """Return a base for links without its last slash; raises ValueError."""
    if not text:
        return ""
    parts = urlsplit(text)
    is_page = parts.scheme in {"https", "http"} and parts.hostname
    if not is_page or parts.query or parts.fragment or any(map(str.isspace, text)):
        raise ValueError(text)
    return canonical.check_text(text, field="public-url").rstrip("/")


SETTINGS: Mapping[str, SettingKind] = {
    "name": SettingKind("name", _read_name, "a text", "the portal's name", "name=Academy"),
    "time-zone": SettingKind(
        "time_zone",
        _read_zone,
        "an IANA zone",
        "governs dates and times entered without offset",
        "time-zone=Europe/Berlin",
    ),
    "plan.max-active-users": SettingKind(
        "seat_limit",
        _read_seats,
        "a whole number of at least 1, or 'unlimited'",
        "how many active people and live holds there may be",
        "plan.max-active-users=250",
    ),
    "privacy-policy": SettingKind(
        "is_policy_on",
        _read_switch,
        "on or off",
        "whether people who register must accept the privacy policy",
        "privacy-policy=on",
    ),
    "hold-hours": SettingKind(
        "hold_hours",
        _read_hours,
        f"a whole number from 1 to {_MOST_HOURS}",
        "how long an unconfirmed registration keeps its place",
        "hold-hours=48",
    ),
    "public-url": SettingKind(
        "public_url",
        _read_url,
        "an http or https address, or nothing",
        "what links in mails begin with",
        "public-url=https://learn.example.com",
    ),
}


def parse_assignment(given: str) -> tuple[str, Any]:
    """Return the setting's name and its value from `NAME=VALUE`.

    Raises SettingNotAssigned, SettingUnknown, SettingMalformed, SettingValueWrong and what the
    value's own check raises.
    """
    name, sign, text = given.partition("=")
    name, text = name.strip(), canonical.trim(text)
    if not sign:
        raise SettingNotAssigned(given=given)
    kind = SETTINGS.get(name)
    if kind is None:
        guess = canonical.nearest(name, SETTINGS)
        raise SettingUnknown(name=name, advice=f"Did you mean '{guess}'? " if guess else "")
    try:
        return name, kind.read(text)
    except (ValueError, _MalformedError) as error:
        wrong = SettingMalformed if isinstance(error, _MalformedError) else SettingValueWrong
        raise wrong(
            name=name,
            value=canonical.excerpt(text),
            expected=kind.expected,
            example=kind.example,
            field=name,
        ) from error


def closed_gates(*, is_registration_on: bool) -> Iterator[Refusal]:
    """Yield a refusal for everything that keeps newcomers out of the whole portal."""
    if not is_registration_on:
        yield RegistrationOff()


def warnings(gates: Iterable[Refusal], zone: ZoneInfo, *, public_url: str) -> list[str]:
    """Return what whoever made an entry point should know: what keeps it shut, what is missing.

    Moments are shown in `zone`.
    """
    said = [
        f"Nobody can come in by it now: {gate.format_message(zone)} {gate.format_hint(zone)}"
        for gate in gates
    ]
    if not public_url:
        said.append(
            "The link is only its secret end, because this portal's address is not set:"
            " lmsctl settings set public-url=https://learn.example.com"
        )
    return said


def is_full(taken: int, limit: int | None) -> bool:
    """Say whether no seat is left."""
    return limit is not None and taken >= limit


def reached_threshold(taken: int, limit: int | None) -> int:
    """Return the highest threshold (in percent) that `taken` of `limit` seats has reached, or 0."""
    if limit is None:
        return 0
    return max((percent for percent in THRESHOLDS if taken * 100 >= percent * limit), default=0)


# Holds -------------------------------------------------------------------------------------------


class ConfirmablePerson(Protocol):
    """Somebody, as far as their hold goes: `expires_at` is its end, None for who has none."""

    @property
    def login(self) -> str:
        """What they are called."""

    @property
    def email(self) -> str | None:
        """Their address."""

    @property
    def expires_at(self) -> datetime | None:
        """Until when they may confirm it."""


def not_confirmed(person: ConfirmablePerson, done: str) -> NotConfirmedYet | None:
    """Return why somebody cannot be `done` (such as `moved`): they wait for confirmation."""
    if person.expires_at is None:
        return None
    return NotConfirmedYet(
        login=person.login,
        named=person.email or person.login,
        done=done,
        ends_at=person.expires_at,
    )


def check_confirmed(person: ConfirmablePerson, done: str) -> None:
    """Raise NotConfirmedYet when somebody who is to be `done` waits for confirmation."""
    refusal = not_confirmed(person, done)
    if refusal is not None:
        raise refusal


@dataclass(frozen=True, slots=True)
class Settings:
    """The one row of the portal; `seats_taken` is counted only while `seat_limit` is set."""

    name: str
    is_sandbox: bool
    time_zone: str
    is_registration_on: bool
    is_confirmation_on: bool
    is_domain_limited: bool
    domains_json: list[str]
    is_policy_on: bool
    hold_hours: int
    seat_limit: int | None
    seats_taken: int
    told_percent: int
    public_url: str


@dataclass(frozen=True, slots=True)
class PortalState:
    """What every unit of work must know before it does anything.

    `is_due` says that time has decided something which no row shows yet.
    """

    schema: str
    time_zone: str | None
    is_sandbox: bool | None
    is_limited: bool
    is_due: bool


@dataclass(frozen=True, slots=True)
class AdmissionSettings(Settings):
    """The same and what else is wanted of whoever lets somebody new in.

    `root_id` is the department at the top; `has_rules` says whether any auto-enrollment rule may
    reach them.
    """

    root_id: int
    has_rules: bool


@dataclass(frozen=True, slots=True)
class UnusedSeats:
    """How many seats a unit of work has taken that nobody has got yet."""

    seats: int


@dataclass(frozen=True, slots=True)
class AutoenrollState:
    """What one unit of work knows of auto-enrollment rules: whether there is any."""

    is_any: bool
