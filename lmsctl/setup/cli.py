"""The command line of the setup room: export, diff and apply."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.setup.results import SetupChange

export_app = options.single("export", "Write the setup of the portal as one TOML file.")
diff_app = options.single("diff", "Show what a setup file would change.")
apply_app = options.single("apply", "Make the portal like a setup file.")

Prune = Annotated[
    bool,
    typer.Option(
        "--prune", help="Delete what the file does not name, of the kinds that it does name."
    ),
]
_FILE = "A setup file; - is standard input."


@verb(
    export_app,
    "export",
    examples=("lmsctl export --to portal.toml", "lmsctl export --with-people > portal.toml"),
)
def export(
    env: Environment,
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="Where to; - is standard output.")
    ] = "-",
    with_people: Annotated[
        bool, typer.Option("--with-people", help="People too, and what names them.")
    ] = False,
) -> Any:
    """Write the whole setup as TOML: what 'lmsctl diff' compares and 'lmsctl apply' makes.

    Settings, custom fields, departments, groups, roles, content, rules of the catalog and of
    auto-enrollment, sign-up profiles, tokens, trainings and sessions, by their names and codes.
    Numbers, counts, links and histories are left out. The same setup is the same file, to the byte.
    """
    from lmsctl.setup.actions import exporting  # what --help has no use for

    target = env.files.claim(to, "--to")
    env.write(lambda work: exporting.record_export(work, with_people=with_people))
    count = env.read(lambda work: exporting.export(work, target, with_people=with_people))
    return Done(None, f"Exported {counted(count, 'table')}.", is_changed=False)


@verb(
    diff_app,
    "diff",
    examples=(
        "lmsctl diff portal.toml",
        "lmsctl diff portal.toml --prune --exit-code -o json",
        "lmsctl diff portal.toml --out portal.plan",
    ),
)
def diff(
    env: Environment,
    path: Annotated[str, typer.Argument(metavar="FILE", help=_FILE)],
    prune: Prune = False,
    everything: Annotated[
        bool, typer.Option("--all", help="What is as it is, and what nobody manages, too.")
    ] = False,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Where to keep it for 'apply --plan'."),
    ] = None,
) -> Done | Listing[SetupChange]:
    """Show field by field what a setup file would change; 'lmsctl apply' does exactly that.

    A field that the file does not name is left alone, and so is a kind that it does not name.
    With --exit-code the status is 3 when anything would change.
    """
    from lmsctl.setup.actions import comparing, plans  # what --help has no use for

    env.files.reads(path)
    target = env.files.claim(out, "--out") if out is not None else None
    document, text = comparing.load(path)

    def read(work: Work) -> Done:
        rows = comparing.diff(work, document, prunes=prune)
        if target is not None:
            changes = [row for row in rows if row.change not in comparing.QUIET]
            plans.write(target, plans.SetupPlan(document.file, text, prune, work.now, changes))
        return comparing.answer(rows, shows_all=everything)

    return env.read(read)


@verb(
    apply_app,
    "apply",
    examples=(
        "lmsctl apply portal.toml",
        "lmsctl apply portal.toml --prune --yes",
        "lmsctl apply --plan portal.plan",
    ),
)
def apply(
    env: Environment,
    path: Annotated[str | None, typer.Argument(metavar="[FILE]", help=_FILE)] = None,
    prune: Prune = False,
    prune_limit: Annotated[
        int | None,
        typer.Option("--prune-limit", metavar="N", help="How many may be deleted; 20 if omitted."),
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option("--plan", metavar="FILE", help="What 'diff --out' wrote, in place of a file."),
    ] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="Queue the notices that the commands would.")
    ] = False,
) -> Any:
    """Make the portal like a setup file: what 'lmsctl diff' shows, in one transaction.

    It shows what changes and asks; if the portal changes meanwhile it is refused. What the file
    does not name stays, unless --prune; then more than 20 deletions need --prune-limit.
    """
    from lmsctl.setup.actions import applying, comparing, plans  # what --help has no use for
    from lmsctl.setup.errors import PlanOrFile, PruneLimitAlone, PruneLimitWrong

    if (path is None) == (plan is None) or (plan is not None and prune):
        raise PlanOrFile(field="--plan")
    kept = plans.read(plan) if plan is not None else None
    if prune_limit is not None and not (prune or (kept and kept.prunes)):
        raise PruneLimitAlone(field="--prune-limit")
    if prune_limit is not None and prune_limit < 0:
        raise PruneLimitWrong(given=prune_limit, field="--prune-limit")
    wanted = applying.ApplyRequest(
        prunes=kept.prunes if kept else prune,
        most_pruned=applying.MOST_PRUNED if prune_limit is None else prune_limit,
        wants_notices=notify,
        plan=kept,
    )
    document = comparing.read(kept.text, kept.file) if kept else comparing.load(str(path))[0]
    return applying.apply(env, document, wanted)
