"""Making, showing, changing, pausing and destroying tokens.

The code of a token is a secret that may have to vanish without a trace: the audit log, refusals and
mails name a token by its number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.content import store as content
from lmsctl.content.rules import Item
from lmsctl.kit import secret
from lmsctl.kit.driver import Connection
from lmsctl.kit.errors import Refusal
from lmsctl.kit.limits import UNLIMITED
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.errors import PlanFull
from lmsctl.portal.rules import Settings
from lmsctl.registration.rules import DOMAINS_UNCHANGED, DomainChoice
from lmsctl.rights import actions as rights
from lmsctl.token import rules, store
from lmsctl.token.errors import TokenContentFixed, TokenExists
from lmsctl.token.results import Link, Token
from lmsctl.token.rules import EVERY, Filter, Row
from lmsctl.user.errors import VersionStale
from lmsctl.user.results import UserType

# 60 bits: with a hundred thousand tokens in use, one guess in ten million million finds one.
_CODE_LENGTH = 12
_PINNED = (
    "Somebody is still reading from the write-ahead log, which keeps the deleted code for now;"
    " run 'lmsctl db vacuum' when they are done."
)


def create(  # noqa: PLR0913 - one keyword for each thing a token has
    work: Work,
    *,
    given_content: str,
    code: str | None = None,
    nickname: str | None = None,
    creates: UserType = UserType.PROSPECT,
    limit: str = UNLIMITED,
    expires: TimeWord | None = None,
    domains: DomainChoice = DOMAINS_UNCHANGED,
) -> tuple[Token, list[str]]:
    """Make a token, active at once; without `code` one is made up. Needs `token.manage`.

    Returns it, and what whoever made it should know: why nobody can come in by it yet.
    Raises ContentUnknown, TokenContentWrong, TokenContentLibrary, ContentArchived, TokenExists,
    TokenCodeInvalid, TokenLimitWrong, TokenLimitZero and what the checks of nickname and domains
    raise.
    """
    item = held_item(work, given_content)
    rules.check_content(item)
    text = new_code() if code is None else rules.check_code(code)
    if store.find_by_code(work, text):
        raise TokenExists(field="--code")
    number = store.add(
        work,
        code=text,
        code_digest=rules.digest(text),
        nickname=rules.check_nickname(nickname),
        content_id=item.id,
        creates=creates,
        use_limit=rules.parse_limit(limit),
        expires_at=expires.end(work.now, work.zone) if expires else None,
        is_active=True,
        domains_json=domains.read(None),
        created_at=work.now,
    )
    audit.record(work, "token.created", f"token {number}", content=item.code)
    row, settings = store.by_id(work, number), portal.settings(work)
    gates = _closed(work, row, settings, portal.seats_taken(work, work.now))
    return shown(work, row), portal_rules.warnings(gates, work.zone, public_url=settings.public_url)


def held_item(work: Work, given: str) -> Item:
    """Return what a new token is to admit to, which nobody changes until we are done.

    Needs `token.manage`. Raises ContentUnknown.
    """

    def get() -> Item:
        rights.require_everywhere(work, "token.manage")
        return content.get(work, given)

    return rights.get_for_update(work, get, content.share)


def new_code() -> str:
    """Return a code that nobody can guess, without characters that look alike."""
    return secret.readable(_CODE_LENGTH)


def twin(work: Work, code: str, given_content: str) -> Token | None:
    """Return the token that `create` would collide with, or None; needs `token.manage`.

    Raises ContentUnknown, and TokenContentFixed when it admits to something else.
    """
    rights.require_everywhere(work, "token.manage")
    item = content.get(work, given_content)
    found = store.find_by_code(work, code)
    if found is None:
        return None
    if found.content_id != item.id:
        raise TokenContentFixed(content=found.content, wanted=item.code, field="--content")
    return shown(work, found)


def show(work: Work, given: str) -> Token:
    """Return one token; needs `token.view`. Raises TokenUnknown."""
    return shown(work, seen(work, given))


def seen(work: Work, given: str) -> Row:
    """Return a token the actor may see; needs `token.view` everywhere. Raises TokenUnknown."""
    rights.require_everywhere(work, "token.view")
    return store.get(work, given)


def exists(work: Work, given: str) -> bool:
    """Say whether there is such a token; needs `token.manage`."""
    rights.require_everywhere(work, "token.manage")
    return store.find(work, given) is not None


def list_tokens(
    work: Work, given_content: str | None = None, wanted: Filter = EVERY
) -> Iterator[Token]:
    """Return the tokens that fit, in the order they were made; needs `token.view`.

    `given_content` names the item, as people write it. Raises ContentUnknown.
    """
    rights.require_everywhere(work, "token.view")
    if given_content is not None:
        wanted = replace(wanted, content_id=content.get(work, given_content).id)
    rows = store.listed(work, wanted)
    settings, seats_taken = portal.settings(work), portal.seats_taken(work, work.now)
    return (
        _shown(work, row, settings, seats_taken)
        for row in rows
        if rules.has_keyword(row, wanted.keyword)
    )


def shown(work: Work, row: Row) -> Token:
    """Return a token as it is shown."""
    return _shown(work, row, portal.settings(work), portal.seats_taken(work, work.now))


def _closed(work: Work, row: Row, settings: Settings, seats_taken: int) -> Iterator[Refusal]:
    """Yield a refusal for everything that is closed to every newcomer."""
    yield from rules.closed_gates(row, row.content_status, settings, work.now)
    yield from rules.closed_by_use(row)
    if portal_rules.is_full(seats_taken, settings.seat_limit):
        yield PlanFull()


def _shown(work: Work, row: Row, settings: Settings, seats_taken: int) -> Token:
    return Token(
        id=row.id,
        code=row.code,
        nickname=row.nickname,
        content=row.content,
        creates=row.creates,
        limit=row.use_limit,
        uses=row.uses,
        expires_at=row.expires_at,
        active=row.is_active,
        state=rules.state(row, work.now),
        blocked_by=[gate.code for gate in _closed(work, row, settings, seats_taken)],
        title=row.title,
        domains=row.domains_json,
        created_at=row.created_at,
        version=row.version,
    )


def link(work: Work, given: str) -> Link:
    """Return a token's link; needs `token.view`. Raises TokenUnknown."""
    row = seen(work, given)
    return Link(row.id, rules.link(row.code, portal.settings(work).public_url))


