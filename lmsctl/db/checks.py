"""What must always be true of the row that names the schema's version."""

from sqlmodel import func, select

from lmsctl.kit.check import Check
from lmsctl.kit.statements import example
from lmsctl.portal.model import VERSIONS

_COUNT = select(func.count()).select_from(VERSIONS).scalar_subquery()
CHECKS = (
    Check(
        "one_version",
        "The schema has one version.",
        select(example(VERSIONS.c.version_num)).where(_COUNT != 1),
    ),
)
