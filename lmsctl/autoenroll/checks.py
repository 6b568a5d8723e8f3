"""What must hold of rules that enroll whoever joins."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "rules_enroll_in_items",
        "No auto-enrollment rule enrolls in a folder.",
        """
        SELECT r.code || ': ' || i.code AS example
        FROM autoenroll_rules r JOIN content_items i ON i.id = r.item_id
        WHERE i.kind = 'folder'
        """,
    ),
)
