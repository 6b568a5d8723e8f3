"""Finding names that are like one that was not found, in time that does not grow with the portal.

Never use it on links, tokens or what else lets somebody in: a refusal must not help to guess one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase, digits
from typing import Any

from lmsctl.kit import canonical
from lmsctl.kit.work import Work

# So many names are compared one by one.
_MOST_NAMES = 2000
# Longer ones would be too many variants.
_MOST_CHARACTERS = 60
_USUAL = frozenset(ascii_lowercase + digits + "._-@+/ ")


@dataclass(slots=True)
class _Left:
    """How many more names are looked up in a unit of work: nobody reads a hundred suggestions."""

    lookups: int = 5


def find_similar(work: Work, statement: Any, given: str, *, name: Any, key: Any) -> str | None:
    """Return the name in `statement` that is most like `given`, or None, as `list_similar` does."""
    names = list_similar(work, statement, canonical.key(given), name=name, key=key)
    return canonical.nearest(given, names)


def list_similar(work: Work, statement: Any, wanted: str, *, name: Any, key: Any) -> Sequence[str]:
    """Return the names in `statement` out of which the one nearest to `wanted` may be chosen.

    All of them if they are few, else those that are one slip away from it. `statement` narrows to
    the rows that the actor may see; `name` and `key` are columns of it, and `wanted` is a key.
    """
    if not _is_worth_it(work, wanted):
        return ()
    names = statement.with_only_columns(name)
    found = work.values(names.order_by(key).limit(_MOST_NAMES + 1), now=work.now)
    return found if len(found) <= _MOST_NAMES else _list_variants(work, names, wanted, key)


def list_slips(work: Work, statement: Any, wanted: str, *, name: Any, key: Any) -> Sequence[str]:
    """Return the names as `list_similar` does for what there may be a million of: people."""
    if not _is_worth_it(work, wanted):
        return ()
    return _list_variants(work, statement.with_only_columns(name), wanted, key)


def _is_worth_it(work: Work, wanted: str) -> bool:
    left = work.cached(_Left, _Left)
    left.lookups -= 1
    return left.lookups >= 0 and len(wanted) <= _MOST_CHARACTERS


def _list_variants(work: Work, names: Any, wanted: str, key: Any) -> list[str]:
    found = names.where(key.in_(variants(wanted))).order_by(key).limit(_MOST_NAMES)
    return work.values(found, now=work.now)


def variants(word: str) -> list[str]:
    """Return what `word` becomes when one character is missing, added, changed or swapped."""
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    letters = sorted(_USUAL.union(word))
    found = {left + right[1:] for left, right in parts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1}
    found |= {left + letter + right[1:] for left, right in parts if right for letter in letters}
    found |= {left + letter + right for left, right in parts for letter in letters}
    return sorted(found - {word, ""})
