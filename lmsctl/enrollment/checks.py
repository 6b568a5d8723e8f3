"""What must hold between enrollments, their reasons and their items."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "enrollments_have_reasons",
        "Every enrollment that is not canceled has a reason, and a canceled one has none.",
        """
        SELECT u.login || ' in ' || i.code AS example
        FROM enrollments e
        JOIN users u ON u.id = e.user_id
        JOIN content_items i ON i.id = e.item_id
        WHERE (e.canceled_at IS NULL) <> EXISTS (
            SELECT 1 FROM enrollment_reasons r WHERE r.enrollment_id = e.id)
        """,
    ),
    Check(
        "nobody_enrolled_in_folders",
        "Nobody is enrolled in a folder.",
        """
        SELECT u.login || ' in ' || i.code AS example
        FROM enrollments e
        JOIN users u ON u.id = e.user_id
        JOIN content_items i ON i.id = e.item_id
        WHERE i.kind = 'folder'
        """,
    ),
)
