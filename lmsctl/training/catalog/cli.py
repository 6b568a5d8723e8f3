"""The command line of the catalog: what is offered to whom."""

from itertools import chain
from typing import Annotated, Any

import typer

from lmsctl.content.actions import catalog as content_catalog
from lmsctl.content.results import CatalogRuleRow
from lmsctl.kit import options
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work
from lmsctl.training.catalog import actions as catalog
from lmsctl.user.results import UserType

app = options.noun("catalog", "What people may choose for themselves.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="Its code or number.")]
IsTraining = Annotated[bool, typer.Option("--training", help="CODE is that of a training.")]
ToType = Annotated[UserType | None, typer.Option("--type", help="staff, client or prospect.")]
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
        "lmsctl catalog open first-aid --training --everybody",
    ),
)
def open_(
    env: Environment,
    code: Code,
    type_: ToType = None,
    group: ToGroup = None,
    department: ToDepartment = None,
    everybody: ToAll = False,
    training: IsTraining = False,
) -> Any:
    """Offer an item or a training in the catalog. Without such a rule nobody sees it there.

    People join a training that is offered to them by themselves, while its registration is open.
    """
    wanted = content_catalog.CatalogRequest(type_, group, department, everybody)

    def write(work: Work) -> Done:
        offer = catalog.offer if training else content_catalog.offer
        rule, is_new = offer(work, code, wanted)
        said = "is now" if is_new else "is already"
        sentence = f"{rule.code} {said} in the catalog for {_whom(rule)}."
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
    training: IsTraining = False,
) -> Any:
    """Offer an item or a training no longer. Who is enrolled stays enrolled."""
    wanted = content_catalog.CatalogRequest(type_, group, department, everybody)

    def write(work: Work) -> Done:
        close = catalog.close if training else content_catalog.close
        rule, is_gone = close(work, code, wanted)
        said = "is no longer" if is_gone else "was not"
        sentence = f"{rule.code} {said} in the catalog for {_whom(rule)}."
        return Done(rule, sentence, is_changed=is_gone)

    return env.write(write)


@verb(app, "list", examples=("lmsctl catalog list", "lmsctl catalog list GDPR-101"))
def list_(
    env: Environment,
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="Only this item.")] = None,
    training: IsTraining = False,
) -> Listing[CatalogRuleRow]:
    """List what the catalog offers to whom: content first, then trainings."""

    def read(work: Work) -> Listing[CatalogRuleRow]:
        content = iter(()) if training else content_catalog.list_rules(work, code)
        is_all = training or code is None
        live = catalog.list_openings(work, code) if is_all else iter(())
        return Listing(
            CatalogRuleRow,
            chain(content, live),
            things="offers in the catalog",
            first="lmsctl catalog open CODE --everybody",
        )

    return env.read(read)


def _whom(rule: CatalogRuleRow) -> str:
    return f"the {rule.opening.value} {rule.name}" if rule.name else "everybody"
