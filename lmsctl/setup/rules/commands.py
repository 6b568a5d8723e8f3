"""The command lines that make, change and delete what a setup file names.

A step of `apply` is a command as somebody would type it, so that every rule of every room holds.
Values stand behind `=`, and names behind `--`, so that none is taken for an option.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from lmsctl.content.results import ContentStatus
from lmsctl.setup.rules.options import CREATE, EDIT, FieldValues, Words, domains, moment, options_of
from lmsctl.setup.rules.structures import PathwayStep, PlannedDay, length

# What a field is and what it is to be; on a new thing nothing was before.
FieldPair = tuple[Any, Any]
FieldPairs = Mapping[str, FieldPair]


def create(kind: str, name: str, above: str, values: FieldValues) -> Iterator[Words]:
    """Yield the commands that make a thing as such; what it is besides is up to `change`."""
    options = options_of(CREATE.get(kind, {}), values)
    match kind:
        case "department":
            parent, _, own = name.rpartition("/")
            under = [f"--parent={parent}"] if parent else []
            yield [kind, "create", *under, *options, "--", own]
        case "content" | "autoenroll" | "token":
            yield [kind, "create", f"--code={name}", *options]
        case "signup-profile":
            yield [kind, "create", f"--code={name}", *options, "--", values["name"]]
        case "training":
            yield [kind, "create", f"--code={name}", *options, "--", values["title"]]
        case "session":
            first, *others = values["days"]
            yield [kind, "create", f"--code={name}", *_day(first), *options, "--", above]
            for day in others:
                yield ["session", "add-day", *_day(day), "--", above, name]
        case "settings":
            pass
        case _:
            yield [kind, "create", *options, "--", name]


def change(
    kind: str, name: str, above: str, changes: FieldPairs, current: FieldValues
) -> Iterator[Words]:
    """Yield the commands that change fields of a thing that is there and has `current` values."""
    options = options_of(EDIT.get(kind, {}), {field: new for field, (_, new) in changes.items()})
    if kind == "settings":
        yield from _set_settings({field: new for field, (_, new) in changes.items()})
        return
    if kind == "autoenroll" and changes:
        # A rule that exists is only told how deep it reaches.
        wanted = options_of(
            CREATE[kind], {**current, **{name: new for name, (_, new) in changes.items()}}
        )
        yield [kind, "create", f"--code={name}", *wanted, "--if-exists=update"]
        return
    if kind == "content":
        options += _due(changes)
    if options:
        yield [kind, "edit", *options, "--", *([above] if above else []), name]
    for field, (old, new) in changes.items():
        if write := _ALONE.get((kind, field)):
            yield from write(name, above, old, new)


def delete(kind: str, name: str, above: str) -> Words:
    """Return the command that deletes a thing, or cancels a session."""
    if kind == "session":
        return ["session", "cancel", "--", above, name]
    return [kind, "delete", "--", name]


def rename(kind: str, old: str, new: str) -> Iterator[Words]:
    """Yield the commands that give a thing another name; a department may move with it."""
    if kind != "department":
        yield [kind, "edit", f"--name={new}", "--", old]
        return
    above, _, own = old.rpartition("/")
    parent, _, name = new.rpartition("/")
    if own != name:
        yield ["department", "edit", f"--name={name}", "--", old]
    if above != parent:
        yield [
            "department",
            "move",
            f"--parent={parent or '/'}",
            "--",
            "/".join(filter(None, (above, name))),
        ]


def _set_settings(values: FieldValues) -> Iterator[Words]:
    texts: Mapping[str, Callable[[Any], str]] = {
        "name": str,
        "time-zone": str,
        "hold-hours": str,
        "public-url": lambda value: value or "",
        "privacy-policy": lambda value: "on" if value else "off",
        "max-active-users": lambda value: "unlimited" if value is None else str(value),
    }
    names = {"max-active-users": "plan.max-active-users"}
    assigned = [
        f"{names.get(field, field)}={text(values[field])}"
        for field, text in texts.items()
        if field in values
    ]
    if assigned:
        yield ["settings", "set", "--", *assigned]
    options: Words = []
    if "confirm-email" in values:
        options += ["--confirm-email" if values["confirm-email"] else "--no-confirm-email"]
    if "domains" in values:
        options += domains(values["domains"])
    if values.get("registration"):
        yield ["registration", "enable", *options]
        return
    if "registration" in values:
        yield ["registration", "disable"]
    if options:
        yield ["registration", "set", *options]


def _due(changes: FieldPairs) -> Words:
    """Return the options that change when an item is due."""
    new = {field: changes[field][1] for field in ("due-days", "due-on") if field in changes}
    set_ = {field: value for field, value in new.items() if value is not None}
    if set_:
        return [f"--{field}={value}" for field, value in set_.items()]
    return ["--no-due"] if new else []


def _day(day: PlannedDay) -> Words:
    place = [] if day.place is None else [f"--place={day.place}"]
    url = [] if day.url is None else [f"--url={day.url}"]
    return [f"--starts={moment(day.starts)}", f"--duration={length(day.duration)}", *place, *url]


# What has a command of its own: name, what it stands within, old and new value in, commands out.
Alone = Callable[[str, str, Any, Any], Iterator[Words]]


def _supervisor(name: str, _: str, __: Any, new: str | None) -> Iterator[Words]:
    yield ["department", "edit", f"--supervisor={new or 'none'}", "--", name]


def _permissions(name: str, _: str, old: Any, new: Any) -> Iterator[Words]:
    more = [f"--add={text}" for text in new if text not in (old or ())]
    less = [f"--remove={text}" for text in old or () if text not in new]
    yield ["role", "edit", *more, *less, "--", name]


def _members(name: str, _: str, old: Any, new: Any) -> Iterator[Words]:
    if more := [text for text in new if text not in (old or ())]:
        yield ["group", "add", "--", name, *more]
    if less := [text for text in old or () if text not in new]:
        yield ["group", "remove", "--", name, *less]


def _folder(name: str, _: str, __: Any, new: str | None) -> Iterator[Words]:
    yield ["content", "edit", f"--folder={new or ''}", "--", name]


def _status(name: str, _: str, old: Any, new: Any) -> Iterator[Words]:
    if ContentStatus.ARCHIVED in (old, new) and old != new:
        verb = "archive" if new is ContentStatus.ARCHIVED else "restore"
        yield ["content", verb, "--", name]
    if new is not ContentStatus.ARCHIVED:
        draft = "--draft" if new is ContentStatus.DRAFT else "--no-draft"
        yield ["content", "edit", draft, "--", name]


def _items(name: str, _: str, old: Any, new: Sequence[PathwayStep]) -> Iterator[Words]:
    """Take away what goes or stands elsewhere, and add from where the two begin to differ."""
    before: Sequence[PathwayStep] = old or ()
    same = next(
        (index for index, pair in enumerate(zip_longest(before, new)) if pair[0] != pair[1]),
        len(new),
    )
    for step in before[same:]:
        yield ["content", "remove-item", "--", name, step.item]
    for step in new[same:]:
        optional = ["--optional"] if step.is_optional else []
        yield ["content", "add-item", *optional, "--", name, step.item]


def _open_to(verbs: tuple[str, str], more: Words) -> Alone:
    def write(name: str, _: str, old: Any, new: Any) -> Iterator[Words]:
        give, take = verbs
        for audience in new:
            if audience not in (old or ()):
                yield [*give.split(), *_audience(audience), *more, "--", name]
        for audience in old or ():
            if audience not in new:
                yield [*take.split(), *_audience(audience), *more, "--", name]

    return write


def _audience(text: str) -> Words:
    prefix, sign, name = text.partition(":")
    return [f"--{prefix}={name}"] if sign else [f"--{prefix}"]


def _link(name: str, _: str, __: Any, new: Any) -> Iterator[Words]:
    yield ["content", "link", *([] if new else ["--revoke"]), "--", name]


def _active(name: str, _: str, __: Any, new: Any) -> Iterator[Words]:
    yield ["token", "activate" if new else "deactivate", "--", name]


def _locked(name: str, _: str, __: Any, new: Any) -> Iterator[Words]:
    yield ["training", "lock" if new else "unlock", "--", name]


def _deadline(option: str) -> Alone:
    def write(name: str, _: str, __: Any, new: Any) -> Iterator[Words]:
        yield ["training", "set-deadlines", f"--{option}={new or 'off'}", "--", name]

    return write


def _days(
    name: str, above: str, old: Sequence[PlannedDay], new: Sequence[PlannedDay]
) -> Iterator[Words]:
    """Change the days that are there, and add those that are more."""
    for number, (before, after) in enumerate(zip(old, new, strict=False), 1):
        if before != after:
            places = [f"--place={after.place or ''}", f"--url={after.url or ''}"]
            times = _day(after)[:2]
            yield ["session", "edit", f"--day={number}", *times, *places, "--", above, name]
    for day in new[len(old) :]:
        yield ["session", "add-day", *_day(day), "--", above, name]


def _canceled(name: str, above: str, _: Any, new: Any) -> Iterator[Words]:
    if new:
        yield ["session", "cancel", "--", above, name]


def _roles(name: str, _: str, old: Any, new: Any) -> Iterator[Words]:
    for verb, texts, others in (("grant", new, old or ()), ("revoke", old or (), new)):
        for text in texts:
            if text not in others:
                role, sign, department = text.partition(":")
                where = [f"--department={department.strip()}"] if sign else []
                yield ["role", verb, *where, "--", name, role.strip()]


_ALONE: Mapping[tuple[str, str], Alone] = {
    ("department", "supervisor"): _supervisor,
    ("role", "permissions"): _permissions,
    ("group", "members"): _members,
    ("user", "roles"): _roles,
    ("content", "status"): _status,
    ("content", "items"): _items,
    ("content", "open-to"): _open_to(("content grant", "content revoke"), []),
    ("content", "catalog"): _open_to(("catalog open", "catalog close"), []),
    ("content", "open-link"): _link,
    ("token", "active"): _active,
    ("training", "locked"): _locked,
    ("training", "stop-registration"): _deadline("stop-registration"),
    ("training", "stop-cancellations"): _deadline("stop-cancellations"),
    ("training", "catalog"): _open_to(("catalog open", "catalog close"), ["--training"]),
    ("session", "days"): _days,
    ("session", "canceled"): _canceled,
}
# What a new thing of a kind is without being told, for fields that `create` does not take.
AT_FIRST: Mapping[tuple[str, str], Any] = {
    ("department", "supervisor"): None,
    ("group", "members"): (),
    ("user", "roles"): (),
    ("content", "folder"): None,
    ("content", "items"): (),
    ("content", "open-to"): (),
    ("content", "catalog"): (),
    ("content", "open-link"): False,
    ("token", "active"): True,
    ("training", "stop-registration"): None,
    ("training", "stop-cancellations"): None,
    ("training", "catalog"): (),
    ("session", "canceled"): False,
}
