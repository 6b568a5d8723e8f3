"""The command line of the department room."""

from typing import Annotated, Any

import typer

from lmsctl.department import actions
from lmsctl.department.results import DepartmentDetail
from lmsctl.kit import options
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfExists, IfMissing, verb
from lmsctl.kit.work import Work

app = options.noun("department", "The tree of departments.")

Path = Annotated[str, typer.Argument(metavar="PATH", help="Like Sales/EMEA; / is the root.")]


@verb(
    app,
    examples=("lmsctl department create Sales", "lmsctl department create EMEA --parent Sales"),
)
def create(
    env: Environment,
    name: Annotated[str, typer.Argument(help="The name, without slashes.")],
    parent: Annotated[str | None, typer.Option("--parent", help="Under which one.")] = None,
    code: Annotated[str | None, typer.Option("--code", help="A short unique code.")] = None,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a department, under the root unless --parent says otherwise."""

    def write(work: Work) -> Done:
        found = (
            None
            if if_exists is options.Existing.FAIL
            else actions.find_conflicting(work, name, parent)
        )
        if found is None:
            made = actions.create(work, name, parent=parent, code=code)
            return Done(made, f"Created the department {made.path}.")
        if if_exists is options.Existing.UPDATE and code is not None:
            after, is_changed = actions.edit(work, found.path, code=code)
            return options.edited(after, f"the department {found.path}", is_changed=is_changed)
        return Done(found, f"The department {found.path} exists already.", is_changed=False)

    return env.write(write)


@verb(app, "list", examples=("lmsctl department list --under Sales",))
def list_(
    env: Environment,
    under: Annotated[str | None, typer.Option("--under", help="Only this one's tree.")] = None,
) -> Listing[DepartmentDetail]:
    """List departments, each with the number of its own people."""
    return env.read(
        lambda work: Listing(
            DepartmentDetail,
            actions.list_departments(work, under),
            things="departments",
            first="lmsctl department create NAME",
        )
    )


@verb(app, examples=("lmsctl department show Sales/EMEA",))
def show(env: Environment, path: Path) -> DepartmentDetail:
    """Show one department."""
    return env.read(lambda work: actions.show(work, path))


@verb(
    app,
    examples=(
        "lmsctl department edit Sales --name 'Sales & Service'",
        "lmsctl department edit Sales --supervisor anna",
    ),
)
def edit(
    env: Environment,
    path: Path,
    name: Annotated[str | None, typer.Option("--name", help="The new name.")] = None,
    code: Annotated[
        str | None, typer.Option("--code", help="The new code; '' takes it off.")
    ] = None,
    supervisor: Annotated[
        str | None,
        typer.Option("--supervisor", help="Who supervises its people; 'none' for nobody."),
    ] = None,
) -> Any:
    """Change a department's name, code or supervisor."""

    def write(work: Work) -> Done:
        after, is_changed = actions.edit(work, path, name=name, code=code, supervisor=supervisor)
        return options.edited(after, f"the department {after.path}", is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl department move Sales/EMEA --parent International",))
def move(
    env: Environment,
    path: Path,
    parent: Annotated[str, typer.Option("--parent", help="Under which one.")],
) -> Any:
    """Move a department and its subtree under another one."""

    def write(work: Work) -> Done:
        moved, is_changed = actions.move(work, path, parent)
        sentence = f"Moved to {moved.path}." if is_changed else f"{moved.path} is there already."
        return Done(moved, sentence, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl department delete Sales/EMEA --yes",))
def delete(env: Environment, path: Path, if_missing: IfMissing = options.Missing.FAIL) -> Any:
    """Delete a department and its subdepartments, with their sign-up profiles and rules.

    Refused while anybody is in it or manages it.
    """

    def write(work: Work) -> Done:
        def remove() -> ItemOutcome:
            return ItemOutcome(actions.delete(work, path).full_name, Outcome.DELETED)

        return options.deleted(remove, "department", path, if_missing)

    return env.write(write)
