"""What must hold between tokens, the ledger of their uses, and what they admit to."""

from sqlmodel import and_, col, func, select

from lmsctl.content.model import ContentItem
from lmsctl.content.results import ContentKind
from lmsctl.enrollment.model import Enrollment
from lmsctl.kit.check import Check
from lmsctl.kit.statements import example
from lmsctl.token.model import Redemption, Token

_COUNTED = select(
    Token.id,
    Token.uses,
    select(func.count())
    .select_from(Redemption)
    .where(col(Redemption.token_id) == col(Token.id))
    .scalar_subquery()
    .label("ledger"),
).subquery("counted")

CHECKS = (
    Check(
        "token_uses_counted",
        "The uses of every token are its rows in the ledger.",
        select(
            example(
                "token ", _COUNTED.c.id, ": uses ", _COUNTED.c.uses, ", ledger ", _COUNTED.c.ledger
            )
        ).where(_COUNTED.c.uses != _COUNTED.c.ledger),
    ),
    Check(
        "token_uses_within_limit",
        "No token has more uses than its limit.",
        select(example("token ", Token.id, ": ", Token.uses, " of ", Token.use_limit)).where(
            col(Token.uses) > col(Token.use_limit)
        ),
    ),
    Check(
        "tokens_admit_to_content",
        "Every token admits to a topic, an article or a pathway.",
        select(example("token ", Token.id, ": ", ContentItem.code))
        .select_from(Token)
        .join(ContentItem, col(ContentItem.id) == col(Token.content_id))
        .where(
            col(ContentItem.kind).not_in(
                [ContentKind.TOPIC, ContentKind.ARTICLE, ContentKind.PATHWAY]
            )
        ),
    ),
    Check(
        "redeemers_enrolled",
        "Whoever redeemed a token has, or had, an enrollment in its item.",
        select(example("redemption ", Redemption.id))
        .select_from(Redemption)
        .outerjoin(
            Enrollment,
            and_(
                col(Enrollment.user_id) == col(Redemption.user_id),
                col(Enrollment.item_id) == col(Redemption.content_id),
            ),
        )
        .where(
            col(Redemption.user_id).is_not(None),
            col(Redemption.content_id).is_not(None),
            col(Enrollment.id).is_(None),
        ),
    ),
)
