"""The command line of open links and grants."""

from typing import Annotated, Any

import typer

from lmsctl.content.actions import sharing
from lmsctl.content.cli.items import ContentCode
from lmsctl.content.results import ContentGrantRow
from lmsctl.kit import options
from lmsctl.kit.answer import Done, ItemOutcome, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work

app = options.verbs()


@verb(app, examples=("lmsctl content link GDPR-101 -o id", "lmsctl content link GDPR-101 --revoke"))
def link(
    env: Environment,
    code: ContentCode,
    revoke: Annotated[bool, typer.Option("--revoke", help="End the link.")] = False,
) -> Any:
    """Show an item's open link, by which people register themselves; made when first asked for."""

    def write(work: Work) -> Done:
        if revoke:
            item, is_changed = sharing.revoke_link(work, code)
            outcome = Outcome.DELETED if is_changed else Outcome.UNCHANGED
            said = "has no open link any more" if is_changed else "had no open link"
            return Done(
                ItemOutcome(item.code, outcome), f"{item.code} {said}.", is_changed=is_changed
            )
        found, is_new, warnings = sharing.open_link(work, code)
        sentence = f"{found.code} {'has a new' if is_new else 'has this'} open link."
        trying = (
            f"See what it does: lmsctl registration submit --content {found.code} --email A"
            " --first-name F --last-name L --dry-run"
        )
        step = "" if warnings else trying
        return Done(found, sentence, is_changed=is_new, notes=warnings, next_step=step)

    return env.write(write)


ToUser = Annotated[str | None, typer.Option("--user", metavar="LOGIN", help="A person.")]
ToGroup = Annotated[str | None, typer.Option("--group", metavar="NAME", help="A group.")]
ToDepartment = Annotated[
    str | None,
    typer.Option("--department", metavar="PATH", help="A department and those under it."),
]
ToAll = Annotated[bool, typer.Option("--organization", help="Everybody in the portal.")]


@verb(
    app,
    examples=(
        "lmsctl content grant onboarding --department Sales",
        "lmsctl content grant GDPR-101 --organization",
    ),
)
def grant(
    env: Environment,
    code: ContentCode,
    user: ToUser = None,
    group: ToGroup = None,
    department: ToDepartment = None,
    organization: ToAll = False,
) -> Any:
    """Let somebody open an item, or a folder with everything in it that inherits."""
    wanted = sharing.GrantRequest(user, group, department, organization)

    def write(work: Work) -> Done:
        granted, is_new = sharing.grant(work, code, wanted)
        said = "is now" if is_new else "is already"
        sentence = f"{granted.content} {said} open to {_who(granted)}."
        return Done(granted, sentence, is_changed=is_new)

    return env.write(write)


@verb(app, examples=("lmsctl content revoke onboarding --department Sales",))
def revoke(
    env: Environment,
    code: ContentCode,
    user: ToUser = None,
    group: ToGroup = None,
    department: ToDepartment = None,
    organization: ToAll = False,
) -> Any:
    """Take a grant away. Who is enrolled stays enrolled."""
    wanted = sharing.GrantRequest(user, group, department, organization)

    def write(work: Work) -> Done:
        granted, is_gone = sharing.revoke(work, code, wanted)
        said = "is no longer granted to" if is_gone else "was not granted to"
        return Done(granted, f"{granted.content} {said} {_who(granted)}.", is_changed=is_gone)

    return env.write(write)


def _who(granted: ContentGrantRow) -> str:
    name = f" {granted.name}" if granted.name else ""
    return f"the {granted.audience.value}{name}"