def held(work: Work, given: str) -> Row:
    """Return a token, locked after the portal; needs `token.manage`. Raises TokenUnknown."""
    work.about = f"token {_get(work, given).id}"
    portal.lock(work)
    return rights.get_for_update(work, lambda: _get(work, given), store.lock)


def _get(work: Work, given: str) -> Row:
    rights.require_everywhere(work, "token.manage")
    return store.get(work, given)


def edit(  # noqa: PLR0913 - one keyword for each thing that can change
    work: Work,
    given: str,
    *,
    nickname: str | None = None,
    creates: UserType | None = None,
    limit: str | None = None,
    expires: TimeWord | None = None,
    domains: DomainChoice = DOMAINS_UNCHANGED,
    if_version: int | None = None,
) -> tuple[Token, bool]:
    """Change a token; an empty `nickname` takes it away. Returns it and whether it changed.

    People who came by it stay what they are. Raises TokenUnknown, VersionStale, TokenLimitBelowUses
    and what the checks raise.
    """
    row = held(work, given)
    if if_version is not None and if_version != row.version:
        raise VersionStale(what=f"token {row.id}", found=row.version, wanted=if_version)
    wanted: dict[str, Any] = {"domains_json": domains.read(row.domains_json)}
    if nickname is not None:
        wanted["nickname"] = rules.check_nickname(nickname)
    if creates is not None:
        wanted["creates"] = creates
    if limit is not None:
        wanted["use_limit"] = rules.parse_limit(limit)
        rules.check_limit(wanted["use_limit"], row.uses)
    if expires is not None:
        wanted["expires_at"] = expires.end(work.now, work.zone)
    changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if changes:
        store.change(work, row.id, **changes)
        audit.record(work, "token.changed", f"token {row.id}", changed=sorted(changes))
    return shown(work, store.by_id(work, row.id)), bool(changes)


def switch(work: Work, given: str, *, is_on: bool) -> tuple[Token, bool]:
    """Activate or deactivate a token; its uses stay. Returns it and whether it changed.

    Raises TokenUnknown.
    """
    row = held(work, given)
    if row.is_active != is_on:
        store.change(work, row.id, is_active=is_on)
        audit.record(work, f"token.{'' if is_on else 'de'}activated", f"token {row.id}")
    return shown(work, store.by_id(work, row.id)), row.is_active != is_on


# Destroying --------------------------------------------------------------------------------------


def delete(work: Work, given: Sequence[str]) -> list[int]:
    """Destroy tokens after one confirmation; people and enrollments stay. Returns their numbers.

    Raises TokenUnknown when one of them does not exist, and destroys none then.
    """
    rights.require_everywhere(work, "token.manage")
    portal.lock(work)
    found = {row.id: name for name in given for row in [_get(work, name)]}
    rows = {
        number: rights.get_for_update(work, partial(_get, work, found[number]), store.lock)
        for number in sorted(found)
    }
    work.about = f"token {', '.join(map(str, rows))}"
    names = ", ".join(row.name for row in rows.values())
    uses = sum(row.uses for row in rows.values())
    work.confirm(
        f"Destroy {len(rows)} token{'s' if len(rows) > 1 else ''} for good?",
        [
            f"Goes: {names}. No command brings a code back.",
            f"Stays: the people, their enrollments, and the ledger of uses ({uses}).",
            "To stop a token and keep it: lmsctl token deactivate.",
        ],
    )
    store.destroy(work, list(rows))
    for number in rows:
        audit.record(work, "token.deleted", f"token {number}")
    return list(rows)


def finish_deletion(connection: Connection) -> list[str]:
    """Wipe deleted codes out of a write-ahead log, after the commit.

    Returns what the caller should know: nothing, or that somebody still reads from that log.
    """
    if store.truncate_log(connection):
        return []
    return [_PINNED]


def finish_vacuum(connection: Connection) -> list[str]:
    """Wipe deleted codes out of the files of either database, outside of any transaction.

    Returns what `finish_deletion` returns.
    """
    store.vacuum_full(connection)
    return finish_deletion(connection)
