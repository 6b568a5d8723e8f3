"""The command line of redeeming tokens."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options, wall_clock
from lmsctl.kit.answer import DetailWithList, Done, Gate, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.registration.rules import Newcomer
from lmsctl.token.options import TokenCode, parse_time
from lmsctl.token.redemption import actions as redemption
from lmsctl.token.redemption.results import RedemptionRow

app = options.verbs()


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
    email: Annotated[str | None, typer.Option("--email", help="Address.")] = None,
    first_name: Annotated[str | None, typer.Option("--first-name", help="First name.")] = None,
    last_name: Annotated[str | None, typer.Option("--last-name", help="Last name.")] = None,
) -> Any:
    """Redeem a token: a new person gets an account and is invited, everybody is enrolled.

    Somebody known stays as they are; somebody enrolled already uses nothing.
    """
    newcomer = Newcomer(email, first_name, last_name)

    def write(work: Work) -> Done:
        redeemed = redemption.redeem(work, code, newcomer)
        if not redeemed.is_new_enrollment:
            sentence = (
                f"{redeemed.login} is enrolled in {redeemed.content} already; nothing was used."
            )
            return Done(redeemed, sentence, is_changed=False)
        new = "Made an account and enrolled" if redeemed.is_new_person else "Enrolled"
        return Done(redeemed, f"{new} {redeemed.login} in {redeemed.content}.")

    return env.write(write)


@verb(app, examples=("lmsctl token history FAIR-2026 -o json", "lmsctl token history -o csv"))
def history(
    env: Environment,
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="Code or number; all if omitted.")
    ] = None,
) -> Listing[RedemptionRow]:
    """Show who redeemed a token, when, and who operated; deleted tokens are in the whole list.

    People in departments you do not see are hidden; it says how many.
    """
    return env.read(lambda work: redemption.history(work, code))


@verb(
    app,
    examples=(
        "lmsctl token explain FAIR-2026",
        "lmsctl token explain FAIR-2026 --email kim@example.com --at +2d -o json",
    ),
)
def explain(
    env: Environment,
    code: TokenCode,
    email: Annotated[str | None, typer.Option("--email", help="For whom.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When; now if omitted.")
    ] = None,
) -> Any:
    """Say why a redemption would be refused: every closed gate at once, and when it would open."""
    word = parse_time(at)

    def read(work: Work) -> DetailWithList:
        head, gates = redemption.explain(work, code, email=email, at=word)
        shown = wall_clock.show(head.at, work.zone)
        verdict = "open" if head.is_open else f"not open: {counted(len(gates), 'gate')} closed"
        sentence = f"At {shown} token {head.token_id} is {verdict}."
        return DetailWithList(head, "gates", Listing(Gate, gates), sentence)

    return env.read(read)
