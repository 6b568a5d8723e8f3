"""What must hold between people and the ledger of seats."""

from lmsctl.kit.check import Check

CHECKS = (
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
