"""Enrolling whoever joins, at the moment they do, by every rule that is about them.

People join a department when they are made in it or moved into it, a group when they are added, and
a type when they are made with it or get it; however they are added, in whatever status. A rule
reaches exactly those who join while it is there. An active person is enrolled at once, in the
transaction in which they joined. Anybody else, and everybody while the item is archived, is noted
as waiting for the rule; who waits is enrolled on becoming active, if the rule is still about them
then. So two people who become active at the same moment are told apart by whether they joined
before the rule was made (no row, not enrolled) or after it (a row, enrolled), and nobody is
enrolled a second time for having been inactive in between.

A department that is moved takes nobody anywhere: its people have joined nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from lmsctl.autoenroll.store import people as people_store
from lmsctl.autoenroll.store.people import RuleMatch
from lmsctl.content.results import ContentStatus
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content
from lmsctl.enrollment.items.actions import enrolling as enrollment
from lmsctl.enrollment.items.actions.enrolling import EnrolledPeople
from lmsctl.enrollment.results import Reason
from lmsctl.enrollment.selection.actions.pairs import record_people
from lmsctl.kit.work import Work
from lmsctl.user.results import UserStatus


def enroll_who_joined_department(work: Work, came_from: Mapping[int, int | None]) -> None:
    """Apply the rules on departments to who has just joined one: ids, and where they were before.

    A rule that was about somebody where they were before does not reach them again: who moves
    within what it names was there already. None stands for somebody new.
    """
    matches = people_store.matches_by_department(work, list(came_from))
    left = {number for number in came_from.values() if number is not None}
    known = {
        (item.rule_id, item.department_id)
        for item in people_store.rules_on_departments(work, sorted(left))
    }
    _enroll_or_let_wait(
        work, [item for item in matches if (item.rule_id, came_from[item.user_id]) not in known]
    )


def enroll_who_joined_groups(work: Work, added: Sequence[tuple[int, int]]) -> None:
    """Apply the rules on groups to who was just added to one: pairs of a group's id and theirs."""
    pairs = set(added)
    groups, people = {group for group, _ in pairs}, {person for _, person in pairs}
    matches = people_store.matches_by_group(work, sorted(people), sorted(groups))
    _enroll_or_let_wait(work, [item for item in matches if (item.group_id, item.user_id) in pairs])


def enroll_who_got_type(work: Work, ids: Sequence[int]) -> None:
    """Apply the rules on types to people who are new, or have just got another type."""
    _enroll_or_let_wait(work, people_store.matches_by_type(work, ids))


def enroll_who_became_active(work: Work, ids: Sequence[int]) -> None:
    """Enroll people who have just become active by the rules that they waited for."""
    _enroll_or_let_wait(work, people_store.matches_of_waiting(work, ids))


def _enroll_or_let_wait(work: Work, matches: Iterable[RuleMatch]) -> None:
    """Enroll whom rules are about, or let them wait; `matches` come rule by rule."""
    for number, group in groupby(matches, key=lambda item: item.rule_id):
        people = list(group)
        item = content.get_for_share(work, people[0].item_id)
        is_open = item.status != ContentStatus.ARCHIVED
        fit = [one for one in people if is_open and one.status == UserStatus.ACTIVE]
        if fit:
            logins = {one.user_id: one.login for one in fit}
            enroll_by_rule(work, number, people[0].code, item, logins)
        others = {one.user_id for one in people} - {one.user_id for one in fit}
        if others:
            people_store.add_waiting(work, number, sorted(others))


def enroll_by_rule(
    work: Work, rule_id: int, code: str, item: Item, logins: Mapping[int, str]
) -> EnrolledPeople:
    """Enroll active people (ids and logins) in a rule's item, rights aside; ends their waiting.

    How many statements it takes does not depend on how many people there are.
    """
    ids = list(logins)
    admission = enrollment.enroll_many(work, ids, item, Reason.RULE, code)
    people_store.remove_waiting_for_rule(work, rule_id, ids)
    if admission.new:
        new = [login for number, login in logins.items() if number in admission.new]
        record_people(work, "enrollment.created", f"content {item.code}", new, rule=code)
    return admission
