"""What must hold between registrations that wait for confirmation and their people."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "pending_registrations_have_people",
        "Every pending registration has its pending person, and both expire together.",
        """
        SELECT 'registration ' || r.id AS example
        FROM registrations r
        LEFT JOIN users u
            ON u.id = r.user_id AND u.status = 'pending' AND u.expires_at = r.expires_at
        WHERE r.state = 'pending' AND u.id IS NULL
        """,
    ),
    Check(
        "pending_people_have_registrations",
        "Every pending person has exactly one pending registration.",
        """
        SELECT u.login AS example
        FROM users u
        WHERE u.status = 'pending' AND 1 <> (
            SELECT count(*) FROM registrations r WHERE r.user_id = u.id AND r.state = 'pending')
        """,
    ),
)
