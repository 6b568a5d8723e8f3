"""Pure decisions of the token room: codes, limits, links, and which gates are closed."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

from lmsctl.content import rules as content_rules
from lmsctl.content.errors import ContentArchived
from lmsctl.content.results import Kind, Source
from lmsctl.content.results import Status as ContentStatus
from lmsctl.content.rules import Item
from lmsctl.kit import canonical, limits, secret
from lmsctl.kit.errors import Refusal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.rules import Settings
from lmsctl.registration import rules as registration_rules
from lmsctl.registration.errors import DetailMissing, DetailsWrong
from lmsctl.registration.rules import CheckedNewcomer, Newcomer
from lmsctl.token.errors import (
    MintCountWrong,
    MintRecipientsTooMany,
    RedeemerNotActive,
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
from lmsctl.token.results import Expiry, State
from lmsctl.user.results import UserStatus, UserType

_SHORTEST_CODE, _LONGEST_CODE = 3, 64
MOST_USES = 1_000_000_000
_MOST_MINTED = 100_000
ADMITTED_TO = frozenset({Kind.TOPIC, Kind.ARTICLE, Kind.PATHWAY})
_LINK = "redeem"


@dataclass(frozen=True, slots=True)
class Row:
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
    number = limits.parse(given, TokenLimitWrong, most=MOST_USES, field="--limit")
    if number == 0:
        raise TokenLimitZero(field="--limit")
    return number


def check_limit(limit: int | None, uses: int) -> None:
    """Raise TokenLimitBelowUses when `limit` is fewer than `uses`."""
    if limit is not None and limit < uses:
        raise TokenLimitBelowUses(limit=limit, uses=uses, field="--limit")


def check_content(item: Item) -> None:
    """Raise unless tokens admit to `item`.

    Raises TokenContentWrong, TokenContentLibrary and ContentArchived; a draft is fine.
    """
    if item.kind not in ADMITTED_TO:
        raise TokenContentWrong(given=item.code, kind=item.kind, field="--content")
    if item.source == Source.LIBRARY:
        raise TokenContentLibrary(given=item.code, field="--content")
    content_rules.check_enrollable(item)


def check_minting(count: int | None, recipients: int) -> int:
    """Return how many tokens to make, one for each of the recipients when `count` is None.

    Raises MintCountWrong and MintRecipientsTooMany.
    """
    wanted = recipients if count is None else count
    if not 1 <= wanted <= _MOST_MINTED:
        raise MintCountWrong(given=wanted, most=_MOST_MINTED, field="--count")
    if recipients > wanted:
        raise MintRecipientsTooMany(recipients=recipients, count=wanted, field="--count")
    return wanted


# Links -------------------------------------------------------------------------------------------


def link(code: str, base: str) -> str:
    """Return the link of a code below the portal's `base` address, or the code itself without."""
    return f"{base}/{_LINK}/{quote(code, safe='')}" if base else code


def code_in(given: str, base: str) -> str:
    """Return the code in a link below `base`, or `given` itself when it is none."""
    text = canonical.trim(given)
    front = f"{base}/{_LINK}/"
    return unquote(text.removeprefix(front)) if base and text.startswith(front) else text


# Redeeming ---------------------------------------------------------------------------------------


def check_details(given: str | None, newcomer: Newcomer, *, is_sandbox: bool) -> CheckedNewcomer:
    """Return who redeems, checked: token, address, first and last name, and nothing else.

    Everything missing or wrong is told at once: one refusal as it is, several as DetailsWrong.
    """
    wrong: list[Refusal] = []
    if not canonical.trim(given or ""):
        wrong.append(DetailMissing(name="token", option="its code", field="CODE"))
    try:
        checked = registration_rules.check_newcomer(newcomer, (), is_sandbox=is_sandbox)
    except DetailsWrong as several:
        wrong += several.details
    except Refusal as one:
        wrong.append(one)
    if len(wrong) > 1:
        raise DetailsWrong(count=len(wrong), details=wrong)
    for refusal in wrong:
        raise refusal
    return checked


def state(row: Row, now: datetime) -> State:
    """Return whether the token takes anybody in at `now`, as far as the token alone decides."""
    if not row.is_active:
        return State.DISABLED
    if row.expires_at is not None and now > row.expires_at:
        return State.EXPIRED
    return State.USED_UP if row.is_used_up else State.OPEN


def closed_gates(
    row: Row, content_status: str, portal: Settings, now: datetime
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


def closed_by_use(row: Row) -> Iterator[Refusal]:
    """Yield a refusal when no use is left for somebody who needs one."""
    if row.is_used_up:
        yield TokenUsedUp(limit=row.use_limit)


def closed_to(email: str, status: str) -> Iterator[Refusal]:
    """Yield a refusal when a person of that status is closed to tokens, who waits for nothing."""
    if status not in {UserStatus.ACTIVE, UserStatus.PENDING}:
        yield RedeemerNotActive(email=email, status=status)


# Listing -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tokens are wanted; None does not narrow, and all that is given must fit."""

    content_id: int | None = None
    keyword: str | None = None
    is_limited: bool | None = None
    has_capacity: bool | None = None
    is_active: bool | None = None
    expiry: Expiry | None = None


EVERY = Filter()


def has_keyword(row: Row, given: str | None) -> bool:
    """Say whether code, nickname, or code or title of the item hold a keyword, if one is given."""
    keyword = canonical.key(given or "")
    texts = (row.code, row.nickname or "", row.content, row.title)
    return any(keyword in canonical.key(text) for text in texts)
