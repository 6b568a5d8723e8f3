"""What must hold between folders, pathways and what is in them."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "folders_hold_content",
        "Content lies in folders only.",
        """
        SELECT i.code || ' in ' || f.code AS example
        FROM content_items i JOIN content_items f ON f.id = i.parent_id
        WHERE f.kind <> 'folder'
        """,
    ),
    Check(
        "folders_form_no_circle",
        "Every folder can be reached from the top.",
        """
        SELECT i.code AS example FROM content_items i WHERE i.id NOT IN (
            WITH RECURSIVE reached (id) AS (
                SELECT id FROM content_items WHERE parent_id IS NULL
                UNION
                SELECT c.id FROM content_items c JOIN reached r ON c.parent_id = r.id)
            SELECT id FROM reached)
        """,
    ),
    Check(
        "pathways_lead_over_items",
        "Only pathways have items, which are courses, topics and articles.",
        """
        SELECT p.code || ': ' || i.code AS example
        FROM pathway_items pi
        JOIN content_items p ON p.id = pi.pathway_id
        JOIN content_items i ON i.id = pi.item_id
        WHERE p.kind <> 'pathway' OR i.kind NOT IN ('course', 'topic', 'article')
        """,
    ),
    Check(
        "pathway_positions_count",
        "The items of a pathway stand at 1, 2, 3 and so on.",
        """
        SELECT p.code AS example
        FROM pathway_items pi JOIN content_items p ON p.id = pi.pathway_id
        GROUP BY p.id, p.code
        HAVING count(*) <> max(pi.position) OR count(DISTINCT pi.position) <> count(*)
        """,
    ),
)
