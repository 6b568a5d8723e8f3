"""What must hold for the portal's row."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "one_portal",
        "There is exactly one portal.",
        """
        SELECT n || ' portals' AS example FROM (SELECT count(*) AS n FROM portals) AS c WHERE n <> 1
        """,
    ),
    Check(
        "seats_within_plan",
        "No more seats are taken than the plan has.",
        """
        SELECT seats_taken || ' of ' || seat_limit AS example
        FROM portals WHERE seats_taken > seat_limit
        """,
    ),
)
