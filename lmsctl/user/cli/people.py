"""Making, finding, changing and moving people."""

from functools import partial
from typing import Annotated, Any

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import Filters, IfExists, IfVersion, Wanted, verb
from lmsctl.kit.several import for_each
from lmsctl.kit.work import Work
from lmsctl.user import actions
from lmsctl.user.options import InDepartment, OfStatus, OfType
from lmsctl.user.results import UserDetail, UserOrigin, UserRow, UserStatus, UserType
from lmsctl.user.rules import UserFilter

app = options.verbs()

Who = Annotated[str, typer.Argument(metavar="LOGIN", help="Login, address or number.")]
Whom = Annotated[
    list[str], typer.Argument(metavar="LOGIN...", help="Logins, addresses or numbers.")
]
Fields = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="NAME=VALUE", help="A custom field; repeatable."),
]


@verb(
    app,
    examples=(
        "lmsctl user create --email anna@example.com --first-name Anna --last-name Bell",
        "lmsctl user create --login ben --first-name Ben --last-name Cole --department Sales/EMEA",
    ),
    wanted=Wanted(one_of=[("email", "login")]),
)
def create(
    env: Environment,
    first_name: Annotated[str, typer.Option("--first-name", help="First name.")],
    last_name: Annotated[str, typer.Option("--last-name", help="Last name.")],
    email: Annotated[str | None, typer.Option("--email", help="Address.")] = None,
    login: Annotated[
        str | None, typer.Option("--login", help="Login; derived from the address if omitted.")
    ] = None,
    department: Annotated[
        str | None, typer.Option("--department", help="Path; the root if omitted.")
    ] = None,
    type_: Annotated[
        UserType | None, typer.Option("--type", help="staff (the default), client or prospect.")
    ] = None,
    field: Fields = None,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Create a user. Past the plan's limit they are made inactive, and the command says so.

    With --if-exists update somebody who waits for confirmation is confirmed by it.
    """

    def write(work: Work) -> Done:
        found = None
        if if_exists is not options.Existing.FAIL:
            found = actions.find_conflicting(work, login, email)
        if found and if_exists is options.Existing.SKIP:
            return Done(found, f"{found.login} exists already.", is_changed=False)
        if found:
            is_confirmed = found.status is UserStatus.PENDING and actions.confirm_pending(
                work, found.login
            )
            after, is_changed = actions.edit(
                work,
                found.login,
                first_name=first_name,
                last_name=last_name,
                email=email,
                type_=type_,
                fields=field or (),
            )
            if department:
                after, is_moved = actions.move(work, found.login, department)
                is_changed = is_changed or is_moved
            if is_confirmed:
                return Done(after, f"Updated {after.login}; their registration is confirmed by it.")
            return options.edited(after, after.login, is_changed=is_changed)
        made, is_active = actions.create(
            work,
            first_name=first_name,
            last_name=last_name,
            login=login,
            email=email,
            department=department,
            type_=type_ or UserType.STAFF,
            fields=field or (),
        )
        inactive = " inactive, because the plan is full" if not is_active else ""
        return Done(made, f"Created {made.login}{inactive}.")

    return env.write(write)


@verb(
    app,
    "list",
    examples=(
        "lmsctl user list --department Sales --status active",
        "lmsctl user list --search Halvorsen",
        "lmsctl user list --filter last-name=Halvorsen --filter Badge=1234",
        "lmsctl user list -o csv",
    ),
)
def list_(
    env: Environment,
    department: InDepartment = None,
    type_: OfType = None,
    status: OfStatus = None,
    origin: Annotated[UserOrigin | None, typer.Option("--origin", help="How they came in.")] = None,
    group: Annotated[
        str | None, typer.Option("--group", help="Only members of this group.")
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", help="Part of login, address or name.")
    ] = None,
    filter_: Filters = None,
) -> Listing[UserRow]:
    """List people by login; filters combine."""
    wanted = UserFilter(
        under=department,
        type=type_,
        status=status,
        origin=origin,
        group=group,
        search=search,
        filters=filter_ or (),
    )
    return env.read(
        lambda work: Listing(
            UserRow,
            actions.list_users(work, wanted),
            things="users",
            first="lmsctl user create --email A --first-name F --last-name L",
        )
    )


@verb(app, examples=("lmsctl user show anna@example.com -o json",))
def show(env: Environment, login: Who) -> UserDetail:
    """Show one user: status, department, roles, groups, custom fields, where they came from."""
    return env.read(lambda work: actions.show(work, login))


@verb(
    app,
    examples=(
        "lmsctl user edit anna --last-name Bell-Cole --supervisor ben",
        "lmsctl user edit anna --field Badge=1234 --if-version 3",
    ),
)
def edit(
    env: Environment,
    login: Who,
    first_name: Annotated[str | None, typer.Option("--first-name", help="First name.")] = None,
    last_name: Annotated[str | None, typer.Option("--last-name", help="Last name.")] = None,
    new_login: Annotated[str | None, typer.Option("--login", help="The new login.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Address; '' takes it off.")] = None,
    type_: OfType = None,
    supervisor: Annotated[
        str | None, typer.Option("--supervisor", help="A login, 'inherited' or 'none'.")
    ] = None,
    field: Fields = None,
    if_version: IfVersion = None,
) -> Any:
    """Change a user. A custom field with an empty value is taken off."""

    def write(work: Work) -> Done:
        after, is_changed = actions.edit(
            work,
            login,
            first_name=first_name,
            last_name=last_name,
            login=new_login,
            email=email,
            type_=type_,
            supervisor=supervisor,
            fields=field or (),
            if_version=if_version,
        )
        return options.edited(after, after.login, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl user move anna ben --department Sales/EMEA",))
def move(
    env: Environment,
    logins: Whom,
    department: Annotated[str, typer.Option("--department", help="Where to.")],
) -> Any:
    """Move people into another department: all of them, or nobody."""

    def move_one(work: Work, login: str) -> Done:
        after, is_changed = actions.move(work, login, department)
        if not is_changed:
            return Done(after, f"{after.login} is there already.", is_changed=False)
        return Done(after, f"Moved {after.login} to {after.department}.")

    return env.write(lambda work: for_each(logins, partial(move_one, work), "user"))
