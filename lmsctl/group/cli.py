"""The command line of the group room."""

from typing import Annotated, Any

import typer

from lmsctl.group import actions
from lmsctl.group.results import GroupDetail, GroupPerson
from lmsctl.kit import options
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfExists, IfMissing, verb
from lmsctl.kit.work import Work

app = options.noun("group", "Sets of people.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The group's name or number.")]
People = Annotated[list[str], typer.Argument(metavar="LOGIN...", help="Logins or addresses.")]


@verb(
    app,
    examples=("lmsctl group create Pilots", "lmsctl group create 'New hires' --department Sales"),
)
def create(
    env: Environment,
    name: Annotated[str, typer.Argument(help="The name, unique in the portal.")],
    department: Annotated[
        str | None,
        typer.Option("--department", help="Who manages it keeps the group; the root if omitted."),
    ] = None,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make an empty group."""

    def write(work: Work) -> Done:
        found = None if if_exists is options.Existing.FAIL else actions.find_conflicting(work, name)
        if found is None:
            made = actions.create(work, name, department=department)
            return Done(made, f"Created the group {made.name}.")
        if if_exists is options.Existing.UPDATE:
            after, is_changed = actions.edit(work, found.name, department=department)
            return options.edited(after, f"the group {after.name}", is_changed=is_changed)
        return Done(found, f"The group {found.name} exists already.", is_changed=False)

    return env.write(write)


@verb(app, "list", examples=("lmsctl group list",))
def list_(env: Environment) -> Listing[GroupDetail]:
    """List groups by name."""
    return env.read(
        lambda work: Listing(
            GroupDetail,
            actions.list_groups(work),
            things="groups",
            first="lmsctl group create NAME",
        )
    )


@verb(app, examples=("lmsctl group show Pilots",))
def show(env: Environment, name: Name) -> GroupDetail:
    """Show one group: its department, and how many people are in it."""
    return env.read(lambda work: actions.show(work, name))


@verb(app, examples=("lmsctl group members Pilots", "lmsctl group members Pilots -o id"))
def members(env: Environment, name: Name) -> Listing[GroupPerson]:
    """List who is in a group; whom you may not see is only counted."""
    return env.read(lambda work: actions.list_members(work, name))


@verb(
    app,
    examples=(
        "lmsctl group edit Pilots --name 'Test pilots'",
        "lmsctl group edit Pilots --department Sales/EMEA",
    ),
)
def edit(
    env: Environment,
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", help="The new name.")] = None,
    department: Annotated[
        str | None, typer.Option("--department", help="The department it shall belong to.")
    ] = None,
) -> Any:
    """Rename a group, or let it belong to another department."""

    def write(work: Work) -> Done:
        after, is_changed = actions.edit(work, name, name=new_name, department=department)
        return options.edited(after, f"the group {after.name}", is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl group add Pilots anna ben@example.com",))
def add(env: Environment, name: Name, logins: People) -> Any:
    """Put people into a group: all of them, or nobody when one is unknown."""

    def write(work: Work) -> Done:
        group, outcomes = actions.add_people(work, name, logins)
        return _count_changed(outcomes, "Added", f"to {group}")

    return env.write(write)


@verb(app, examples=("lmsctl group remove Pilots anna ben@example.com",))
def remove(env: Environment, name: Name, logins: People) -> Any:
    """Take people out of a group: all of them, or nobody when one is unknown."""

    def write(work: Work) -> Done:
        group, outcomes = actions.remove_people(work, name, logins)
        return _count_changed(outcomes, "Removed", f"from {group}")

    return env.write(write)


def _count_changed(outcomes: list[ItemOutcome], done: str, where: str) -> Done:
    """Return the outcomes with a sentence that counts those that changed."""
    count = sum(item.outcome is not Outcome.UNCHANGED for item in outcomes)
    sentence = f"{done} {count} of {len(outcomes)} {where}."
    return Done(Listing(ItemOutcome, outcomes), sentence, is_changed=count > 0)


@verb(app, examples=("lmsctl group delete Pilots --yes",))
def delete(env: Environment, name: Name, if_missing: IfMissing = options.Missing.FAIL) -> Any:
    """Delete a group. Its people stay; auto-enrollment rules that name it go."""

    def write(work: Work) -> Done:
        def remove() -> ItemOutcome:
            return ItemOutcome(actions.delete(work, name), Outcome.DELETED)

        return options.deleted(remove, "group", name, if_missing)

    return env.write(write)
