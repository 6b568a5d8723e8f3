"""The command line of the role room."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from lmsctl.kit import canonical, options
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import EXIT_STATUS, RefusalKind
from lmsctl.kit.options import IfExists, IfMissing, verb
from lmsctl.kit.work import Work
from lmsctl.role import actions, rules
from lmsctl.role.results import PermissionAnswer, PermissionDetail, RoleDetail, RoleHolder

app = options.noun("role", "What people may do, and where.")
can_i_app = options.single("can-i", "Check a permission.")

Name = Annotated[str, typer.Argument(metavar="ROLE", help="The role's name or number.")]
Who = Annotated[str, typer.Argument(metavar="LOGIN", help="Login, address or number.")]
Permissions = list[str] | None


@verb(
    app, examples=("lmsctl role create Recruiter --permission user.view --permission user.manage",)
)
def create(
    env: Environment,
    name: Annotated[str, typer.Argument(help="The name, unique in the portal.")],
    permission: Annotated[
        list[str], typer.Option("--permission", help="What it allows; repeatable.")
    ],
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a role of your own; 'role permissions' lists what it can allow."""

    def write(work: Work) -> Done:
        found = None if if_exists is options.Existing.FAIL else actions.find_conflicting(work, name)
        if found is None:
            made = actions.create(work, name, permission)
            notes = list(rules.blind_warnings(made.name, made.permissions))
            return Done(made, f"Created the role {made.name}.", notes=notes)
        if if_exists is options.Existing.UPDATE:
            surplus = set(found.permissions) - {canonical.key(item) for item in permission}
            after, is_changed = actions.edit(work, found.name, add=permission, remove=surplus)
            return _edited(after, is_changed=is_changed)
        return Done(found, f"The role {found.name} exists already.", is_changed=False)

    return env.write(write)


def _edited(after: RoleDetail, *, is_changed: bool) -> Done:
    """Return the answer of a change of a role, with what to know of the role as it is now."""
    done = options.edited(after, f"the role {after.name}", is_changed=is_changed)
    return replace(done, notes=list(rules.blind_warnings(after.name, after.permissions)))


@verb(app, "list", examples=("lmsctl role list",))
def list_(env: Environment) -> Listing[RoleDetail]:
    """List roles, each with the number of people who hold it."""
    return env.read(
        lambda work: Listing(
            RoleDetail,
            actions.list_roles(work),
            things="roles",
            first="lmsctl role create NAME --permission user.view",
        )
    )


@verb(app, examples=("lmsctl role show department-administrator",))
def show(env: Environment, role: Name) -> RoleDetail:
    """Show one role and what it allows."""
    return env.read(lambda work: actions.show(work, role))


@verb(app, examples=("lmsctl role holders department-administrator",))
def holders(env: Environment, role: Name) -> Listing[RoleHolder]:
    """List who was granted a role, and in which departments."""
    return env.read(
        lambda work: Listing(
            RoleHolder,
            actions.list_holders(work, role),
            when_empty=f"Nobody holds the role yet: lmsctl role grant LOGIN '{role}'",
        )
    )


@verb(app, examples=("lmsctl role permissions",))
def permissions(env: Environment) -> Listing[PermissionDetail]:
    """List every permission, what it is for, and which built-in roles hold it."""
    del env  # they are part of the program; no portal is asked
    return Listing(PermissionDetail, actions.list_permissions())


@verb(
    app,
    examples=(
        "lmsctl role edit Recruiter --name 'Talent scout'",
        "lmsctl role edit Recruiter --add group.view --remove user.manage",
    ),
)
def edit(
    env: Environment,
    role: Name,
    name: Annotated[str | None, typer.Option("--name", help="The new name.")] = None,
    add: Annotated[
        Permissions, typer.Option("--add", help="A permission more; repeatable.")
    ] = None,
    remove: Annotated[
        Permissions, typer.Option("--remove", help="A permission less; repeatable.")
    ] = None,
) -> Any:
    """Rename a role of your own, or change what it allows to everybody who holds it."""

    def write(work: Work) -> Done:
        after, is_changed = actions.edit(work, role, name=name, add=add or (), remove=remove or ())
        return _edited(after, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl role delete Recruiter --yes",))
def delete(env: Environment, role: Name, if_missing: IfMissing = options.Missing.FAIL) -> Any:
    """Delete a role of your own that nobody holds."""

    def write(work: Work) -> Done:
        def remove() -> ItemOutcome:
            return ItemOutcome(actions.delete(work, role), Outcome.DELETED)

        return options.deleted(remove, "role", role, if_missing)

    return env.write(write)


Under = Annotated[
    list[str] | None,
    typer.Option("--department", metavar="PATH", help="Where it holds; repeatable."),
]


@verb(
    app,
    examples=(
        "lmsctl role grant anna department-administrator --department Sales",
        "lmsctl role grant anna administrator",
    ),
)
def grant(env: Environment, login: Who, role: Name, department: Under = None) -> Any:
    """Give a person a role, or their role in more departments."""

    def write(work: Work) -> Done:
        held, is_changed = actions.grant(work, login, role, department or ())
        where = f" in {', '.join(held.departments)}" if held.departments else ""
        done = "is now" if is_changed else "is already"
        return Done(held, f"{held.login} {done} {held.role}{where}.", is_changed=is_changed)

    return env.write(write)


@verb(
    app,
    examples=(
        "lmsctl role revoke anna department-administrator --department Sales/EMEA",
        "lmsctl role revoke anna administrator",
    ),
)
def revoke(env: Environment, login: Who, role: Name, department: Under = None) -> Any:
    """Take a role from a person: everywhere, or only in the departments named."""

    def write(work: Work) -> Done:
        item, name = actions.revoke(work, login, role, department or ())
        is_changed = item.outcome is not Outcome.UNCHANGED
        where = f" in {item.detail}" if item.detail else ""
        done = "is no longer" if is_changed else "is not"
        return Done(item, f"{item.key} {done} {name}{where}.", is_changed=is_changed)

    return env.write(write)


@verb(
    can_i_app,
    "can-i",
    examples=("lmsctl can-i user.manage --department Sales", "lmsctl --as anna can-i group.manage"),
)
def can_i(
    env: Environment,
    permission: Annotated[str, typer.Argument(help="See 'lmsctl role permissions'.")],
    department: Annotated[
        str | None, typer.Option("--department", help="There; anywhere if omitted.")
    ] = None,
) -> Any:
    """Say whether you, or the person after --as, may do something.

    The exit status is 0 if so, and 8 if not.
    """
    answer = env.read(lambda work: actions.can_i(work, permission, department))
    status = 0 if answer.allowed else EXIT_STATUS[RefusalKind.FORBIDDEN]
    return Done(answer, _answer_sentence(answer), is_changed=False, status=status)


def _answer_sentence(answer: PermissionAnswer) -> str:
    """Return what is asked with yes or no before it."""
    asked = f"{answer.permission}{f' in {answer.department}' if answer.department else ''}"
    return f"{'Yes' if answer.allowed else 'No'}, {asked}."
