"""Doing something with many people and many items: one outcome for each pair, all or nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lmsctl.content import store as content
from lmsctl.content.rules import Item
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Candidate, Selection
from lmsctl.enrollment.selection.actions import Chosen, choose_for_change
from lmsctl.enrollment.selection.errors import PairsRefused
from lmsctl.kit import canonical
from lmsctl.kit.answer import Outcome
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class Order:
    """Which people, which items, and whether to do the rest when some pairs cannot be."""

    people: Selection
    contents: Sequence[str]
    keeps_going: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with the pairs, an item at a time.

    `done` is the word for it. `check_item` raises when nothing can be done with an item at all.
    `refusals` says by their ids with whom it cannot be done, and `act` does it with the others and
    returns by their ids what became of it.
    """

    done: str
    check_item: Callable[[Item], None]
    refusals: Callable[[Item, Sequence[Candidate]], Mapping[int, Refusal]]
    act: Callable[[Item, Sequence[Candidate]], Mapping[int, PairOutcome]]


def carry_out(work: Work, order: Order, task: Task) -> list[PairOutcome]:
    """Do `task` with every pair of `order`; needs `enrollment.manage`, and people in its scope.

    Whom a department, a group or a filter brings in and who is refused is skipped; whoever is named
    and refused stops everything, unless `order` keeps going. Raises what is in the way, or
    PairsRefused when it is several things, and what choosing raises.
    """
    work.about = canonical.excerpt(f"content {', '.join(order.contents)}")

    def also() -> None:
        content.share_all(work, _ids(work, order.contents))

    chosen = choose_for_change(work, "enrollment.manage", order.people, also)
    found, wrong = _items(work, order.contents, task)
    refused = {item.id: task.refusals(item, chosen.people) for item in found}
    in_the_way = [*chosen.unknown.values(), *wrong.values()]
    in_the_way += [
        refusal
        for by_person in refused.values()
        for number, refusal in by_person.items()
        if number in chosen.named
    ]
    if not order.keeps_going:
        # What holds for a person whatever the item is said once.
        once = {refusal.message(): refusal for refusal in in_the_way}
        check_none(list(once.values()), task.done)
    # By their numbers, so that no two who name the same items wait for each other.
    done = {
        item.id: list(_outcomes(task, item, chosen, refused[item.id]))
        for item in sorted(found, key=lambda item: item.id)
    }
    outcomes = [outcome for item in found for outcome in done[item.id]]
    logins = [*chosen.unknown, *(person.login for person in chosen.people)]
    outcomes += [
        _failed(login, given, refusal) for given, refusal in wrong.items() for login in logins
    ]
    return outcomes


def _ids(work: Work, contents: Sequence[str]) -> list[int]:
    found: list[int] = []
    for given in contents:
        with suppress(Refusal):
            found.append(content.get(work, given).id)
    return found


def _items(
    work: Work, contents: Sequence[str], task: Task
) -> tuple[list[Item], dict[str, Refusal]]:
    found: dict[int, Item] = {}
    wrong: dict[str, Refusal] = {}
    for given in contents:
        try:
            item = content.get(work, given)
            task.check_item(item)
        except Refusal as refusal:
            wrong[given] = refusal
        else:
            found.setdefault(item.id, item)
    return list(found.values()), wrong


def check_none(in_the_way: Sequence[Refusal], done: str) -> None:
    """Raise what is in the way: the one thing, or PairsRefused with several."""
    if len(in_the_way) == 1:
        raise in_the_way[0]
    if in_the_way:
        raise PairsRefused(count=len(in_the_way), done=done, details=in_the_way)


def _outcomes(
    task: Task, item: Item, chosen: Chosen, refused: Mapping[int, Refusal]
) -> Iterator[PairOutcome]:
    for login, refusal in chosen.unknown.items():
        yield _failed(login, item.code, refusal)
    fit = [person for person in chosen.people if person.id not in refused]
    done = task.act(item, fit) if fit else {}
    for person in chosen.people:
        if person.id in done:
            yield done[person.id]
        else:
            outcome = Outcome.FAILED if person.id in chosen.named else Outcome.SKIPPED
            yield _failed(person.login, item.code, refused[person.id], outcome)


def _failed(
    login: str, code: str, refusal: Refusal, outcome: Outcome = Outcome.FAILED
) -> PairOutcome:
    return PairOutcome(login, code, outcome, None, refusal.code, refusal.message())
