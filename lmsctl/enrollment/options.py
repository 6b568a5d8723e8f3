"""Options that several command lines of the enrollment room share, and the answer on many pairs."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from lmsctl.enrollment.results import PairOutcome, Reason
from lmsctl.kit.answer import Done, Listing, Outcome
from lmsctl.kit.errors import EXIT_STATUS, RefusalKind

Users = Annotated[
    list[str] | None, typer.Option("--user", metavar="LOGIN", help="Who; repeatable.")
]
Departments = Annotated[
    list[str] | None,
    typer.Option("--department", metavar="PATH", help="Everybody in it and under it; repeatable."),
]
Groups = Annotated[
    list[str] | None, typer.Option("--group", metavar="NAME", help="Its members; repeatable.")
]
Why = Annotated[
    Reason | None,
    typer.Option(
        "--reason", help="administrator, import, rule, token, open-link, pathway or catalog."
    ),
]


def name_target(training: str, session: str | None) -> str:
    """Return a training and its session, if any, as one target: `CODE` or `CODE:SESSION`."""
    return training if session is None else f"{training}:{session}"


def count_outcomes(
    outcomes: Sequence[PairOutcome],
    done: str,
    undone: str,
    notes: Sequence[str] = (),
    *,
    updated: str | None = None,
) -> Done:
    """Return an answer with one outcome for each pair, and a sentence that counts them.

    What was updated counts as `undone`, unless `updated` is a word for it, or somebody was given a
    session of a training.
    """
    count = Counter(item.outcome for item in outcomes)
    changed = count[Outcome.CREATED] + count[Outcome.DELETED]
    placed = sum(item.outcome is Outcome.UPDATED and item.session is not None for item in outcomes)
    same = count[Outcome.UNCHANGED] + count[Outcome.UPDATED] - placed
    parts = [f"{changed} {done}"]
    if updated is not None:
        parts, same = [f"{count[Outcome.UPDATED]} {updated}"], count[Outcome.UNCHANGED]
    elif placed:
        parts.append(f"{placed} given a session")
    parts.append(f"{same} {undone}")
    parts += [
        f"{count[outcome]} {outcome.value}"
        for outcome in (Outcome.SKIPPED, Outcome.FAILED)
        if count[outcome]
    ]
    return Done(
        Listing(PairOutcome, outcomes),
        f"{', '.join(parts)}.",
        is_changed=bool(changed or count[Outcome.UPDATED]),
        status=EXIT_STATUS[RefusalKind.PARTIAL] if count[Outcome.FAILED] else 0,
        notes=notes,
    )
