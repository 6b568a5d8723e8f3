"""The command line of the sign-up profile room."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options, timewords, wall_clock
from lmsctl.kit.answer import DetailWithList, Done, Gate, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfExists, IfMissing, IfVersion, verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.registration.options import DomainChanges, DomainOptions, NewcomerOptions
from lmsctl.signup_profile import actions
from lmsctl.signup_profile.results import (
    Profile,
    ProfileActivation,
    ProfileDetail,
    ProfileLink,
)

app = options.noun("signup-profile", "Links that bring new people into a department.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The profile's code or number.")]
Starts = Annotated[
    str | None, typer.Option("--starts", metavar="TIME", help="From when; now if omitted.")
]
Ends = Annotated[
    str,
    typer.Option(
        "--ends", metavar="TIME", help="Until when; a date means its whole day; or never."
    ),
]
Limit = Annotated[
    str, typer.Option("--limit", metavar="N|unlimited", help="How many people may come.")
]
_FORMERLY = {"--activations": "--limit"}


@verb(
    app,
    examples=(
        (
            "lmsctl signup-profile create Spring --code spring --department Sales"
            " --starts 2026-03-01 --ends 2026-03-31 --limit 40"
        ),
        (
            "lmsctl signup-profile create Partners --department Partners --ends never"
            " --limit unlimited --domain partner.example"
        ),
    ),
    formerly=_FORMERLY,
)
def create(
    env: Environment,
    name: Annotated[str, typer.Argument(help="What people call it.")],
    department: Annotated[str, typer.Option("--department", help="Department that people join.")],
    ends: Ends,
    limit: Limit,
    starts: Starts = None,
    code: Annotated[str | None, typer.Option("--code", help="Generated if omitted.")] = None,
    *,
    domains: DomainOptions,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a sign-up profile and its link."""
    first, last = _parse_time(starts), timewords.parse(ends)

    def write(work: Work) -> Done:
        found = (
            actions.find_conflicting(work, code) if if_exists is not options.Existing.FAIL else None
        )
        if found is None:
            made, warnings = actions.create(
                work,
                name,
                department=department,
                starts=first or timewords.parse("now"),
                ends=last,
                activations=limit,
                code=code,
                domains=domains.to_choice(),
            )
            sentence = f"Created the sign-up profile {made.code}. {_window_sentence(work, made)}"
            handing_out = f"Hand out its link: lmsctl signup-profile link {made.code}"
            return Done(made, sentence, notes=warnings, next_step="" if warnings else handing_out)
        if if_exists is options.Existing.SKIP:
            return Done(
                found, f"The sign-up profile {found.code} exists already.", is_changed=False
            )
        after, is_changed = actions.edit(
            work,
            found.code,
            name=name,
            department=department,
            starts=first,
            ends=last,
            activations=limit,
            domains=domains.to_choice(),
        )
        return _edited(work, after, is_changed=is_changed)

    return env.write(write)


def _parse_time(given: str | None) -> TimeWord | None:
    """Return a time as it was written, None when it was not given."""
    return None if given is None else timewords.parse(given)


def _window_sentence(work: Work, profile: Profile) -> str:
    """Return a sentence on when a profile is open."""
    until = wall_clock.show(profile.ends_at, work.zone) if profile.ends_at else "ended by hand"
    return f"Open from {wall_clock.show(profile.starts_at, work.zone)} until {until}."


def _edited(work: Work, after: Profile, *, is_changed: bool) -> Done:
    """Return the answer of an edit, with the window of the profile."""
    word = "Updated" if is_changed else "Unchanged:"
    sentence = f"{word} the sign-up profile {after.code}. {_window_sentence(work, after)}"
    return Done(after, sentence, is_changed=is_changed)


@verb(app, "list", examples=("lmsctl signup-profile list --department Sales",))
def list_(
    env: Environment,
    department: Annotated[
        str | None, typer.Option("--department", help="Only this one and those under it.")
    ] = None,
) -> Listing[Profile]:
    """List sign-up profiles, their windows and how much is used."""
    return env.read(
        lambda work: Listing(
            Profile,
            actions.list_profiles(work, department),
            things="sign-up profiles",
            first="lmsctl signup-profile create NAME --department PATH --ends +30d --limit 40",
        )
    )


@verb(app, examples=("lmsctl signup-profile show spring -o json",))
def show(env: Environment, code: Code) -> ProfileDetail:
    """Show one sign-up profile, and how many signed up on each of the last 30 days."""
    return env.read(lambda work: actions.show(work, code))


