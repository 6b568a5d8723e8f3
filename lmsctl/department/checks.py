"""What must hold for the tree of departments."""

from lmsctl.department.rules import ROOT
from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "one_root",
        "The tree has exactly one root.",
        """
        SELECT n || ' roots' AS example
        FROM (SELECT count(*) AS n FROM departments WHERE parent_id IS NULL) AS c WHERE n <> 1
        """,
    ),
    Check(
        "no_circle_of_departments",
        "Every department hangs below the root.",
        """
        WITH RECURSIVE hanging (id) AS (
            SELECT id FROM departments WHERE parent_id IS NULL
            UNION ALL
            SELECT d.id FROM departments d JOIN hanging h ON d.parent_id = h.id)
        SELECT full_name AS example FROM departments WHERE id NOT IN (SELECT id FROM hanging)
        """,
    ),
    Check(
        "department_paths_agree",
        "The path of a department is its parent's and its own id.",
        """
        SELECT d.full_name AS example
        FROM departments d LEFT JOIN departments p ON p.id = d.parent_id
        WHERE d.path <> coalesce(p.path, '/') || d.id || '/'
        """,
    ),
    Check(
        "department_names_agree",
        "The full name of a department is its parent's and its own name.",
        """
        SELECT d.full_name AS example
        FROM departments d LEFT JOIN departments p ON p.id = d.parent_id
        WHERE d.full_name <> CASE
            WHEN p.id IS NULL THEN :root
            WHEN p.parent_id IS NULL THEN d.name
            ELSE p.full_name || '/' || d.name END
        """,
        {"root": ROOT},
    ),
)
