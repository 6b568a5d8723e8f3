"""The command line of the token room."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from lmsctl.kit import options, wall_clock
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.limits import UNLIMITED
from lmsctl.kit.options import IfExists, IfMissing, IfVersion, verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.registration.options import DomainChanges, DomainOptions
from lmsctl.token.actions import deleting, tokens
from lmsctl.token.minting import cli as minting_cli
from lmsctl.token.options import (
    FORMERLY,
    Creates,
    Ends,
    ForContent,
    Limit,
    Nickname,
    TokenCode,
    parse_time,
)
from lmsctl.token.redemption import actions as redemption
from lmsctl.token.redemption import cli as redemption_cli
from lmsctl.token.results import ExpiryFilter, TokenDetail, TokenLink, TokenWithUses
from lmsctl.token.rules import TokenFilter
from lmsctl.token.upload import cli as upload_cli
from lmsctl.user.results import UserType

app = options.noun("token", "Codes that admit people and enroll them in one item.")
for part in (minting_cli, redemption_cli, upload_cli):
    app.add_typer(part.app)


@verb(
    app,
    examples=(
        "lmsctl token create --content GDPR-101",
        (
            "lmsctl token create --content first-week --code FAIR-2026 --nickname 'Spring fair'"
            " --limit 100 --ends 2026-03-31"
        ),
    ),
    formerly=FORMERLY,
)
def create(
    env: Environment,
    content: ForContent,
    code: Annotated[
        str | None, typer.Option("--code", help="3 to 64 characters; generated if omitted.")
    ] = None,
    nickname: Nickname = None,
    creates: Creates = None,
    limit: Limit = None,
    ends: Ends = None,
    *,
    domains: DomainOptions,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a token. It works at once, without limit and end unless they are given."""
    last = parse_time(ends)

    def write(work: Work) -> Done:
        found = None
        if code is not None and if_exists is not options.Existing.FAIL:
            found = tokens.find_conflicting(work, code, content)
        if found is None:
            made, warnings = tokens.create(
                work,
                given_content=content,
                code=code,
                nickname=nickname,
                creates=creates or UserType.PROSPECT,
                limit=UNLIMITED if limit is None else limit,
                expires=last,
                domains=domains.to_choice(),
            )
            sentence = f"Created the token {made.code} for {made.content}{_till(work, made)}."
            handing_out = f"Hand out its link: lmsctl token link {made.code}"
            return Done(made, sentence, notes=warnings, next_step="" if warnings else handing_out)
        if if_exists is options.Existing.SKIP:
            return Done(found, f"The token {found.code} exists already.", is_changed=False)
        after, is_changed = tokens.edit(
            work,
            str(found.id),
            nickname=nickname,
            creates=creates,
            limit=limit,
            expires=last,
            domains=domains.to_choice(),
        )
        return _edited(work, after, is_changed=is_changed)

    return env.write(write)


def _till(work: Work, token: TokenDetail) -> str:
    return f" until {wall_clock.show(token.ends_at, work.zone)}" if token.ends_at else ""


def _edited(work: Work, after: TokenDetail, *, is_changed: bool) -> Done:
    word = "Updated" if is_changed else "Unchanged:"
    sentence = f"{word} the token {after.code} for {after.content}{_till(work, after)}."
    return Done(after, sentence, is_changed=is_changed)


@verb(
    app,
    "list",
    examples=(
        "lmsctl token list --content GDPR-101 --active --with-capacity",
        "lmsctl token list --search fair --ends expired -o csv",
    ),
    formerly={"--expiry": "--ends"},
)
def list_(
    env: Environment,
    content: Annotated[
        str | None, typer.Option("--content", metavar="CODE", help="Only for this item.")
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", help="Part of code, nickname, item's code or title.")
    ] = None,
    limited: Annotated[
        bool | None, typer.Option("--limited/--unlimited", help="Whether there is a limit.")
    ] = None,
    capacity: Annotated[
        bool | None,
        typer.Option("--with-capacity/--without-capacity", help="Whether a use is left."),
    ] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Whether it is switched on.")
    ] = None,
    expiry: Annotated[
        ExpiryFilter | None, typer.Option("--ends", help="none, future or expired.")
    ] = None,
) -> Listing[TokenDetail]:
    """List tokens in the order they were made; filters combine."""
    wanted = TokenFilter(
        keyword=search,
        is_limited=limited,
        has_capacity=capacity,
        is_active=active,
        expiry=expiry,
    )
    return env.read(
        lambda work: Listing(
            TokenDetail,
            tokens.list_tokens(work, content, wanted),
            things="tokens",
            first="lmsctl token create --content CODE",
        )
    )