@verb(
    app,
    examples=(
        "lmsctl signup-profile edit spring --limit 60",
        "lmsctl signup-profile edit spring --ends now",
    ),
    formerly=_FORMERLY,
)
def edit(
    env: Environment,
    code: Code,
    name: Annotated[str | None, typer.Option("--name", help="The new name.")] = None,
    department: Annotated[str | None, typer.Option("--department", help="Where to.")] = None,
    starts: Annotated[
        str | None, typer.Option("--starts", metavar="TIME", help="From when.")
    ] = None,
    ends: Annotated[
        str | None, typer.Option("--ends", metavar="TIME", help="Until when; or never.")
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", metavar="N|unlimited", help="How many may come.")
    ] = None,
    *,
    domains: DomainChanges,
    if_version: IfVersion = None,
) -> Any:
    """Change a sign-up profile. Its link stays; its people stay where they are."""
    first, last = _parse_time(starts), _parse_time(ends)

    def write(work: Work) -> Done:
        after, is_changed = actions.edit(
            work,
            code,
            name=name,
            department=department,
            starts=first,
            ends=last,
            activations=limit,
            domains=domains.to_choice(),
            if_version=if_version,
        )
        return _edited(work, after, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl signup-profile link spring -o id",))
def link(env: Environment, code: Code) -> ProfileLink:
    """Show a profile's link again."""
    return env.read(lambda work: actions.link(work, code))


@verb(app, examples=("lmsctl signup-profile rotate spring",))
def rotate(env: Environment, code: Code) -> Any:
    """Replace a profile's link by a new one; the old one stops working."""

    def write(work: Work) -> Done:
        new = actions.rotate(work, code)
        return Done(new, f"The sign-up profile {new.code} has a new link; the old one is refused.")

    return env.write(write)


@verb(app, examples=("lmsctl signup-profile delete spring summer --yes",))
def delete(
    env: Environment,
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="Codes or numbers.")],
    if_missing: IfMissing = options.Missing.FAIL,
) -> Any:
    """Delete sign-up profiles with their history, after one confirmation. Their people stay."""

    def write(work: Work) -> Done:
        wanted = list(codes)
        if if_missing is options.Missing.OK:
            wanted = [code for code in codes if actions.exists(work, code)]
        gone = actions.delete(work, wanted) if wanted else []
        outcomes = [ItemOutcome(code, Outcome.DELETED) for code in gone]
        missing = [ItemOutcome(code, Outcome.UNCHANGED) for code in codes if code not in wanted]
        sentence = f"Deleted {counted(len(gone), 'sign-up profile')}."
        return Done(Listing(ItemOutcome, outcomes + missing), sentence, is_changed=bool(gone))

    return env.write(write)


@verb(app, examples=("lmsctl signup-profile history spring -o json",))
def history(env: Environment, code: Code) -> Listing[ProfileActivation]:
    """Show who came in by a profile: person, time, and pending, confirmed or expired.

    People who are now in departments you do not manage are hidden; it says how many.
    """
    return env.read(lambda work: actions.history(work, code))


@verb(
    app,
    "sign-up",
    examples=(
        (
            "lmsctl signup-profile sign-up spring --email kim@example.com"
            " --first-name Kim --last-name Oh"
        ),
    ),
)
def sign_up(
    env: Environment,
    profile: Annotated[str, typer.Argument(metavar="CODE|LINK", help="The profile.")],
    who: NewcomerOptions,
) -> Any:
    """Sign a new person up through a profile, as its link does."""
    newcomer = who.newcomer()

    def write(work: Work) -> Done:
        told = actions.sign_up(work, profile, newcomer)
        if told.ends_at is None:
            return Done(told, f"Signed up {told.login}.")
        until = wall_clock.show(told.ends_at, work.zone)
        return Done(told, f"Signed up {told.login}; to be confirmed before {until}.")

    return env.write(write)


@verb(
    app,
    examples=(
        "lmsctl signup-profile explain spring",
        "lmsctl signup-profile explain spring --email kim@example.com --at +2d -o json",
    ),
)
def explain(
    env: Environment,
    code: Code,
    email: Annotated[str | None, typer.Option("--email", help="For whom.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When; now if omitted.")
    ] = None,
) -> Any:
    """Say why a sign-up would be refused: every closed gate at once, and when it would open."""
    word = _parse_time(at)

    def read(work: Work) -> DetailWithList:
        head, gates = actions.explain(work, code, email=email, at=word)
        shown = wall_clock.show(head.at, work.zone)
        many = f"{counted(len(gates), 'gate')} closed"
        sentence = (
            f"At {shown} {head.profile} is {'open' if head.is_open else f'not open: {many}'}."
        )
        return DetailWithList(head, "gates", Listing(Gate, gates), sentence)

    return env.read(read)
