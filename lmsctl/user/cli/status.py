"""Making people active and inactive, noting that they left, and deleting them."""

from functools import partial
from typing import Annotated, Any

import typer

from lmsctl.kit import options, timewords, wall_clock
from lmsctl.kit.answer import Done, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfMissing, verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.several import for_each
from lmsctl.kit.work import Work
from lmsctl.user import actions, errors
from lmsctl.user.cli.people import Whom
from lmsctl.user.results import UserStatus

app = options.verbs()


@verb(app, examples=("lmsctl user activate anna", "lmsctl user activate anna ben"))
def activate(env: Environment, logins: Whom) -> Any:
    """Make people active again, and forget an end that was scheduled. Refused on a full plan."""

    def activate_one(work: Work, login: str) -> Done:
        after, is_changed = actions.activate(work, login)
        sentence = f"{after.login} is active{'' if is_changed else ' already'}."
        return Done(after, sentence, is_changed=is_changed)

    return env.write(lambda work: for_each(logins, partial(activate_one, work), "user"))


On = Annotated[
    str | None,
    typer.Option("--on", metavar="TIME", help="When, such as 2026-12-31; now if omitted."),
]

CancelTrainings = Annotated[
    bool,
    typer.Option("--cancel-trainings", help="Give up their places in sessions after that."),
]


@verb(app, examples=("lmsctl user deactivate anna", "lmsctl user deactivate anna --on 2026-12-31"))
def deactivate(
    env: Environment,
    logins: Whom,
    on: On = None,
    cancel_trainings: CancelTrainings = False,
) -> Any:
    """Make people inactive: no sign-in, no mail, the seat is free. Nothing is lost.

    They keep their places in sessions to come, which are named, unless --cancel-trainings.
    """
    return _end_accounts(env, logins, UserStatus.INACTIVE, on, cancels_trainings=cancel_trainings)


@verb(app, "end-employment", examples=("lmsctl user end-employment anna --on 2026-12-31",))
def end_employment(
    env: Environment,
    logins: Whom,
    on: On = None,
    cancel_trainings: CancelTrainings = False,
) -> Any:
    """Note that people have left: like inactive, and told apart in reports."""
    return _end_accounts(env, logins, UserStatus.ENDED, on, cancels_trainings=cancel_trainings)


def _end_accounts(
    env: Environment,
    logins: list[str],
    target: UserStatus,
    on: str | None,
    *,
    cancels_trainings: bool,
) -> Any:
    """Let accounts end and say so, with the places in sessions that are kept or given up."""
    word = timewords.parse(on) if on else None

    def end_one(work: Work, login: str) -> Done:
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

    return env.write(lambda work: for_each(logins, partial(end_one, work), "user"))


@verb(
    app,
    examples=(
        "lmsctl user delete anna --yes",
        "lmsctl user list --status ended -o id | xargs lmsctl user delete -y",
    ),
)
def delete(env: Environment, logins: Whom, if_missing: IfMissing = options.Missing.FAIL) -> Any:
    """Delete people and their records for good. Deactivating keeps the records."""

    def delete_one(work: Work, login: str) -> Done:
        return options.deleted(lambda: actions.delete(work, login), "person", login, if_missing)

    return env.write(
        lambda work: for_each(logins, partial(delete_one, work), "user", Outcome.DELETED)
    )
