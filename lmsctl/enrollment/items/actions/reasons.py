"""Which rules an actor may be told of, where they are why somebody is enrolled."""

from collections.abc import Iterable

from lmsctl.enrollment.results import Reason
from lmsctl.kit import discover
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
    return frozenset[str]().union(*discover.announce("rules_in_scope", work, scope))


def is_reason_visible(reason: str | None, reference: str | None, rules: VisibleRules) -> bool:
    """Say whether a reason is not a rule of which the actor may not be told."""
    return rules is None or reason != Reason.RULE or reference in rules


def describe_reason(reason: str, reference: str | None, named: VisibleRules) -> tuple[str, bool]:
    """Return a reason as it may be shown, and whether that is all of it."""
    if not is_reason_visible(reason, reference, named):
        return reason, False
    return f"{reason} {reference}" if reference else reason, True


def visible_reasons(reasons: Iterable[tuple[str, bool]]) -> list[str]:
    """Return the reasons of which the actor may be told; if there is none, one without a name."""
    given = list(reasons)
    return [text for text, told in given if told] or [text for text, _ in given[:1]]
