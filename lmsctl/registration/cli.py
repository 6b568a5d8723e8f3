"""The command line of the registration room."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options, wall_clock
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work
from lmsctl.registration import actions
from lmsctl.registration.options import NewcomerOptions
from lmsctl.registration.results import PendingRegistration, RegistrationSwitches

app = options.noun("registration", "Self-registration: switches, confirmation, holds.")

ConfirmEmail = Annotated[
    bool | None,
    typer.Option("--confirm-email/--no-confirm-email", help="Whether addresses are confirmed."),
]
Domain = Annotated[
    list[str] | None,
    typer.Option("--domain", help="Admit only this domain; repeatable; *.x for subdomains."),
]
_WAYS_IN = (
    "Nobody comes in without a link or a token: lmsctl signup-profile create, lmsctl token create"
    " or lmsctl content link"
)
AnyDomain = Annotated[bool, typer.Option("--any-domain", help="Admit every domain.")]


@verb(
    app,
    examples=(
        "lmsctl registration enable",
        "lmsctl registration enable --confirm-email --domain example.com --domain '*.example.org'",
    ),
)
def enable(
    env: Environment,
    confirm_email: ConfirmEmail = None,
    domain: Domain = None,
    any_domain: AnyDomain = False,
) -> Any:
    """Switch self-registration on. Options not given stay; --domain replaces the list."""
    return _change(env, confirm_email, domain, is_any=any_domain, is_on=True)


@verb(app, examples=("lmsctl registration disable",))
def disable(env: Environment) -> Any:
    """Switch self-registration off: every link and token is refused until it is on again."""
    return _change(env, None, None, is_any=False, is_on=False)


@verb(app, "set", examples=("lmsctl registration set --no-confirm-email",))
def set_(
    env: Environment,
    confirm_email: ConfirmEmail = None,
    domain: Domain = None,
    any_domain: AnyDomain = False,
) -> Any:
    """Change how self-registration works without switching it on or off."""
    return _change(env, confirm_email, domain, is_any=any_domain, is_on=None)


def _change(
    env: Environment,
    confirms_email: bool | None,  # noqa: FBT001 - an option handed on
    domain: list[str] | None,
    *,
    is_any: bool,
    is_on: bool | None,
) -> Any:
    """Change what is given, and say whether self-registration is on."""

    def write(work: Work) -> Done:
        after, is_changed = actions.set_switches(
            work,
            is_on=is_on,
            confirms_email=confirms_email,
            domains=domain or (),
            is_any_domain=is_any,
        )
        state = f"Self-registration is {'on' if after.is_on else 'off'}"
        return Done(
            after,
            f"{state}{'' if is_changed else ', unchanged'}.",
            is_changed=is_changed,
            next_step=_WAYS_IN if is_on else "",
        )

    return env.write(write)


@verb(app, examples=("lmsctl registration show -o json",))
def show(env: Environment) -> RegistrationSwitches:
    """Show how self-registration is set."""
    return env.read(actions.show)


@verb(
    app,
    examples=(
        (
            "lmsctl registration submit --content GDPR-101 --email kim@example.com"
            " --first-name Kim --last-name Oh"
        ),
    ),
)
def submit(
    env: Environment,
    content: Annotated[
        str, typer.Option("--content", metavar="CODE|LINK", help="The item, or its open link.")
    ],
    who: NewcomerOptions,
) -> Any:
    """Register a new person for an item that is shared by an open link, as the link does.

    They may open the item, and everything that inherits in its folder when it inherits itself.
    Somebody known and active needs but the address, may open the same, and takes no seat.
    """
    newcomer = who.newcomer()

    def write(work: Work) -> Done:
        told, is_changed = actions.submit(work, content, newcomer)
        if not told.is_new_person:
            item = told.source.removeprefix("open link ")
            when = f"may open {item} now" if is_changed else f"could open {item} already"
            sentence = f"{told.login} has an account already, and {when}."
            return Done(told, sentence, is_changed=is_changed)
        if told.ends_at is None:
            return Done(told, f"Registered {told.login}.")
        until = wall_clock.show(told.ends_at, work.zone)
        return Done(told, f"Registered {told.login}; to be confirmed before {until}.")

    return env.write(write)


@verb(app, examples=("lmsctl registration pending",))
def pending(env: Environment) -> Listing[PendingRegistration]:
    """List registrations that wait for their confirmation, soonest to expire first."""
    return env.read(
        lambda work: Listing(
            PendingRegistration,
            actions.list_pending(work),
            when_empty="Nobody waits for confirmation.",
        )
    )


@verb(
    app,
    examples=(
        "lmsctl registration confirm 7K3M…",
        "lmsctl registration confirm anna@example.com",
    ),
)
def confirm(
    env: Environment,
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE|LINK|EMAIL", help="The code or link from the mail; or whom you vouch for."
        ),
    ],
) -> Any:
    """Confirm an address by its mailed code, or vouch for it yourself. Twice is a success too."""

    def write(work: Work) -> Done:
        confirmed, is_first = actions.confirm(work, code)
        already = "" if is_first else " already"
        sentence = f"The registration of {confirmed.login} is confirmed{already}."
        return Done(confirmed, sentence, is_changed=is_first)

    return env.write(write)


@verb(app, examples=("lmsctl registration resend anna@example.com",))
def resend(
    env: Environment,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Address or login.")],
) -> Any:
    """Mail the confirmation once more to somebody who waits, at most once in ten minutes."""

    def write(work: Work) -> Done:
        waiting, last = actions.resend(work, email)
        if last is None:
            sentence = f"The confirmation was mailed to {waiting.email} again."
        else:
            shown = wall_clock.show(last, work.zone)
            sentence = f"{waiting.login} got it at {shown}; ten minutes later it can be sent again."
        return Done(waiting, sentence, is_changed=last is None)

    return env.write(write)


@verb(app, examples=("lmsctl registration release anna@example.com",))
def release(
    env: Environment,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Address or login.")],
) -> Any:
    """End a registration that waits: the account goes, activation and seat come back."""

    def write(work: Work) -> Done:
        released = actions.release(work, email)
        return Done(released, f"Released the registration of {released.login}.")

    return env.write(write)
