"""What must hold between enrollments, their reasons and their items."""

from sqlmodel import col, exists, select

from lmsctl.content.model import ContentItem
from lmsctl.content.results import ContentKind
from lmsctl.enrollment.model import Enrollment, EnrollmentReason
from lmsctl.kit.check import Check
from lmsctl.kit.statements import example
from lmsctl.user.model import User

_WHO_IN_WHAT = (
    select(example(User.login, " in ", ContentItem.code))
    .select_from(Enrollment)
    .join(User, col(User.id) == col(Enrollment.user_id))
    .join(ContentItem, col(ContentItem.id) == col(Enrollment.item_id))
)

CHECKS = (
    Check(
        "enrollments_have_reasons",
        "Every enrollment that is not canceled has a reason, and a canceled one has none.",
        _WHO_IN_WHAT.where(
            col(Enrollment.canceled_at).is_(None)
            != exists().where(col(EnrollmentReason.enrollment_id) == col(Enrollment.id))
        ),
    ),
    Check(
        "nobody_enrolled_in_folders",
        "Nobody is enrolled in a folder.",
        _WHO_IN_WHAT.where(col(ContentItem.kind) == ContentKind.FOLDER),
    ),
)
