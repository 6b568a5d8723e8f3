"""What must hold between sessions, their days, their places and the people in them."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "sessions_have_days",
        "Every session has at least one day.",
        """
        SELECT t.code || ':' || s.code AS example
        FROM training_sessions s JOIN trainings t ON t.id = s.training_id
        WHERE NOT EXISTS (SELECT 1 FROM session_days d WHERE d.session_id = s.id)
        """,
    ),
    Check(
        "places_within_capacity",
        "Nobody is in a full session but those who were put in deliberately.",
        """
        SELECT t.code || ':' || s.code || ': ' || s.taken || ' of ' || s.capacity AS example
        FROM training_sessions s JOIN trainings t ON t.id = s.training_id
        WHERE s.taken > s.capacity + s.over_capacity
        """,
    ),
    Check(
        "places_counted",
        "The places taken in a session are the people enrolled in it.",
        """
        SELECT c.name || ': ' || c.taken || ' taken, ' || c.n || ' people' AS example
        FROM (
            SELECT t.code || ':' || s.code AS name, s.taken,
                   (SELECT count(*) FROM training_enrollments e
                    WHERE e.session_id = s.id AND e.canceled_at IS NULL) AS n
            FROM training_sessions s JOIN trainings t ON t.id = s.training_id) AS c
        WHERE c.taken <> c.n
        """,
    ),
    Check(
        "canceled_sessions_are_empty",
        "Nobody is in a session that was canceled.",
        """
        SELECT u.login || ' in ' || t.code || ':' || s.code AS example
        FROM training_enrollments e
        JOIN users u ON u.id = e.user_id
        JOIN training_sessions s ON s.id = e.session_id
        JOIN trainings t ON t.id = s.training_id
        WHERE e.canceled_at IS NULL AND s.canceled_at IS NOT NULL
        """,
    ),
)
