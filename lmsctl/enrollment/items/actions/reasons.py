"""Which reasons of enrollments an actor may be told, and how they are put into words."""

from collections.abc import Iterable

from lmsctl.enrollment import hookpoints
from lmsctl.enrollment.results import Reason
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights

VisibleRules = frozenset[str] | None


def list_visible_rules(work: Work, permission: str = "enrollment.view") -> VisibleRules:
    """Return the codes of the rules where the actor holds `permission`, None for all there are.

    What a rule is called often tells the group or department it is about, which may be out of
    sight.
    """
    scope = rights.actor(work).scope(permission)
    if scope.is_everywhere:
        return None
    return frozenset[str]().union(*hookpoints.rules_in_scope(work, scope))


def is_reason_visible(reason: str | None, reference: str | None, rules: VisibleRules) -> bool:
    """Say whether the actor may be told a reason: anything but a rule that is not in `rules`."""
    return rules is None or reason != Reason.RULE or reference in rules


def describe_reason(reason: str, reference: str | None, named: VisibleRules) -> tuple[str, bool]:
    """Return a reason as the actor may read it, and whether nothing of it is left out."""
    if not is_reason_visible(reason, reference, named):
        return reason, False
    return f"{reason} {reference}" if reference else reason, True


def visible_reasons(reasons: Iterable[tuple[str, bool]]) -> list[str]:
    """Return the texts of which the actor may be told; if there are none, the first of the others.

    Each reason is a text and whether that is all of it: of others only the sort is in the text.
    """
    given = list(reasons)
    return [text for text, told in given if told] or [text for text, _ in given[:1]]
