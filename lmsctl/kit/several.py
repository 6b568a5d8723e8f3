"""One verb for several things that are named at once: all of them, or none."""

from collections.abc import Callable, Sequence

from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.confirmation import ConfirmationDetail, ConfirmationNeeded
from lmsctl.kit.plurals import counted


def for_each(
    named: Sequence[str], act: Callable[[str], Done], thing: str, outcome: Outcome = Outcome.UPDATED
) -> Done:
    """Return the answer of `act` for the one thing named, or an outcome for each of several.

    All are done in the unit of work of `act`, each once, in the order of their names, so that two
    who name the same ones do not wait for each other. What needs a confirmation is asked about
    once, for all. `thing` is the word for one of them, and `outcome` what happens to one that
    changes. Raises what `act` raises for any of them.
    """
    wanted = sorted(set(named))
    if len(wanted) == 1:
        return act(wanted[0])
    answers: dict[str, Done] = {}
    questions: list[ConfirmationNeeded] = []
    for name in wanted:
        try:
            answers[name] = act(name)
        except ConfirmationNeeded as needed:
            questions.append(needed)
    if questions:
        raise _joined(questions, thing)
    changed = sum(answer.is_changed for answer in answers.values())
    outcomes = [
        ItemOutcome(
            name,
            outcome if answer.is_changed else Outcome.UNCHANGED,
            " ".join([answer.sentence, *answer.notes]),
        )
        for name, answer in answers.items()
    ]
    same = len(outcomes) - changed
    return Done(
        Listing(ItemOutcome, outcomes),
        f"{counted(len(outcomes), thing)}: {changed} {outcome}, {same} unchanged.",
        is_changed=changed > 0,
    )


def _joined(questions: Sequence[ConfirmationNeeded], thing: str) -> ConfirmationNeeded:
    """Return one question about all that several ask; what each asks is among its details."""
    if len(questions) == 1:
        return questions[0]
    details = []
    for needed in questions:
        question = ConfirmationDetail(line=needed.values["question"])
        details += [question, *needed.details]
    return ConfirmationNeeded(
        question=f"Do this to {counted(len(questions), thing)}?", details=details
    )
