"""Pure decisions on choosing people: how a selection and its filters read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lmsctl.enrollment.rules import (
    Selection,
)
from lmsctl.enrollment.selection.errors import FilterOnNames, FilterWrong, SelectionMissing
from lmsctl.kit import canonical
from lmsctl.user.fields import rules as field_rules
from lmsctl.user.fields.rules import FieldRule
from lmsctl.user.results import UserOrigin, UserStatus, UserType

_WORDS = {"type": UserType, "status": UserStatus, "origin": UserOrigin}


def check_selection(selection: Selection) -> None:
    """Raise SelectionMissing when nobody is meant, FilterOnNames for a filter on names."""
    if selection.is_by_names_alone and not selection.logins:
        raise SelectionMissing(field="--user")
    if selection.logins and selection.filters:
        raise FilterOnNames(field="--filter")


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """The values that filters ask for: words by the names of columns, texts by the ids of fields.

    Several values of one key mean any of them, several keys mean all of them.
    """

    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fields: Mapping[int, Sequence[str]] = field(default_factory=dict)


def parse_filters(given: Iterable[str], fields: Iterable[FieldRule]) -> PeopleFilter:
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
            entry = field_rules.field_entry(known[name_key], value)
            values.setdefault(entry.field_id, []).append(entry.value)
        else:
            raise FilterWrong(
                given=text, reason=f"nothing is called '{name.strip()}'", field="--filter"
            )
    return PeopleFilter(words, values)


def _word(text: str, name: str, value: str) -> str:
    words = [item.value for item in _WORDS[name]]
    word = canonical.key(value)
    if word not in words:
        raise FilterWrong(given=text, reason=f"{name} is {', '.join(words)}", field="--filter")
    return word
