"""The command line of the user room: people."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options, timewords, wall_clock
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import Filters, IfExists, IfMissing, IfVersion, verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.user import actions, errors
from lmsctl.user.exporting import cli as exporting
from lmsctl.user.importing import cli as importing
from lmsctl.user.options import InDepartment, OfStatus, OfType
from lmsctl.user.results import UserOrigin, UserRow, UserStatus, UserType
from lmsctl.user.rules import UserFilter

app = options.noun("user", "People: create, import, change, deactivate.")

Who = Annotated[str, typer.Argument(metavar="LOGIN", help="Login, address or number.")]
Fields = Annotated[
    list[str] | None, typer.Option("--field", metavar="NAME=VALUE", help="A custom field; again.")
]


@verb(
    app,
    examples=(
        "lmsctl user create --email anna@example.com --first-name Anna --last-name Bell",
        "lmsctl user create --login ben --first-name Ben --last-name Cole --department Sales/EMEA",
    ),
)
def create(
    env: Environment,
    first_name: Annotated[str, typer.Option("--first-name", help="First name.")],
    last_name: Annotated[str, typer.Option("--last-name", help="Last name.")],
    email: Annotated[str | None, typer.Option("--email", help="Address.")] = None,
    login: Annotated[
        str | None, typer.Option("--login", help="Login; made from the address when absent.")
    ] = None,
    department: Annotated[
        str | None, typer.Option("--department", help="Path; the root when absent.")
    ] = None,
    type_: Annotated[
        UserType | None, typer.Option("--type", help="staff (the default), client or prospect.")
    ] = None,
    field: Fields = None,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a person. Past the plan's limit they are made inactive, and the command says so.

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
) -> Any:
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
    return env.read(lambda work: Listing(UserRow, actions.list_users(work, wanted)))


@verb(app, examples=("lmsctl user show anna@example.com -o json",))
def show(env: Environment, login: Who) -> Any:
    """Show one person: status, department, roles, groups, custom fields, where they came from."""
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
    """Change a person. A custom field with an empty value is taken off."""

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


@verb(app, examples=("lmsctl user move anna --department Sales/EMEA",))
def move(
    env: Environment,
    login: Who,
    department: Annotated[str, typer.Option("--department", help="Where to.")],
) -> Any:
    """Put a person into another department."""

    def write(work: Work) -> Done:
        after, is_changed = actions.move(work, login, department)
        if not is_changed:
            return Done(after, f"{after.login} is there already.", is_changed=False)
        return Done(after, f"Moved {after.login} to {after.department}.")

    return env.write(write)


@verb(app, examples=("lmsctl user activate anna",))
def activate(env: Environment, login: Who) -> Any:
    """Make a person active again, and forget an end that was scheduled. Refused on a full plan."""

    def write(work: Work) -> Done:
        after, is_changed = actions.activate(work, login)
        sentence = f"{after.login} is active{'' if is_changed else ' already'}."
        return Done(after, sentence, is_changed=is_changed)

    return env.write(write)


On = Annotated[
    str | None,
    typer.Option("--on", metavar="TIME", help="When, such as 2026-12-31; now if absent."),
]

CancelTrainings = Annotated[
    bool,
    typer.Option("--cancel-trainings", help="Give up their places in sessions after that."),
]


@verb(app, examples=("lmsctl user deactivate anna", "lmsctl user deactivate anna --on 2026-12-31"))
def deactivate(
    env: Environment,
    login: Who,
    on: On = None,
    cancel_trainings: CancelTrainings = False,
) -> Any:
    """Make a person inactive: no sign-in, no mail, the seat is free. Nothing is lost.

    They keep their places in sessions to come, which are named, unless --cancel-trainings.
    """
    return _end_account(env, login, UserStatus.INACTIVE, on, cancels_trainings=cancel_trainings)


@verb(app, "end-employment", examples=("lmsctl user end-employment anna --on 2026-12-31",))
def end_employment(
    env: Environment,
    login: Who,
    on: On = None,
    cancel_trainings: CancelTrainings = False,
) -> Any:
    """Note that a person has left: like inactive, and told apart in reports."""
    return _end_account(env, login, UserStatus.ENDED, on, cancels_trainings=cancel_trainings)


def _end_account(
    env: Environment, login: str, target: UserStatus, on: str | None, *, cancels_trainings: bool
) -> Any:
    """Let an account end and say so, with the places in sessions that are kept or given up."""
    word = timewords.parse(on) if on else None

    def write(work: Work) -> Done:
        moment = word.start(work.now, work.zone) if word else None
        if word and moment is None:
            raise errors.EndNever(field="--on")
        ended = actions.end_account(
            work, login, target, moment, cancels_trainings=cancels_trainings
        )
        after = ended.user
        if after.scheduled_at:
            shown = wall_clock.show(after.scheduled_at, work.zone)
            sentence = f"{after.login} will be {after.scheduled_status} at {shown}."
        else:
            sentence = f"{after.login} is {after.status}{'' if ended.is_changed else ' already'}."
        notes = []
        if ended.kept:
            notes.append(
                f"{after.login} keeps {counted(len(ended.kept), 'place')}: "
                f"{', '.join(ended.kept)}. To free them, give --cancel-trainings."
            )
        if ended.freed:
            notes.append(f"Given up: {', '.join(ended.freed)}.")
        return Done(after, sentence, is_changed=ended.is_changed, notes=notes)

    return env.write(write)


@verb(app, examples=("lmsctl user delete anna --yes",))
def delete(env: Environment, login: Who, if_missing: IfMissing = options.Missing.FAIL) -> Any:
    """Delete a person and their records for good. Deactivating keeps the records."""

    def write(work: Work) -> Done:
        return options.deleted(lambda: actions.delete(work, login), "person", login, if_missing)

    return env.write(write)


importing.register(app)
exporting.register(app)
