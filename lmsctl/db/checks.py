"""What must always be true of the row that names the schema's version."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "one_version",
        "The schema has one version.",
        """
        SELECT version_num AS example FROM alembic_version
        WHERE (SELECT count(*) FROM alembic_version) <> 1
        """,
    ),
)
