"""Pure decisions of the token room: codes, limits, links, and which gates are closed."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

from lmsctl.content import rules as content_rules
from lmsctl.content.errors import ContentArchived
from lmsctl.content.results import ContentKind, ContentSource, ContentStatus
from lmsctl.content.rules import Item
from lmsctl.kit import canonical, limits, secret
from lmsctl.kit.errors import Refusal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.rules import Settings
from lmsctl.token.errors import (
    TokenCodeInvalid,
    TokenContentLibrary,
    TokenContentWrong,
    TokenDisabled,
    TokenExpired,
    TokenLimitBelowUses,
    TokenLimitWrong,
    TokenLimitZero,
    TokenUsedUp,
)
from lmsctl.token.results import ExpiryFilter, TokenState
from lmsctl.user.results import UserType

_SHORTEST_CODE, _LONGEST_CODE = 3, 64
MOST_USES = 1_000_000_000
ADMITTED_KINDS = frozenset({ContentKind.TOPIC, ContentKind.ARTICLE, ContentKind.PATHWAY})
_LINK = "redeem"


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token as the program needs it; `content` and `title` are its item's."""

    id: int
    code: str
    code_digest: str
    nickname: str | None
    content_id: int
    content: str
    title: str
    content_status: ContentStatus
    creates: UserType
    use_limit: int | None
    uses: int
    expires_at: datetime | None
    is_active: bool
    domains_json: list[str] | None
    created_at: datetime
    version: int

    @property
    def is_used_up(self) -> bool:
        """Whether no use is left."""
        return self.use_limit is not None and self.uses >= self.use_limit

    @property
    def name(self) -> str:
        """What the token is called where its code must not stand: `12 (Spring fair)`."""
        return f"{self.id} ({self.nickname})" if self.nickname else str(self.id)


# Making ------------------------------------------------------------------------------------------


def check_code(given: str) -> str:
    """Return a code trimmed and in NFC: 3 to 64 printable characters. Raises TokenCodeInvalid."""
    text = given if given.isascii() else unicodedata.normalize("NFC", given)
    text = canonical.trim(text)
    if not text.isprintable():
        wrong = next(character for character in text if not character.isprintable())
        raise TokenCodeInvalid(reason=f"it holds {canonical.name_of(wrong)}", field="--code")
    if not _SHORTEST_CODE <= len(text) <= _LONGEST_CODE:
        raise TokenCodeInvalid(reason=f"it has {len(text)} characters", field="--code")
    return text


def check_nickname(given: str | None) -> str | None:
    """Return a nickname fit to be stored, None for none or a blank one."""
    return canonical.check_text(given or "", field="nickname", min_chars=0) or None


def digest(code: str) -> str:
    """Return what a code is found by: the SHA-256 of the form in which codes are compared."""
    return secret.fingerprint(canonical.key(code))


def parse_limit(given: str) -> int | None:
    """Return the number of uses, None for `unlimited`.

    Raises NumberMalformed, TokenLimitWrong and TokenLimitZero.
    """
    return limits.parse(
        given, most=MOST_USES, wrong=TokenLimitWrong, zero=TokenLimitZero, field="--limit"
    )


def check_limit(limit: int | None, uses: int) -> None:
    """Raise TokenLimitBelowUses when `limit` is fewer than `uses`."""
    if limit is not None and limit < uses:
        raise TokenLimitBelowUses(limit=limit, uses=uses, field="--limit")


def check_content(item: Item) -> None:
    """Raise unless tokens admit to `item`.

    Raises TokenContentWrong, TokenContentLibrary and ContentArchived; a draft is fine.
    """
    if item.kind not in ADMITTED_KINDS:
        raise TokenContentWrong(given=item.code, kind=item.kind, field="--content")
    if item.source == ContentSource.LIBRARY:
        raise TokenContentLibrary(given=item.code, field="--content")
    content_rules.check_enrollable(item)


# Links -------------------------------------------------------------------------------------------


def link(code: str, base: str) -> str:
    """Return the link of a code below the portal's `base` address, or the code itself without."""
    return f"{base}/{_LINK}/{quote(code, safe='')}" if base else code


def parse_code(given: str, base: str) -> str:
    """Return the code in a link below `base`, or `given` itself when it is none."""
    text = canonical.trim(given)
    front = f"{base}/{_LINK}/"
    return unquote(text.removeprefix(front)) if base and text.startswith(front) else text


# Redeeming ---------------------------------------------------------------------------------------


def state_at(row: TokenRecord, now: datetime) -> TokenState:
    """Return whether the token takes anybody in at `now`, as far as the token alone decides."""
    if not row.is_active:
        return TokenState.DISABLED
    if row.expires_at is not None and now > row.expires_at:
        return TokenState.EXPIRED
    return TokenState.USED_UP if row.is_used_up else TokenState.OPEN


def closed_gates(
    row: TokenRecord, content_status: str, portal: Settings, now: datetime
) -> Iterator[Refusal]:
    """Yield a refusal for every gate that is closed at `now` to everybody, even to the enrolled.

    `content_status` is that of its item. The expiry is included in the time a token works.
    """
    yield from portal_rules.closed_gates(is_registration_on=portal.is_registration_on)
    if not row.is_active:
        yield TokenDisabled()
    if row.expires_at is not None and now > row.expires_at:
        yield TokenExpired(expires_at=row.expires_at)
    if content_status == ContentStatus.ARCHIVED:
        yield ContentArchived(given=row.content)


def closed_by_use(row: TokenRecord) -> Iterator[Refusal]:
    """Yield a refusal when no use is left for somebody who needs one."""
    if row.is_used_up:
        yield TokenUsedUp(limit=row.use_limit)


# Listing -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TokenFilter:
    """Which tokens are wanted; None does not narrow, and all that is given must fit."""

    content_id: int | None = None
    keyword: str | None = None
    is_limited: bool | None = None
    has_capacity: bool | None = None
    is_active: bool | None = None
    expiry: ExpiryFilter | None = None


ALL_TOKENS = TokenFilter()


def has_keyword(row: TokenRecord, given: str | None) -> bool:
    """Say whether code, nickname, or code or title of the item hold a keyword, if one is given."""
    return canonical.holds(given, row.code, row.nickname, row.content, row.title)
