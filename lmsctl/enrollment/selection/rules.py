"""Pure decisions on choosing people: what a selection may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmsctl.enrollment.rules import (
    Selection,
)
from lmsctl.enrollment.selection.errors import FilterOnNames, SelectionMissing


@dataclass(frozen=True, slots=True)
class PairRequest:
    """Which people, which targets, and whether to do the rest when some pairs cannot be changed.

    A target is written as the code of an item, or as `CODE` or `CODE:SESSION` of a training.
    """

    people: Selection
    targets: Sequence[str]
    keeps_going: bool = False


def check_selection(selection: Selection) -> None:
    """Raise SelectionMissing when nobody is meant, FilterOnNames for a filter on names."""
    if selection.is_by_names_alone and not selection.logins:
        raise SelectionMissing(field="--user")
    if selection.logins and selection.filters:
        raise FilterOnNames(field="--filter")
