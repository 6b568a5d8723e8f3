"""The command line of making many tokens at once."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from lmsctl.kit import options
from lmsctl.kit.answer import Done
from lmsctl.kit.change_reports import Reports
from lmsctl.kit.csvout import CsvFile
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.token.minting import actions as minting
from lmsctl.token.minting.results import MintSummary
from lmsctl.token.options import FORMERLY, Creates, Ends, ForContent, Nickname, parse_time
from lmsctl.user.results import UserType

app = options.verbs()
_CODES_LOST = "'lmsctl token template --to FILE' writes all tokens with their codes."


@verb(
    app,
    examples=(
        "lmsctl token mint --content GDPR-101 --count 50 --ends 2026-03-31 --to tokens.csv",
        (
            "lmsctl token mint --content GDPR-101 --recipient ann@example.com"
            " --recipient ben@example.com --to tokens.csv"
        ),
    ),
    formerly=FORMERLY,
)
def mint(
    env: Environment,
    content: ForContent,
    to: Annotated[
        str, typer.Option("--to", metavar="FILE", help="Where code, recipient and status go.")
    ],
    count: Annotated[
        int | None,
        typer.Option("--count", metavar="N", help="How many; one for each recipient if omitted."),
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option("--recipient", metavar="ADDRESS", help="Whom one is meant for; repeatable."),
    ] = None,
    nickname: Nickname = None,
    creates: Creates = None,
    ends: Ends = None,
) -> Any:
    """Make many single-use tokens at once and write their codes to a CSV file.

    Nobody is written to: you distribute the codes.
    """
    template = minting.MintTemplate(
        content, nickname, creates or UserType.PROSPECT, parse_time(ends)
    )
    target = env.files.claim(to, "--to")
    if env.options.dry_run:
        # Codes that do not last are nobody's business, on a terminal either.
        target = replace(target, is_discarded=True)
    with Reports(_CODES_LOST) as reports:
        file = reports.open(CsvFile(target, ("code", "recipient", "status"), is_held=True))

        def write(work: Work) -> Done:
            minted, warnings = minting.mint(work, template, count=count, recipients=recipient or ())
            file.restart()
            file.write_all((item.code, item.recipient or "", item.status) for item in minted)
            file.flush()
            reports.done = f"Made {counted(len(minted), 'token')}."
            return Done(MintSummary(to, len(minted)), reports.done, notes=warnings)

        return env.write(write)
