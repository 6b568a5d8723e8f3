"""What a rehearsal of a change would change: field by field, what it is and what it would be.

The thing is read before by the verb `show` of its noun, and compared with what the change answers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lmsctl.kit import tables, wall_clock
from lmsctl.kit.answer import Done, FieldChange, Listing
from lmsctl.kit.cells import cell_text
from lmsctl.kit.errors import Refusal

if TYPE_CHECKING:
    from lmsctl.kit.environment import Environment

# What counts changes changes by every one of them.
_COUNTING = frozenset({"version"})
# What it means that a field has no value.
_WITHOUT = {
    "limit": "unlimited",
    "ends_at": "never",
}
_NOTHING = "nothing"


def compare(
    ctx: Any,
    given: Mapping[str, Any],
    act: Callable[[Environment], Any],
    env: Environment,
) -> Any:
    """Do what `act` does and return its answer, with what it changes in what `show` shows."""
    before = _look(ctx, given, env)
    answer = act(env)
    if before is None or not isinstance(answer, Done):
        return answer
    return replace(answer, changes=list(_changes(before, _rows(answer.result), env)))


def _look(ctx: Any, given: Mapping[str, Any], env: Environment) -> Mapping[Any, Any] | None:
    """Return what `show` shows of the thing that is named, by keys; None if it can show nothing."""
    noun: Any = ctx.parent.command if ctx.parent else None
    command = getattr(noun, "commands", {}).get("show")
    show = getattr(getattr(command, "callback", None), "verb", None)
    if show is None:
        return None
    parameters = list(inspect.signature(show).parameters.values())[1:]
    known = {name: _single(value) for name, value in given.items()}
    # Verbs that change several things take their names in the plural.
    known |= {name.removesuffix("s"): value for name, value in known.items()}
    named = {one.name: known[one.name] for one in parameters if known.get(one.name) is not None}
    is_told = all(
        isinstance(named.get(one.name, one.default), str | None)
        and (one.name in named or one.default is not inspect.Parameter.empty)
        for one in parameters
    )
    if not is_told:
        return None
    try:
        return _rows(show(env, **named))
    except Refusal:
        # Why it cannot be changed is for the change to say.
        return None
    finally:
        if env.is_connected:
            env.connect().rollback()


def _single(value: Any) -> Any:
    """Return what stands alone where several may be named."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _rows(answer: Any) -> Mapping[Any, Any]:
    """Return each thing of an answer by what names it; one thing alone needs no name."""
    if isinstance(answer, Listing):
        return _by_key(answer.rows)
    return {None: answer}


def _by_key(rows: Iterable[Any]) -> Mapping[Any, Any]:
    return {getattr(row, row.KEY): row for row in rows}


def _changes(
    before: Mapping[Any, Any], after: Mapping[Any, Any], env: Environment
) -> Iterator[FieldChange]:
    """Yield what differs in the things that are there before and after."""
    for key, new in after.items():
        # One of several settings is shown alone.
        old = before.get(key) or before.get(getattr(new, getattr(new, "KEY", ""), None))
        # What `show` tells besides is no field of what was changed.
        if is_dataclass(new) and isinstance(old, type(new)):
            yield from _field_changes(key, old, new, env)


def _field_changes(key: Any, old: Any, new: Any, env: Environment) -> Iterator[FieldChange]:
    """Yield what differs in two records; in one of several its key says of which it is."""
    for item in fields(new):
        was, will_be = getattr(old, item.name), getattr(new, item.name)
        if was == will_be or item.name in _COUNTING or item.name in getattr(new, "FORMER", ()):
            continue
        if _has_records(was) and _has_records(will_be):
            yield from _changes(_by_key(was), _by_key(will_be), env)
            continue
        name = tables.title(item.name)
        if key is not None:
            which = key if isinstance(key, str) else f"{tables.title(new.KEY)} {key}"
            name = which if name == "value" else f"{which} {name}"
        absent = _WITHOUT.get(item.name, _NOTHING)
        yield FieldChange(name, _show(was, env) or absent, _show(will_be, env) or absent)


def _has_records(value: Any) -> bool:
    """Say whether this is a list of records that can be told apart."""
    return isinstance(value, list | tuple) and all(hasattr(one, "KEY") for one in value)


def _show(value: Any, env: Environment) -> str:
    if isinstance(value, datetime) and env.zone:
        return wall_clock.show(value, env.zone)
    return cell_text(value, env.zone)