@verb(app, examples=("lmsctl token show FAIR-2026 -o json",))
def show(env: Environment, code: TokenCode) -> TokenWithUses:
    """Show one token: what it admits to, its limit, its end, and its uses of the last 30 days."""
    return env.read(lambda work: redemption.show(work, code))


@verb(
    app,
    examples=(
        "lmsctl token edit FAIR-2026 --limit 200",
        "lmsctl token edit FAIR-2026 --nickname '' --ends never",
    ),
    formerly=FORMERLY,
)
def edit(
    env: Environment,
    code: TokenCode,
    nickname: Annotated[
        str | None, typer.Option("--nickname", help="The new one; '' takes it away.")
    ] = None,
    creates: Creates = None,
    limit: Limit = None,
    ends: Annotated[
        str | None, typer.Option("--ends", metavar="TIME", help="Until when; or never.")
    ] = None,
    *,
    domains: DomainChanges,
    if_version: IfVersion = None,
) -> Any:
    """Change a token. Its code and its item stay, and so does everybody who came by it."""
    last = parse_time(ends)

    def write(work: Work) -> Done:
        after, is_changed = tokens.edit(
            work,
            code,
            nickname=nickname,
            creates=creates,
            limit=limit,
            expires=last,
            domains=domains.to_choice(),
            if_version=if_version,
        )
        return _edited(work, after, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl token activate FAIR-2026",))
def activate(env: Environment, code: TokenCode) -> Any:
    """Let a token work again; its count goes on."""
    return _switch(env, code, is_on=True)


@verb(app, examples=("lmsctl token deactivate FAIR-2026",))
def deactivate(env: Environment, code: TokenCode) -> Any:
    """Pause a token: it is refused until it is activated again. Its people stay enrolled."""
    return _switch(env, code, is_on=False)


def _switch(env: Environment, code: str, *, is_on: bool) -> Any:
    def write(work: Work) -> Done:
        after, is_changed = tokens.switch(work, code, is_on=is_on)
        state = "active" if is_on else "disabled"
        already = "" if is_changed else " already"
        sentence = f"The token {after.code} is {state}{already}."
        return Done(after, sentence, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl token delete FAIR-2026 --yes",))
def delete(
    env: Environment,
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="Codes or numbers.")],
    if_missing: IfMissing = options.Missing.FAIL,
) -> Any:
    """Destroy tokens, after one confirmation; their codes leave the database. People stay.

    See 'lmsctl help tokens' for what a database server keeps, and how to end that.
    """

    def write(work: Work) -> Done:
        wanted = list(codes)
        if if_missing is options.Missing.OK:
            wanted = [code for code in codes if tokens.exists(work, code)]
        gone = deleting.delete(work, wanted) if wanted else []
        outcomes = [ItemOutcome(str(number), Outcome.DELETED) for number in gone]
        missing = [ItemOutcome(code, Outcome.UNCHANGED) for code in codes if code not in wanted]
        sentence = f"Destroyed {counted(len(gone), 'token')}."
        return Done(Listing(ItemOutcome, outcomes + missing), sentence, is_changed=bool(gone))

    done: Done = env.write(write)
    if done.is_changed and not env.options.dry_run and not env.is_within:
        return replace(done, notes=deleting.finish_deletion(env.connect()))
    return done


@verb(app, examples=("lmsctl token link FAIR-2026 -o id",))
def link(env: Environment, code: TokenCode) -> TokenLink:
    """Show a token's link; without the setting public-url it is the code alone."""
    return env.read(lambda work: tokens.link(work, code))
