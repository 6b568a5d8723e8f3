"""The command line of the catalog: what is offered to whom."""

from typing import Annotated, Any

import typer

from lmsctl.content import actions
from lmsctl.content.actions import Openings
from lmsctl.content.results import Opened
from lmsctl.kit import options
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work
from lmsctl.user.results import Type

app = options.noun("catalog", "What people may choose for themselves.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The item's code or number.")]
ToType = Annotated[Type | None, typer.Option("--type", help="staff, client or prospect.")]
ToGroup = Annotated[str | None, typer.Option("--group", metavar="NAME", help="A group.")]
ToDepartment = Annotated[
    str | None,
    typer.Option("--department", metavar="PATH", help="A department and those under it."),
]
ToAll = Annotated[bool, typer.Option("--everybody", help="Everybody in the portal.")]


@verb(
    app,
    "open",
    examples=(
        "lmsctl catalog open GDPR-101 --type staff",
        "lmsctl catalog open first-week --department Sales",
    ),
)
def open_(
    env: Environment,
    code: Code,
    type_: ToType = None,
    group: ToGroup = None,
    department: ToDepartment = None,
    everybody: ToAll = False,
) -> Any:
    """Offer an item in the catalog. Without such a rule nobody sees it there."""
    wanted = Openings(type_, group, department, everybody)

    def write(work: Work) -> Done:
        rule, is_new = actions.offer(work, code, wanted)
        said = "is now" if is_new else "is already"
        sentence = f"{rule.content} {said} in the catalog for {_whom(rule)}."
        return Done(rule, sentence, is_changed=is_new)

    return env.write(write)


@verb(app, examples=("lmsctl catalog close GDPR-101 --type staff",))
def close(
    env: Environment,
    code: Code,
    type_: ToType = None,
    group: ToGroup = None,
    department: ToDepartment = None,
    everybody: ToAll = False,
) -> Any:
    """Offer an item no longer. Who is enrolled stays enrolled."""
    wanted = Openings(type_, group, department, everybody)

    def write(work: Work) -> Done:
        rule, is_gone = actions.close(work, code, wanted)
        said = "is no longer" if is_gone else "was not"
        sentence = f"{rule.content} {said} in the catalog for {_whom(rule)}."
        return Done(rule, sentence, is_changed=is_gone)

    return env.write(write)


@verb(app, "list", examples=("lmsctl catalog list", "lmsctl catalog list GDPR-101"))
def list_(
    env: Environment,
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="Only this item.")] = None,
) -> Any:
    """List what the catalog offers to whom."""
    return env.read(lambda work: Listing(Opened, actions.list_rules(work, code)))


def _whom(rule: Opened) -> str:
    return f"the {rule.opening.value} {rule.name}" if rule.name else "everybody"
