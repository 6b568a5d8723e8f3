"""What must hold between tokens, the ledger of their uses, and what they admit to."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "token_uses_counted",
        "The uses of every token are its rows in the ledger.",
        """
        SELECT 'token ' || s.id || ': uses ' || s.uses || ', ledger ' || s.n AS example
        FROM (
            SELECT t.id, t.uses,
                   (SELECT count(*) FROM redemptions r WHERE r.token_id = t.id) AS n
            FROM tokens t) AS s
        WHERE s.uses <> s.n
        """,
    ),
    Check(
        "token_uses_within_limit",
        "No token has more uses than its limit.",
        """
        SELECT 'token ' || id || ': ' || uses || ' of ' || use_limit AS example
        FROM tokens WHERE uses > use_limit
        """,
    ),
    Check(
        "tokens_admit_to_content",
        "Every token admits to a topic, an article or a pathway.",
        """
        SELECT 'token ' || t.id || ': ' || c.code AS example
        FROM tokens t JOIN content_items c ON c.id = t.content_id
        WHERE c.kind NOT IN ('topic', 'article', 'pathway')
        """,
    ),
    Check(
        "redeemers_enrolled",
        "Whoever redeemed a token has, or had, an enrollment in its item.",
        """
        SELECT 'redemption ' || r.id AS example
        FROM redemptions r
        LEFT JOIN enrollments e ON e.user_id = r.user_id AND e.item_id = r.content_id
        WHERE r.user_id IS NOT NULL AND r.content_id IS NOT NULL AND e.id IS NULL
        """,
    ),
)
