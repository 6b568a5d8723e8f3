"""The command line of the token room."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from lmsctl.kit import options, timewords
from lmsctl.kit.answer import DetailWithList, Done, Gate, ItemOutcome, Listing, Outcome
from lmsctl.kit.csvout import CsvFile
from lmsctl.kit.environment import Environment
from lmsctl.kit.limits import UNLIMITED
from lmsctl.kit.options import IfExists, IfMissing, verb
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.kit.writing import Reports
from lmsctl.registration.options import DomainChanges, DomainOptions
from lmsctl.registration.rules import Newcomer
from lmsctl.token import actions
from lmsctl.token.results import Expiry, Minting, Token
from lmsctl.token.rules import Filter
from lmsctl.token.upload import cli as file_cli
from lmsctl.user.results import UserType

app = options.noun("token", "Codes that admit people and enroll them in one item.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The token's code or number.")]
Content = Annotated[
    str,
    typer.Option("--content", metavar="CODE", help="The topic, article or pathway it admits to."),
]
Nickname = Annotated[
    str | None, typer.Option("--nickname", help="What you call it; people do not see it.")
]
Creates = Annotated[
    UserType | None,
    typer.Option("--creates", help="Type of new people: prospect, staff or client."),
]
Limit = Annotated[
    str | None, typer.Option("--limit", metavar="N|unlimited", help="How many uses it has.")
]
Expires = Annotated[
    str | None,
    typer.Option("--expires", metavar="TIME", help="Until when; a date means its whole day."),
]
Email = Annotated[str | None, typer.Option("--email", help="Address.")]
_CODES_LOST = "'lmsctl token template --to FILE' writes all tokens with their codes."


def _parsed(given: str | None) -> TimeWord | None:
    return None if given is None else timewords.parse(given)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


@verb(
    app,
    examples=(
        "lmsctl token create --content GDPR-101",
        (
            "lmsctl token create --content first-week --code FAIR-2026 --nickname 'Spring fair'"
            " --limit 100 --expires 2026-03-31"
        ),
    ),
)
def create(
    env: Environment,
    content: Content,
    code: Annotated[
        str | None, typer.Option("--code", help="3 to 64 characters; made up when absent.")
    ] = None,
    nickname: Nickname = None,
    creates: Creates = None,
    limit: Limit = None,
    expires: Expires = None,
    *,
    domains: DomainOptions,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make a token. It works at once, without limit and expiry unless they are given."""
    last = _parsed(expires)

    def write(work: Work) -> Done:
        found = None
        if code is not None and if_exists is not options.Existing.FAIL:
            found = actions.twin(work, code, content)
        if found is None:
            made, warnings = actions.create(
                work,
                given_content=content,
                code=code,
                nickname=nickname,
                creates=creates or UserType.PROSPECT,
                limit=UNLIMITED if limit is None else limit,
                expires=last,
                domains=domains.asked(),
            )
            sentence = f"Created the token {made.code} for {made.content}{_till(work, made)}."
            return Done(made, sentence, notes=warnings)
        if if_exists is options.Existing.SKIP:
            return Done(found, f"The token {found.code} exists already.", is_changed=False)
        after, is_changed = actions.edit(
            work,
            str(found.id),
            nickname=nickname,
            creates=creates,
            limit=limit,
            expires=last,
            domains=domains.asked(),
        )
        return _edited(work, after, is_changed=is_changed)

    return env.write(write)


def _till(work: Work, token: Token) -> str:
    return f" until {timewords.show(token.expires_at, work.zone)}" if token.expires_at else ""


def _edited(work: Work, after: Token, *, is_changed: bool) -> Done:
    word = "Updated" if is_changed else "Unchanged:"
    sentence = f"{word} the token {after.code} for {after.content}{_till(work, after)}."
    return Done(after, sentence, is_changed=is_changed)


@verb(
    app,
    "list",
    examples=(
        "lmsctl token list --content GDPR-101 --active --with-capacity",
        "lmsctl token list --search fair --expiry expired -o csv",
    ),
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
        Expiry | None, typer.Option("--expiry", help="none, future or expired.")
    ] = None,
) -> Any:
    """List tokens in the order they were made; filters combine."""
    wanted = Filter(
        keyword=search,
        is_limited=limited,
        has_capacity=capacity,
        is_active=active,
        expiry=expiry,
    )
    return env.read(lambda work: Listing(Token, actions.list_tokens(work, content, wanted)))


@verb(app, examples=("lmsctl token show FAIR-2026 -o json",))
def show(env: Environment, code: Code) -> Any:
    """Show one token: what it admits to, its uses, limit and expiry."""
    return env.read(lambda work: actions.show(work, code))


