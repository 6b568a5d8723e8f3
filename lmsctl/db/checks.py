"""What must always be true of the row that names the schema's version."""

from sqlalchemy import Text, column, table
from sqlmodel import func, select

from lmsctl.kit.check import Check
from lmsctl.kit.statements import example

_VERSIONS = table("alembic_version", column("version_num", Text))
_COUNT = select(func.count()).select_from(_VERSIONS.alias()).scalar_subquery()

CHECKS = (
    Check(
        "one_version",
        "The schema has one version.",
        select(example(_VERSIONS.c.version_num)).where(_COUNT != 1),
    ),
)
