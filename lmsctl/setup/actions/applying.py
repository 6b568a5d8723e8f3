"""Making a portal like a setup file, in one transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lmsctl.audit import actions as audit
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import Refusal
from lmsctl.kit.inner_commands import InnerCommands
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.setup.actions import comparing
from lmsctl.setup.actions.plans import SetupPlan, check_same
from lmsctl.setup.errors import SetupEmpty, SetupPrunesTooMany
from lmsctl.setup.results import ChangeKind, SetupChange
from lmsctl.setup.rules.comparing import SetupDifference
from lmsctl.setup.rules.document import SetupDocument
from lmsctl.setup.rules.steps import SetupStep, steps
from lmsctl.token.actions import deleting

MOST_PRUNED = 20
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """What the caller of an apply wants; `most_pruned` is how many may be deleted.

    With a `plan` it is only done if it changes what the plan says.
    """

    prunes: bool = False
    most_pruned: int = MOST_PRUNED
    wants_notices: bool = False
    plan: SetupPlan | None = None


def apply(env: Environment, document: SetupDocument, wanted: ApplyRequest) -> Done:
    """Make the portal like the file, after a confirmation of what changes; all or nothing.

    Every change goes the way of a command that somebody types, with all its rules. Raises what is
    wrong with the file, SetupEmpty, SetupPrunesTooMany, and what a command is refused for.
    """
    if wanted.prunes and not document.things:
        raise SetupEmpty

    # What was shown and asked about is what is done, at the moment at which it was compared.
    shown: list[SetupPlan] = [wanted.plan] if wanted.plan else []

    def write(work: Work) -> list[SetupChange]:
        # One apply at a time, and nobody comes in by links and tokens that it is changing.
        portal.lock(work)
        now = shown[0].made_at if shown else work.now
        compared = comparing.differences(work, document, prunes=wanted.prunes, now=now)
        found = [item for item in compared if item.what not in comparing.QUIET]
        _check_prunes(found, wanted)
        rows = list(comparing.describe(work, document, found))
        if shown:
            check_same(shown[0].changes, rows)
        else:
            shown.append(SetupPlan(document.file, "", wanted.prunes, now, rows))
        if not found:
            return rows
        goes_along = _carry_out(
            env, work, document, list(steps(found, wants_notices=wanted.wants_notices)), wanted
        )
        work.confirm(
            f"Apply {_counts(found)} to this portal?", [*_lines(rows), *_indented(goes_along)]
        )
        audit.record(work, "setup.applied", "portal", file=document.file, things=len(found))
        return rows

    rows = env.write(write)
    done = Done(
        Listing(SetupChange, rows, when_empty="The portal is as the file says."),
        "The portal is as the file says." if not rows else f"Applied {_counted_rows(rows)}.",
        is_changed=bool(rows),
    )
    has_wiped = any(row.kind == "token" and row.change is ChangeKind.DELETED for row in rows)
    if has_wiped and not env.options.dry_run:
        return Done(done.result, done.sentence, notes=deleting.finish_deletion(env.connect()))
    return done


def _check_prunes(found: Sequence[SetupDifference], wanted: ApplyRequest) -> None:
    count = sum(item.what is ChangeKind.DELETED for item in found)
    if count > wanted.most_pruned:
        raise SetupPrunesTooMany(count=count, limit=wanted.most_pruned)


def _carry_out(
    env: Environment,
    work: Work,
    document: SetupDocument,
    todo: Sequence[SetupStep],
    wanted: ApplyRequest,
) -> list[str]:
    """Do all steps; returns what goes along with what is deleted, in sentences."""
    commands = InnerCommands(env, work, "The file", wants_notices=wanted.wants_notices)
    for done, step in enumerate(todo):
        work.console.progress("Applying", done, len(todo))
        try:
            commands.run(step.words, file=step.file)
        except Refusal as refusal:
            if step.item is not None and step.item.raw is not None and not step.file:
                refusal.location = refusal.location or document.place(step.item.raw.path)
            raise
    work.console.end()
    return commands.agreed


def _lines(rows: Sequence[SetupChange]) -> list[str]:
    lines = []
    for row in rows[:_SHOWN]:
        what = f"{row.kind} {row.name}"
        if row.field is None:
            lines.append(f"{what}: {row.change}" + (f" {row.old} → {row.new}" if row.old else ""))
        else:
            before = "" if row.old is None else f"{row.old} → "
            lines.append(f"{what}: {row.field} {before}{row.new}")
    if len(rows) > _SHOWN:
        lines.append(f"and {len(rows) - _SHOWN} more: 'lmsctl diff FILE' shows all of them")
    return lines


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _counts(found: Sequence[SetupDifference]) -> str:
    return _sentence({(item.kind.name, item.shown): item.what for item in found})


def _counted_rows(rows: Sequence[SetupChange]) -> str:
    return _sentence({(row.kind, row.name): row.change for row in rows})


def _sentence(changes: dict[tuple[str, str], ChangeKind]) -> str:
    counts = Counter(changes.values())
    parts = [f"{counts[kind]} {kind.replace('_', ' ')}" for kind in ChangeKind if counts[kind]]
    return f"{counted(len(changes), 'change')} ({', '.join(parts)})"
