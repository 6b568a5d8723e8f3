"""What must hold between people and the ledger of seats."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "names_kept",
        "What people are called, login or address, stands in one place, and everything but once.",
        """
        SELECT COALESCE(n.key, c.key) AS example
        FROM (SELECT login_key AS key, id FROM users
              UNION SELECT email_key, id FROM users WHERE email_key IS NOT NULL) AS c
        FULL JOIN user_names n ON n.key = c.key AND n.user_id = c.id
        WHERE n.key IS NULL OR c.key IS NULL
        """,
    ),
    Check(
        "seats_counted",
        "The seats taken are the people who are active or waiting for confirmation.",
        """
        SELECT 'ledger ' || p.seats_taken || ', people ' || c.n AS example
        FROM portals p,
             (SELECT count(*) AS n FROM users WHERE status IN ('active', 'pending')) AS c
        WHERE p.seats_taken <> c.n
        """,
    ),
)