@verb(
    app,
    examples=(
        "lmsctl token edit FAIR-2026 --limit 200",
        "lmsctl token edit FAIR-2026 --nickname '' --expires never",
    ),
)
def edit(
    env: Environment,
    code: Code,
    nickname: Annotated[
        str | None, typer.Option("--nickname", help="The new one; '' takes it away.")
    ] = None,
    creates: Creates = None,
    limit: Limit = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="TIME", help="Until when; or never.")
    ] = None,
    *,
    domains: DomainChanges,
    if_version: Annotated[
        int | None, typer.Option("--if-version", help="Only if nobody changed it since.")
    ] = None,
) -> Any:
    """Change a token. Its code and its item stay, and so does everybody who came by it."""
    last = _parsed(expires)

    def write(work: Work) -> Done:
        after, is_changed = actions.edit(
            work,
            code,
            nickname=nickname,
            creates=creates,
            limit=limit,
            expires=last,
            domains=domains.asked(),
            if_version=if_version,
        )
        return _edited(work, after, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl token activate FAIR-2026",))
def activate(env: Environment, code: Code) -> Any:
    """Let a token work again; its count goes on."""
    return _switch(env, code, is_on=True)


@verb(app, examples=("lmsctl token deactivate FAIR-2026",))
def deactivate(env: Environment, code: Code) -> Any:
    """Pause a token: it is refused until it is activated again. Its people stay enrolled."""
    return _switch(env, code, is_on=False)


def _switch(env: Environment, code: str, *, is_on: bool) -> Any:
    def write(work: Work) -> Done:
        after, is_changed = actions.switch(work, code, is_on=is_on)
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
            wanted = [code for code in codes if actions.exists(work, code)]
        gone = actions.delete(work, wanted) if wanted else []
        outcomes = [ItemOutcome(str(number), Outcome.DELETED) for number in gone]
        missing = [ItemOutcome(code, Outcome.UNCHANGED) for code in codes if code not in wanted]
        sentence = f"Destroyed {_plural(len(gone), 'token')}."
        return Done(Listing(ItemOutcome, outcomes + missing), sentence, is_changed=bool(gone))

    done: Done = env.write(write)
    if done.is_changed and not env.options.dry_run:
        return replace(done, notes=actions.finish_deletion(env.connect()))
    return done


@verb(
    app,
    examples=(
        "lmsctl token mint --content GDPR-101 --count 50 --expires 2026-03-31 --to tokens.csv",
        (
            "lmsctl token mint --content GDPR-101 --recipient ann@example.com"
            " --recipient ben@example.com --to tokens.csv"
        ),
    ),
)
def mint(
    env: Environment,
    content: Content,
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="Where code, recipient and status go.")
    ],
    count: Annotated[
        int | None,
        typer.Option("--count", metavar="N", help="How many; one for each recipient if absent."),
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option("--recipient", metavar="ADDRESS", help="Whom one is meant for; again."),
    ] = None,
    nickname: Nickname = None,
    creates: Creates = None,
    expires: Expires = None,
) -> Any:
    """Make many single-use tokens at once and write their codes to a CSV file.

    Nobody is written to: handing the codes out is yours.
    """
    template = actions.Template(content, nickname, creates or UserType.PROSPECT, _parsed(expires))
    target = env.files.claim(to, "--to")
    if env.options.dry_run:
        # Codes that do not last are nobody's business, on a terminal either.
        target = replace(target, is_discarded=True)
    with Reports(_CODES_LOST) as reports:
        file = reports.open(CsvFile(target, ("code", "recipient", "status"), is_held=True))

        def write(work: Work) -> Done:
            minted = actions.mint(work, template, count=count, recipients=recipient or ())
            file.restart()
            file.write_all((item.code, item.recipient or "", item.status) for item in minted)
            file.flush()
            reports.done = f"Made {_plural(len(minted), 'token')}."
            return Done(Minting(to, len(minted)), reports.done)

        return env.write(write)


@verb(app, examples=("lmsctl token link FAIR-2026 -o id",))
def link(env: Environment, code: Code) -> Any:
    """Show a token's link; without the setting public-url it is the code alone."""
    return env.read(lambda work: actions.link(work, code))


@verb(
    app,
    examples=(
        ("lmsctl token redeem FAIR-2026 --email kim@example.com --first-name Kim --last-name Oh"),
    ),
)
def redeem(
    env: Environment,
    code: Annotated[
        str | None, typer.Argument(metavar="CODE|LINK", help="The token, as it was handed out.")
    ] = None,
    email: Email = None,
    first_name: Annotated[str | None, typer.Option("--first-name", help="First name.")] = None,
    last_name: Annotated[str | None, typer.Option("--last-name", help="Last name.")] = None,
) -> Any:
    """Redeem a token: a new person gets an account and is invited, everybody is enrolled.

    Somebody known stays as they are; somebody enrolled already uses nothing.
    """
    newcomer = Newcomer(email, first_name, last_name)

    def write(work: Work) -> Done:
        told = actions.redeem(work, code, newcomer)
        if not told.is_new_enrollment:
            sentence = f"{told.login} is enrolled in {told.content} already; nothing was used."
            return Done(told, sentence, is_changed=False)
        new = "Made an account and enrolled" if told.is_new_person else "Enrolled"
        return Done(told, f"{new} {told.login} in {told.content}.")

    return env.write(write)


@verb(app, examples=("lmsctl token history FAIR-2026 -o json", "lmsctl token history -o csv"))
def history(
    env: Environment,
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="Code or number; all if absent.")
    ] = None,
) -> Any:
    """Show who redeemed a token, when, and who operated; deleted tokens are in the whole list.

    People in departments you do not see are hidden; it says how many.
    """
    return env.read(lambda work: actions.history(work, code))


@verb(
    app,
    examples=(
        "lmsctl token explain FAIR-2026",
        "lmsctl token explain FAIR-2026 --email kim@example.com --at +2d -o json",
    ),
)
def explain(
    env: Environment,
    code: Code,
    email: Annotated[str | None, typer.Option("--email", help="For whom.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When; now if absent.")
    ] = None,
) -> Any:
    """Say why a redemption would be refused: every closed gate at once, and when it would open."""
    word = _parsed(at)

    def read(work: Work) -> DetailWithList:
        head, gates = actions.explain(work, code, email=email, at=word)
        shown = timewords.show(head.at, work.zone)
        verdict = "open" if head.is_open else f"not open: {_plural(len(gates), 'gate')} closed"
        sentence = f"At {shown} token {head.token_id} is {verdict}."
        return DetailWithList(head, "gates", Listing(Gate, gates), sentence)

    return env.read(read)


file_cli.register(app)
