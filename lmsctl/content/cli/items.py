"""The command line of items."""

from typing import Annotated, Any

import typer

from lmsctl.content import rules
from lmsctl.content.actions import archiving, copying, items
from lmsctl.content.results import (
    ContentDetail,
    ContentKind,
    ContentRow,
    ContentSource,
    ContentStatus,
)
from lmsctl.content.rules import Due
from lmsctl.kit import options, timewords
from lmsctl.kit.answer import Done, ItemOutcome, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import IfExists, IfMissing, IfVersion, Search, verb
from lmsctl.kit.work import Work

app = options.verbs()

ContentCode = Annotated[str, typer.Argument(metavar="CODE", help="The item's code or number.")]
Folder = Annotated[str | None, typer.Option("--folder", metavar="CODE", help="Its folder.")]
DueDays = Annotated[
    int | None,
    typer.Option("--due-days", metavar="N", help="Due at the end of the Nth day after enrolling."),
]
DueOn = Annotated[
    str | None, typer.Option("--due-on", metavar="DATE", help="Due at the end of this day.")
]


def _due(work: Work, days: int | None, on: str | None, *, is_never: bool = False) -> Due | None:
    word = timewords.parse(on) if on is not None else None
    return rules.parse_due(days, word, work.now, work.zone, is_never=is_never)


@verb(
    app,
    examples=(
        "lmsctl content create --kind folder --code onboarding --title Onboarding",
        (
            "lmsctl content create --kind topic --code GDPR-101 --title 'Data protection'"
            " --folder onboarding --due-days 14"
        ),
        "lmsctl content create --kind pathway --code first-week --title 'Your first week'",
    ),
)
def create(
    env: Environment,
    kind: Annotated[
        ContentKind, typer.Option("--kind", help="folder, course, topic, article or pathway.")
    ],
    code: Annotated[str, typer.Option("--code", help="Unique; it never changes.")],
    title: Annotated[str, typer.Option("--title", help="What people call it.")],
    folder: Folder = None,
    source: Annotated[
        ContentSource | None, typer.Option("--source", help="own (the default), copied or library.")
    ] = None,
    no_inherit: Annotated[
        bool, typer.Option("--no-inherit", help="Not open to whomever its folder is open to.")
    ] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Not offered to anybody yet.")] = False,
    due_days: DueDays = None,
    due_on: DueOn = None,
    if_exists: IfExists = options.Existing.FAIL,
) -> Any:
    """Make an item. It is active unless --draft is given, and inherits from its folder."""

    def write(work: Work) -> Done:
        due = _due(work, due_days, due_on)
        found = None
        if if_exists is not options.Existing.FAIL:
            found = items.find_conflicting(work, code, kind)
        if found is None:
            made = items.create(
                work,
                kind,
                code=code,
                title=title,
                folder=folder,
                source=source or ContentSource.OWN,
                inherits=not no_inherit,
                is_draft=draft,
                due=due,
            )
            return Done(made, f"Created the {made.kind} {made.code}.")
        if if_exists is options.Existing.SKIP:
            return Done(found, f"The {found.kind} {found.code} exists already.", is_changed=False)
        return edited(
            *items.edit(
                work,
                found.code,
                title=title,
                folder=folder,
                source=source,
                inherits=False if no_inherit else None,
                is_draft=True if draft else None,
                due=due,
            )
        )

    return env.write(write)


def edited(after: ContentDetail, is_changed: bool) -> Done:  # noqa: FBT001 - the pair that `edit` returns
    """Return what is said of an item that was changed, or stayed as it was."""
    return options.edited(after, f"the {after.kind} {after.code}", is_changed=is_changed)


@verb(
    app,
    "list",
    examples=(
        "lmsctl content list --kind topic --status active",
        "lmsctl content list --search protection",
        "lmsctl content list -o csv",
    ),
)
def list_(
    env: Environment,
    kind: Annotated[
        ContentKind | None,
        typer.Option("--kind", help="folder, course, topic, article or pathway."),
    ] = None,
    folder: Annotated[
        str | None, typer.Option("--folder", metavar="CODE", help="Only what lies in it.")
    ] = None,
    status: Annotated[
        ContentStatus | None, typer.Option("--status", help="draft, active or archived.")
    ] = None,
    search: Search = None,
) -> Listing[ContentRow]:
    """List items by code; filters combine."""
    return env.read(
        lambda work: Listing(
            ContentRow,
            items.list_content(work, kind=kind, status=status, folder=folder, search=search),
            things="items",
            first="lmsctl content create --kind topic --code CODE --title TITLE",
        )
    )


