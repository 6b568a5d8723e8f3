"""Making, showing, changing and pausing tokens.

The code of a token is a secret that may have to vanish without a trace: the audit log, refusals and
mails name a token by its number.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.content.rules import Item
from lmsctl.content.store import items as content
from lmsctl.kit import secret
from lmsctl.kit.errors import Refusal
from lmsctl.kit.limits import UNLIMITED
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.versions import check_version
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.errors import PlanFull
from lmsctl.portal.rules import Settings
from lmsctl.registration.rules import DOMAINS_UNCHANGED, DomainChoice
from lmsctl.rights import actions as rights
from lmsctl.token import rules, store
from lmsctl.token.errors import TokenContentFixed, TokenExists
from lmsctl.token.results import TokenDetail, TokenLink
from lmsctl.token.rules import ALL_TOKENS, TokenFilter, TokenRecord
from lmsctl.user.results import UserType

# 60 bits: with a hundred thousand tokens in use, one guess in ten million million finds one.
_CODE_LENGTH = 12


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
) -> tuple[TokenDetail, list[str]]:
    """Make a token, active at once; without `code` one is made up. Needs `token.manage`.

    Returns it, and what whoever made it should know: why nobody can come in by it yet.
    Raises ContentUnknown, TokenContentWrong, TokenContentLibrary, ContentArchived, TokenExists,
    TokenCodeInvalid, TokenLimitWrong, TokenLimitZero and what the checks of nickname and domains
    raise.
    """
    item = get_item_for_share(work, given_content)
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
        domains_json=domains.resolve(None),
        created_at=work.now,
    )
    audit.record(work, "token.created", f"token {number}", content=item.code)
    row = store.by_id(work, number)
    return to_result(work, row), warnings_of(work, row)


def warnings_of(work: Work, row: TokenRecord) -> list[str]:
    """Return what whoever made a token should know: what keeps it shut, what is missing."""
    settings = portal.settings(work)
    gates = _closed_gates(work, row, settings, portal.seats_taken(work, work.now))
    return portal_rules.warnings(gates, work.zone, public_url=settings.public_url)


def get_item_for_share(work: Work, given: str) -> Item:
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


def find_conflicting(work: Work, code: str, given_content: str) -> TokenDetail | None:
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
    return to_result(work, found)


def get_visible(work: Work, given: str) -> TokenRecord:
    """Return a token the actor may see; needs `token.view` everywhere. Raises TokenUnknown."""
    rights.require_everywhere(work, "token.view")
    return store.get(work, given)


def exists(work: Work, given: str) -> bool:
    """Say whether there is such a token; needs `token.manage`."""
    rights.require_everywhere(work, "token.manage")
    return store.find(work, given) is not None


def list_tokens(
    work: Work, given_content: str | None = None, wanted: TokenFilter = ALL_TOKENS
) -> Iterator[TokenDetail]:
    """Return the tokens that fit, in the order they were made; needs `token.view`.

    `given_content` names the item, as people write it. Raises ContentUnknown.
    """
    rights.require_everywhere(work, "token.view")
    if given_content is not None:
        wanted = replace(wanted, content_id=content.get(work, given_content).id)
    rows = store.listed(work, wanted)
    settings, seats_taken = portal.settings(work), portal.seats_taken(work, work.now)
    return (
        _to_result_with(work, row, settings, seats_taken)
        for row in rows
        if rules.has_keyword(row, wanted.keyword)
    )


def to_result(work: Work, row: TokenRecord) -> TokenDetail:
    """Return a token as it is shown."""
    return _to_result_with(work, row, portal.settings(work), portal.seats_taken(work, work.now))


def _closed_gates(
    work: Work, row: TokenRecord, settings: Settings, seats_taken: int
) -> Iterator[Refusal]:
    """Yield a refusal for everything that is closed to every newcomer."""
    yield from rules.closed_gates(row, row.content_status, settings, work.now)
    yield from rules.closed_by_use(row)
    if portal_rules.is_full(seats_taken, settings.seat_limit):
        yield PlanFull()


def _to_result_with(
    work: Work, row: TokenRecord, settings: Settings, seats_taken: int
) -> TokenDetail:
    """Return a token as it is shown, by settings and seats that are known already."""
    return TokenDetail(
        id=row.id,
        code=row.code,
        nickname=row.nickname,
        content=row.content,
        creates=row.creates,
        limit=row.use_limit,
        used=row.uses,
        ends_at=row.expires_at,
        active=row.is_active,
        state=rules.state_at(row, work.now),
        blocked_by=[gate.code for gate in _closed_gates(work, row, settings, seats_taken)],
        title=row.title,
        domains=row.domains_json,
        created_at=row.created_at,
        version=row.version,
    )


def link(work: Work, given: str) -> TokenLink:
    """Return a token's link; needs `token.view`. Raises TokenUnknown."""
    row = get_visible(work, given)
    return TokenLink(row.id, rules.link(row.code, portal.settings(work).public_url))


def get_for_update(work: Work, given: str) -> TokenRecord:
    """Return a token, locked after the portal; needs `token.manage`. Raises TokenUnknown."""
    work.about = f"token {get_manageable(work, given).id}"
    portal.lock(work)
    return rights.get_for_update(work, lambda: get_manageable(work, given), store.lock)


def get_manageable(work: Work, given: str) -> TokenRecord:
    """Return a token; needs `token.manage` everywhere. Raises TokenUnknown."""
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
) -> tuple[TokenDetail, bool]:
    """Change a token; an empty `nickname` takes it away. Returns it and whether it changed.

    People who came by it stay what they are. Raises TokenUnknown, VersionStale, TokenLimitBelowUses
    and what the checks raise.
    """
    row = get_for_update(work, given)
    check_version(f"token {row.id}", row.version, if_version)
    wanted: dict[str, Any] = {"domains_json": domains.resolve(row.domains_json)}
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
    return to_result(work, store.by_id(work, row.id)), bool(changes)


def switch(work: Work, given: str, *, is_on: bool) -> tuple[TokenDetail, bool]:
    """Activate or deactivate a token; its uses stay. Returns it and whether it changed.

    Raises TokenUnknown.
    """
    row = get_for_update(work, given)
    if row.is_active != is_on:
        store.change(work, row.id, is_active=is_on)
        audit.record(work, f"token.{'' if is_on else 'de'}activated", f"token {row.id}")
    return to_result(work, store.by_id(work, row.id)), row.is_active != is_on
