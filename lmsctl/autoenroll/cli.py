"""The command line of the autoenroll room."""

from collections import Counter
from typing import Annotated, Any

import typer

from lmsctl.autoenroll.actions import applying, keeping
from lmsctl.autoenroll.results import (
    AppliedOutcome,
    AutoenrollRuleRow,
    AutoenrollTarget,
    PreviewedPerson,
)
from lmsctl.autoenroll.rules import RuleRequest
from lmsctl.enrollment import rules as enrollment_rules
from lmsctl.kit import options
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfExists, IfMissing, verb
from lmsctl.kit.work import Work
from lmsctl.user.results import UserType

app = options.noun("autoenroll", "Rules that enroll whoever joins.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The rule's code or number.")]


@verb(
    app,
    examples=(
        "lmsctl autoenroll create --content GDPR-101 --department Sales",
        "lmsctl autoenroll create --content welcome --group Newcomers --code hello",
        "lmsctl autoenroll create --content partner-tour --type client",
    ),
)
def create(
    env: Environment,
    content: Annotated[
        str, typer.Option("--content", metavar="CODE", help="In what people are enrolled.")
    ],
    department: Annotated[
        str | None,
        typer.Option("--department", metavar="PATH", help="Who joins it, or one under it."),
    ] = None,
    no_subdepartments: Annotated[
        bool, typer.Option("--no-subdepartments", help="Only who joins the department itself.")
    ] = False,
    group: Annotated[
        str | None, typer.Option("--group", metavar="NAME", help="Who is added to it.")
    ] = None,
    type_: Annotated[
        UserType | None, typer.Option("--type", help="Who becomes staff, client or prospect.")
    ] = None,
    code: Annotated[
        str | None,
        typer.Option("--code", help="Unique; made of what the rule names if omitted."),
    ] = None,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a rule: whoever joins from now on is enrolled, however they are added.

    Who is there already is not; 'lmsctl autoenroll apply CODE --existing' takes them in. It takes
    the right to enroll in the department, for a group in its department, for a type everywhere.
    """
    wanted = RuleRequest(department, group, type_, False if no_subdepartments else None)

    def write(work: Work) -> Done:
        found = None
        if if_exists is not options.Existing.FAIL:
            found = keeping.find_conflicting(work, content, wanted, code)
        if found is None:
            made = keeping.create(work, content, wanted, code=code)
            return Done(made, f"Created the rule {made.code}: {_describe(made)}.")
        if if_exists is options.Existing.UPDATE:
            after, is_changed = keeping.set_depth(
                work, str(found.id), is_deep=not no_subdepartments
            )
            return options.edited(after, f"the rule {after.code}", is_changed=is_changed)
        return Done(found, f"The rule {found.code} exists already.", is_changed=False)

    return env.write(write)


def _describe(rule: AutoenrollRuleRow) -> str:
    below = " or below" if rule.subdepartments else ""
    whom = {
        AutoenrollTarget.DEPARTMENT: f"joins {rule.name}{below}",
        AutoenrollTarget.GROUP: f"is added to {rule.name}",
        AutoenrollTarget.TYPE: f"becomes {rule.name}",
    }[rule.target]
    return f"whoever {whom} from now on is enrolled in {rule.content}"


@verb(
    app,
    "list",
    examples=("lmsctl autoenroll list", "lmsctl autoenroll list --department Sales -o json"),
)
def list_(
    env: Environment,
    content: Annotated[
        str | None, typer.Option("--content", metavar="CODE", help="Only on this item.")
    ] = None,
    department: Annotated[
        str | None,
        typer.Option("--department", metavar="PATH", help="Only naming it, or one under it."),
    ] = None,
) -> Listing[AutoenrollRuleRow]:
    """List rules by code: whom they name, what in, and how many people wait for them."""
    return env.read(
        lambda work: Listing(
            AutoenrollRuleRow,
            keeping.list_rules(work, content, department),
            things="auto-enrollment rules",
            first="lmsctl autoenroll create --content CODE --department PATH",
        )
    )


@verb(app, examples=("lmsctl autoenroll show GDPR-101-Sales -o json",))
def show(env: Environment, code: Code) -> AutoenrollRuleRow:
    """Show one rule."""
    return env.read(lambda work: keeping.show(work, code))


@verb(app, examples=("lmsctl autoenroll delete GDPR-101-Sales --yes",))
def delete(env: Environment, code: Code, if_missing: IfMissing = options.Missing.FAIL) -> Any:
    """Delete a rule. Whom it enrolled stays enrolled, and it stays the reason."""

    def write(work: Work) -> Done:
        def remove() -> ItemOutcome:
            return ItemOutcome(keeping.delete(work, code).code, Outcome.DELETED)

        return options.deleted(remove, "auto-enrollment rule", code, if_missing)

    return env.write(write)


@verb(app, examples=("lmsctl autoenroll preview GDPR-101-Sales",))
def preview(env: Environment, code: Code) -> Listing[PreviewedPerson]:
    """Show who would come in by applying a rule, and what would be sent. Changes nothing.

    needs_existing marks whom 'apply' takes in only with --existing, was_removed whom only with
    --include-removed too; sends is what it queues only with --notify. Who is not active is skipped,
    and enrolled on becoming active.
    """
    return env.read(
        lambda work: Listing(
            PreviewedPerson,
            applying.preview(work, code),
            when_empty="The rule would enroll nobody who is not enrolled already.",
        )
    )


@verb(
    app,
    "apply",
    examples=(
        "lmsctl autoenroll apply GDPR-101-Sales --existing --dry-run",
        "lmsctl autoenroll apply GDPR-101-Sales --existing --notify --yes",
    ),
)
def apply(
    env: Environment,
    code: Code,
    existing: Annotated[
        bool, typer.Option("--existing", help="Also who was there before the rule was made.")
    ] = False,
    include_removed: Annotated[
        bool,
        typer.Option("--include-removed", help="Of these also who was taken out by hand."),
    ] = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="Write to who is newly enrolled.")
    ] = False,
) -> Any:
    """Enroll whom a rule has reached and could not enroll, because its item was archived.

    With --existing also who was there before it was made, but not who was taken out by hand, unless
    --include-removed; asks first when anybody would be enrolled. Nobody is written to unless
    --notify is given.
    """
    enrollment_rules.check_dependent_options(
        "--existing", existing, {"--include-removed": include_removed}
    )

    def write(work: Work) -> Done:
        applied = applying.apply(
            work,
            code,
            is_for_all=existing,
            includes_removed=include_removed,
            wants_notices=notify,
        )
        count = Counter(item.outcome for item in applied.outcomes)
        known = count[Outcome.UPDATED] + count[Outcome.UNCHANGED]
        parts = [f"{count[Outcome.CREATED]} enrolled", f"{known} enrolled already"]
        if count[Outcome.SKIPPED]:
            parts.append(f"{count[Outcome.SKIPPED]} when they become active")
        notes = []
        if applied.left:
            notes.append(
                f"{applied.left} more were there before the rule; --existing takes them in."
            )
        if applied.removed:
            needed = "--include-removed" if existing else "--existing --include-removed"
            who = "1 person who was" if applied.removed == 1 else f"{applied.removed} who were"
            notes.append(f"{who} taken out by hand stayed out; {needed} takes them in.")
        return Done(
            Listing(AppliedOutcome, applied.outcomes),
            f"{', '.join(parts)}.",
            is_changed=applied.is_changed,
            notes=notes,
        )

    return env.write(write)