@verb(app, examples=("lmsctl content show GDPR-101 -o json",))
def show(env: Environment, code: ContentCode) -> ContentDetail:
    """Show one item: its folder, what is due when, whom it is granted to, a pathway's items."""
    return env.read(lambda work: items.show(work, code))


@verb(
    app,
    examples=(
        "lmsctl content edit GDPR-101 --title 'Data protection 2026' --due-on 2026-12-31",
        "lmsctl content edit GDPR-101 --no-draft",
        "lmsctl content edit GDPR-101 --folder ''",
    ),
)
def edit(
    env: Environment,
    code: ContentCode,
    title: Annotated[str | None, typer.Option("--title", help="The new title.")] = None,
    folder: Annotated[
        str | None, typer.Option("--folder", metavar="CODE", help="Its folder; '' for none.")
    ] = None,
    source: Annotated[
        ContentSource | None, typer.Option("--source", help="own, copied or library.")
    ] = None,
    inherit: Annotated[
        bool | None,
        typer.Option("--inherit/--no-inherit", help="Open to whomever its folder is open to."),
    ] = None,
    draft: Annotated[
        bool | None, typer.Option("--draft/--no-draft", help="Not offered to anybody yet.")
    ] = None,
    due_days: DueDays = None,
    due_on: DueOn = None,
    no_due: Annotated[bool, typer.Option("--no-due", help="Due no more.")] = False,
    if_version: IfVersion = None,
) -> Any:
    """Change an item. Its code stays, and so do the due dates of those who are enrolled."""

    def write(work: Work) -> Done:
        return edited(
            *items.edit(
                work,
                code,
                title=title,
                folder=folder,
                source=source,
                inherits=inherit,
                is_draft=draft,
                due=_due(work, due_days, due_on, is_never=no_due),
                if_version=if_version,
            )
        )

    return env.write(write)


@verb(
    app,
    examples=(
        "lmsctl content copy GDPR-101 --code GDPR-partners --title 'Data protection for partners'",
        "lmsctl content copy safety-library --code safety --folder onboarding",
    ),
)
def copy(
    env: Environment,
    code: ContentCode,
    new_code: Annotated[str, typer.Option("--code", metavar="NEW", help="The code of the copy.")],
    title: Annotated[
        str | None, typer.Option("--title", help="Its title; that of the original if omitted.")
    ] = None,
    folder: Annotated[
        str | None,
        typer.Option("--folder", metavar="CODE", help="Its folder; '' for none; else the same."),
    ] = None,
) -> Any:
    """Make a copy of an item, of a library item too, for another audience.

    A pathway leads over the same items. Tokens, grants, rules, enrollments and progress stay with
    the original.
    """

    def write(work: Work) -> Done:
        made = copying.copy(work, code, code=new_code, title=title, folder=folder)
        return Done(made, f"Copied the {made.kind} {code} to {made.code}.")

    return env.write(write)


@verb(app, examples=("lmsctl content archive GDPR-101",))
def archive(env: Environment, code: ContentCode) -> Any:
    """Take an item out of use: nobody is enrolled, catalogs leave it out, history stays."""

    def write(work: Work) -> Done:
        after, is_changed = archiving.archive(work, code)
        sentence = f"{after.code} is archived{'' if is_changed else ' already'}."
        return Done(after, sentence, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl content restore GDPR-101",))
def restore(env: Environment, code: ContentCode) -> Any:
    """Bring an archived item back into use, with all that hangs on it."""

    def write(work: Work) -> Done:
        after, is_changed = archiving.restore(work, code)
        sentence = f"{after.code} is {after.status}{'' if is_changed else ' already'}."
        return Done(after, sentence, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl content delete GDPR-101 --yes",))
def delete(
    env: Environment, code: ContentCode, if_missing: IfMissing = options.Missing.FAIL
) -> Any:
    """Delete an item for good, with enrollments, progress, grants and rules about it.

    Archiving keeps all of that. A folder must be empty; the items of a pathway stay.
    """

    def write(work: Work) -> Done:
        def remove() -> ItemOutcome:
            return ItemOutcome(archiving.delete(work, code).code, Outcome.DELETED)

        return options.deleted(remove, "content", code, if_missing)

    return env.write(write)
