"""Pure decisions on choosing people: what a selection may be."""

from lmsctl.enrollment.rules import (
    Selection,
)
from lmsctl.enrollment.selection.errors import FilterOnNames, SelectionMissing


def check_selection(selection: Selection) -> None:
    """Raise SelectionMissing when nobody is meant, FilterOnNames for a filter on names."""
    if selection.is_by_names_alone and not selection.logins:
        raise SelectionMissing(field="--user")
    if selection.logins and selection.filters:
        raise FilterOnNames(field="--filter")
