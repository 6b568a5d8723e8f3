"""How the fields of a setup file are written as options of commands.

Values stand behind `=`, so that none is taken for an option.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lmsctl.content.results import ContentStatus

Words = list[str]
FieldValues = Mapping[str, Any]


def moment(value: datetime | None) -> str:
    """Return a moment as a command line takes it, whatever its zone."""
    return "never" if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _option(name: str, absent: str = "") -> Callable[[Any], Words]:
    """Return what writes a value as an option; None is the word `absent`."""
    return lambda value: [f"--{name}={absent if value is None else value}"]


def _flag(name: str, no: str | None = None) -> Callable[[Any], Words]:
    """Return what writes a truth as `--name` or, if it is false, as `no`: `--no-name` if None."""
    other = [f"--no-{name}"] if no is None else [no] if no else []
    return lambda value: [f"--{name}"] if value else other


def _moment(name: str) -> Callable[[Any], Words]:
    return lambda value: [f"--{name}={moment(value)}"]


def domains(value: Sequence[str] | None) -> Words:
    """Return the options for a list of domains: none is any, and None the portal's."""
    if value is None:
        return ["--portal-domains"]
    return [f"--domain={text}" for text in value] or ["--any-domain"]


def _new_domains(value: Sequence[str] | None) -> Words:
    return [] if value is None else domains(value)


def _nothing(_: Any) -> Words:
    return []


# What the options of `create` and of `edit` are, by kind and field.
CREATE: Mapping[str, Mapping[str, Callable[[Any], Words]]] = {
    "field": {
        "kind": _option("kind"),
        "required": _flag("required", ""),
        "choices": lambda value: [f"--choice={text}" for text in value],
    },
    "department": {"code": lambda value: [] if value is None else [f"--code={value}"]},
    "group": {"department": _option("department")},
    "role": {"permissions": lambda value: [f"--permission={text}" for text in value]},
    "content": {
        "kind": _option("kind"),
        "title": _option("title"),
        "source": _option("source"),
        "inherits": lambda value: [] if value else ["--no-inherit"],
        "status": lambda value: ["--draft"] if value is ContentStatus.DRAFT else [],
        "due-days": lambda value: [] if value is None else [f"--due-days={value}"],
        "due-on": lambda value: [] if value is None else [f"--due-on={value}"],
    },
    "autoenroll": {
        "content": _option("content"),
        "who": lambda value: ["--{}={}".format(*value[0].split(":", 1))],
        "subdepartments": lambda value: [] if value else ["--no-subdepartments"],
    },
    "signup-profile": {
        "department": _option("department"),
        "starts": _moment("starts"),
        "ends": _moment("ends"),
        "activations": _option("activations", "unlimited"),
        "domains": _new_domains,
    },
    "token": {
        "content": _option("content"),
        "nickname": lambda value: [] if value is None else [f"--nickname={value}"],
        "creates": _option("creates"),
        "limit": _option("limit", "unlimited"),
        "expires": _moment("expires"),
        "domains": _new_domains,
    },
    "training": {
        "department": _option("department"),
        "type": _option("type"),
        "time-zone": _option("time-zone"),
        "organizer": lambda value: [] if value is None else [f"--organizer={value}"],
        "description": _option("description"),
        "notify-supervisors": _flag("notify-supervisors"),
        "locked": _flag("lock", ""),
    },
    "session": {
        "capacity": _option("capacity", "unlimited"),
        "title": lambda value: [] if value is None else [f"--title={value}"],
        "instructor": lambda value: [] if value is None else [f"--instructor={value}"],
    },
}
EDIT: Mapping[str, Mapping[str, Callable[[Any], Words]]] = {
    "field": {
        "required": _flag("required"),
        "choices": lambda value: [f"--choice={text}" for text in value],
    },
    "department": {"code": _option("code")},
    "group": {"department": _option("department")},
    "content": {
        "title": _option("title"),
        "folder": _option("folder"),
        "source": _option("source"),
        "inherits": _flag("inherit"),
    },
    "signup-profile": {**CREATE["signup-profile"], "name": _option("name"), "domains": domains},
    "token": {
        **CREATE["token"],
        "content": _nothing,
        "nickname": _option("nickname"),
        "domains": domains,
    },
    "training": {
        **CREATE["training"],
        "title": _option("title"),
        "organizer": _option("organizer"),
        "locked": _nothing,
    },
    "session": {
        "capacity": _option("capacity", "unlimited"),
        "title": _option("title"),
        "instructor": _option("instructor"),
    },
}


def options_of(table: Mapping[str, Callable[[Any], Words]], values: FieldValues) -> Words:
    """Return the options for the values that `table` knows, by field."""
    return [word for name, write in table.items() if name in values for word in write(values[name])]
