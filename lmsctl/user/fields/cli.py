"""The command line of the user room: custom fields."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfExists, IfMissing, verb
from lmsctl.kit.work import Work
from lmsctl.user.fields import actions
from lmsctl.user.fields.results import Field, FieldKind

app = options.noun("field", "Custom fields that every person has.")

Name = Annotated[str, typer.Argument(help="The field's name.")]
Choices = Annotated[
    list[str] | None, typer.Option("--choice", help="One choice of a list field; repeatable.")
]


@verb(
    app,
    examples=(
        "lmsctl field create Badge --kind unique-text --required",
        "lmsctl field create Office --kind list --choice Berlin --choice Oslo",
    ),
)
def create(
    env: Environment,
    name: Name,
    kind: Annotated[
        FieldKind, typer.Option("--kind", help="text, unique-text, number, date or list.")
    ] = FieldKind.TEXT,
    required: Annotated[bool, typer.Option("--required", help="Everybody must have it.")] = False,
    choice: Choices = None,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Define a custom field. Sign-up asks for the same fields as creating a person does."""

    def write(work: Work) -> Done:
        found = (
            actions.find_conflicting(work, name) if if_exists is not options.Existing.FAIL else None
        )
        if found is None:
            made = actions.create(work, name, kind, is_required=required, choices=choice or ())
            return Done(made, f"Created the field {made.name}.")
        if if_exists is options.Existing.SKIP:
            return Done(found, f"The field {found.name} exists already.", is_changed=False)
        after, is_changed = actions.edit(
            work, name, kind=kind, is_required=required, choices=choice or ()
        )
        return options.edited(after, f"the field {after.name}", is_changed=is_changed)

    return env.write(write)


@verb(app, "list", examples=("lmsctl field list",))
def list_(env: Environment) -> Listing[Field]:
    """List custom fields."""
    return env.read(
        lambda work: Listing(
            Field,
            actions.list_fields(work),
            things="custom fields",
            first="lmsctl field create NAME",
        )
    )


@verb(app, examples=("lmsctl field edit Badge --no-required",))
def edit(
    env: Environment,
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", help="The new name.")] = None,
    required: Annotated[
        bool | None,
        typer.Option("--required/--no-required", help="Whether everybody must have it."),
    ] = None,
    choice: Choices = None,
) -> Any:
    """Rename a field, require it or not, or replace its choices. Its kind stays."""

    def write(work: Work) -> Done:
        after, is_changed = actions.edit(
            work, name, new_name=new_name, is_required=required, choices=choice or ()
        )
        return options.edited(after, f"the field {after.name}", is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl field delete Badge --yes",))
def delete(env: Environment, name: Name, if_missing: IfMissing = options.Missing.FAIL) -> Any:
    """Delete a custom field and what people have in it."""

    def write(work: Work) -> Done:
        def remove() -> ItemOutcome:
            return ItemOutcome(actions.delete(work, name), Outcome.DELETED)

        return options.deleted(remove, "field", name, if_missing)

    return env.write(write)
