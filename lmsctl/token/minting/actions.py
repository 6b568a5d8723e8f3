"""Making many single-use tokens at once, with a file that says which is meant for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from lmsctl.audit import actions as audit
from lmsctl.kit.address import parse_email
from lmsctl.kit.timewords import TimeWord
from lmsctl.kit.work import Work
from lmsctl.token import rules, store
from lmsctl.token.actions.tokens import get_item_for_share, new_code, warnings_of
from lmsctl.token.minting import rules as minting_rules
from lmsctl.token.minting.results import MintedToken
from lmsctl.token.results import TokenState
from lmsctl.user.results import UserType

_USES = 1


@dataclass(frozen=True, slots=True)
class MintTemplate:
    """What many tokens have in common; `content` names the item as people write it."""

    content: str
    nickname: str | None = None
    creates: UserType = UserType.PROSPECT
    expires: TimeWord | None = None


def mint(
    work: Work, template: MintTemplate, *, count: int | None, recipients: Sequence[str] = ()
) -> tuple[list[MintedToken], list[str]]:
    """Make `count` tokens of one use each, or one for each recipient; needs `token.manage`.

    Returns them, and what whoever hands them out should know: it holds for all of them alike.
    Recipients are addresses; they stand beside the codes in what is returned and nowhere else.
    Raises MintCountWrong, MintRecipientsTooMany, EmailInvalid and what making one token raises.
    """
    item = get_item_for_share(work, template.content)
    rules.check_content(item)
    wanted = minting_rules.check_minting(count, len(recipients))
    people = [parse_email(given, sandbox=work.is_sandbox).address for given in recipients]
    codes = _new_codes(work, wanted)
    common = {
        "nickname": rules.check_nickname(template.nickname),
        "content_id": item.id,
        "creates": template.creates,
        "use_limit": _USES,
        "expires_at": template.expires.end(work.now, work.zone) if template.expires else None,
        "is_active": True,
        "created_at": work.now,
    }
    store.add_many(
        work, [{"code": text, "code_digest": key, **common} for key, text in codes.items()]
    )
    audit.record(work, "tokens.minted", f"content {item.code}", count=wanted)
    made = [
        MintedToken(text, who, TokenState.OPEN) for text, who in zip_longest(codes.values(), people)
    ]
    return made, warnings_of(work, store.get(work, made[0].code))


def _new_codes(work: Work, count: int) -> dict[str, str]:
    """Return `count` codes that no token has, by their digests."""
    codes: dict[str, str] = {}
    while len(codes) < count:
        made = (new_code() for _ in range(count - len(codes)))
        fresh = {rules.digest(text): text for text in made}
        for key in store.digests_in_use(work, fresh):
            del fresh[key]
        codes.update(fresh)
    return codes
